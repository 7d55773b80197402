"""Evaluation sets: buggy programs with what is known of them, and correct programs.

Sets are read and never trained or tuned on. A record is a JSON object a line with `buggy` and, where known,
`fixed`, `bug_lines` and `accept_lines` (1-based; used where `label_quality`, if given, is high), `category`
and `accept_categories`; `code` alone is a correct program.
"""

from __future__ import annotations

import difflib
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meno_model.errors import CorpusError

_TASKS = ("question", "assignment", "task", "problem", "slug", "name", "entry_point")


@dataclass(frozen=True, slots=True)
class Program:
    """One buggy program; lines are 0-based and may be several right answers, and so may `accepted` be."""

    buggy: str
    fixed: str | None
    lines: frozenset[int]
    category: str | None
    accepted: frozenset[str]
    task: str


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """What one file holds; `name` is `folder/file` without its ending."""

    name: str
    programs: tuple[Program, ...]
    correct: tuple[str, ...]


def read_set(path: Path) -> EvaluationSet:
    """A `.jsonl.gz` evaluation set."""
    if not path.is_file():
        raise CorpusError(f"There is no evaluation set {path}: name a .jsonl.gz file.")
    programs: list[Program] = []
    correct: list[str] = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                record = json.loads(line)
                if isinstance(record.get("buggy"), str):
                    programs.append(_program(record, number))
                elif isinstance(record.get("code"), str):
                    correct.append(record["code"])
    except (OSError, ValueError, AttributeError) as problem:
        raise CorpusError(
            f"The evaluation set {path} cannot be read: it must be gzip-compressed JSON lines."
        ) from problem
    name = f"{path.parent.name}/{path.name.removesuffix('.jsonl.gz')}"
    return EvaluationSet(name, tuple(programs), tuple(correct))


def _program(record: dict[str, Any], number: int) -> Program:
    buggy, fixed = record["buggy"], record.get("fixed")
    if isinstance(record.get("code_end_line"), int):
        buggy = "\n".join(buggy.split("\n")[: record["code_end_line"]]) + "\n"
    lines = {int(n) - 1 for key in ("bug_lines", "accept_lines") for n in record.get(key) or ()}
    for gap in _gaps(record):
        lines |= {gap - 1, gap}
    if record.get("label_quality") in ("low", "medium"):
        lines = set()
    elif not lines and isinstance(fixed, str):
        lines = set(_changed_lines(buggy, fixed))
    category = record.get("category")
    task = next((str(record[key]) for key in _TASKS if record.get(key)), str(number))
    accepted = frozenset(filter(None, (category, *(record.get("accept_categories") or ()))))
    return Program(
        buggy, fixed if isinstance(fixed, str) else None, frozenset(lines), category, accepted, task
    )


def _gaps(record: dict[str, Any]) -> list[int]:
    """1-based lines after which code is missing; the line below a gap is as right as the one above."""
    found = record.get("insert_after")
    if isinstance(found, int):
        return [found]
    return [int(line) for line in found] if isinstance(found, list) else []


def _changed_lines(buggy: str, fixed: str) -> Iterator[int]:
    """0-based lines of `buggy` that the correction replaces or removes; beside the gap for an insertion."""
    old = [line.strip() for line in buggy.split("\n")]
    new = [line.strip() for line in fixed.split("\n")][: len(old) + 3]
    for kind, first, last, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("replace", "delete"):
            yield from (n for n in range(first, last) if old[n])
        elif kind == "insert" and first < len(old):
            yield from (max(0, first - 1), first)
