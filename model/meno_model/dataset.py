"""Pairs of clean and mutated token sequences, made once, kept in flat arrays, drawn in batches.

For each snippet some mistakes are drawn: first the operator (by the weight of its category and the rarity
of the operator in the corpus), then the place. A pair's two sides cover the same window of the code, so
that nothing but the mistake tells them apart. One clean side in ten is cut short after a statement:
half-written code is clean. Sequences stand in one `uint16` array, as `tokens[offsets[k]:offsets[k + 1]]`.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from meno_model.configuration import CATEGORIES, MutationPlan
from meno_model.corpus.snippets import Fix, Snippet
from meno_model.errors import CorpusError
from meno_model.mutations import OPERATORS, Edit, apply, edits_of
from meno_model.mutations.base import is_mutant, load_operators
from meno_model.mutations.inverses import REPAIRS, UNDONE_BY
from meno_model.rendering import Rendering, render
from meno_model.tokenizer import CodeTokenizer
from meno_model.units import parse_quietly
from meno_model.windows import Window, windows_of

Tokens = npt.NDArray[np.uint16]
CORRECTION = "correction"
"""The operator of pairs that people made: a mistake and its correction from a history."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`target` is the half-open range of mutant tokens that are wrong (index 0 is `<s>`)."""

    clean: tuple[int, ...]
    mutant: tuple[int, ...]
    target: tuple[int, int]
    category: int
    operator: str
    project: str


class PairSet:
    """Pairs in flat arrays: `labels[k]` is target start, target end, category, operator of pair `k`."""

    def __init__(
        self,
        tokens: Tokens,
        offsets: npt.NDArray[np.int64],
        labels: npt.NDArray[np.int32],
        operators: list[str],
    ) -> None:
        self.tokens, self.offsets, self.labels, self.operators = tokens, offsets, labels, operators

    def __len__(self) -> int:
        return len(self.labels)

    def clean(self, pair: int) -> Tokens:
        return self.tokens[self.offsets[2 * pair] : self.offsets[2 * pair + 1]]

    def mutant(self, pair: int) -> Tokens:
        return self.tokens[self.offsets[2 * pair + 1] : self.offsets[2 * pair + 2]]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The longer side of each pair, in tokens."""
        sizes = np.diff(self.offsets).reshape(-1, 2)
        longest: npt.NDArray[np.int64] = sizes.max(axis=1)
        return longest

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> PairSet:
        operators = sorted({*load_operators(), *UNDONE_BY, CORRECTION})
        place = {name: index for index, name in enumerate(operators)}
        sides = [side for pair in pairs for side in (pair.clean, pair.mutant)]
        offsets = np.zeros(len(sides) + 1, dtype=np.int64)
        np.cumsum([len(side) for side in sides], out=offsets[1:])
        tokens = np.fromiter((token for side in sides for token in side), np.uint16, count=int(offsets[-1]))
        rows = [(*pair.target, pair.category, place[pair.operator]) for pair in pairs]
        labels = np.array(rows, np.int32).reshape(-1, 4)
        return cls(tokens, offsets, labels, operators)

    def repairs(self, chosen: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Which repairs undo the mistakes of these pairs [B, R]; none where that is not known."""
        wanted = np.zeros((len(chosen), len(REPAIRS)), dtype=np.bool_)
        for row, pair in enumerate(chosen):
            for name in UNDONE_BY.get(self.operators[self.labels[pair, 3]], ()):
                wanted[row, REPAIRS.index(name)] = True
        return wanted

    def __add__(self, other: PairSet) -> PairSet:
        """Both sets, this one's pairs first."""
        if self.operators != other.operators:
            raise CorpusError("The pairs were made by different versions of Meno: delete the run's folder.")
        offsets = np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]])
        tokens, labels = (
            np.concatenate([getattr(self, name), getattr(other, name)]) for name in ("tokens", "labels")
        )
        return PairSet(tokens, offsets, labels, self.operators)

    def save(self, path: Path) -> None:
        np.savez(path, tokens=self.tokens, offsets=self.offsets, labels=self.labels, operators=self.operators)

    @classmethod
    def load(cls, path: Path) -> PairSet:
        try:
            with np.load(path) as file:
                operators = [str(name) for name in file["operators"]]
                return cls(file["tokens"], file["offsets"], file["labels"], operators)
        except (OSError, ValueError, KeyError) as problem:
            raise CorpusError(
                f"The training pairs in {path} cannot be read: delete the file and train again."
            ) from problem

    def batches(
        self,
        tokens_per_batch: int,
        source: np.random.Generator,
        long_from: int = 0,
        long_share: float = 1.0,
        pairs_per_batch: int = 0,
        choose: Callable[[], npt.NDArray[np.int64]] | None = None,
    ) -> Iterator[list[int]]:
        """Forever: lists of pairs of about equal length, both sides together near the token budget.

        `pairs_per_batch` above 0 is the size of a batch instead. Of the pairs longer than `long_from` tokens
        a new draw of `long_share` takes part in each round; `choose` says which pairs a round is made of
        (default: all).
        """
        lengths = self.lengths
        while True:
            order = source.permutation(len(self) if choose is None else choose())
            order = order[(lengths[order] <= long_from) | (source.random(len(order)) < long_share)]
            pool = 4096
            batches: list[list[int]] = []
            for first in range(0, len(order), pool):
                chunk = sorted(order[first : first + pool].tolist(), key=lambda pair: int(lengths[pair]))
                batch: list[int] = []
                for pair in chunk:
                    tokens = (len(batch) + 1) * 2 * int(lengths[pair])
                    full = len(batch) == pairs_per_batch if pairs_per_batch else tokens > tokens_per_batch
                    if batch and full:
                        batches.append(batch)
                        batch = []
                    batch.append(pair)
                if batch:
                    batches.append(batch)
                source.shuffle(batches)
                yield from batches
                batches = []


