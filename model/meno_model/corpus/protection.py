"""Which programs must not be trained on: those of evaluation sets, by name and by likeness."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from meno_model.corpus.deduplication import Contamination, normalised
from meno_model.errors import CorpusError
from meno_model.rendering import render
from meno_model.units import units_of

_LONGEST_PROGRAM = 20_000
_LEAST_LEXEMES = 20


def read_contamination(folders: Sequence[Path]) -> tuple[Contamination, str]:
    """Protected programs of evaluation sets: every `*.jsonl.gz` below the folders, and `names.txt` lists.

    Returns also a short checksum of what was protected, for the data card.
    """
    programs: list[list[str]] = []
    names: list[str] = []
    digest = hashlib.sha256()
    for folder in folders:
        if not folder.is_dir():
            raise CorpusError(f"There is no folder {folder}: name the folder of the evaluation sets.")
        for listing in sorted(folder.rglob("names.txt")):
            names += listing.read_text(encoding="utf-8").split()
        for path in sorted(folder.rglob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    programs += _protected_units(json.loads(line))
            digest.update(path.name.encode())
    digest.update(str(len(programs)).encode())
    return Contamination(programs, names), digest.hexdigest()[:12]


def _protected_units(record: dict[str, object]) -> Iterator[list[str]]:
    for field in ("buggy", "fixed", "code", "reference"):
        text = record.get(field)
        if not isinstance(text, str) or len(text) > _LONGEST_PROGRAM:
            continue
        for unit in units_of(text):
            rendering = render(unit.text)
            if rendering is not None and len(rendering.lexemes) >= _LEAST_LEXEMES:
                yield normalised(rendering.lexemes)
