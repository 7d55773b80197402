"""Texts on their way to a terminal, a file or another program that has less room for them than UTF-8.

Simulated with `PYTHONIOENCODING`, which gives the channels what a redirected output has on Windows.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from platforms.worlds import like_windows, meno

LESSON = "变量 = 'é ≤ 😀'\nif 变量 = 1:\n    pass\n"
NARROW = ("cp1252", "cp437")


@pytest.mark.parametrize("encoding", NARROW)
def test_findings_about_names_without_room_are_told(encoding: str, tmp_path: Path) -> None:
    """Simulated: an output in a regional encoding."""
    lesson = tmp_path / "课.py"
    lesson.write_text("print(变量)\n", "utf-8")

    done = meno("check", str(lesson), env=os.environ | {"PYTHONIOENCODING": encoding})

    assert done.returncode == 1
    assert rb"\u53d8\u91cf" in done.stdout


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_is_for_programs_stays_readable_for_them(form: str, tmp_path: Path) -> None:
    """Simulated: an output in cp1252."""
    lesson = tmp_path / "课.py"
    lesson.write_text(LESSON, "utf-8")
    narrow = os.environ | {"PYTHONIOENCODING": "cp1252"}

    checked = meno("check", "--format", form, str(lesson), env=narrow)
    explained = meno("explain", "--format", form, str(lesson), env=narrow)

    assert json.loads(checked.stdout)
    assert "变量" in json.dumps(json.loads(explained.stdout), ensure_ascii=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is hidden is Linux'")
def test_the_style_of_a_text_with_such_names_is_told(tmp_path: Path) -> None:
    """Simulated: an output in cp1252, and no text is read or written in the default encoding."""
    lesson = tmp_path / "lesson.py"
    lesson.write_text("变量 = 1\nprint('≤ 😀', 变量)\n" * 6, "utf-8")

    done = meno("origin", str(lesson), env=like_windows(tmp_path / "data"))

    assert done.returncode == 0
    assert rb"\u53d8\u91cf" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Not simulated: on Linux a file may have such a name."""
    lesson = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py"))
    try:
        lesson.write_text("print(nope)\n", "utf-8")
    except OSError:
        pytest.skip("this file system refuses names that are no text")

    for form in ("text", "json", "sarif"):
        assert meno("check", "--format", form, str(lesson)).returncode == 1


def test_an_answer_that_is_no_text_ends_nothing(tmp_path: Path) -> None:
    """Not simulated: somebody pipes bytes of another encoding into a dialogue."""
    lesson = tmp_path / "lesson.py"
    lesson.write_text("total_price = 10\nprint(total_prise)\n", "utf-8")

    done = meno("ask", f"{lesson}:2", said=b"\xff\xfe\x81\n")

    assert done.returncode in (0, 1), done.stderr
