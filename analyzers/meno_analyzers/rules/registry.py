"""A rule is data plus one function from facts to matches; this is where rules register themselves.

To add one, write the function in the module of its family and decorate it with `@rule(...)`; the hint
texts, the page and the fixtures go by its id (CONTRIBUTING.md has the five steps).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from meno_analyzers.facts.parsing import SyntaxProblem
from meno_analyzers.facts.types import Types
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.values import Values
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.findings import Category, Edit, Finding, Note, Severity, Source, Span
from meno_analyzers.rules.tokens import Token, tokens_of

LONGEST_VALUE = 40


@dataclass(slots=True)
class Subject:
    """What a rule looks at: one unit's facts, its window on the rest of the file, proven types and values."""

    facts: UnitFacts
    module: ModuleView
    types: Types
    values: Values


class Broken:
    """What a syntax rule looks at: a unit's lines and CPython's complaint about them."""

    def __init__(self, lines: list[str], problem: SyntaxProblem) -> None:
        self.lines = lines
        self.problem = problem
        self._tokens_on: dict[int, list[Token]] = {}

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens of the unit, found once for all rules."""
        return tokens_of(self.lines)

    def tokens_on(self, line: int) -> list[Token]:
        """The tokens of one line, read by itself and found once for all rules."""
        found = self._tokens_on.get(line)
        if found is None:
            found = self._tokens_on[line] = [
                token._replace(line=line) for token in tokens_of([self.lines[line]])
            ]
        return found

    @property
    def line(self) -> str:
        """The line that CPython points at, without its end."""
        return self.lines[self.problem.line].rstrip("\r\n") if self.lines else ""


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a rule holds: a node or a span of the unit, and what fills the hint texts.

    `rule` names another rule of the family where one check serves several (see `declare`). `severity` is
    given where the evidence for this one match is weaker than the rule's usual one. `fix` is given only where
    there is one smallest repair, and none that is as likely.
    """

    where: ast.AST | Span
    values: Mapping[str, str] = field(default_factory=dict)
    variant: str | None = None
    notes: tuple[Note, ...] = ()
    rule: str | None = None
    severity: Severity | None = None
    fix: tuple[Edit, ...] = ()


Check = Callable[[Subject], Iterable[Match]]
SyntaxCheck = Callable[[Broken], Match | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's data. `on` are the node types, and `words` the names and attributes, without any of which it
    cannot match, so that most are never run. A `patient` rule misses what may be about to be written.

    `confidence` is the precision aimed at; `misconception` an id of progmiscon.org where one fits.
    """

    id: str
    name: str
    category: Category
    severity: Severity
    confidence: float
    values: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    misconception: str | None = None
    on: tuple[type[ast.AST], ...] = ()
    words: tuple[str, ...] = ()
    patient: bool = False
    check: Check | None = None
    syntax_check: SyntaxCheck | None = None

    def finding(self, match: Match, span: Span) -> Finding:
        """The finding that a match of this rule stands for."""
        return Finding(
            rule=self.id,
            name=self.name,
            category=self.category,
            severity=match.severity or self.severity,
            confidence=self.confidence,
            source=Source.STATIC,
            span=span,
            values={name: shorten(value) for name, value in match.values.items()},
            variant=match.variant,
            notes=match.notes,
            fix=match.fix,
        )


RULES: dict[str, Rule] = {}


def rule(
    id: str,
    name: str,
    category: Category,
    severity: Severity,
    confidence: float,
    *,
    on: tuple[type[ast.AST], ...] = (),
    words: tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    misconception: str | None = None,
    patient: bool = False,
) -> Callable[[Check], Check]:
    """Registers a rule over units that parse."""

    def register(check: Check) -> Check:
        assert id not in RULES, id
        RULES[id] = Rule(
            *(id, name, category, severity, confidence, values, variants, misconception, on, words, patient),
            check,
        )
        return check

    return register


def declare(
    id: str,
    name: str,
    category: Category,
    severity: Severity,
    confidence: float,
    *,
    values: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    misconception: str | None = None,
) -> None:
    """Registers a rule whose matches the check of another rule finds on its way."""
    assert id not in RULES, id
    RULES[id] = Rule(id, name, category, severity, confidence, values, variants, misconception)


def syntax_rule(
    id: str,
    name: str,
    *,
    values: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    misconception: str | None = None,
) -> Callable[[SyntaxCheck], SyntaxCheck]:
    """Registers a rule over units that do not parse; the first one that matches speaks, in this order."""

    def register(check: SyntaxCheck) -> SyntaxCheck:
        assert id not in RULES, id
        RULES[id] = Rule(
            id,
            name,
            Category.SYNTAX_ERROR,
            Severity.ERROR,
            0.99,
            values,
            variants,
            misconception,
            syntax_check=check,
        )
        return check

    return register


def also_checks(syntax_check: SyntaxCheck, *, variants: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    """Lets a syntax rule speak about units that parse too: what only the compiler refuses, say."""

    def register(check: Check) -> Check:
        known = next(rule for rule in RULES.values() if rule.syntax_check is syntax_check)
        RULES[known.id] = replace(known, check=check, variants=(*known.variants, *variants))
        return check

    return register


def shorten(text: str) -> str:
    """A piece of the learner's text that fits into a sentence: one line, at most 40 characters.

    Lists of names that are already formatted as code are left whole.
    """
    text = " ".join(text.split())
    if len(text) <= LONGEST_VALUE or text.startswith("`"):
        return text
    return text[: LONGEST_VALUE - 1].rstrip() + "…"
