"""The values of the corpus, how they are split, and how they are kept on disk.

`corpus.jsonl.gz` and `fixes.jsonl.gz` hold code and stay on the machine that trains; `sources.json` holds
counts only and goes into the data card.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from meno_analyzers.findings import Category
from meno_model.errors import CorpusError

SPLITS = ("train", "validation", "calibration", "test")
EXERCISES = "exercises"
_SNIPPETS, _FIXES, _SOURCES = "corpus.jsonl.gz", "fixes.jsonl.gz", "sources.json"


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """What to read and how to split it; the split lists name projects or exercise families."""

    most_functions_per_project: int = 5000
    least_lines: int = 3
    most_lines: int = 60
    share_of_test_code: float = 0.25
    programs_per_exercise: int = 60
    share_of_variants: float = 0.25
    """Of the snippets for training this share is rewritten as a beginner would write it."""
    most_fixes_per_project: int = 1500
    most_commits: int = 20_000
    """Of each history the newest so many commits are looked through for corrections."""
    no_fixes_of: tuple[str, ...] = ()
    """Projects from whose history benchmarks of bugs were made."""
    validation: tuple[str, ...] = ()
    calibration: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    seed: int = 1

    def split_of(self, project: str) -> str:
        """The split of a project; `owner/name` belongs with an installed project called `name`."""
        own = {project.lower(), project.lower().removeprefix(f"{_owner(project)}/")}
        for name in SPLITS[1:]:
            if own & {listed.lower() for listed in getattr(self, name)}:
                return name
        return "train"


def _owner(project: str) -> str:
    """Of `owner/name` the owner; of an exercise family nothing, since its folder is part of its name."""
    owner, slash, _ = project.lower().partition("/")
    return owner if slash and owner != EXERCISES else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What code to read: `protect` names folders of evaluation sets whose near copies must not be trained on;
    `only` limits the installed projects that are read (an empty list: none); `sources` are folders and
    repositories."""

    protect: Sequence[Path] = ()
    only: Sequence[str] | None = None
    sources: Sequence[Path] = ()

    def wants(self, project: str) -> bool:
        """Whether an installed project is read."""
        return self.only is None or project in self.only


INSTALLED = Reading()
"""All that is installed, and no evaluation set to keep away from."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One clean function or script; `text` begins in column 0."""

    project: str
    split: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A function before and after a correction at one place.

    `before[focus[0]:focus[1]]` is what was wrong; for something missing, the code on both sides of the gap.
    """

    project: str
    split: str
    name: str
    before: str
    after: str
    focus: tuple[int, int]
    category: Category
    commit: str


@dataclass(slots=True)
class SourceRecord:
    """What one project gave."""

    project: str
    version: str
    licence: str
    split: str
    files: int = 0
    functions: int = 0
    scripts: int = 0
    variants: int = 0
    fixes: int = 0
    duplicates: int = 0
    near_evaluation: int = 0


def save_corpus(
    snippets: Sequence[Snippet], records: Sequence[SourceRecord], folder: Path, fixes: Sequence[Fix] = ()
) -> None:
    """Write all three files; the counts come last, so that a folder with them is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, items in ((_SNIPPETS, snippets), (_FIXES, fixes)):
        with gzip.open(folder / name, "wt", encoding="utf-8", compresslevel=3) as file:
            for item in items:
                file.write(json.dumps(asdict(item)) + "\n")
    table = [asdict(record) for record in records]
    (folder / _SOURCES).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def is_saved(folder: Path) -> bool:
    return (folder / _SOURCES).is_file()


def load_corpus(folder: Path) -> list[Snippet]:
    """The clean code that `save_corpus` wrote."""
    return [Snippet(**values) for values in _lines(folder, _SNIPPETS)]


def load_fixes(folder: Path) -> list[Fix]:
    """The corrections that `save_corpus` wrote; none where the folder is older than they are."""
    if not (folder / _FIXES).is_file():
        return []
    return [
        Fix(**{**values, "focus": tuple(values["focus"]), "category": Category(values["category"])})
        for values in _lines(folder, _FIXES)
    ]


def _lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    if not folder.is_dir():
        raise CorpusError(f"There is no corpus in {folder.parent}: name the folder of a training run.")
    try:
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError, TypeError) as problem:
        raise CorpusError(
            f"The corpus in {folder} cannot be read: delete the folder and train again."
        ) from problem
