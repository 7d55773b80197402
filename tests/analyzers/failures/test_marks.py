"""Where a failing run is marked in the text, and what the marks say."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from meno_analyzers.failures.collecting import collect
from meno_analyzers.failures.explaining import explain_failure
from meno_analyzers.failures.marks import Seen, edits_between, marks
from meno_analyzers.findings import Severity, Source
from meno_analyzers.fixes import apply_fix
from meno_analyzers.hints import FindingWithLadder, Level, check_leak, ladder_for, notice_for
from meno_analyzers.source.lines import split_lines

LARGEST = """\
def largest(numbers):
    best = numbers[0]
    for number in numbers:
        if number < best:
            best = number
    return best


assert largest([1, 3, 2]) == 3
assert largest([5]) == 5
assert largest([-4, -2]) == -2
"""


def seen(folder: Path, text: str, *, level: int = 3, **files: str) -> Seen:
    """A program as it is seen when it is run."""
    path = folder / "lesson.py"
    path.write_text(text, "utf-8")
    for name, other in files.items():
        (folder / f"{name}.py").write_text(other, "utf-8")
    collected = collect(path)
    explained = explain_failure(collected, seconds=10, level=level)
    assert explained.explanation is not None
    repair = explained.repair
    return Seen(
        source=collected.program.source,
        main=collected.program.main,
        cases=collected.cases,
        results=explained.results,
        explanation=explained.explanation,
        paths=collected.paths,
        changed=repair.source if repair else None,
    )


def test_the_place_of_a_verified_change_and_each_failing_assert_are_marked(tmp_path: Path) -> None:
    found = marks(seen(tmp_path, LARGEST))

    assert [(f.rule, f.span.start_line, f.severity) for f in found] == [
        ("run/cause", 3, Severity.HINT),
        ("run/AssertionError", 8, Severity.ERROR),
        ("run/AssertionError", 10, Severity.ERROR),
    ]
    assert all(f.source is Source.FAILURE for f in found)
    assert notice_for(found[1]) == "`largest([1, 3, 2])` gives `1`; the test wants `3`."
    assert [note.span.start_line for note in found[0].notes] == [8, 10]


def test_a_check_of_a_script_is_marked_where_it_stands_with_its_two_sides(tmp_path: Path) -> None:
    found = marks(seen(tmp_path, "total = 0\nfor price in [3, 4]:\n    total = price\nassert total == 7\n"))

    assert [(f.rule, f.span.start_line) for f in found] == [("run/cause", 2), ("run/AssertionError", 3)]
    told = "`assert total == 7` does not hold: its left side is `4`, its right side `7`."
    assert notice_for(found[1]) == told
    other = marks(seen(tmp_path, "total = 0\nassert total\n"))
    assert notice_for(other[-1]) == "`assert total` does not hold."


def test_no_rung_below_the_last_tells_the_change(tmp_path: Path) -> None:
    program = seen(tmp_path, LARGEST)
    assert program.changed is not None

    for finding in marks(program):
        assert finding.fix == ()
        ladder = ladder_for(finding)
        for level in list(Level)[:5]:
            report = check_leak(
                ladder.text(level), original=program.source, repaired=program.changed, level=level
            )
            assert report.ok, (level, report)


def test_at_the_last_rung_the_fix_makes_the_text_that_was_run(tmp_path: Path) -> None:
    program = seen(tmp_path, LARGEST, level=5)
    (cause, *others) = marks(program)

    assert "".join(apply_fix(split_lines(program.source), cause.fix)) == program.changed
    assert all(other.fix == () for other in others)


def test_errors_of_one_kind_on_one_line_are_one_mark_with_values_and_the_way(tmp_path: Path) -> None:
    text = (
        "def pick(items, place):\n    return items[place]\n\n\n"
        "def first_and_last(items):\n    return pick(items, 0), pick(items, len(items))\n\n\n"
        "assert first_and_last([1, 2]) == (1, 2)\nassert first_and_last([3]) == (3, 3)\n"
    )

    found = marks(replace(seen(tmp_path, text), changed=None))

    crash = next(f for f in found if f.rule == "run/IndexError")
    assert crash.span.start_line == 1
    assert notice_for(crash).startswith("`first_and_last([1, 2])` stops here with `IndexError`")
    assert notice_for(crash).endswith("One more case ends like this.")
    told = [note.text for note in crash.notes]
    assert told[:2] == ["`items` is `[1, 2]` at that moment.", "`place` is `2` at that moment."]
    assert [note.span.start_line for note in crash.notes][2:] == [5, 8]


def test_a_test_in_another_file_is_named_by_its_path(tmp_path: Path) -> None:
    program = LARGEST.partition("\n\n\n")[0] + "\n"
    test = "from lesson import largest\n\n\ndef test_it():\n    assert largest([1, 3]) == 3\n"

    (cause,) = marks(seen(tmp_path, program, test_lesson=test))

    (note,) = cause.notes
    assert note.path == str(tmp_path / "test_lesson.py")
    assert note.span.start_line == 4
    assert cause.moved_down(7).notes[0].span.start_line == 4


def test_what_no_change_mends_is_marked_at_its_function(tmp_path: Path) -> None:
    text = "def answer(x):\n    return x\n"
    test = (
        "from lesson import answer\n\n\ndef test_it():\n    assert answer(3) == 1774\n"
        "    assert answer(4) == 8\n    assert answer(99) == 'a'\n"
    )

    (mark,) = marks(seen(tmp_path, text, test_lesson=test))

    assert isinstance(mark, FindingWithLadder)
    assert mark.rule == "run/failing"
    assert mark.severity is Severity.WARNING


@pytest.mark.parametrize("seed", range(300))
def test_edits_turn_one_text_into_the_other(seed: int) -> None:
    chance = random.Random(seed)
    rows = [chance.choice(["a", "b", "", "    c"]) for _ in range(chance.randrange(1, 9))]
    others = list(rows)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(others) + 1)
        if chance.random() < 0.4:
            others.insert(place, chance.choice(["x", "", "    y"]))
        elif others and place < len(others):
            others[place : place + 1] = [] if chance.random() < 0.5 and len(others) > 1 else ["z"]
    before, after = "\n".join(rows), "\n".join(others)

    lines = split_lines(before) or [""]

    assert "".join(apply_fix(lines, edits_between(before, after))) == after
