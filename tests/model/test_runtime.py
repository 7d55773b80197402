"""Model directories, the graph in onnxruntime, and findings made from it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from meno_analyzers.findings import Category, Severity, Source
from meno_model.errors import WeightsError
from meno_model.predictor import Predictor, calibrated, chance, kebab
from meno_model.providers import NAMES
from meno_model.rendering import render
from meno_model.runtime import Runtime, default_threads
from meno_model.units import PROGRAM, units_of
from meno_model.weights import CALIBRATION, DEFAULT_WEIGHTS, GRAPH, MANIFEST, TOKENIZER, open_weights
from meno_model.weights.shards import size_of
from meno_model.windows import windows_of

CODE = (
    "def total(marks):\n    result = 0\n    for mark in marks:\n        result += mark\n    return result\n"
)
LARGEST_SHIPPED = 16 * 2**20


def test_the_shipped_model_is_whole_small_and_calibrated() -> None:
    files = open_weights()
    assert size_of(files.graph) <= LARGEST_SHIPPED
    assert files.calibration.facts["calibrated"] is True
    assert files.calibration.facts["bound_upper_95"] <= files.calibration.facts["promised_false_alarm_rate"]


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, CALIBRATION])
def test_a_damaged_file_is_refused_with_one_sentence(copied_weights: Path, name: str) -> None:
    path = copied_weights / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsError, match=r"its checksum differs.*meno doctor"):
        open_weights(copied_weights)


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, CALIBRATION, MANIFEST])
def test_a_missing_file_is_refused_with_one_sentence(copied_weights: Path, name: str) -> None:
    (copied_weights / name).unlink()
    with pytest.raises(WeightsError, match=name.replace(".", r"\.")):
        open_weights(copied_weights)


def test_a_calibration_of_other_weights_is_refused(
    copied_weights: Path, recalibrated: Callable[[float | None], Path]
) -> None:
    values = json.loads((copied_weights / CALIBRATION).read_text(encoding="utf-8"))
    values["model_sha256"] = "0" * 64
    (copied_weights / CALIBRATION).write_text(json.dumps(values), encoding="utf-8")
    recalibrated(0.5)
    with pytest.raises(WeightsError, match="calibration was made for other weights"):
        open_weights(copied_weights)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {}}', "{"])
def test_a_manifest_that_says_nothing_is_refused(copied_weights: Path, text: str) -> None:
    (copied_weights / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match="could not be started"):
        open_weights(copied_weights)


def test_location_is_a_probability_over_the_window(shipped: Predictor) -> None:
    rendering = render(CODE)
    assert rendering is not None
    (window,) = windows_of(rendering, shipped.runtime.tokenizer, shipped.files.longest)
    (judgement,) = shipped.runtime.judge([window])
    assert np.exp(judgement.location.astype(np.float64)).sum() == pytest.approx(1.0, abs=1e-3)
    assert judgement.category.shape == (len(window.ids), len(shipped.files.categories))
    assert math.isfinite(judgement.odds)


def test_on_the_processor_no_window_moves_the_answer_about_another(shipped: Predictor) -> None:
    texts = [CODE, "x = 1\nprint(x)", CODE.replace("marks", "prices") + "    # more\n" * 3]
    renderings = [render(text) for text in texts]
    windows = [windows_of(r, shipped.runtime.tokenizer, 192)[0] for r in renderings if r is not None]
    together = [judgement.odds for judgement in shipped.runtime.judge(windows)]
    alone = [shipped.runtime.judge([window])[0].odds for window in windows]
    assert shipped.runtime.provider == "cpu"
    assert together == alone


def test_no_windows_no_answers(shipped: Predictor) -> None:
    assert shipped.runtime.judge([]) == []


def test_threads_are_few() -> None:
    assert 1 <= default_threads() <= 2


def test_threads_change_no_bit_of_an_answer() -> None:
    files = open_weights(None)
    few, many = (Predictor(Runtime(files, threads, "cpu")) for threads in (1, 3))
    units = units_of(Path(__file__).read_text(encoding="utf-8"))
    assert few.predict_units(units) == many.predict_units(units)


def test_without_a_gpu_the_processor_serves(shipped: Predictor) -> None:
    assert shipped.runtime.provider in NAMES[1:]


def test_cuda_is_tried_first_and_its_failure_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"]
    )
    tried: list[str] = []
    real = onnxruntime.InferenceSession

    def session(path: str, options: object, providers: list[str]) -> object:
        tried.append(providers[0])
        if providers[0] == "CUDAExecutionProvider":
            raise RuntimeError("no driver")
        return real(path, options, providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    assert Runtime(open_weights()).provider == "cpu"
    assert tried == ["CUDAExecutionProvider", "CPUExecutionProvider"]


def test_a_graph_that_onnxruntime_refuses_is_one_sentence(
    copied_weights: Path, recalibrated: Callable[[float | None], Path]
) -> None:
    (copied_weights / GRAPH).write_bytes(b"no graph")
    recalibrated(0.5)
    values = json.loads((copied_weights / MANIFEST).read_text(encoding="utf-8"))
    calibration = json.loads((copied_weights / CALIBRATION).read_text(encoding="utf-8"))
    calibration["model_sha256"] = values["files"][GRAPH]
    (copied_weights / CALIBRATION).write_text(json.dumps(calibration), encoding="utf-8")
    recalibrated(0.5)
    with pytest.raises(WeightsError, match="cannot be read by the installed onnxruntime"):
        Runtime(open_weights(copied_weights))


def talkative(recalibrated: Callable[[float | None], Path]) -> Predictor:
    return Predictor(Runtime(open_weights(recalibrated(0.0))))


def test_a_finding_has_everything_that_the_ladder_needs(recalibrated: Callable[[float | None], Path]) -> None:
    text = "import os\n\n\nclass Box:\n" + "".join(f"    {line}\n" for line in CODE.split("\n"))
    (finding,) = talkative(recalibrated).findings(text)
    assert finding.source is Source.MODEL
    assert finding.rule == f"model/{finding.category.value}"
    assert finding.name == f"possible-{kebab(finding.category)}"
    assert finding.severity in (Severity.HINT, Severity.INFORMATION)
    assert 0.0 <= finding.confidence <= 1.0
    assert finding.values["function"] == "total"
    assert set(finding.values) == {"function", "code", "chance"}
    span = finding.span
    assert span.start_line == span.end_line
    assert 4 <= span.start_line < text.count("\n")
    line = text.split("\n")[span.start_line]
    assert line[span.start_column : span.end_column] == finding.values["code"]


def test_a_script_is_called_this_program(recalibrated: Callable[[float | None], Path]) -> None:
    (finding,) = talkative(recalibrated).findings("n = int(input())\nprint(n * 2)\n")
    assert finding.values["function"] == PROGRAM == "this program"


def test_below_the_threshold_it_says_nothing(recalibrated: Callable[[float | None], Path]) -> None:
    assert Predictor(Runtime(open_weights(recalibrated(None)))).findings(CODE) == ()


@pytest.mark.parametrize(
    "text",
    ["", "def f(:", "x = (", "\0", "\ufeffx = 1", "# nothing\n", "x = '\udcff'\n", "def f(): pass\n" * 3],
)
def test_any_text_is_survived(recalibrated: Callable[[float | None], Path], text: str) -> None:
    for finding in talkative(recalibrated).findings(text):
        assert finding.span.start_line <= text.count("\n")


def test_a_broken_file_is_left_to_the_parser(recalibrated: Callable[[float | None], Path]) -> None:
    assert talkative(recalibrated).findings(CODE + "\ndef broken(:\n") == ()


def test_only_changed_functions_are_scored_again(shipped: Predictor) -> None:
    first = CODE.replace("total", "cached_one") + "\n" + CODE.replace("total", "cached_two")
    shipped.findings(first)
    before = shipped.scored
    shipped.findings(first)
    assert shipped.scored == before
    shipped.findings("# moved down\n" + first.replace("result = 0", "result = 5", 1))
    assert shipped.scored == before + 1


def test_huge_files_and_endless_functions_are_bounded(shipped: Predictor) -> None:
    long_function = "def f(x):\n" + "".join(f"    x = x + {n}\n" for n in range(5000)) + "    return x\n"
    before = shipped.scored
    shipped.findings("".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(1000)))
    assert shipped.scored - before <= 400
    (answer,) = shipped.predict_units(units_of_function(long_function))
    assert answer is None


def units_of_function(text: str) -> tuple[object, ...]:
    from meno_model.units import units_of

    return units_of(text)


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "1 in 10"),
        (0.31, "3 in 10"),
        (0.7, "7 in 10"),
        (0.94, "9 in 10"),
        (0.96, "19 in 20"),
        (0.99, "99 in 100"),
    ],
)
def test_a_chance_is_said_in_tenths(probability: float, words: str) -> None:
    assert chance(probability) == words


def test_calibrated_probabilities_stay_between_zero_and_one() -> None:
    assert calibrated(1e9, 0.5, 3.0) <= 1.0
    assert calibrated(-1e9, 0.5, 3.0) >= 0.0
    assert calibrated(0.0, 1.0, 0.0) == 0.5


def test_categories_become_readable_names() -> None:
    assert kebab(Category.OFF_BY_ONE_ERROR) == "off-by-one-error"


def test_the_shipped_directory_is_the_packages_own() -> None:
    assert DEFAULT_WEIGHTS.is_dir()
