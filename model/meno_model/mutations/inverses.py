"""Which kinds of changes of the repair search undo which mistakes.

The repair is the inverse mutation. `UNDONE_BY` names, for each mutation operator, the operators of
`meno_analyzers.failures.repair` that propose its inverse, the usual one first; an empty tuple means that the
search has none. `tests/model/test_inverses.py` makes the mistakes and looks for the original among the
search's proposals. The network's repair head tells apart the kinds in `REPAIRS`.
"""

from __future__ import annotations

from collections.abc import Mapping

UNDONE_BY: Mapping[str, tuple[str, ...]] = {
    "accumulator-starts-wrong": ("first value", "literal"),
    "and-for-or": ("and, or",),
    "argument-dropped": ("argument added",),
    "argument-repeated": ("variable", "argument dropped"),
    "arguments-swapped": ("arguments swapped",),
    "bound-included-or-not": ("comparison",),
    "brackets-forgotten": ("brackets of a call",),
    "brackets-of-the-wrong-kind": (),
    "confused-function": ("function",),
    "confused-method": ("method",),
    "conversion-lost": ("call around",),
    "default-forgotten": (),
    "early-answer-too-early": ("statement out of its block",),
    "element-or-container": ("variable",),
    "empty-case-forgotten": ("guard",),
    "extreme-starts-at-zero": ("first value",),
    "guessed-attribute": ("method",),
    "guessed-name": ("variable", "function"),
    "guessed-number": ("number by one", "literal"),
    "guessed-operator": ("comparison", "arithmetic"),
    "index-at-length": ("last place", "index"),
    "index-for-element": ("item or index", "variable"),
    "index-moved": ("index", "plus or minus one"),
    "join-turned-round": (),
    "keep-none-result": ("changed in place",),
    "length-as-method": (),
    "loop-over-a-number": ("range", "call around"),
    "missing-self": (),
    "neighbour-dropped": ("range",),
    "neighbouring-name": ("variable",),
    "not-lost-or-added": ("negation",),
    "number-off": ("number by one", "literal"),
    "one-dropped": ("plus or minus one",),
    "other-attribute": (),
    "overwrite-instead-of-add": ("assignment sign",),
    "range-one-longer": ("range",),
    "range-shifted": ("range",),
    "remainder-as-division": ("arithmetic",),
    "return-inside-the-loop": ("statement out of its block",),
    "same-name-twice": ("variable",),
    "shared-default": (),
    "slice-moved": ("slice",),
    "started-inside-the-loop": ("statement into the block above", "statement moved by a line"),
    "statement-left-the-block": ("statement into the block above",),
    "step-forgotten": ("missing update",),
    "step-the-wrong-way": ("assignment sign", "arithmetic"),
    "truth-flipped": ("literal",),
    "value-not-returned": ("answer handed back",),
    "wrong-arithmetic": ("arithmetic",),
    "wrong-augmented": ("assignment sign",),
    "wrong-comparison": ("comparison",),
}

REPAIRS: tuple[str, ...] = tuple(sorted({name for names in UNDONE_BY.values() for name in names}))
"""The kinds of changes that the repair head tells apart, in the order of its logits."""
