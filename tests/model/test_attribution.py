"""Explaining with the shipped weights: completeness, two targets, long code, models without a graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from typer.testing import CliRunner

from meno_model.attribution.explaining import Explainer, unit_at
from meno_model.attribution.gradients import ABSENT, DAMAGED, UNREADABLE, GradientGraph
from meno_model.attribution.values import Target
from meno_model.cli import model_app
from meno_model.errors import AttributionError, WeightsError
from meno_model.predictor import Predictor
from meno_model.runtime import Runtime
from meno_model.weights import ATTRIBUTION_GRAPH, DEFAULT_WEIGHTS, MANIFEST, open_weights
from meno_model.weights.shards import checksum, read_whole

LESSON = """import os


def count_vowels(wörter):
    for letter in wörter:
        count = 0
        if letter in "äeiou":
            count += 1
    return count


print(count_vowels("banana"))
"""
cli = CliRunner()


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return Explainer(Predictor(Runtime(open_weights())))


def test_the_words_account_for_the_answer_but_for_the_gap_that_is_shown(explainer: Explainer) -> None:
    found = explainer.explain(LESSON, 5)
    assert (found.unit, found.first_line, found.last_line) == ("count_vowels", 3, 8)
    assert found.target is Target.MISTAKE
    assert found.gap <= 0.10
    assert not found.approximate
    assert found.steps in (8, 16, 32)
    assert max(abs(item.weight) for item in found.influences) == pytest.approx(1.0)
    lines = LESSON.split("\n")
    for item in found.influences:
        assert lines[item.span.start_line][item.span.start_column : item.span.end_column] == item.text


def test_the_explained_answer_is_what_the_judgement_shows_but_for_the_rounding(explainer: Explainer) -> None:
    """The int8 graph that speaks and the one that explains are two roundings of the same network."""
    from meno_model.attribution.steps import Passage, integrate
    from meno_model.predictor import read_unit

    predictor = explainer.predictor
    read = read_unit(unit_at(LESSON, 5), predictor.runtime.tokenizer, predictor.files.longest)
    assert read is not None
    (window,) = read[1]
    passage = Passage.of(window.ids, 0, len(explainer.graph.answers))
    found = integrate(explainer.graph, passage)
    assert found.end == pytest.approx(predictor.runtime.judge([window])[0].odds, abs=0.25)


def test_the_probability_and_category_are_those_of_the_prediction(explainer: Explainer) -> None:
    (answer,) = explainer.predictor.predict_units([unit_at(LESSON, 5)])
    assert answer is not None
    found = explainer.explain(LESSON, 5)
    assert found.probability == pytest.approx(answer[1].probability, abs=1e-4)
    assert found.category is answer[1].category


def test_the_kind_of_mistake_has_an_explanation_of_its_own(explainer: Explainer) -> None:
    whether, kind = (explainer.explain(LESSON, 5, target) for target in Target)
    assert kind.target is Target.CATEGORY
    assert [item.text for item in whether.influences] == [item.text for item in kind.influences]
    assert [item.effect for item in whether.influences] != [item.effect for item in kind.influences]


def test_the_most_influential_words_become_sentences_in_order(explainer: Explainer) -> None:
    found = explainer.explain(LESSON, 5)
    notes = found.notes()
    assert len(notes) == 5
    effects = [abs(item.effect) for item in found.most_influential()]
    assert effects == sorted(effects, reverse=True)
    assert [note.span for note in notes] == [item.span for item in found.most_influential()]
    for note, item in zip(notes, found.most_influential(), strict=True):
        assert item.text in note.text
        assert ("against a mistake" in note.text) == (item.weight < 0)


def test_of_a_long_function_the_window_that_speaks_is_explained(explainer: Explainer) -> None:
    body = "".join(f"    value_{n} = first[{n}] + second.method_{n}(third)\n" for n in range(18))
    text = f"def long(first, second, third):\n{body}    return value_17\n"
    found = explainer.explain(text, 12)
    (answer,) = explainer.predictor.predict_units([unit_at(text, 12)])
    assert answer is not None
    pointed = answer[0].lexemes[answer[1].place]
    assert (pointed.line, pointed.column) in [
        (item.span.start_line, item.span.start_column) for item in found.influences
    ]
    assert len(found.influences) < len(answer[0].lexemes)


def test_code_that_the_model_does_not_read_gets_a_sentence(explainer: Explainer) -> None:
    endless = "def f(x):\n" + "".join(f"    x = x + {n} * x\n" for n in range(600))
    with pytest.raises(AttributionError, match="too long"):
        explainer.explain(endless, 3)


def test_little_time_gives_a_rough_answer_that_says_so(explainer: Explainer) -> None:
    for line in (5, 11):
        found = explainer.explain(LESSON, line, budget_seconds=0.0)
        assert found.steps == 8
        assert found.approximate == (found.gap > 0.10)


def test_other_weights_give_another_explanation(explainer: Explainer, tmp_path: Path) -> None:
    """A sanity check (Adebayo et al. 2018): what is shown depends on what was learned."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(read_whole(DEFAULT_WEIGHTS / ATTRIBUTION_GRAPH))
    random = np.random.default_rng(3)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8:
            values = onnx.numpy_helper.to_array(tensor)
            tensor.CopyFrom(onnx.numpy_helper.from_array(random.permuted(values, axis=None), tensor.name))
    onnx.save(model, str(tmp_path / "random.onnx"))
    other = Explainer(explainer.predictor)
    other._graph = GradientGraph.open(tmp_path / "random.onnx")
    ours, theirs = (
        np.array([item.effect for item in one.explain(LESSON, 5).influences]) for one in (explainer, other)
    )
    assert abs(np.corrcoef(ours, theirs)[0, 1]) < 0.6


