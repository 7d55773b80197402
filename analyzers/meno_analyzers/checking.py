"""All rules over one unit: which are asked, in what order, and which of their findings stay.

A check can be left between two rules and taken up again, so that no key waits for a long function.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache

from meno_analyzers.facts.cache import Checked
from meno_analyzers.facts.newer import Version
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.findings import Finding, Span
from meno_analyzers.rules import RULES, Broken, Rule, Subject, diagnose
from meno_analyzers.rules.newer import newer_than
from meno_analyzers.rules.registry import Check, Match
from meno_analyzers.suppression import without_suppressed
from meno_analyzers.weighing import one_per_line, weighed

log = logging.getLogger("meno.rules")
STRICT = False
"""Whether a rule that fails ends the analysis, as tests want it; else the other rules go on without it."""
_Asked = tuple[Rule, Check, frozenset[str]]
"""A rule, its check, and its words."""
_CHECKS: tuple[_Asked, ...] = tuple(
    (rule, rule.check, frozenset(rule.words)) for rule in RULES.values() if rule.check is not None
)


@lru_cache(maxsize=256)
def _checks_for(types: frozenset[type]) -> tuple[_Asked, ...]:
    """The rules that can match in a unit that holds nodes of these types."""
    return tuple(asked for asked in _CHECKS if not asked[0].on or not types.isdisjoint(asked[0].on))


class UnitCheck:
    """The check of one unit. `findings`, relative to its first line, are whole once `go_on` answers True."""

    def __init__(self, facts: UnitFacts, view: ModuleView, target: Version | None = None) -> None:
        """`target` is the Python that the text is for; without it nothing is too new."""
        self.view = view
        self.findings: tuple[Finding, ...] = ()
        self._facts = facts
        self._target = target
        self._found = list(newer_than(facts, target)) if target is not None else []
        self._left: Iterator[_Asked] = iter(())
        self._subject: Subject | None = None

    def go_on(self, deadline: float | None = None) -> bool:
        """Asks the rules that were not asked yet, until `deadline`; returns whether all have been."""
        if self._subject is None:
            if self._facts.newer is not None or self._facts.tree is None:
                self._found += self._of_unreadable()
                return self._finish()
            self._subject = Subject(self._facts, self.view, *self._facts.inference(self.view))
            self._left = iter(_checks_for(self._facts.node_types))
        words, subject = self._facts.words, self._subject
        for rule, check, own in self._left:
            if own and own.isdisjoint(words):
                continue
            try:
                for match in check(subject):
                    self._take(rule, match)
            except Exception as fault:  # one rule's mistake must not cost the findings of all others
                if STRICT:
                    raise
                # What it says may hold the learner's code: that is for who looks for faults.
                kind = type(fault).__name__
                log.error("The rule %s failed in one place (%s).", rule.id, kind)  # noqa: TRY400
                log.debug("Where it failed:", exc_info=fault)
            if deadline is not None and time.perf_counter() > deadline:
                return False
        return self._finish()

    def checked(self) -> Checked:
        """What was found, for the next time that a unit has this text."""
        return Checked(self.view.class_name, self._target, self.view.asked, self.findings)

    def _of_unreadable(self) -> Iterable[Finding]:
        """What is said about a unit without a tree, unless its syntax is merely newer."""
        if self._facts.newer is None and self._facts.problem is not None:
            yield diagnose(Broken(self._facts.lines, self._facts.problem))

    def _take(self, rule: Rule, match: Match) -> None:
        where = match.where
        span = where if isinstance(where, Span) else self._facts.span(where)
        speaker = RULES[match.rule] if match.rule else rule
        self._found.append(speaker.finding(match, span))

    def _finish(self) -> bool:
        if self._found:
            kept = one_per_line(without_suppressed(self._found, self._facts.lines))
            self.findings = tuple(kept if self._subject is None else weighed(kept, self._facts, self.view))
        return True