@dataclass(frozen=True, slots=True)
class Draw:
    """What decides which mistakes are made."""

    plan: MutationPlan
    longest: int
    unfinished_share: float
    seed: int
    rarity: dict[str, float]


def operator_rarity(snippets: Sequence[Snippet], power: float, seed: int) -> dict[str, float]:
    """A factor for each operator: the rarer its sites in a sample of the corpus, the larger."""
    sample = random.Random(seed).sample(list(snippets), min(1500, len(snippets)))
    seen: Counter[str] = Counter()
    for snippet in sample:
        seen.update({edit.operator for edit in edits_of(snippet.text, checked=False)})
    return {name: (len(sample) / (seen[name] + 1)) ** power for name in load_operators()}


def pairs_of(snippet: Snippet, tokenizer: CodeTokenizer, draw: Draw) -> list[Pair]:
    """The pairs of one snippet, reproducible from the seed and its text."""
    source = random.Random(f"{draw.seed}:{snippet.text}")
    rendering = render(snippet.text)
    if rendering is None:
        return []
    clean = windows_of(rendering, tokenizer, draw.longest)
    by_operator: dict[str, list[Edit]] = {}
    for edit in edits_of(snippet.text, checked=False):
        if _weight(edit, draw) > 0:
            by_operator.setdefault(edit.operator, []).append(edit)
    pairs: list[Pair] = []
    for _ in range(draw.plan.per_snippet * 2):
        if not by_operator or len(pairs) == draw.plan.per_snippet:
            break
        names = list(by_operator)
        weights = [_weight(by_operator[name][0], draw) for name in names]
        name = source.choices(names, weights)[0]
        edit = source.choice(by_operator[name])
        by_operator[name].remove(edit)
        if not by_operator[name]:
            del by_operator[name]
        if is_mutant(snippet.text, edit):
            made = _pair(snippet, edit, clean, tokenizer, draw.longest)
            if made is not None:
                pairs.append(made)
    if pairs and source.random() < draw.unfinished_share * draw.plan.per_snippet:
        pairs[0] = _with_unfinished_clean(pairs[0], snippet, tokenizer, draw.longest, source)
    return pairs


def _weight(edit: Edit, draw: Draw) -> float:
    by_category = draw.plan.weights.get(edit.category.value, 1.0)
    return by_category * draw.plan.operators.get(edit.operator, 1.0) * draw.rarity.get(edit.operator, 1.0)


