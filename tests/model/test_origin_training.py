"""Training the origin model: reproducible, grouped by problem, and only on what may be trained on."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from meno_model.errors import ConfigurationError, CorpusError, WeightsError
from meno_model.origin.card import write_card
from meno_model.origin.commands import run_evaluation, run_training
from meno_model.origin.features import WIDTH, bag_of
from meno_model.origin.reading import read_words
from meno_model.origin.recipe import recipe_from
from meno_model.origin.records import read_records
from meno_model.origin.training import fold_of, read_held_out
from meno_model.origin.weights import GRAPH, HELD_OUT, MANIFEST, open_origin
from model.origin_programs import records, talkative, terse, write

pytestmark = pytest.mark.train


def test_the_same_data_and_recipe_give_the_same_files(origin_run: Path, tmp_path: Path) -> None:
    run_training([write(tmp_path / "data.jsonl")], tmp_path / "again", None)
    for name in (GRAPH, "calibration.json"):
        assert (tmp_path / "again" / name).read_bytes() == (origin_run / name).read_bytes()


def test_features_are_of_length_one_and_know_their_words() -> None:
    words = read_words(terse("sum", "s", "+", 0))
    bag = bag_of(words)
    assert np.linalg.norm(bag.strengths) == pytest.approx(1)
    assert len(set(bag.ids.tolist())) == len(bag.ids) == len(bag.lengths)
    assert set(bag.places.tolist()) == set(range(len(words)))
    assert bag.lengths.min() > 0
    assert bag.lengths.sum() == len(bag.places)


def test_each_family_of_features_is_equally_loud() -> None:
    bag = bag_of(read_words(terse("sum", "s", "+", 0)))
    bounds = (0, 1 << 18, (1 << 18) + (1 << 17), WIDTH)
    for first, beyond in pairwise(bounds):
        own = bag.strengths[(bag.ids >= first) & (bag.ids < beyond)]
        assert np.sum(own**2) == pytest.approx(1 / 3)


def test_the_flow_of_lines_knows_nothing_of_names() -> None:
    """Renaming and other numbers leave the runs of line heads alone; another order of lines does not."""
    one, renamed = (_flow(terse(name, short, "+", 0)) for name, short in (("total", "s"), ("amount", "q")))
    assert one == renamed
    assert one != _flow(talkative("sum", "total", "+", 0))


def _flow(text: str) -> set[int]:
    ids = bag_of(read_words(text)).ids
    return set(ids[(ids >= 1 << 18) & (ids < (1 << 18) + (1 << 17))].tolist())


def test_flagged_and_mixed_records_are_never_trained_on(tmp_path: Path) -> None:
    items = records()
    marked = [
        {**items[0], "id": "a", "source": "KoutchemeCharles/aied2023@1fbc03d246ce", "problem": "only here"},
        {**items[1], "id": "b", "source": "jamesmurdza/humaneval-results@5eac", "problem": "only here"},
        {**items[1], "id": "c", "label": "mixed", "problem": "only here"},
    ]
    facts = run_training([write(tmp_path / "data.jsonl", items + marked)], tmp_path / "run", None)
    read = read_records([tmp_path / "data.jsonl"])
    assert facts["records"] == len(items)
    assert sum(record.may_train for record in read) == len(items)
    marks = read_held_out(tmp_path / "run" / HELD_OUT).marks
    assert not any(record.mark in marks for record in read if record.problem == "only here")


def test_a_problem_is_never_on_both_sides_of_a_fold() -> None:
    folds: dict[str, set[int]] = {}
    for item in records():
        record = read_records_of(item)
        folds.setdefault(record.group, set()).add(fold_of(record, 5))
    assert all(len(found) == 1 for found in folds.values())


def read_records_of(item: dict[str, object]):  # type: ignore[no-untyped-def]  # a small stand-in for a file
    from meno_model.origin.records import _record

    return _record(Path("data.jsonl"), 1, json.dumps(item))


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "no record"), ("{}\n", "Line 1"), ("not json\n", "Line 1"), ("[1]\n", "Line 1")],
)
def test_data_that_is_none_is_refused_with_one_sentence(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(content)
    with pytest.raises(CorpusError, match=says):
        read_records([path])


def test_damaged_archives_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08broken")
    for named in (path, tmp_path / "missing.jsonl"):
        with pytest.raises(CorpusError, match="cannot be read"):
            read_records([named])


def test_too_little_or_one_sided_data_is_refused(tmp_path: Path) -> None:
    few = write(tmp_path / "few.jsonl", records()[:6])
    with pytest.raises(CorpusError, match="are needed"):
        run_training([few], tmp_path / "run", None)
    people = write(tmp_path / "people.jsonl", [i for i in records() if i["label"] == "human"])
    with pytest.raises(CorpusError, match="language models"):
        run_training([people], tmp_path / "run", None)


@pytest.mark.parametrize("values", [{"strenght": 1.0}, {"folds": "five"}, {"folds": 1}, {"strength": 0.0}])
def test_a_recipe_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        recipe_from(values)


@pytest.mark.parametrize("name", [GRAPH, HELD_OUT, "calibration.json"])
def test_a_file_that_was_changed_is_refused_with_one_sentence(copied_origin: Path, name: str) -> None:
    with (copied_origin / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(WeightsError, match="damaged") as caught:
        open_origin(copied_origin)
    assert "\n" not in str(caught.value)


def test_missing_files_and_other_versions_are_refused(copied_origin: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=MANIFEST):
        open_origin(tmp_path / "nothing here")
    manifest = json.loads((copied_origin / MANIFEST).read_text())
    (copied_origin / MANIFEST).write_text(json.dumps({**manifest, "features": "older"}))
    with pytest.raises(WeightsError, match="another version"):
        open_origin(copied_origin)
    (copied_origin / GRAPH).unlink()
    with pytest.raises(WeightsError, match="missing"):
        open_origin(copied_origin)


def test_figures_come_with_intervals_and_the_baseline(origin_run: Path, tmp_path: Path) -> None:
    figures = run_evaluation([write(tmp_path / "data.jsonl")], origin_run, leave_out=True)
    assert set(figures["views"]) == {"code", "code_norm"}
    row = figures["views"]["code_norm"]["by_suite"]["lessons"]
    for key in ("area", "area_shared_problems", "area_within_problem"):
        value, low, high = row[key]["model"]
        assert 0.9 <= low <= value <= high <= 1
        assert len(row[key]["identifier_length"]) == 3
    certain = figures["views"]["code"]["operating_point"]["lessons"]["certain_humans"]
    assert certain["judged"] <= certain["programs"]
    assert certain["rate"] <= certain["upper_bound"]
    assert set(figures["left_out"]["suites"]) == {"lessons", "contest"}
    assert set(figures["left_out"]["generators"]) == {"generator-0", "generator-1"}


def test_the_summary_pools_suites_and_gives_each_generator_one_vote(origin_run: Path, tmp_path: Path) -> None:
    items = records()
    flagged = [
        {**item, "id": f"{item['id']}-flagged", "source": "jamesmurdza/humaneval-results@5eac"}
        for item in items
        if item["generator"] == "generator-0"
    ]
    data = write(tmp_path / "data.jsonl", items + flagged)
    figures = run_evaluation([data], origin_run, leave_out=True)
    summary = figures["views"]["code_norm"]["summary"]
    assert summary["all"]["problems"] == summary["trainable"]["problems"] == 12
    assert summary["all"]["llm"] == summary["trainable"]["llm"] + len(flagged)
    for key in ("area_within_problem", "area_shared_problems"):
        value, low, high = summary["all"][key]["model"]
        assert low <= value <= high
        assert len(summary["all"][key]["identifier_length"]) == 3
    mean = figures["left_out"]["mean_over_generators"]
    areas = [
        [row["area"]["model"][0] for row in suites.values()]
        for suites in figures["left_out"]["generators"].values()
    ]
    expected = np.mean([np.mean(own) for own in areas])
    assert mean["generators"] == 2
    assert mean["area"]["model"][0] == pytest.approx(expected, abs=1e-3)


def test_figures_without_a_summary_make_no_card(origin_run: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(
        json.dumps({"model_sha256": open_origin(origin_run).graph_checksum, "views": {"code_norm": {}}})
    )
    with pytest.raises(CorpusError, match="older Meno"):
        write_card(tmp_path / "card.md", figures, origin_run)
