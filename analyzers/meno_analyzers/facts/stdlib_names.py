"""Which names the modules of the standard library have, from a table made by scripts/stdlib-names.

The table holds every name that some version or platform knows, so that what it lacks is nowhere to be had.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

# What every module has beside the names of the table.
_EVERYWHERE = frozenset(
    "__name__ __doc__ __file__ __path__ __all__ __dict__ __spec__ __package__ __loader__ __builtins__".split()
)


@cache
def _table() -> dict[str, str]:
    text = files("meno_analyzers.facts").joinpath("stdlib_names.txt").read_text("utf-8")
    lines = (line.partition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {module: names for module, _, names in lines}


@cache
def names_of(module: str) -> frozenset[str] | None:
    """All public names of a module, or None if the table does not know the module."""
    names = _table().get(module)
    return None if names is None else frozenset(names.split()) | _EVERYWHERE
