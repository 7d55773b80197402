"""Which files are tests of which programs, by their names and places; nothing is read.

Apart from what reads tests, so that an editor's server can ask without loading that.
"""

from __future__ import annotations

from pathlib import Path

_MARKS_OF_A_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")


def is_test_file(path: Path) -> bool:
    """Whether the name says so, as pytest reads names."""
    return path.suffix == ".py" and (path.stem.startswith("test_") or path.stem.endswith("_test"))


def subject_of(test: Path) -> Path | None:
    """The program that a test file is for, if it stands beside it, in the folder above, or in its `src`."""
    stem = test.stem.removeprefix("test_").removesuffix("_test")
    if not is_test_file(test) or not stem:
        return None
    folders = [test.parent, test.parent.parent, test.parent.parent / "src"]
    found = [folder / f"{stem}.py" for folder in folders if (folder / f"{stem}.py").is_file()]
    return next(iter(found), None)


def tests_beside(main: Path) -> list[Path]:
    """Files named after the program: beside it, in `tests` beside it, or in `tests` of the project."""
    folders = [main.parent, main.parent / "tests"]
    for above in main.parent.parents[:3]:
        if any((above / mark).exists() for mark in _MARKS_OF_A_PROJECT):
            folders.append(above / "tests")
            break
    names = [f"test_{main.stem}.py", f"{main.stem}_test.py"]
    return [folder / name for folder in folders for name in names if (folder / name).is_file()]