def focus_tokens(
    rendering: Rendering, window: Window, text: str, focus: tuple[int, int]
) -> tuple[int, int] | None:
    """The range of the window's tokens whose lexemes overlap the focus (offsets in `text`)."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    wrong = {
        index
        for index, lexeme in enumerate(rendering.lexemes)
        if starts[lexeme.line] + lexeme.column < focus[1]
        and focus[0] < starts[lexeme.end_line] + lexeme.end_column
    }
    hits = [k for k, piece in enumerate(window.pieces) if piece >= 0 and rendering.origins[piece] in wrong]
    return (hits[0], hits[-1] + 1) if hits else None


def _pair(
    snippet: Snippet, edit: Edit, clean: list[Window], tokenizer: CodeTokenizer, longest: int
) -> Pair | None:
    text = apply(snippet.text, edit)
    rendering = render(text)
    if rendering is None:
        return None
    for index, window in enumerate(windows_of(rendering, tokenizer, longest)):
        target = focus_tokens(rendering, window, text, edit.focus)
        if target is not None:
            partner = clean[min(index, len(clean) - 1)]
            if partner.ids == window.ids:
                return None
            category = CATEGORIES.index(edit.category)
            return Pair(partner.ids, window.ids, target, category, edit.operator, snippet.project)
    return None


def _with_unfinished_clean(
    pair: Pair, snippet: Snippet, tokenizer: CodeTokenizer, longest: int, source: random.Random
) -> Pair:
    """The pair with its clean side cut after a random statement."""
    tree = parse_quietly(snippet.text)
    first = tree.body[0] if tree is not None and tree.body else None
    body = (
        first.body if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else tree.body if tree else []
    )
    if len(body) < 2:
        return pair
    last = body[source.randrange(len(body) - 1)].end_lineno or 1
    rendering = render("\n".join(snippet.text.split("\n")[:last]) + "\n")
    if rendering is None:
        return pair
    window = windows_of(rendering, tokenizer, longest)[0]
    return Pair(window.ids, pair.mutant, pair.target, pair.category, pair.operator, pair.project)


def correction_pairs(fixes: Sequence[Fix], tokenizer: CodeTokenizer, longest: int) -> PairSet:
    """The pairs of mined corrections: the same window of the function before and after."""
    pairs: list[Pair] = []
    for fix in fixes:
        before, after = render(fix.before), render(fix.after)
        if before is None or after is None:
            continue
        clean = windows_of(after, tokenizer, longest)
        for index, window in enumerate(windows_of(before, tokenizer, longest)):
            target = focus_tokens(before, window, fix.before, fix.focus)
            partner = clean[min(index, len(clean) - 1)]
            if target is not None and partner.ids != window.ids:
                category = CATEGORIES.index(fix.category)
                pairs.append(Pair(partner.ids, window.ids, target, category, CORRECTION, fix.project))
                break
    return PairSet.of(pairs)


_worker: tuple[CodeTokenizer, Draw] | None = None


def _start_worker(vocabulary: str, draw: Draw) -> None:
    global _worker
    _worker = (CodeTokenizer.load(Path(vocabulary)), draw)


def _work(snippets: list[Snippet]) -> list[Pair]:
    if _worker is None:
        return []
    return [pair for snippet in snippets for pair in pairs_of(snippet, *_worker)]


def make_pairs(
    snippets: Sequence[Snippet],
    vocabulary: Path,
    draw: Draw,
    processes: int = 1,
    on_progress: Callable[[int], None] = lambda _number: None,
) -> PairSet:
    """All pairs of the snippets; `processes` above 1 spreads the work."""
    chunks = [list(snippets[k : k + 200]) for k in range(0, len(snippets), 200)]
    pairs: list[Pair] = []
    if processes <= 1:
        _start_worker(str(vocabulary), draw)
        for chunk in chunks:
            pairs += _work(chunk)
            on_progress(len(chunk))
    else:
        with ProcessPoolExecutor(
            processes, get_context("spawn"), initializer=_start_worker, initargs=(str(vocabulary), draw)
        ) as pool:
            for chunk, made in zip(chunks, pool.map(_work, chunks), strict=True):
                pairs += made
                on_progress(len(chunk))
    if not pairs:
        raise CorpusError(
            "The corpus has no code in which the chosen mistakes can be made: widen the corpus."
        )
    return PairSet.of(pairs)


__all__ = [
    "OPERATORS",
    "Draw",
    "Pair",
    "PairSet",
    "correction_pairs",
    "focus_tokens",
    "make_pairs",
    "operator_rarity",
    "pairs_of",
]
