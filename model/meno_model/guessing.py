"""Mistakes that the network proposes itself: a token masked, and one of its own wrong guesses put there.

A name is only replaced by a name that stands elsewhere in the same window, an attribute by any name, an
operator or a number by its like; among those the guess is drawn by the network's own probabilities. Such a
mistake looks plausible where a random one does not. Made once, at the end of the dense phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from meno_analyzers.findings import Category
from meno_model.configuration import CATEGORIES
from meno_model.dataset import Pair, PairSet
from meno_model.encoder import BugEncoder
from meno_model.lexicon import ATTRIBUTE, COMPARISON, NAME, NUMBER, OPERATOR, Lexicon

_BATCH = 48
_LEAST_CHANCE = 0.01
"""Guesses that the network holds for less likely are not plausible."""
_BOUNDS = frozenset("< <= > >=".split())
_KINDS: dict[int, tuple[str, Category]] = {
    NAME: ("guessed-name", Category.WRONG_VARIABLE),
    ATTRIBUTE: ("guessed-attribute", Category.WRONG_METHOD_CALL),
    OPERATOR: ("guessed-operator", Category.WRONG_OPERATOR),
    COMPARISON: ("guessed-operator", Category.WRONG_COMPARATOR),
    NUMBER: ("guessed-number", Category.WRONG_LITERAL),
}
_SHARES = {NAME: 0.5, ATTRIBUTE: 0.15, OPERATOR: 0.12, COMPARISON: 0.13, NUMBER: 0.1}


@torch.no_grad()  # type: ignore[untyped-decorator]  # torch is not followed
def guessed_pairs(model: BugEncoder, pairs: PairSet, number: int, lexicon: Lexicon, seed: int) -> PairSet:
    """Up to `number` pairs whose mutants hold one of the network's own wrong guesses."""
    source = np.random.default_rng(seed)
    device = next(model.parameters()).device
    order = source.permutation(len(pairs))
    clean = dict.fromkeys(tuple(int(t) for t in pairs.clean(int(k))) for k in order[: 2 * number])
    chosen = sorted(list(clean)[: int(1.5 * number)], key=len)
    made: list[Pair] = []
    model.eval()
    for first in range(0, len(chosen), _BATCH):
        batch = chosen[first : first + _BATCH]
        places = [_place(ids, lexicon, source) for ids in batch]
        kept = [(ids, place) for ids, place in zip(batch, places, strict=True) if place is not None]
        if not kept:
            continue
        width = max(len(ids) for ids, _ in kept)
        rows = np.full((len(kept), width), lexicon.pad, dtype=np.int64)
        for row, (ids, (place, _)) in enumerate(kept):
            rows[row, : len(ids)] = ids
            rows[row, place] = lexicon.mask
        tokens = torch.from_numpy(rows).to(device)
        hidden = model.hidden(tokens, (tokens != lexicon.pad).long())
        at = torch.tensor([place for _, (place, _) in kept], device=device)
        logits = model.restored(hidden[torch.arange(len(kept), device=device), at]).float()
        chances = torch.softmax(logits, dim=1).cpu().numpy()
        for row, (ids, (place, kind)) in enumerate(kept):
            guess = _guess(ids, place, kind, chances[row], lexicon, source)
            if guess is not None:
                made.append(_pair(ids, place, kind, guess, lexicon))
    model.train()
    picked = source.permutation(len(made))[:number]
    return PairSet.of([made[int(k)] for k in picked])


def _place(ids: Sequence[int], lexicon: Lexicon, source: Any) -> tuple[int, int] | None:
    """A place to guess at and its kind: first the kind is drawn, then the place."""
    kinds = lexicon.kinds_of(ids)
    there = [kind for kind in _SHARES if (kinds == kind).any()]
    if not there:
        return None
    weights = np.array([_SHARES[kind] for kind in there])
    kind = int(source.choice(there, p=weights / weights.sum()))
    return int(source.choice(np.flatnonzero(kinds == kind))), kind


def _guess(
    ids: Sequence[int], place: int, kind: int, chances: Any, lexicon: Lexicon, source: Any
) -> int | None:
    if kind == NAME:
        kinds = lexicon.kinds_of(ids)
        options = {token for token, its in zip(ids, kinds, strict=True) if its == NAME}
    else:
        options = set(lexicon.tokens_of(kind))
    options.discard(ids[place])
    likely = [token for token in options if chances[token] >= _LEAST_CHANCE]
    if not likely:
        return None
    weights = chances[likely].astype(np.float64)
    return int(source.choice(likely, p=weights / weights.sum()))


def _pair(ids: Sequence[int], place: int, kind: int, guess: int, lexicon: Lexicon) -> Pair:
    operator, category = _KINDS[kind]
    words = {lexicon.text(ids[place]), lexicon.text(guess)}
    if words <= _BOUNDS and len({word[0] for word in words}) == 1:
        category = Category.OFF_BY_ONE_ERROR
    mutant = (*ids[:place], guess, *ids[place + 1 :])
    return Pair(tuple(ids), mutant, (place, place + 1), CATEGORIES.index(category), operator, "")
