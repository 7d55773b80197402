"""The origin model at work: exact explanations, abstention, and words that never accuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from meno_model.origin.detector import Detector, reading_of
from meno_model.origin.features import bag_of
from meno_model.origin.reading import read_words
from meno_model.origin.values import Verdict, judgement_from_plain, judgement_to_plain
from meno_model.origin.weights import OriginCalibration
from meno_model.origin.wording import LIMITS, heat_map, markdown, sentence
from model.origin_programs import talkative, terse

TALKATIVE = talkative("sum", "total", "+", 0)


def test_attributions_sum_to_the_score(origin_shipped: Detector) -> None:
    for text in (TALKATIVE, terse("sum", "s", "+", 0)):
        for judgement in origin_shipped.judge(text):
            if judgement.likelihood is not None:
                added = sum(item.amount for item in judgement.influences) + judgement.bias
                assert added == pytest.approx(judgement.score, abs=1e-5)


def test_contributions_are_the_integrated_gradient(origin_shipped: Detector) -> None:
    """Along the straight path from the empty program the graph's score is a straight line, and one feature's
    share of the way is its contribution: an integral with any number of steps gives the same."""
    bag = bag_of(read_words(TALKATIVE))
    contributions, score = origin_shipped.score(bag)
    scores = [
        origin_shipped.score(replace(bag, strengths=bag.strengths * step))[1]
        for step in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert np.diff(scores) == pytest.approx([(score - scores[0]) / 4] * 4, abs=1e-5)
    without = bag.strengths.copy()
    strongest = int(np.abs(contributions).argmax())
    without[strongest] = 0
    left = origin_shipped.score(replace(bag, strengths=without))[1]
    assert score - left == pytest.approx(float(contributions[strongest]), abs=1e-5)


def test_reformatting_changes_nothing(origin_shipped: Detector) -> None:
    squeezed = (
        TALKATIVE.replace(" = ", "=")
        .replace("    # Handle the empty case first.\n", "")
        .replace("\n\n\n", "\n")
    )
    one, other = (origin_shipped.judge(text)[0] for text in (TALKATIVE, squeezed))
    assert one.score == pytest.approx(other.score, abs=1e-6)


def test_short_code_is_not_judged(origin_shipped: Detector) -> None:
    judgement = origin_shipped.judge("def double(x):\n    return 2 * x\n")[0]
    assert (judgement.verdict, judgement.likelihood, judgement.influences) == (Verdict.SHORT, None, ())
    assert "Too short to tell" in sentence(judgement, 30)


def test_an_empty_file_is_too_short(origin_shipped: Detector) -> None:
    assert [j.verdict for j in origin_shipped.judge("")] == [Verdict.SHORT]


def test_long_files_are_judged_by_their_functions_only(origin_shipped: Detector) -> None:
    function = TALKATIVE.replace("    return total\n", "    total = total * 1 + 0\n    return total\n")
    judgements = origin_shipped.judge(function + "x = [1, 2, 3]\n" * 1000)
    assert judgements[0].verdict is Verdict.LONG
    assert "Ask about its functions" in sentence(judgements[0], 30)
    assert judgements[1].likelihood is not None


@pytest.mark.parametrize(
    ("score", "verdict"), [(3.0, Verdict.LLM), (0.0, Verdict.UNCLEAR), (-3.0, Verdict.HUMAN)]
)
def test_between_the_lines_it_abstains(score: float, verdict: Verdict) -> None:
    calibration = OriginCalibration(1.0, 0.0, 0.9, 0.1, 30, {})
    likelihood, said = reading_of(score, calibration)
    assert said is verdict
    assert likelihood == pytest.approx(1 / (1 + np.exp(-score)))


def test_it_speaks_of_style_and_likelihood_and_never_accuses(origin_shipped: Detector) -> None:
    judgement = origin_shipped.judge(TALKATIVE)[0]
    page = markdown(judgement, TALKATIVE.split("\n"), 30)
    assert "in 10" in page
    assert all(limit in page for limit in LIMITS)
    assert "style" in LIMITS[0]
    for word in ("cheat", "plagiar", "caught", "guilty", "detected"):
        assert word not in page.lower()


def test_the_page_names_five_tokens_and_marks_their_places(origin_shipped: Detector) -> None:
    judgement = origin_shipped.judge(TALKATIVE)[0]
    strongest = judgement.strongest()
    assert len({item.text for item in strongest}) == 5
    amounts = [abs(item.amount) for item in strongest]
    assert amounts == sorted(amounts, reverse=True)
    rows = heat_map(judgement, TALKATIVE.split("\n"))
    assert any(marks for _, marks in rows)
    assert all(marks is None or len(marks) <= len(line) for line, marks in rows)


def test_a_judgement_survives_the_way_between_processes(origin_shipped: Detector) -> None:
    for judgement in origin_shipped.judge(TALKATIVE):
        again = judgement_from_plain(judgement_to_plain(judgement))
        assert (again.name, again.verdict, again.likelihood) == (
            judgement.name,
            judgement.verdict,
            judgement.likelihood,
        )
        assert [i.text for i in again.influences] == [i.text for i in judgement.influences]
