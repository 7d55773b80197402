"""The order in which the syntax rules are asked."""

from __future__ import annotations

from meno_analyzers.rules import RULES
from meno_analyzers.rules.diagnosis import ORDER


def test_every_syntax_rule_has_one_place_in_the_order() -> None:
    assert sorted(ORDER) == sorted(rule.id for rule in RULES.values() if rule.syntax_check is not None)


def test_the_rule_that_matches_everything_comes_last() -> None:
    assert ORDER[-1] == "ME000"
