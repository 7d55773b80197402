"""How the model does on what it was never shown: a suite left out, a generator, a family of generators.

Each needs models of its own, so this takes minutes. A generator is left out of training, and its programs are
then scored by models that have not seen their problems either; people's programs of the same suites likewise.
A problem's programs of the other generators of the same family stay in unless the family is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meno_model.origin.evaluation import (
    Figures,
    Scored,
    area,
    area_within_problem,
    with_interval,
)
from meno_model.origin.recipe import Recipe
from meno_model.origin.records import Record
from meno_model.origin.summary import mean_over_generators
from meno_model.origin.training import Counted, Library, fit_records, scores_of
from meno_model.origin.values import Verdict

FAMILIES = {"gpt-4": ("gpt-4",), "gpt-3.5": ("gpt-3.5",), "o1": ("o1-",), "codellama": ("codellama",)}
_PARTS = 2


@dataclass(frozen=True, slots=True)
class _Read:
    record: Record
    counted: Counted


def leave_out(
    records: Sequence[Record], recipe: Recipe, library: Library, tell: Callable[[str], None] = lambda _: None
) -> Figures:
    """Figures on `code_norm`: by suite, by generator and by family of generators left out."""
    read = []
    for record in records:
        found = library.of(record.code_norm) if record.code_norm and record.label != "mixed" else None
        if found is not None:
            read.append(_Read(record, found))
    generators = sorted({item.record.generator for item in read if item.record.is_llm})
    suites = sorted({item.record.suite for item in read if item.record.is_llm})
    people = {item.record.suite for item in read if not item.record.is_llm}
    result: Figures = {"suites": {}, "generators": {}, "families": {}}
    unseen: dict[str, dict[str, list[Scored]]] = {}
    for suite in suites:
        if suite in people:
            tell(f"leaving out the suite {suite}")
            result["suites"][suite] = _without_suite(read, suite, recipe)
    for generator in generators:
        tell(f"leaving out the generator {generator}")
        unseen[generator] = _without_generators(read, [generator], people, recipe)
        result["generators"][generator] = _by_suite(unseen[generator])
    for family, beginnings in FAMILIES.items():
        members = [name for name in generators if name.startswith(beginnings)]
        if len(members) > 1:
            tell(f"leaving out the family {family}")
            result["families"][family] = _by_suite(_without_generators(read, members, people, recipe))
    result["mean_over_generators"] = mean_over_generators(unseen)
    return result


def _without_suite(read: Sequence[_Read], suite: str, recipe: Recipe) -> Figures | None:
    own = [item for item in read if item.record.suite == suite]
    return _areas(_scored(own, [item for item in read if item.record.suite != suite], recipe))


def _without_generators(
    read: Sequence[_Read], left_out: Sequence[str], people: set[str], recipe: Recipe
) -> dict[str, list[Scored]]:
    """By suite, so that no difference between suites can pass for one between authors."""
    suites = {i.record.suite for i in read if i.record.is_llm and i.record.generator in left_out} & people
    scored: list[Scored] = []
    for part in range(_PARTS):
        wanted = [
            item
            for item in read
            if item.record.mark % _PARTS == part
            and item.record.suite in suites
            and (not item.record.is_llm or item.record.generator in left_out)
        ]
        kept = [
            item
            for item in read
            if item.record.mark % _PARTS != part and item.record.generator not in left_out
        ]
        scored += _scored(wanted, kept, recipe)
    return {suite: [i for i in scored if i.record.suite == suite] for suite in sorted(suites)}


def _by_suite(scored: dict[str, list[Scored]]) -> Figures:
    return {suite: _areas(own) for suite, own in scored.items()}


def _scored(wanted: Sequence[_Read], kept: Sequence[_Read], recipe: Recipe) -> list[Scored]:
    kept = [item for item in kept if item.record.may_train]
    if len({item.record.is_llm for item in kept}) < 2:
        return []
    model = fit_records([item.record for item in kept], [item.counted.bag for item in kept], recipe)
    scores = scores_of(model, [item.counted.bag for item in wanted])
    return [
        Scored(
            item.record,
            item.counted.tokens,
            float(score),
            item.counted.name_length,
            0.5,
            Verdict.UNCLEAR,
        )
        for item, score in zip(wanted, scores, strict=True)
    ]


def _areas(scored: Sequence[Scored]) -> Figures | None:
    if len({item.record.is_llm for item in scored}) < 2:
        return None
    return {
        "llm": sum(item.record.is_llm for item in scored),
        "human": sum(not item.record.is_llm for item in scored),
        "area": with_interval(scored, area),
        "area_within_problem": with_interval(scored, area_within_problem),
    }
