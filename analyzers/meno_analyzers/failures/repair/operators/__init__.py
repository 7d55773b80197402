"""The kinds of small changes that the search tries, a module for each family. Importing this registers
them."""

from meno_analyzers.failures.repair.operators import (
    blocks,
    boundaries,
    calling,
    conditions,
    expressions,
    guarding,
    in_place,
    inserting,
    naming,
    signs,
    values,
)

__all__ = [
    "blocks",
    "boundaries",
    "calling",
    "conditions",
    "expressions",
    "guarding",
    "in_place",
    "inserting",
    "naming",
    "signs",
    "values",
]
