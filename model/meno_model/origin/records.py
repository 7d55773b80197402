"""The records of the origin data, and which of them may be trained on.

A file is JSON lines, plain or gzip, one program a record (`code`, `code_norm`, `label`, `generator`, `suite`,
`problem`, `certainty`, `source`). What has no clear licence, and what is neither a person's nor a language
model's alone, is used for evaluation only: `may_train` says so and nothing else decides it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meno_model.errors import CorpusError

FLAGGED_SOURCES = ("jamesmurdza/humaneval-results", "KoutchemeCharles/aied2023")
"""Repositories without a licence file: evaluation only."""
CERTAIN = frozenset({"certain", "pre_llm"})


@dataclass(frozen=True, slots=True)
class Record:
    """One program. `label` is `human`, `llm` or `mixed`; `certainty` as the data's README has it."""

    id: str
    source: str
    code: str
    code_norm: str
    label: str
    generator: str
    suite: str
    problem: str
    certainty: str

    @property
    def is_llm(self) -> bool:
        return self.label == "llm"

    @property
    def may_train(self) -> bool:
        return self.label in ("human", "llm") and not self.source.startswith(FLAGGED_SOURCES)

    @property
    def is_certain_human(self) -> bool:
        """A person's beyond doubt: known, or written before language models were at hand."""
        return self.label == "human" and self.certainty in CERTAIN

    @property
    def group(self) -> str:
        """Suite and problem: what must never stand on both sides of a split."""
        return f"{self.suite}/{self.problem}"

    @property
    def mark(self) -> int:
        """A checksum of the group, by which trained problems are known again."""
        return zlib.crc32(self.group.encode())


def read_records(paths: Sequence[Path]) -> list[Record]:
    """All records of the files, or of the `.jsonl` and `.jsonl.gz` files below a folder.

    A `CorpusError` says in one sentence which file or line cannot be used.
    """
    records = [record for path in paths for file in _files(path) for record in _read(file)]
    if not records:
        raise CorpusError("There is no record in what was named: name the origin data, a .jsonl.gz file.")
    return records


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*.jsonl*") if file.name.endswith((".jsonl", ".jsonl.gz")))


def _read(path: Path) -> Iterator[Record]:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as problem:
        raise CorpusError(f"{path} cannot be read: name a JSON lines file, plain or gzip.") from problem
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _record(path, number, line)


def _record(path: Path, number: int, line: str) -> Record:
    try:
        values: dict[str, Any] = json.loads(line)
        return Record(
            id=str(values["id"]),
            source=str(values.get("source", "")),
            code=str(values["code"]),
            code_norm=str(values.get("code_norm") or ""),
            label=str(values["label"]),
            generator=str(values.get("generator") or values["label"]),
            suite=str(values["suite"]),
            problem=str(values["problem"]),
            certainty=str(values.get("certainty", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise CorpusError(
            f"Line {number} of {path} is no origin record: it needs id, code, label, suite and problem."
        ) from problem
