"""Source text to units."""

import pytest

from meno_model.units import PROGRAM, units_of

TWO = """import os
LIMIT = 3

class Box:
    size = 1
    def grow(self, by):
        def helper():
            return by
        return helper()

if LIMIT:
    print(LIMIT)

async def fetch():
    return 1
"""


def test_functions_methods_and_the_program_are_units_in_reading_order() -> None:
    units = units_of(TWO)
    assert [unit.name for unit in units] == [PROGRAM, "grow", "fetch"]
    assert units[0].text == "LIMIT = 3\nif LIMIT:\n    print(LIMIT)"
    assert units[0].line_numbers == (1, 10, 11)


def test_a_unit_leads_back_to_the_lines_of_the_file() -> None:
    lines = TWO.split("\n")
    for unit in units_of(TWO):
        assert [lines[number] for number in unit.line_numbers] == unit.text.split("\n")


@pytest.mark.parametrize("text", ["def f(:\n", "x = 'a", "\0", "(" * 300, "def f():\nreturn 1"])
def test_a_file_that_does_not_parse_has_no_units(text: str) -> None:
    assert units_of(text) == ()


@pytest.mark.parametrize("text", ["", "\n\n", '"""Only words."""\n', "import os\n"])
def test_a_file_with_nothing_to_judge_has_no_units(text: str) -> None:
    assert units_of(text) == ()


def test_windows_line_ends_and_form_feeds_keep_the_line_count() -> None:
    text = "x = 1\r\n\fdef f():\r\n    return 'a\x0cb'\r\n"
    names = {unit.name: unit.line_numbers for unit in units_of(text)}
    assert names == {PROGRAM: (0,), "f": (1, 2)}


def test_functions_are_found_wherever_a_statement_can_stand() -> None:
    text = (
        "try:\n    def a(): pass\nexcept E:\n    def b(): pass\nelse:\n    def c(): pass\n"
        "finally:\n    def d(): pass\nmatch x:\n    case 1:\n        def e(): pass\n"
    )
    assert {"a", "b", "c", "d", "e"} <= {unit.name for unit in units_of(text)}


def test_a_very_long_chain_of_elif_is_survived() -> None:
    text = "if x == 0:\n    pass\n" + "".join(f"elif x == {n}:\n    pass\n" for n in range(1, 900))
    assert len(units_of(text)) <= 1
    units_of(text.replace("900", "9000") * 10)
