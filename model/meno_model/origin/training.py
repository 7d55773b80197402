"""Training the origin model: read, count, fit a model for every fold and one for all, calibrate, write.

Folds are made of problems, never of programs: the solutions of one problem are all on one side. The model
of a fold has not seen its problems; these models are kept beside the shipped one, so that figures on
trained problems stay honest. Only records that may be trained on are fitted. Deterministic, in numpy;
`onnx` writes the graph.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from meno_model.errors import CorpusError
from meno_model.origin.calibration import Outcome, calibrate
from meno_model.origin.features import WIDTH, Bag, bag_of, names_in
from meno_model.origin.graph import write_graph
from meno_model.origin.reading import UnreadableCode, Word, read_words
from meno_model.origin.recipe import Recipe
from meno_model.origin.records import Record
from meno_model.origin.regression import Floats, Ids, Linear, Rows, fit
from meno_model.origin.weights import CALIBRATION, GRAPH, HELD_OUT, write_manifest

LEAST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """A text's features, its number of tokens, and the baseline's score: the mean length of chosen names."""

    bag: Bag
    tokens: int
    name_length: float


@dataclass(slots=True)
class Library:
    """What was counted in texts, each distinct print once."""

    _known: dict[str, Counted | None] = field(default_factory=dict)
    _prints: dict[tuple[Word, ...], Counted] = field(default_factory=dict)

    def of(self, text: str) -> Counted | None:
        """What was counted, or None for what cannot be read."""
        if text not in self._known:
            self._known[text] = self._count(text)
        return self._known[text]

    def _count(self, text: str) -> Counted | None:
        try:
            words = read_words(text)
        except UnreadableCode:
            return None
        bare = tuple(Word(word.kind, word.spelling, word.depth, None) for word in words)
        if bare not in self._prints:
            bag = bag_of(bare)
            nothing = np.zeros(0, np.int64)
            light = Bag(bag.ids, bag.strengths, nothing, nothing)
            names = names_in(bare)
            length = sum(map(len, names)) / len(names) if names else 0.0
            self._prints[bare] = Counted(light, sum(not word.is_break for word in bare), length)
        return self._prints[bare]


def fold_of(record: Record, folds: int) -> int:
    """The fold of a record's problem."""
    return record.mark % folds


def fit_records(records: Sequence[Record], bags: Sequence[Bag], recipe: Recipe) -> Linear:
    """One model of the given records, which must be permitted and of both classes."""
    truth = np.array([record.is_llm for record in records], dtype=np.bool_)
    if truth.all() or not truth.any():
        raise CorpusError("Training needs programs of people and of language models: name more data.")
    names = sorted({record.suite for record in records})
    sets: Ids = np.array([names.index(record.suite) for record in records], dtype=np.int64)
    problems = np.unique([record.mark for record in records], return_inverse=True)[1]
    return fit(
        Rows.of(bags, WIDTH).common(problems, recipe.least_problems),
        truth,
        row_weights(records, recipe.paired),
        strength=recipe.strength,
        smoothing=recipe.smoothing,
        counted=recipe.counted,
        sets=sets,
        set_scale=recipe.set_scale,
        iterations=recipe.iterations,
    )


def row_weights(records: Sequence[Record], paired: float) -> Floats:
    """The classes weigh alike; in each, a suite weighs by the square root of its size.

    Programs of a problem that both have solved weigh `paired` times as much: they differ in whose they are,
    and not in what they are about.
    """
    people = {record.group for record in records if not record.is_llm}
    shared = people & {record.group for record in records if record.is_llm}
    sizes = Counter((record.suite, record.is_llm) for record in records)
    weights = np.array([sizes[record.suite, record.is_llm] ** -0.5 for record in records])
    weights *= np.array([paired if record.group in shared else 1.0 for record in records])
    truth = np.array([record.is_llm for record in records])
    for value in (False, True):
        weights[truth == value] *= 0.5 / weights[truth == value].sum()
    return weights * len(records)


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that a run made."""

    model: Linear
    held_out: tuple[Linear, ...]
    outcome: Outcome
    records: int


def train(
    records: Sequence[Record], recipe: Recipe, library: Library, tell: Callable[[str], None] = lambda _: None
) -> tuple[Trained, list[Record]]:
    """Fit and calibrate on the permitted records; gives the run and the records it was fitted on."""
    permitted = [record for record in records if record.may_train]
    tell(f"reading {len(permitted)} of {len(records)} programs (the others are for evaluation only)")
    read = [(record, library.of(record.code_norm or record.code)) for record in permitted]
    usable = [(record, found.bag, found.tokens) for record, found in read if found is not None]
    if len(usable) < LEAST_RECORDS:
        raise CorpusError(
            f"Only {len(usable)} programs may be trained on and can be read; {LEAST_RECORDS} are needed: name"
            " more data."
        )
    own = [record for record, _, _ in usable]
    bags = [bag for _, bag, _ in usable]
    folds = np.array([fold_of(record, recipe.folds) for record in own])
    scores = np.zeros(len(own))
    held_out = []
    for number in range(recipe.folds):
        tell(f"fitting without part {number + 1} of {recipe.folds} of the problems")
        kept = np.flatnonzero(folds != number)
        model = fit_records([own[k] for k in kept], [bags[k] for k in kept], recipe)
        held_out.append(model)
        scores[folds == number] = scores_of(model, [bags[k] for k in np.flatnonzero(folds == number)])
    tell("fitting on all of them")
    final = fit_records(own, bags, recipe)
    judged = [k for k, (_, _, tokens) in enumerate(usable) if tokens >= recipe.least_tokens]
    outcome = calibrate([own[k] for k in judged], scores[judged], recipe)
    return Trained(final, tuple(held_out), outcome, len(own)), own


def scores_of(model: Linear, bags: Sequence[Bag]) -> Floats:
    """Scores of bags [len(bags)]."""
    return Rows.of(bags, WIDTH).times(model.table) + model.bias


def write_run(folder: Path, trained: Trained, own: Sequence[Record], recipe: Recipe) -> None:
    """Write the model's directory: graph, models of the folds, calibration, manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    write_graph(trained.model, folder / GRAPH)
    np.savez_compressed(
        folder / HELD_OUT,
        tables=np.stack([model.table for model in trained.held_out]).astype(np.float16),
        biases=np.array([model.bias for model in trained.held_out], np.float32),
        marks=np.array(sorted({record.mark for record in own}), np.uint32),
    )
    outcome = trained.outcome
    values = {**asdict(outcome), "least_tokens": recipe.least_tokens}
    (folder / CALIBRATION).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    counts = Counter((record.source, record.suite, record.label, record.generator) for record in own)
    training = {
        "recipe": recipe.as_dict(),
        "records": trained.records,
        "problems": len({record.group for record in own}),
        "sources": [[*key, number] for key, number in sorted(counts.items())],
    }
    write_manifest(folder, recipe.name, training)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The models of the folds, and the marks of the problems that the shipped model was trained on."""

    models: tuple[Linear, ...]
    marks: frozenset[int]

    def model_for(self, record: Record) -> Linear | None:
        """The model that has not seen the record's problem, where the shipped one has; else None."""
        if record.mark not in self.marks:
            return None
        return self.models[fold_of(record, len(self.models))]


def read_held_out(path: Path) -> HeldOut:
    with np.load(path) as values:
        tables: npt.NDArray[np.float64] = values["tables"].astype(np.float64)
        models = tuple(
            Linear(table, float(bias)) for table, bias in zip(tables, values["biases"], strict=True)
        )
        return HeldOut(models, frozenset(int(mark) for mark in values["marks"]))
