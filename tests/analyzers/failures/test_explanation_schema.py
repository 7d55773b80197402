"""The schema of an explanation takes what is right and refuses everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyzers.failures.failing_programs import evidence_of, load_pairs
from meno_analyzers.failures.explanation import Explanation, Situation, explain
from meno_analyzers.failures.explanation.schema import CATEGORIES, SCHEMA_VERSION, pattern_key
from meno_analyzers.findings import Category

PAIR = load_pairs()[0]


def proven(level: int = 5) -> Explanation:
    return explain(evidence_of(PAIR, Situation.WRONG_ANSWER, level))


def unproven() -> Explanation:
    return explain(evidence_of(PAIR, Situation.WRONG_ANSWER, 5, verified=False))


def changed(explanation: Explanation, **values: Any) -> Explanation:
    """The explanation with other values, read from JSON as it would come from outside."""
    return Explanation.model_validate_json(json.dumps({**explanation.model_dump(mode="json"), **values}))


def test_an_explanation_survives_the_way_through_json() -> None:
    for explanation in (proven(), unproven()):
        assert Explanation.model_validate_json(explanation.model_dump_json()) == explanation


def test_every_key_is_needed_and_no_other_is_taken() -> None:
    data = proven().model_dump(mode="json")
    for key in data:
        less = {name: value for name, value in data.items() if name != key}
        with pytest.raises(ValidationError):
            Explanation.model_validate_json(json.dumps(less))
    with pytest.raises(ValidationError):
        changed(proven(), praise="well done")
    with pytest.raises(ValidationError):
        changed(proven(), root_cause={**data["root_cause"], "fix": "x"})


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError):
        proven().level = 3  # type: ignore[misc]  # that is the point


def test_the_categories_are_those_of_the_taxonomy_and_unknown() -> None:
    assert set(CATEGORIES) == {*(str(category) for category in Category), "Unknown"} - {"Clean"}
    assert len(CATEGORIES) == 25


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"schema_version": "2"}, "schema_version"),
        ({"level": 6}, "level"),
        ({"level": "5"}, "level"),
        ({"category": "Clean"}, "category"),
        ({"confidence": 1.2}, "confidence"),
        ({"confidence": "0.9"}, "confidence"),
        ({"takeaway": "x" * 161}, "takeaway"),
        ({"observed": "x" * 201}, "observed"),
        ({"socratic": []}, "socratic"),
        ({"socratic": ["Why?"] * 4}, "socratic"),
        ({"socratic": ["Look there."]}, "socratic"),
        ({"evidence": []}, "evidence"),
        ({"limits": ["tired"]}, "limits"),
        ({"limits": ["flaky", "flaky"]}, "named twice"),
        ({"level": 4}, "a diff below level 5"),
        ({"confidence": 0.4}, "only possible"),
        ({"pattern_key": "LogicError/ME301"}, "pattern key"),
        ({"situation": "crash"}, "expected value for a crash"),
        ({"category_evidence": None}, "without a finding"),
    ],
)
def test_what_breaks_a_limit_or_a_rule_is_refused(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        changed(proven(), **values)


def test_certainty_and_a_diff_need_a_change_that_was_run() -> None:
    diff = proven().diff
    with pytest.raises(ValidationError, match="had been run"):
        changed(unproven(), confidence=0.95)
    with pytest.raises(ValidationError, match="was not run"):
        changed(unproven(), confidence=0.6, diff=diff)


def test_the_steps_are_numbered_and_begin_with_looking() -> None:
    steps = proven().model_dump(mode="json")["steps"]
    with pytest.raises(ValidationError, match="numbered"):
        changed(proven(), steps=[steps[1], steps[0]])
    with pytest.raises(ValidationError, match="numbered"):
        changed(proven(), steps=[steps[0], {**steps[1], "order": 3}])
    with pytest.raises(ValidationError, match="no observation"):
        changed(proven(), steps=[{**steps[0], "action": "predict"}, *steps[1:]])
    with pytest.raises(ValidationError):
        changed(proven(), steps=steps[:1])
    with pytest.raises(ValidationError, match="never tells the edit"):
        changed(proven(), steps=[steps[0], {**steps[1], "instruction": "Change `<` to `<=` on line 3."}])


def test_lines_come_in_order() -> None:
    cause = proven().model_dump(mode="json")["root_cause"]
    with pytest.raises(ValidationError, match="line_end"):
        changed(proven(), root_cause={**cause, "line_start": 5, "line_end": 4})
    with pytest.raises(ValidationError):
        changed(proven(), root_cause={**cause, "line_start": 0})


def test_a_reason_is_given_exactly_when_nothing_was_run() -> None:
    impact = proven().model_dump(mode="json")["test_impact"]
    with pytest.raises(ValidationError, match="not_run_reason"):
        changed(proven(), test_impact={**impact, "not_run_reason": "no time"})


def test_the_schema_is_closed_for_other_readers_too() -> None:
    schema = Explanation.model_json_schema()
    assert schema["additionalProperties"] is False
    assert all(
        part["additionalProperties"] is False for part in schema["$defs"].values() if "properties" in part
    )
    assert set(schema["required"]) == set(Explanation.model_fields)
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_the_pattern_key_has_a_dash_for_no_finding() -> None:
    assert pattern_key("LogicError", None) == "LogicError/-"
    assert pattern_key("LogicError", "ME301") == "LogicError/ME301"
