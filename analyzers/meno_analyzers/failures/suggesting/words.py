"""The sentences of the catalogue, filled with the learner's own names and values.

Values are put in as code spans, never read again and never changed: two blanks in a text stay two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, base_language

FOLDER = Path(__file__).parent / "catalogue"
_GAP = re.compile(r"\{([a-z_]+)\}")
_RUNS = re.compile(r"`+")


def say(group: str, name: str, gaps: Mapping[str, str], language: str = DEFAULT_LANGUAGE) -> str:
    """The sentence with its gaps filled as they are. KeyError for one that is not there: a bug of ours."""
    text = _catalogue(language)[group][name]
    return _GAP.sub(lambda gap: gaps[gap[1]], text)


def span(code: str) -> str:
    """The code as a Markdown code span. Line ends, which only a program's own `repr` may hold, are blanks."""
    flat = code.replace("\n", " ").replace("\r", " ")
    runs = _RUNS.findall(flat)
    if not runs:
        return f"`{flat}`"
    fence = "`" * (max(map(len, runs)) + 1)
    return f"{fence} {flat} {fence}"


@lru_cache(maxsize=8)
def _catalogue(language: str) -> dict[str, dict[str, str]]:
    for name in dict.fromkeys((base_language(language), DEFAULT_LANGUAGE)):
        path = FOLDER / f"{name}.toml"
        if path.is_file():
            return tomllib.loads(path.read_text("utf-8"))
    raise FileNotFoundError("en.toml is not in the catalogue")
