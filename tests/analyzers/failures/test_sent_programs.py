"""Programs that were sent as texts: explained and collected without a look at any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from meno_analyzers.failures.collecting import CollectingError, collect_sent
from meno_analyzers.failures.reported import explain_sent

REPORT = (
    'Traceback (most recent call last):\n  File "{path}", line 2, in <module>\n    print(ages["ada"])\n'
    "KeyError: 'ada'\n"
)
PROGRAM = 'ages = {}\nprint(ages["ada"])\n'
TESTS = "from program import total\n\n\ndef test_total():\n    assert total([1]) == 1\n"
TOTAL = "def total(marks):\n    return sum(marks)\n"


@pytest.mark.parametrize(
    "path", ["program.py", "/home/x/program.py", r"C:\work\program.py", "/x/homework_3.py"]
)
def test_a_single_text_need_not_have_the_name_that_the_report_gives_it(path: str) -> None:
    told = explain_sent(REPORT.format(path=path), {"program.py": PROGRAM})

    assert told is not None
    assert told.finding_id == "ME505"
    assert told.root_cause.line_start == 2


def test_a_file_of_this_machine_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "program.py", "program.py"):
        told = explain_sent(REPORT.format(path=path), {})
        assert told is not None
        assert told.finding_id is None


def test_a_text_that_says_something_else_on_the_line_is_not_believed() -> None:
    told = explain_sent(REPORT.format(path="program.py"), {"program.py": "x = 1\ny = 2\n"})

    assert told is not None
    assert told.finding_id is None
    assert explain_sent("all is well", {"program.py": PROGRAM}) is None


def test_the_tests_among_the_texts_are_taken() -> None:
    files = {"program.py": TOTAL, "test_program.py": TESTS}
    for tests in (None, "test_program.py"):
        collected = collect_sent(files, "program.py", tests)
        assert [case.id.rpartition("::")[2] for case in collected.cases] == ["test_total"]
        assert collected.program.files == files
        assert collected.sources == ["test files"]


def test_a_file_without_tests_that_was_named_as_one_is_a_sentence() -> None:
    with pytest.raises(CollectingError, match="No tests were found in other"):
        collect_sent({"program.py": TOTAL, "other.py": "x = 1\n"}, "program.py", "other.py")


def test_a_text_that_the_program_names_or_imports_is_not_taken_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets.txt").write_text("secret", "utf-8")
    (tmp_path / "helper.py").write_text("secret = 1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    text = f"import helper\nprint(open('{tmp_path / 'secrets.txt'}').read(), open('secrets.txt').read())\n"
    collected = collect_sent({"program.py": text}, "program.py")

    assert set(collected.runnable.files) == {"program.py"}
