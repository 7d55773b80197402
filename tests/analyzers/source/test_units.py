"""Where units begin, and that a broken line stays inside its own."""

from __future__ import annotations

from meno_analyzers.source import Document, UnitKind, UnitMap


def cut(text: str) -> list[tuple[str, str]]:
    document = Document("", text)
    units = UnitMap(document.lines)
    return [
        (unit.kind.value, "".join(document.lines[start : start + unit.length]))
        for start, unit in zip(units.starts, units.units, strict=False)
    ]


def test_functions_methods_and_paragraphs_are_units() -> None:
    text = (
        "import os\n"
        "x = 1\n"
        "\n"
        "y = 2\n"
        "def f():\n"
        "    def inner():\n"
        "        pass\n"
        "    return inner\n"
        "class A:\n"
        '    """Doc."""\n'
        "    size = 1\n"
        "    @property\n"
        "    def m(self):\n"
        "        return 1\n"
        "    limit = 2\n"
        "print(y)\n"
    )

    assert cut(text) == [
        ("statements", "import os\nx = 1\n\n"),
        ("statements", "y = 2\n"),
        ("function", "def f():\n    def inner():\n        pass\n    return inner\n"),
        ("class", 'class A:\n    """Doc."""\n    size = 1\n'),
        ("function", "    @property\n    def m(self):\n        return 1\n"),
        ("statements", "    limit = 2\n"),
        ("statements", "print(y)\n"),
    ]


def test_brackets_strings_and_clauses_do_not_begin_units() -> None:
    text = 'if a:\n    b = """\ndef no(): pass\n"""\n\nelse:\n    c = [\n1,\n\n2]\n'

    assert len(cut(text)) == 1


def test_an_unclosed_bracket_ends_at_the_next_statement_keyword() -> None:
    text = "x = foo(1,\n\ndef g():\n    return 1\n"

    assert [kind for kind, _ in cut(text)] == ["statements", "function"]


def test_units_cover_all_lines_of_any_text() -> None:
    for text in ("", "\n", "   x", "def", "class A:", "@", '"""', ")", "\t\f\r", "else:\n"):
        document = Document("", text)
        units = UnitMap(document.lines)

        assert units.starts[-1] == len(document.lines)
        assert all(unit.length > 0 for unit in units.units)
        assert all(isinstance(unit.kind, UnitKind) for unit in units.units)


def test_an_edit_leaves_the_unit_above_it_alone() -> None:
    document = Document("", "def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    units = UnitMap(document.lines)
    above = units.units[0]

    splice = document.splice((5, 11), (5, 12), "3")
    change = units.update(document.lines, splice.first, splice.old_end, splice.new_end)

    assert units.units[0] is above
    assert len(change.removed) == len(change.added) == 1


def test_an_edit_that_joins_its_line_to_the_unit_above_cuts_both_again() -> None:
    document = Document("", "def f():\n    return 1\nx = 1\n")
    units = UnitMap(document.lines)

    splice = document.splice((2, 0), (2, 0), "    ")
    change = units.update(document.lines, splice.first, splice.old_end, splice.new_end)

    assert (len(change.removed), len(change.added)) == (2, 1)
