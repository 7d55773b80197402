"""Which installed projects may be trained on: those whose own metadata states a permissive licence.

The decision reads the licence expression, then the classifiers, then the short licence field, and wants
every part of an `AND` to be permissive and one part of an `OR`. What it cannot read it leaves out. Code is
read for training only; none of it is copied into the repository. Guarded by `tests/model/test_corpus.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

_PERMISSIVE = re.compile(
    r"^(mit(-0)?|(the )?mit license.*|0?bsd|bsd[ -][234][ -]clause.*|[234]-clause bsd.*|bsd license|new bsd.*"
    r"|apache|apache[ -]2(\.0)?.*|apache license.*|apache software license|psf.*|cnri-python"
    r"|python software foundation license|isc.*|zlib|bsl-1\.0|cc0.*|unlicense)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Licence:
    """What a project says about itself, and whether that permits training here."""

    project: str
    version: str
    stated: str
    permissive: bool


def licence_of(distribution: metadata.Distribution) -> Licence:
    """Read one installed project's metadata."""
    fields = distribution.metadata
    name = str(fields["Name"])
    expression = " AND ".join(fields.get_all("License-Expression") or [])
    classifiers = [
        text.split("::")[-1].strip()
        for text in fields.get_all("Classifier") or []
        if text.startswith("License ::") and not text.strip().endswith("OSI Approved")
    ]
    if expression:
        stated = expression
    elif classifiers:
        stated = " AND ".join(re.sub(r"\s*\(.*?\)", "", text) for text in classifiers)
    else:
        stated = " ".join((str(fields["License"]) if "License" in fields else "").split())[:60]
    return Licence(name, distribution.version, stated or "not stated", is_permissive(stated))


def is_permissive(stated: str) -> bool:
    """Whether a licence expression permits reuse under attribution at most."""
    parts = re.split(r"\s+AND\s+", stated.strip())
    return all(
        any(_PERMISSIVE.match(choice.strip(" ()")) for choice in re.split(r"\s+OR\s+|\s+WITH\s+", part))
        for part in parts
    )
