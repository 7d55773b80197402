"""Which kinds of changes of the repair search undo which mistakes.

The repair is the inverse mutation. `UNDONE_BY` names, for each mutation operator, the operators of
`meno_analyzers.failures.repair` that propose its inverse, the usual one first; an empty tuple means that the
search has none. `tests/model/test_inverses.py` makes the mistakes and looks for the original among the
search's proposals. The network's repair head tells apart the kinds in `REPAIRS`.
"""

from __future__ import annotations

from collections.abc import Mapping

UNDONE_BY: Mapping[str, tuple[str, ...]] = {
    "accumulator-starts-wrong": ("literal", "number by one"),
    "and-for-or": ("and, or",),
    "argument-dropped": (),
    "argument-repeated": ("variable",),
    "arguments-swapped": ("arguments swapped",),
    "bound-included-or-not": ("comparison",),
    "brackets-forgotten": ("brackets of a call",),
    "brackets-of-the-wrong-kind": (),
    "confused-function": ("function",),
    "confused-method": ("method",),
    "conversion-lost": ("call around",),
    "default-forgotten": (),
    "early-answer-too-early": ("block without its header",),
    "element-or-container": ("variable",),
    "empty-case-forgotten": ("base case",),
    "extreme-starts-at-zero": ("literal becomes name",),
    "guessed-attribute": ("method",),
    "guessed-name": ("variable", "function"),
    "guessed-number": ("number by one", "literal"),
    "guessed-operator": ("comparison", "arithmetic", "assignment sign"),
    "index-at-length": ("last place",),
    "index-for-element": ("variable",),
    "index-moved": ("plus or minus one", "number by one", "part of it"),
    "join-turned-round": (),
    "keep-none-result": ("changed in place",),
    "length-as-method": (),
    "loop-over-a-number": ("call around",),
    "missing-self": (),
    "neighbour-dropped": ("plus or minus one",),
    "neighbouring-name": ("variable",),
    "not-lost-or-added": ("negation", "other condition"),
    "number-off": ("number by one", "literal"),
    "one-dropped": ("plus or minus one",),
    "other-attribute": ("method",),
    "overwrite-instead-of-add": ("assignment sign",),
    "range-one-longer": ("range", "number by one", "part of it"),
    "range-shifted": ("range", "number by one"),
    "remainder-as-division": ("arithmetic",),
    "return-inside-the-loop": ("statement out of its block",),
    "same-name-twice": ("variable",),
    "shared-default": ("literal",),
    "slice-moved": ("number by one", "slice"),
    "started-inside-the-loop": ("statement out of its block",),
    "statement-left-the-block": ("statement into the block above",),
    "step-forgotten": ("missing update",),
    "step-the-wrong-way": ("assignment sign",),
    "truth-flipped": ("literal",),
    "value-not-returned": ("answer handed back",),
    "wrong-arithmetic": ("arithmetic",),
    "wrong-augmented": ("assignment sign",),
    "wrong-comparison": ("comparison",),
}

REPAIRS: tuple[str, ...] = tuple(sorted({name for names in UNDONE_BY.values() for name in names}))
"""The kinds of changes that the repair head tells apart, in the order of its logits."""
