"""Asked where to look: an order of lines, fitted on sets, never on one that is for testing only."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from meno_model import conditional_logit
from meno_model.cli import model_app
from meno_model.errors import WeightsError
from meno_model.predictor import Predictor, combine, read_unit
from meno_model.ranker import RANKER, WITNESSES, by_weights, ranked, said_of, weights_of
from meno_model.runtime import Runtime
from meno_model.units import units_of
from meno_model.weights import open_weights

cli = CliRunner()
TEXT = "import math\n\n\ndef area(radius):\n    squared = radius + radius\n    return math.pi * squared\n"


def test_every_code_line_has_a_share_and_an_import_has_the_least(shipped: Predictor) -> None:
    found = ranked(shipped, TEXT)
    assert sorted(item.line for item in found) == [0, 3, 4, 5]
    assert math.isclose(sum(item.share for item in found), 1.0)
    assert [item.share for item in found] == sorted((item.share for item in found), reverse=True)


def test_each_witness_says_one_number_of_each_line(shipped: Predictor) -> None:
    lines, said = said_of(shipped, TEXT)
    assert lines == [0, 3, 4, 5]
    assert {len(row) for row in said} == {len(WITNESSES)}
    headers = [row[WITNESSES.index("header")] for row in said]
    assert headers == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("text", "lines"), [("", 0), ("# nothing\n", 0), ("def f(:\n    return 1\n", 2)])
def test_a_text_that_cannot_be_read_is_ranked_all_the_same(shipped: Predictor, text: str, lines: int) -> None:
    assert len(ranked(shipped, text)) == lines


def test_without_fitted_weights_the_model_alone_ranks(copied_weights: Path) -> None:
    (copied_weights / RANKER).unlink(missing_ok=True)
    assert weights_of(copied_weights)[0] == 1.0
    assert sum(weights_of(copied_weights)) == 1.0
    (copied_weights / RANKER).write_text("{", encoding="utf-8")
    with pytest.raises(WeightsError, match=r"ranker\.json"):
        weights_of(copied_weights)


def test_a_warmer_pointer_spreads_suspicion_and_moves_no_finding(shipped: Predictor) -> None:
    (unit,) = [unit for unit in units_of(TEXT) if unit.name == "area"]
    read = read_unit(unit, shipped.runtime.tokenizer, shipped.files.longest)
    assert read is not None
    rendering, windows = read
    judged = list(zip(windows, shipped.runtime.judge(windows), strict=True))
    cold, warm = (combine(rendering, judged, shipped.files, heat) for heat in (1.0, 4.0))
    assert max(cold.lexeme_weight) > max(warm.lexeme_weight)
    assert math.isclose(sum(cold.lexeme_weight), 1.0)
    assert math.isclose(sum(warm.lexeme_weight), 1.0)
    assert replace(cold, lexeme_weight=()) == replace(warm, lexeme_weight=())


def test_fitting_finds_the_witness_that_tells_the_truth(copied_weights: Path, tmp_path: Path) -> None:
    data = tmp_path / "bugs.jsonl.gz"
    with gzip.open(data, "wt", encoding="utf-8") as file:
        for number in range(40):
            plain = "".join(f"    value_{k} = {k}\n" for k in range(number % 5 + 3))
            text = f"def f(a, b):\n{plain}    return (a + b) * (a - b) / (a * b)\n"
            record = {"buggy": text, "bug_lines": [text.count("\n")], "task": str(number % 12)}
            file.write(json.dumps(record) + "\n")
    result = cli.invoke(model_app, ["fit-ranker", "--model", str(copied_weights), str(data)])
    assert result.exit_code == 0, result.output
    assert "held out by problem" in result.stdout
    predictor = Predictor(Runtime(open_weights(copied_weights)))
    text = "def g(n):\n    m = 1\n    return (n + m) * (n - m) / (n * m)\n"
    assert ranked(predictor, text)[0].line == 2
    fitted = json.loads((copied_weights / RANKER).read_text(encoding="utf-8"))
    (rates,) = fitted["facts"]["held_out"].values()
    assert rates["ranker"][0] == 1.0
    assert fitted["pointer_temperature"] == predictor.files.calibration.pointer_temperature


def test_the_command_shows_lines_and_says_what_they_are_not(tmp_path: Path) -> None:
    file = tmp_path / "area.py"
    file.write_text(TEXT, encoding="utf-8")
    spoken = cli.invoke(model_app, ["suspects", str(file), "--number", "2"])
    assert spoken.exit_code == 0, spoken.output
    assert "not a finding" in " ".join(spoken.stdout.split())
    values = json.loads(cli.invoke(model_app, ["suspects", str(file), "--json"]).stdout)
    assert len(values) == 3
    assert {"line", "share", "code"} == set(values[0])
    file.write_text("def f(:\n", encoding="utf-8")
    broken = cli.invoke(model_app, ["suspects", str(file)])
    assert broken.exit_code == 2
    assert "meno check" in broken.output


def test_the_logit_finds_weights_that_made_the_choices() -> None:
    source = np.random.default_rng(0)
    true = np.array([2.0, -1.0, 0.0])
    said, right = [], []
    for _ in range(3000):
        group = source.normal(size=(6, 3))
        chance = np.exp(group @ true)
        chosen = int(source.choice(6, p=chance / chance.sum()))
        said.append(group.tolist())
        right.append([place == chosen for place in range(6)])
    weights = conditional_logit.fit(said, right, [1.0] * len(said))
    assert np.abs(weights - true).max() < 0.15
    assert by_weights([4, 7], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], list(true))[0].line == 4


def test_a_task_is_never_in_two_folds() -> None:
    tasks = [str(n % 13) for n in range(200)]
    folds = conditional_logit.folds_of(tasks, 5)
    assert all(
        len({fold for fold, own in zip(folds, tasks, strict=True) if own == task}) == 1 for task in tasks
    )
    assert len(set(folds)) == 5
