"""Typing calm: what is seen while keys are pressed, and that the truth follows."""

from __future__ import annotations

from meno_analyzers.findings import Finding
from meno_analyzers.source import Document
from meno_server.lsp.open_file import OpenFile
from meno_server.lsp.pauses import Pauses
from meno_server.settings import Settings

SETTINGS = Settings()


def opened(text: str) -> OpenFile:
    file = OpenFile(Document("file:///a.py", text), 1)
    file.analysis.work()
    return file


def type_in(file: OpenFile, line: int, column: int, text: str) -> list[str]:
    file.edited(file.document.splice((line, column), (line, column), text), pause=True)
    file.analysis.work()
    return seen(file)


def seen(file: OpenFile) -> list[str]:
    found: list[Finding] = file.findings(SETTINGS)
    return [f"{finding.rule}@{finding.span.start_line}" for finding in found]


def test_a_new_finding_on_the_line_being_typed_waits() -> None:
    file = opened("x = 1\n\n")

    assert type_in(file, 1, 0, "y") == []
    file.calm.rest()
    assert seen(file) == ["ME101@1"]


def test_a_finding_that_was_seen_stays_while_its_line_is_typed() -> None:
    file = opened("print(nope)\n")

    assert type_in(file, 0, 11, " ") == ["ME101@0"]


def test_moving_on_to_another_line_shows_the_last_one() -> None:
    file = opened("\n\n")
    type_in(file, 0, 0, "nope")

    assert type_in(file, 1, 0, "#") == ["ME101@0"]


def test_a_finding_elsewhere_is_shown_at_once() -> None:
    file = opened("size = 1\n\n\ndef f():\n    return size\n")

    assert type_in(file, 0, 0, "#") == ["ME101@4"]


def test_what_a_broken_unit_showed_moves_with_the_text_and_ends_with_the_pause() -> None:
    file = opened("#\nprint(nope)\nx = 1\n")

    assert type_in(file, 2, 5, " +") == ["ME101@1"]
    assert type_in(file, 0, 1, "\n#") == ["ME101@2"]
    file.calm.rest()
    assert seen(file) == ["ME000@3"]


def test_a_model_finding_moves_and_goes_with_its_lines() -> None:
    (template,) = opened("print(nope)\n").findings(SETTINGS)
    file = opened("a = 1\nb = 2\nc = 3\n")
    file.model_findings = [template.moved_down(1)]

    type_in(file, 0, 0, "\n")
    assert [f.span.start_line for f in file.model_findings] == [2]
    type_in(file, 2, 0, " ")
    assert file.model_findings == []


def test_two_units_broken_one_after_the_other_each_keep_what_they_showed() -> None:
    file = opened("print(one)\nx = 1\n\nprint(two)\ny = 2\n")

    assert type_in(file, 1, 5, " +") == ["ME101@0", "ME101@3"]
    assert type_in(file, 4, 5, " +") == ["ME000@1", "ME101@3"]


def test_a_bracket_that_takes_in_the_next_paragraph_hides_nothing_there() -> None:
    file = opened("print(one)\nx = 1\n\nprint(two)\ny = 2\n")

    assert type_in(file, 1, 5, " + (") == ["ME101@0", "ME101@3"]


NESTED = "for i in range(3):\n    for i in range(2):\n        print(i)\n"


def test_a_new_hint_anywhere_in_the_unit_being_typed_waits_for_the_pause() -> None:
    file = opened("for i in range(3):\n    for j in range(2):\n        print(i)\n")

    file.edited(file.document.splice((1, 8), (1, 9), "i"), pause=True)
    file.analysis.work()
    assert seen(file) == []
    assert type_in(file, 2, 15, " ") == []
    file.calm.rest()
    assert seen(file) == ["ME109@1"]


def test_a_hint_that_was_seen_stays_and_moves_while_its_unit_is_typed() -> None:
    file = opened(NESTED)

    assert type_in(file, 2, 15, " ") == ["ME109@1"]
    assert type_in(file, 0, 18, "\n    pass") == ["ME109@2"]


def test_a_hint_in_another_unit_is_not_touched() -> None:
    file = opened(NESTED + "\n\nx = 1\n")

    assert type_in(file, 5, 5, "2") == ["ME109@1"]


UNFINISHED = "def total(xs):\n    found = 0\n    for x in xs:\n        found += x\n"


def test_what_may_be_typed_next_is_not_missed_before_the_long_pause() -> None:
    file = opened(UNFINISHED.replace("found += x", "found += "))

    assert type_in(file, 3, 17, "x") == []
    file.calm.rest()
    assert seen(file) == []
    file.calm.settle()
    assert seen(file) == ["ME424@3"]


def test_moving_on_to_another_function_shows_what_the_last_one_misses() -> None:
    file = opened(UNFINISHED.replace("found += x", "found += ") + "\n\nsize = 1\n")
    type_in(file, 3, 17, "x")
    file.calm.rest()

    assert type_in(file, 6, 8, "2") == ["ME424@3"]


def test_what_a_function_missed_before_goes_on_being_shown() -> None:
    file = opened(UNFINISHED)
    assert seen(file) == ["ME424@3"]

    assert type_in(file, 1, 13, "0") == ["ME424@3"]


async def test_the_long_pause_is_still_waited_for_after_an_edit_without_pauses() -> None:
    file = opened("total = 3\n")
    ended: list[OpenFile] = []
    pauses = Pauses(ended.append)
    type_in(file, 0, 9, "\n")
    file.calm.rest()

    file.edited(file.document.splice((0, 0), (0, 0), "# "), pause=False)
    file.analysis.work()
    pauses.wait(file, 0.0)

    assert file.calm.waits
    assert pauses._timers
    pauses.end(file)
    assert file.rests
    assert ended == [file]