def test_the_shipped_files_belong_together_and_are_small() -> None:
    files = open_weights()
    assert files.attribution_checksum == checksum(files.attribution_graph)
    assert all(path.stat().st_size <= 16 * 2**20 for path in DEFAULT_WEIGHTS.iterdir())
    graph = GradientGraph.of(files)
    assert graph.answers == ("odds", *(category.value for category in files.categories))
    content = read_whole(files.attribution_graph)
    assert b".py" not in content, "the exporter's notes of its own source stayed in"


def without_graph(folder: Path) -> Path:
    (folder / ATTRIBUTION_GRAPH).unlink()
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest["files"][ATTRIBUTION_GRAPH]
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def missing(folder: Path) -> Path:
    (folder / ATTRIBUTION_GRAPH).unlink()
    return folder


def damaged(folder: Path) -> Path:
    with (folder / ATTRIBUTION_GRAPH).open("r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    return folder


def no_graph_at_all(folder: Path) -> Path:
    (folder / ATTRIBUTION_GRAPH).write_bytes(b"this is no graph")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"][ATTRIBUTION_GRAPH] = checksum(folder / ATTRIBUTION_GRAPH)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [(without_graph, ABSENT), (missing, DAMAGED), (damaged, DAMAGED), (no_graph_at_all, UNREADABLE)],
)
def test_a_model_whose_graph_is_missing_or_broken_serves_and_says_so(
    copied_weights: Path, harm: Callable[[Path], Path], sentence: str
) -> None:
    predictor = Predictor(Runtime(open_weights(harm(copied_weights))))
    assert predictor.findings("def f(x):\n    return x\n") is not None
    with pytest.raises(WeightsError) as problem:
        Explainer(predictor).explain(LESSON, 5)
    assert str(problem.value) == sentence


def test_the_graph_is_not_opened_by_predicting(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    session = onnxruntime.InferenceSession
    graph = read_whole(DEFAULT_WEIGHTS / ATTRIBUTION_GRAPH)

    def watched(content: bytes, *rest: object) -> object:
        opened.append(content)
        return session(content, *rest)

    monkeypatch.setattr(onnxruntime, "InferenceSession", watched)
    explainer = Explainer(Predictor(Runtime(open_weights())))
    explainer.predictor.findings(LESSON)
    assert opened
    assert graph not in opened
    explainer.explain(LESSON, 5)
    assert opened.count(graph) == 1


def test_the_command_prints_the_function_and_its_words(tmp_path: Path) -> None:
    file = tmp_path / "lesson.py"
    file.write_text(LESSON, encoding="utf-8")
    result = cli.invoke(model_app, ["why", f"{file}:6"])
    assert result.exit_code == 0, result.output
    assert "def count_vowels(wörter):" in result.stdout
    assert "Chance of a mistake" in result.stdout


def test_the_command_answers_as_json_with_places_from_one(tmp_path: Path) -> None:
    file = tmp_path / "lesson.py"
    file.write_text(LESSON, encoding="utf-8")
    result = cli.invoke(model_app, ["why", f"{file}:6", "--format", "json", "--target", "category"])
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)
    assert values["lines"] == [4, 9]
    assert values["target"] == "category"
    lines = LESSON.split("\n")
    for item in values["influences"]:
        assert lines[item["line"] - 1][item["column"] - 1 : item["end_column"] - 1] == item["word"]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("lesson.py", "names no line"),
        ("lesson.py:0", "names no line"),
        ("absent.py:3", "cannot be read"),
        ("lesson.py:1", "nothing on this line"),
        ("latin.py:1", "not UTF-8"),
    ],
)
def test_the_command_answers_a_wrong_place_with_a_sentence(
    place: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lesson.py").write_text(LESSON, encoding="utf-8")
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")
    result = cli.invoke(model_app, ["why", place])
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
