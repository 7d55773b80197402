"""Evaluation sets and the baselines beside the model."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from meno_model.baselines import BASELINES, code_lines, densest_first, longest_first
from meno_model.errors import CorpusError
from meno_model.evaluation.bootstrap import intervals
from meno_model.evaluation.programs import FAMILIES, evaluate_correct, evaluate_programs, judge
from meno_model.evaluation.records import read_set
from meno_model.evaluation.speaking import loudest_first, speaking, spoken_of
from meno_model.predictor import Predictor

TEXT = (
    "# head\ndef f(a, b):\n    x = 'a long line of words and nothing else'\n\n    return (a + b) * (a - b)\n"
)


def written(folder: Path, *records: dict[str, object]) -> Path:
    path = folder / "set.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return path


def test_baselines_rank_the_code_lines_and_only_them() -> None:
    assert code_lines(TEXT) == [1, 2, 4]
    assert longest_first(TEXT)[0] == 2
    assert densest_first(TEXT)[0] == 4
    for order in BASELINES.values():
        assert sorted(order(TEXT)) == [1, 2, 4]
        assert order(TEXT) == order(TEXT)


@pytest.mark.parametrize(
    ("record", "lines"),
    [
        ({"buggy": "a\nb\nc\n", "bug_lines": [2], "accept_lines": [3]}, {1, 2}),
        ({"buggy": "a\nb\nc\n", "bug_lines": [1], "insert_after": [1]}, {0, 1}),
        ({"buggy": "a\nb\nc\n", "fixed": "a\nB\nc\n"}, {1}),
        ({"buggy": "a\nc\n", "fixed": "a\nb\nc\n"}, {0, 1}),
        ({"buggy": "a\nb\nc\n", "fixed": "a\nc\n"}, {1}),
        ({"buggy": "a\nb\n", "fixed": "x\ny\n", "label_quality": "low"}, set()),
        ({"buggy": "a\nb\n'''spec'''\n", "fixed": "a\nB\n'''spec'''\n", "code_end_line": 2}, {1}),
    ],
)
def test_right_lines_come_from_the_labels_or_the_correction(
    tmp_path: Path, record: dict[str, object], lines: set[int]
) -> None:
    data = read_set(written(tmp_path, record))
    assert data.programs[0].lines == lines
    assert data.correct == ()
    assert "spec" not in data.programs[0].buggy


def test_records_with_code_alone_are_correct_programs(tmp_path: Path) -> None:
    data = read_set(written(tmp_path, {"code": "x = 1\n"}))
    assert (data.programs, data.correct) == ((), ("x = 1\n",))
    assert data.name == f"{tmp_path.name}/set"


@pytest.mark.parametrize("content", [b"{}", gzip.compress(b"not json\n"), gzip.compress(b"[1]\n")])
def test_what_is_no_evaluation_set_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.jsonl.gz").write_bytes(content)
    with pytest.raises(CorpusError, match="gzip-compressed JSON lines"):
        read_set(tmp_path / "no.jsonl.gz")


def test_every_code_line_is_ranked_once(shipped: Predictor) -> None:
    judged = judge(shipped, TEXT)
    assert sorted(judged.order) == [1, 2, 4]
    assert -60 < judged.odds < 60
    assert judged.shown == frozenset()


def test_programs_that_do_not_parse_do_not_count(shipped: Predictor, tmp_path: Path) -> None:
    data = read_set(written(tmp_path, {"buggy": "def f(:\n"}, {"buggy": TEXT, "bug_lines": [5]}))
    figures = evaluate_programs(shipped, data).figures
    assert figures["with_lines"] == 1
    assert set(figures["lines"]) == {"model", "static", "ranker", *BASELINES}
    assert evaluate_correct(shipped, "clean", ["def f(:\n", TEXT]).figures["units"] == 1


def test_figures_have_intervals_and_other_models_stand_beside(shipped: Predictor, tmp_path: Path) -> None:
    texts = [TEXT.replace("a - b", f"a - b - {n}") for n in range(12)]
    records = [
        {
            "buggy": text,
            "fixed": text.replace("a + b", "a * b"),
            "bug_lines": [5],
            "category": "WrongOperator",
            "accept_categories": ["WrongComparator"],
            "task": str(n // 3),
        }
        for n, text in enumerate(texts)
    ]
    report = evaluate_programs(shipped, read_set(written(tmp_path, *records)), {"again": shipped})
    assert report.figures["lines"]["again"] == report.figures["lines"]["model"]
    assert 0.0 <= report.figures["category_strict"] <= report.figures["category_lenient"] <= 1.0
    low, high = report.intervals["paired_accuracy"]
    assert low <= report.figures["paired_accuracy"] <= high
    assert report.intervals["operator density: top 1"] == (1.0, 1.0)


def test_rules_and_model_are_told_apart_when_they_speak() -> None:
    wrong = (
        "def total(values):\n    kept = 0\n    for value in values:\n        kept == value\n    return kept\n"
    )
    rules = spoken_of(wrong, frozenset({1}))
    assert (rules.by("static"), rules.by("model"), rules.by("both")) == ({3}, {1}, {1, 3})
    assert loudest_first(wrong) == [3, 0, 1, 2, 4]
    quiet = spoken_of("x = 1\n", frozenset())
    table = speaking([(rules, frozenset({3})), (quiet, frozenset({0}))], [quiet, rules])
    assert table == {"static": (0.5, 0.5, 0.5), "model": (0.0, 0.5, 0.5), "both": (0.5, 0.5, 0.5)}


def test_a_kind_of_the_same_family_is_right_leniently(shipped: Predictor, tmp_path: Path) -> None:
    said = judge(shipped, TEXT).category
    assert said is not None
    (family,) = {frozenset(family) for family in FAMILIES if said in family} or {frozenset({said})}
    for label, strict, lenient in ((said, 1.0, 1.0), *((other, 0.0, 1.0) for other in family - {said})):
        record = {"buggy": TEXT, "bug_lines": [5], "category": label.value}
        figures = evaluate_programs(shipped, read_set(written(tmp_path, record))).figures
        assert (figures["category_strict"], figures["category_lenient"]) == (strict, lenient)


def test_the_bootstrap_draws_whole_problems() -> None:
    def mean(rows: Sequence[int]) -> dict[str, float]:
        return {"mean": sum(rows) / len(rows), "never": float("nan")}

    alike = intervals([0] * 50 + [1] * 50, ["a"] * 50 + ["b"] * 50, mean)
    apart = intervals([0] * 50 + [1] * 50, [str(n) for n in range(100)], mean)
    assert alike["mean"] == (0.0, 1.0)
    assert 0.35 < apart["mean"][0] < 0.5 < apart["mean"][1] < 0.65
    assert "never" not in alike


def test_measuring_needs_no_torch() -> None:
    """The [train] extra is for training; who evaluates a model need not have it."""
    code = "import sys, meno_model.evaluating, meno_model.ranker_fitting; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
