"""Every recorded text is read as it was meant: errors, places, marks, what was seen and what was wanted."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from meno_analyzers.failures.tracebacks import ErrorText, Frame, own_frame, read

HERE = Path(__file__).parent
EXPECTED: dict[str, list[dict[str, Any]]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))


def place(frame: Frame) -> str:
    mark = f" [{frame.mark.focus_start}:{frame.mark.focus_end}]" if frame.mark else ""
    repeated = f" x{frame.repeated}" if frame.repeated else ""
    return f"{frame.path}:{frame.line} {frame.function}{mark}{repeated}".rstrip()


def told(error: ErrorText) -> dict[str, Any]:
    """The error in the form of the file; what it does not have is left out."""
    own = own_frame(error, "/home/ada/shop")
    library = sum("/usr/local/" in frame.path or frame.path.startswith("<frozen") for frame in error.frames)
    found = {
        "origin": str(error.origin),
        "error": f"{error.type}: {error.message}",
        "test": error.test,
        "frames": [place(frame) for frame in error.frames if "/usr/local/" not in frame.path],
        "library_frames": library,
        "source": own.source if own else None,
        "own": f"{own.path}:{own.line}" if own else None,
        "place": place(error.place) if error.place else None,
        "notes": list(error.notes),
        "observed": error.observed,
        "expected": error.expected,
        "ignored": error.ignored,
        "earlier": [f"{item.link}: {item.error.type}" for item in error.earlier],
        "members": [f"{member.type}: {member.message}" for member in error.members],
    }
    found["frames"] = [line for line in found["frames"] if not line.startswith("<frozen")]  # type: ignore[union-attr]
    return {key: value for key, value in found.items() if value not in (None, [], False, 0)}


def test_there_are_enough_texts_and_each_has_its_expectation() -> None:
    names = {path.stem for path in (HERE / "recorded").glob("*.txt")}
    assert names == set(EXPECTED)
    assert len(names) >= 40


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_text_is_read_as_it_was_meant(name: str) -> None:
    text = (HERE / "recorded" / f"{name}.txt").read_text(encoding="utf-8")
    assert [told(error) for error in read(text).errors] == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("change", ["crlf", "quoted", "indented", "fenced"])
def test_the_way_of_pasting_changes_nothing(name: str, change: str) -> None:
    text = (HERE / "recorded" / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
    pasted = {
        "crlf": lambda: text.replace("\n", "\r\n"),
        "quoted": lambda: "\n".join(f"> {line}" for line in text.split("\n")),
        "indented": lambda: "\n".join(f"    {line}" for line in text.split("\n")),
        "fenced": lambda: f"Look at this:\n\n```\n{text}\n```\n",
    }[change]()
    assert [told(error) for error in read(pasted).errors] == EXPECTED[name]
