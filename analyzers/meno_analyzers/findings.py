"""The words that every floor of Meno speaks: category, severity, span, finding.

Everything here is frozen: findings cross threads and processes. Positions are 0-based lines and 0-based
columns in characters (code points); only the faces convert them to what a protocol wants. A finding made
by a rule is relative to its unit's first line; `Finding.moved_down` makes it absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Category(StrEnum):
    """What kind of mistake it is: the 24 categories of the taxonomy, and `CLEAN` for none."""

    SYNTAX_ERROR = "SyntaxError"
    NAME_ERROR = "NameError"
    TYPE_ERROR = "TypeError"
    ATTRIBUTE_ERROR = "AttributeError"
    INDEX_ERROR = "IndexError"
    KEY_ERROR = "KeyError"
    VALUE_ERROR = "ValueError"
    ZERO_DIVISION_ERROR = "ZeroDivisionError"
    RECURSION_ERROR = "RecursionError"
    LOGIC_ERROR = "LogicError"
    OFF_BY_ONE_ERROR = "OffByOneError"
    INFINITE_LOOP = "InfiniteLoop"
    MISSING_RETURN = "MissingReturn"
    MISSING_CALL = "MissingCall"
    MUTABLE_DEFAULT = "MutableDefault"
    UNREACHABLE = "Unreachable"
    WRONG_VARIABLE = "WrongVariable"
    WRONG_OPERATOR = "WrongOperator"
    WRONG_COMPARATOR = "WrongComparator"
    WRONG_LITERAL = "WrongLiteral"
    WRONG_ARGUMENT = "WrongArgument"
    WRONG_METHOD_CALL = "WrongMethodCall"
    WRONG_INITIALIZATION = "WrongInitialization"
    WRONG_BASE_CASE = "WrongBaseCase"
    CLEAN = "Clean"


class Severity(StrEnum):
    """How loudly a finding speaks. The values are the public words.

    Errors and warnings squiggle while typing; a hint appears, as a question, when the typing pauses;
    information is there for who asks, on hover and in summaries.
    """

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """0 for the most severe; used to order findings."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2, Severity.INFORMATION: 3}


class Channel(StrEnum):
    """Where a finding is told: while typing, in a pause as a question, to who asks, or to no person."""

    SQUIGGLE = "squiggle"
    HINT = "hint"
    HOVER = "hover"
    FEATURE = "feature"  # evidence for the model and for the analysis of failures only


# A rule that is right less often than this speaks to no person by itself.
LEAST_CONFIDENCE = 0.85


class Source(StrEnum):
    """Which layer says it."""

    STATIC = "static"
    MODEL = "model"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: 0-based lines, 0-based columns in characters, the end exclusive."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int

    def moved_down(self, lines: int) -> Span:
        """The same span `lines` further down (or up, if negative)."""
        return Span(self.start_line + lines, self.start_column, self.end_line + lines, self.end_column)

    def contains(self, line: int, column: int) -> bool:
        """Whether a cursor at that place touches the span; the position behind its last character does."""
        return (self.start_line, self.start_column) <= (line, column) <= (self.end_line, self.end_column)

    def touches_lines(self, first: int, last: int) -> bool:
        """Whether the span shares a line with the inclusive range of lines."""
        return self.start_line <= last and first <= self.end_line


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains a finding, such as where the value was set; `path` is that of another
    file, whose lines do not move with those of this one."""

    span: Span
    text: str
    path: str | None = None

    def moved_down(self, lines: int) -> Note:
        return self if self.path is not None else replace(self, span=self.span.moved_down(lines))


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the text: what stands at `span` gives way to `text`. An empty span inserts."""

    span: Span
    text: str

    def moved_down(self, lines: int) -> Edit:
        return Edit(self.span.moved_down(lines), self.text)


def insertion(line: int, column: int, text: str) -> Edit:
    """The edit that puts `text` in at a place and takes nothing away."""
    return Edit(Span(line, column, line, column), text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, prediction or failure at one span.

    `values` fills the placeholders of the rule's hint texts with the learner's own names; `variant` picks
    among the texts of a rule that has several; `confidence` is 0–1, an estimate of the rule's precision or
    the model's calibrated probability; `fix` is the smallest repair, in the order of the text, where a rule
    is certain of it: level 5 of the ladder, which no text below it may tell.
    """

    rule: str
    name: str
    category: Category
    severity: Severity
    confidence: float
    source: Source
    span: Span
    values: Mapping[str, str] = field(default_factory=dict)
    variant: str | None = None
    notes: tuple[Note, ...] = ()
    fix: tuple[Edit, ...] = ()

    def moved_down(self, lines: int) -> Finding:
        """The same finding with every position `lines` further down."""
        if lines == 0:
            return self
        return replace(
            self,
            span=self.span.moved_down(lines),
            notes=tuple(note.moved_down(lines) for note in self.notes),
            fix=tuple(edit.moved_down(lines) for edit in self.fix),
        )

    @property
    def channel(self) -> Channel:
        """Where this finding is told by default."""
        if self.severity in {Severity.ERROR, Severity.WARNING}:
            return Channel.SQUIGGLE
        if self.source is not Source.STATIC:
            return Channel.HINT  # the model has calibrated thresholds of its own
        if self.confidence < LEAST_CONFIDENCE:
            return Channel.FEATURE
        return Channel.HINT if self.severity is Severity.HINT else Channel.HOVER

    @property
    def order(self) -> tuple[int, Span, str]:
        """Worst first, then by place: the order in which a capped list is filled."""
        return (self.severity.rank, self.span, self.rule)
