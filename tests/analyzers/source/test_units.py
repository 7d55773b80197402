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
