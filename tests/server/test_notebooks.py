"""Cells of a notebook are one program: names flow, what breaks stays in its cell, and edits keep up."""

from __future__ import annotations

import random

import pytest

from meno_analyzers.engine import LONG_UNIT
from meno_server.lsp.notebooks import CellText, Notebook


def notebook(*cells: str) -> Notebook:
    texts = [CellText(f"cell:{index}", text, 1) for index, text in enumerate(cells)]
    made = Notebook("file:///a.ipynb", 1, cells=texts)
    made.analysis.work()
    return made


def found(notebook: Notebook) -> list[list[tuple[str, int, int]]]:
    """(rule, line, column) of every finding, cell by cell."""
    return [
        sorted(
            (f.rule, start + f.span.start_line, f.span.start_column)
            for start, _, findings in cell.analysis.units_with_findings()
            for f in findings
        )
        for cell in notebook.cells
    ]


def edit(notebook: Notebook, cell: int, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
    file = notebook.cells[cell]
    file.edited(file.document.splice(start, end, text), pause=False)
    notebook.analysis.work()


def test_a_name_from_a_cell_above_is_known_below() -> None:
    assert found(notebook("total = 3\n", "print(total)\n")) == [[], []]
    assert found(notebook("print(total)\n", "print(totl)\n")) == [[("ME101", 0, 6)], [("ME101", 0, 6)]]


def test_types_flow_from_cell_to_cell() -> None:
    assert found(notebook("name = 'Ann'", "print(name + 3)")) == [[], [("ME201", 0, 6)]]


def test_a_broken_cell_breaks_no_other() -> None:
    cells = found(notebook('text = """never closed', "print(nope)\n", "x = (1,\n", "print(nope)\n"))

    assert [[rule for rule, *_ in cell] for cell in cells] == [["ME013"], ["ME101"], ["ME002"], ["ME101"]]


def test_code_that_begins_indented_stays_in_its_cell() -> None:
    cells = found(notebook("x = 3\n", "    print(x)\n", "else:\n    y = 1\n", "print(x)\n"))

    assert cells[0] == cells[3] == []
    assert cells[1]
    assert cells[2]


def test_a_cell_that_was_taken_out_has_nothing_of_anothers() -> None:
    made = notebook("x = 1\n", "print(nope)\n")
    [gone] = made.restructure(0, 1, [])
    made.analysis.work()

    assert list(gone.analysis.units_with_findings()) == []
    assert found(made) == [[("ME101", 0, 6)]]


def test_a_class_ends_with_its_cell() -> None:
    assert found(notebook("class Dog:\n    name = 'Rex'\n", "print(Dog().name)\n")) == [[], []]
    assert found(notebook("class Dog:", "print(3)\n"))[1] == []


@pytest.mark.parametrize("value", ["x", "len(x) == 3", "x.append", "x.count", "sorted(x)", "show"])
def test_the_value_that_a_cell_shows_is_no_finding(value: str) -> None:
    cells = ("x = [3, 1]\ndef show():\n    return 3\n", f"{value}\n")

    assert found(notebook(*cells)) == [[], []]


def test_a_value_above_the_last_line_goes_nowhere_in_a_cell_too() -> None:
    assert [rule for rule, *_ in found(notebook("x = 3\n", "x == 4\nx\n"))[1]] == ["ME213"]


def test_what_every_notebook_knows_is_known() -> None:
    assert found(notebook("display(In, Out, _, __)\nget_ipython()\n")) == [[]]


def test_names_to_read_against_are_the_learners_own() -> None:
    cells = notebook("total = 3\namount = 4\n", "print(totl)\ndisplai(3)\n")

    told = [
        f.values["candidates"] for *_, found in cells.cells[1].analysis.units_with_findings() for f in found
    ]

    assert told == ["`total`, `amount`", "`display`, `amount`, `total`"]


def test_a_cell_may_wait_at_its_top_and_a_plain_function_may_not() -> None:
    sleep = "import asyncio\nawait asyncio.sleep(1)\nasync with asyncio.timeout(3) as t:\n    print(t)\n"

    assert found(notebook(sleep)) == [[]]
    assert found(notebook("import asyncio\ndef f():\n    await asyncio.sleep(1)\n"))[0]


def test_magics_and_shell_lines_are_no_finding() -> None:
    cells = notebook("%matplotlib inline\n!ls\nfiles = !ls\n", "%%bash\nfor x in 1 2; do", "print(files)\n")

    assert found(cells) == [[], [], []]


def test_a_program_that_a_cell_runs_may_have_given_any_name_a_value() -> None:
    assert found(notebook("%run helpers.py\n", "print(total)\n")) == [[], []]


def test_an_edit_in_one_cell_is_seen_in_the_others() -> None:
    cells = notebook("total = 3\n", "print(total)\n")

    edit(cells, 0, (0, 0), (0, 5), "amount")
    assert found(cells) == [[], [("ME101", 0, 6)]]

    edit(cells, 0, (0, 0), (0, 6), "total")
    assert found(cells) == [[], []]


def test_a_cell_whose_text_is_replaced_leaves_nothing_put_off() -> None:
    first = "def first():\n" + "    print(1)\n" * LONG_UNIT
    cells = notebook(f"{first}\n\nprint(2)\n")
    (cell,) = cells.cells
    cell.edited(cell.document.splice((3, 0), (3, 0), "    print(nope)\n"), pause=True)
    cells.analysis.work(0.0)
    assert not cell.is_known

    cell.document.replace_all(cell.document.text.replace("print(2)", "print(3)"))
    cell.replaced()

    assert not cells.analysis.is_behind
    cells.analysis.work()
    assert found(cells) == [[("ME101", 3, 10)]]


def test_cells_come_go_and_move() -> None:
    cells = notebook("x = 1\n", "print(x)\n")

    gone = cells.restructure(0, 1, [])
    cells.analysis.work()
    assert [cell.document.uri for cell in gone] == ["cell:0"]
    assert found(cells) == [[("ME101", 0, 6)]]

    cells.restructure(1, 0, [CellText("cell:2", "x = 1\n", 1)])
    cells.analysis.work()
    assert [rule for rule, *_ in found(cells)[0]] != []

    cells.restructure(0, 2, [CellText("cell:2", "x = 1\n", 1), CellText("cell:1", "print(x)\n", 1)])
    cells.analysis.work()
    assert found(cells) == [[], []]


@pytest.mark.parametrize("seed", range(12))
def test_edits_lead_where_a_fresh_analysis_leads(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        *("total = 3\n", "print(total)\n", "def f(a):\n    return a\n", "x = (1,\n", "%time f(3)\n", "!ls\n"),
        *('"""', "class A:\n", "    def m(self):\n        return nope\n", "total\n", "f(1, 2)", "\n", "\n\n"),
        *("for i in range(3):\n", "    print(i)\n", "else:\n", "%%bash\n", "x = !ls\n", "\\\n", "# c\n"),
    ]
    cells = notebook(*("".join(chance.choices(pieces, k=3)) for _ in range(4)))
    for step in range(40):
        which = chance.randrange(len(cells.cells))
        lines = cells.cells[which].document.lines
        if chance.random() < 0.2:
            start = chance.randrange(len(cells.cells) + 1)
            text = CellText(f"cell:{seed}:{step}", "".join(chance.choices(pieces, k=2)), 1)
            cells.restructure(start, chance.randrange(2) if len(cells.cells) > 2 else 0, [text])
        else:
            places = sorted(
                (line := chance.randrange(len(lines)), chance.randrange(len(lines[line]) + 1))
                for _ in range(2)
            )
            edit(cells, which, *places, chance.choice(pieces) if chance.random() < 0.7 else "")
        cells.analysis.work()

        fresh = notebook(*(cell.document.text for cell in cells.cells))
        assert found(cells) == found(fresh)
        assert [cell.python for cell in cells.cells] == [cell.python for cell in fresh.cells]
