"""Which projects may be trained on: those that state a permissive licence themselves.

Of an installed project the decision reads the licence expression, then the classifiers, then the short
licence field, and wants every part of an `AND` to be permissive and one part of an `OR`; of a repository it
reads the licence file at the top. What it cannot read it leaves out. Code is read for training only; none of
it is copied into the repository. Guarded by `tests/model/test_corpus.py`.
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


def is_licence_file(name: str) -> bool:
    """Whether a file at the top of a project is one that states its licence."""
    return bool(_LICENCE_FILE.match(name))


def licence_of_text(text: str) -> str:
    """The short name of a licence from its text; "not recognised" for any other."""
    head = " ".join(text.split())[:20_000]
    return next((name for name, words in _WORDINGS if all(word in head for word in words)), "not recognised")


_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicense)([.-][\w.-]+)?$", re.IGNORECASE)
# The first that fits counts: those that ask for more stand first.
_WORDINGS = (
    ("AGPL", ("GNU AFFERO GENERAL PUBLIC LICENSE",)),
    ("LGPL", ("GNU LESSER GENERAL PUBLIC LICENSE",)),
    ("GPL", ("GNU GENERAL PUBLIC LICENSE",)),
    ("MPL-2.0", ("Mozilla Public License",)),
    ("CC-BY-NC", ("NonCommercial",)),
    ("Apache-2.0", ("Apache License", "Version 2.0")),
    ("PSF-2.0", ("PYTHON SOFTWARE FOUNDATION LICENSE",)),
    ("MIT", ("Permission is hereby granted, free of charge, to any person obtaining a copy",)),
    ("ISC", ("Permission to use, copy, modify, and", "distribute this software for any purpose")),
    ("BSD-3-Clause", ("Redistribution and use in source and binary forms", "endorse or promote")),
    ("BSD-2-Clause", ("Redistribution and use in source and binary forms",)),
    ("Unlicense", ("free and unencumbered software released into the public domain",)),
)
