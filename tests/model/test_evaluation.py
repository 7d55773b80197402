"""Evaluation sets and the baselines beside the model."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from meno_model.baselines import BASELINES, code_lines, densest_first, longest_first
from meno_model.errors import CorpusError
from meno_model.evaluation import evaluate_clean, evaluate_programs, rank_lines, read_programs
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
    programs, clean = read_programs(written(tmp_path, record))
    assert programs[0].lines == lines
    assert clean == []
    assert "spec" not in programs[0].buggy


def test_records_with_code_alone_are_clean_programs(tmp_path: Path) -> None:
    assert read_programs(written(tmp_path, {"code": "x = 1\n"})) == ([], ["x = 1\n"])


def test_what_is_no_evaluation_set_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "no.jsonl.gz").write_text("{}", encoding="utf-8")
    with pytest.raises(CorpusError, match="gzip-compressed JSON lines"):
        read_programs(tmp_path / "no.jsonl.gz")


def test_every_code_line_is_ranked_once(shipped: Predictor) -> None:
    order, odds, shown = rank_lines(shipped, TEXT, {})
    assert sorted(order) == [1, 2, 4]
    assert -60 < odds < 60
    assert shown == set()


def test_programs_that_do_not_parse_do_not_count(shipped: Predictor, tmp_path: Path) -> None:
    programs, _ = read_programs(written(tmp_path, {"buggy": "def f(:\n"}, {"buggy": TEXT, "bug_lines": [5]}))
    figures = evaluate_programs(shipped, "set", programs).figures
    assert figures["with_lines"] == 1
    assert set(figures["lines"]) == {"model", *BASELINES}
    assert evaluate_clean(shipped, "clean", ["def f(:\n", TEXT]).figures["units"] == 1
