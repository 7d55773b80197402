"""Which cause an explanation names, and how sure it is of it.

A change that was run comes first, then what the code shows on a suspect line, then what the error's type
says, and last that program and task differ. The table of confidence is documented at `CONFIDENCE`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meno_analyzers.failures.explanation.error_table import Reading, reading_of
from meno_analyzers.failures.explanation.evidence import Evidence, Failure
from meno_analyzers.failures.explanation.places import Places
from meno_analyzers.failures.explanation.schema import UNKNOWN, Limit, Mechanism, Situation
from meno_analyzers.failures.suspects import RULE, Repair, Suspect
from meno_analyzers.findings import Category, Channel, Finding, Source

# How sure an explanation is, by what stands behind it. Only a change that was run gives 0.9 or more; below
# 0.5 the explanation speaks of possible causes. These are set by judgement and wait for calibration.
CONFIDENCE = {
    "verified": 0.95,  # a change was run; cases that passed still pass
    "verified_alone": 0.9,  # a change was run, with one case and nothing that passed before
    "static_on_error": 0.85,  # a rule speaks about the very line that failed
    "syntax": 0.8,  # Python itself refused the line
    "message": 0.75,  # the error's message leaves little else
    "static_on_suspect": 0.7,  # a rule speaks about one of the first suspect lines
    "type": 0.6,  # the error's type points in one direction
    "no_end": 0.5,  # it did not end, and a line is under suspicion
    "suspect": 0.45,  # only the ranking of the lines
    "none": 0.3,
    "flaky": 0.2,  # two runs differed: no claim about a cause
}
FIRST_SUSPECTS = 3
# A loop that begins further above the place is spoken of by the place alone.
_NEAR_LOOP = 20


@dataclass(frozen=True, slots=True)
class Cause:
    """What went wrong, where, and on which ground that is said. Lines are 1-based, in the main file."""

    mechanism: Mechanism
    category: str
    ground: str  # a key of CONFIDENCE
    first: int
    last: int
    focus: int  # the line to look at
    finding: Finding | None = None
    unreadable: bool = False  # Python could not read the program

    @property
    def confidence(self) -> float:
        return CONFIDENCE[self.ground]

    @property
    def verified(self) -> bool:
        return self.ground.startswith("verified")


_BY_CATEGORY = {
    Category.SYNTAX_ERROR: Mechanism.CONTROL_FLOW,
    Category.NAME_ERROR: Mechanism.WRONG_NAME,
    Category.TYPE_ERROR: Mechanism.WRONG_TYPE,
    Category.ATTRIBUTE_ERROR: Mechanism.WRONG_NAME,
    Category.INDEX_ERROR: Mechanism.BOUNDARY,
    Category.KEY_ERROR: Mechanism.WRONG_NAME,
    Category.VALUE_ERROR: Mechanism.WRONG_TYPE,
    Category.ZERO_DIVISION_ERROR: Mechanism.BOUNDARY,
    Category.RECURSION_ERROR: Mechanism.BASE_CASE,
    Category.LOGIC_ERROR: Mechanism.CONTROL_FLOW,
    Category.OFF_BY_ONE_ERROR: Mechanism.BOUNDARY,
    Category.INFINITE_LOOP: Mechanism.UPDATE_MISSING,
    Category.MISSING_RETURN: Mechanism.MISSING_RETURN,
    Category.MISSING_CALL: Mechanism.WRONG_CALL,
    Category.MUTABLE_DEFAULT: Mechanism.ALIASING,
    Category.UNREACHABLE: Mechanism.CONTROL_FLOW,
    Category.WRONG_VARIABLE: Mechanism.WRONG_NAME,
    Category.WRONG_OPERATOR: Mechanism.WRONG_OPERATOR,
    Category.WRONG_COMPARATOR: Mechanism.WRONG_OPERATOR,
    Category.WRONG_LITERAL: Mechanism.WRONG_TYPE,
    Category.WRONG_ARGUMENT: Mechanism.WRONG_CALL,
    Category.WRONG_METHOD_CALL: Mechanism.API_MISUSE,
    Category.WRONG_INITIALIZATION: Mechanism.INITIAL_VALUE,
    Category.WRONG_BASE_CASE: Mechanism.BASE_CASE,
}
# Categories that say what was seen, and not which slip it was: their texts fit before a cause is known.
_SPOKEN_OF = frozenset(
    {
        Category.NAME_ERROR,
        Category.TYPE_ERROR,
        Category.ATTRIBUTE_ERROR,
        Category.INDEX_ERROR,
        Category.KEY_ERROR,
        Category.VALUE_ERROR,
        Category.ZERO_DIVISION_ERROR,
        Category.RECURSION_ERROR,
        Category.INFINITE_LOOP,
    }
)
# Rules whose mistake works in another way than most of their category.
_BY_RULE = {
    "ME106": Mechanism.INITIAL_VALUE,
    "ME107": Mechanism.INITIAL_VALUE,
    "ME108": Mechanism.WRONG_NAME,
    "ME114": Mechanism.WRONG_NAME,
    "ME204": Mechanism.WRONG_TYPE,
    "ME205": Mechanism.WRONG_TYPE,
    "ME206": Mechanism.WRONG_OPERATOR,
    "ME315": Mechanism.ALIASING,
    "ME316": Mechanism.ALIASING,
    "ME331": Mechanism.API_MISUSE,
    "ME332": Mechanism.ALIASING,
    "ME404": Mechanism.API_MISUSE,
    "ME408": Mechanism.WRONG_CALL,
    "ME421": Mechanism.ALIASING,
    "ME503": Mechanism.ALIASING,
    "ME506": Mechanism.WRONG_TYPE,
    "ME507": Mechanism.API_MISUSE,
    "ME508": Mechanism.API_MISUSE,
    "ME509": Mechanism.WRONG_TYPE,
    "ME517": Mechanism.ALIASING,
    "ME601": Mechanism.WRONG_TYPE,
    "ME606": Mechanism.ENVIRONMENT,
    "ME906": Mechanism.API_MISUSE,
    "ME909": Mechanism.API_MISUSE,
}
_CATEGORY_OF = {
    Mechanism.BOUNDARY: Category.OFF_BY_ONE_ERROR,
    Mechanism.INITIAL_VALUE: Category.WRONG_INITIALIZATION,
    Mechanism.UPDATE_MISSING: Category.LOGIC_ERROR,
    Mechanism.WRONG_OPERATOR: Category.WRONG_OPERATOR,
    Mechanism.WRONG_NAME: Category.WRONG_VARIABLE,
    Mechanism.WRONG_TYPE: Category.TYPE_ERROR,
    Mechanism.WRONG_CALL: Category.WRONG_METHOD_CALL,
    Mechanism.MISSING_RETURN: Category.MISSING_RETURN,
    Mechanism.CONTROL_FLOW: Category.LOGIC_ERROR,
    Mechanism.ALIASING: Category.LOGIC_ERROR,
    Mechanism.BASE_CASE: Category.WRONG_BASE_CASE,
    Mechanism.API_MISUSE: Category.WRONG_METHOD_CALL,
    Mechanism.SPEC_MISMATCH: Category.LOGIC_ERROR,
}


def cause_of(evidence: Evidence, failure: Failure, places: Places) -> Cause:
    """The best founded cause, on lines that the file has and that bear a name."""
    if evidence.repair is not None and evidence.failing and Limit.FLAKY not in evidence.limits:
        found = _of_repair(evidence, failure, places)
    else:
        found = _of_finding(evidence, failure, places) or _of_error(evidence, failure, places)
    first, last = places.with_a_name(found.first, found.last)
    focus, ground = found.focus, found.ground
    if failure.situation is Situation.NO_END and not found.unreadable:
        # What does not come to its end is the loop: its test has the names that have to change.
        loop = places.loop_around(focus)
        if loop is not None and first - loop <= _NEAR_LOOP:
            first, last, focus = min(first, loop), max(last, loop), loop
            ground = "no_end" if ground == "none" else ground
    ground = "flaky" if Limit.FLAKY in evidence.limits else ground
    return Cause(found.mechanism, found.category, ground, first, last, focus, found.finding, found.unreadable)


def is_typical(cause: Cause) -> bool:
    """Whether the mistake works as most of its category do, so that the category's texts fit it."""
    return cause.category in _SPOKEN_OF and _is_usual(cause.category, cause.mechanism)


def _is_usual(category: str, mechanism: Mechanism) -> bool:
    return category != UNKNOWN and _BY_CATEGORY.get(Category(category)) is mechanism


def mechanism_of(finding: Finding) -> Mechanism:
    """In which way the mistake of a finding works."""
    return _BY_RULE.get(finding.rule) or _BY_CATEGORY.get(finding.category, Mechanism.SPEC_MISMATCH)


def _of_repair(evidence: Evidence, failure: Failure, places: Places) -> Cause:
    repair = evidence.repair
    assert repair is not None
    known = {str(mechanism) for mechanism in Mechanism}
    mechanism = Mechanism(repair.mechanism) if repair.mechanism in known else Mechanism.SPEC_MISMATCH
    lines = sorted(line for line in repair.lines if places.has(line)) or [1]
    first, last = lines[0], lines[-1]
    finding = _proven(evidence.findings, repair, first, last)
    if finding is not None:
        mechanism = mechanism_of(finding)
    else:
        # A rule that speaks about the place in another way is about another mistake.
        on_it = [
            one
            for one in evidence.findings
            if _speaks(one) and _on(one, first, last) and mechanism_of(one) is mechanism
        ]
        finding = min(on_it, key=lambda item: item.order, default=None)
    category = str(_CATEGORY_OF.get(mechanism, UNKNOWN))
    if mechanism is Mechanism.WRONG_OPERATOR and "compar" in repair.operator:
        category = str(Category.WRONG_COMPARATOR)
    reading = _reading(failure)
    if (
        failure.situation is Situation.CRASH
        and reading is not None
        and _is_usual(reading.category, mechanism)
    ):
        # The error is the kind of mistake itself; what it is called needs no guess.
        category = reading.category
    elif failure.situation is Situation.NO_END and mechanism is Mechanism.UPDATE_MISSING:
        category = str(Category.INFINITE_LOOP)
    if finding is not None:
        category = str(finding.category)
    alone = len(evidence.failing) == 1 and not evidence.passing
    ground = "verified_alone" if alone else "verified"
    # Where the change touches the line that stopped, that is the line to look at.
    stopped = failure.line_in(evidence.program.main)
    focus = stopped if stopped in lines else first
    return Cause(mechanism, category, ground, first, last, focus, finding)


def _proven(findings: Iterable[Finding], repair: Repair, first: int, last: int) -> Finding | None:
    """The finding whose own change was run: its rule has been shown to be right."""
    kinds = repair.operator.split(" + ")
    named = [finding for finding in findings if f"{RULE} {finding.rule}" in kinds]
    return min(named, key=lambda one: (not _on(one, first, last), one.order), default=None)


def _of_finding(evidence: Evidence, failure: Failure, places: Places) -> Cause | None:
    line = failure.line_in(evidence.program.main)
    speaking = [finding for finding in evidence.findings if _speaks(finding)]
    unread = [finding for finding in speaking if finding.category is Category.SYNTAX_ERROR]
    if unread and _could_not_be_read(failure):
        return _with(min(unread, key=lambda finding: finding.span), "syntax", places, unreadable=True)
    if line is not None:
        there = [finding for finding in speaking if _on(finding, line, line)]
        if there:
            return _with(min(there, key=lambda finding: finding.order), "static_on_error", places, line)
    ran = failure.result.lines if failure.result else None
    # A line that the failing case did not run cannot be what made it fail.
    first = [suspect for suspect in evidence.suspects if ran is None or suspect.line in ran]
    for suspect in first[:FIRST_SUSPECTS]:
        there = [finding for finding in speaking if _on(finding, suspect.line, suspect.line)]
        if there:
            best = min(there, key=lambda finding: finding.order)
            return _with(best, "static_on_suspect", places, suspect.line)
    return None


def _with(
    finding: Finding, ground: str, places: Places, line: int | None = None, *, unreadable: bool = False
) -> Cause:
    focus = line or finding.span.start_line + 1
    focus = focus if places.has(focus) else len(places.lines)
    return Cause(
        mechanism_of(finding), str(finding.category), ground, focus, focus, focus, finding, unreadable
    )


def _of_error(evidence: Evidence, failure: Failure, places: Places) -> Cause:
    line = failure.line_in(evidence.program.main)
    reading = _reading(failure)
    if failure.situation is Situation.NO_END:
        lines = _suspect_lines(evidence.suspects, places) or ([line] if line else [])
        ground = "no_end" if lines else "none"
        return _at(lines, Mechanism.UPDATE_MISSING, str(Category.INFINITE_LOOP), ground, failure, places)
    if reading is not None and failure.situation is Situation.CRASH:
        unreadable = reading.category == str(Category.SYNTAX_ERROR)
        ground = "syntax" if unreadable else "message" if reading.certain else "type"
        lines = [line] if line is not None else _suspect_lines(evidence.suspects, places)
        if not lines:
            ground = "none"
        return _at(lines, reading.mechanism, reading.category, ground, failure, places, unreadable)
    lines = _suspect_lines(evidence.suspects, places)
    ground = "suspect" if lines else "none"
    lines = lines or ([line] if line is not None else [])
    category = UNKNOWN if failure.situation is Situation.CRASH else str(Category.LOGIC_ERROR)
    return _at(lines, Mechanism.SPEC_MISMATCH, category, ground, failure, places)


def _reading(failure: Failure) -> Reading | None:
    return reading_of(failure.type, failure.message) if failure.type else None


def _at(
    lines: list[int],
    mechanism: Mechanism,
    category: str,
    ground: str,
    failure: Failure,
    places: Places,
    unreadable: bool = False,
) -> Cause:
    there = [line for line in lines if places.has(line)]
    if there:
        return Cause(mechanism, category, ground, there[0], there[0], there[0], unreadable=unreadable)
    first, last = _of_called(failure, places)
    return Cause(mechanism, category, ground, first, last, first, unreadable=unreadable)


def _of_called(failure: Failure, places: Places) -> tuple[int, int]:
    """The function that was asked for, or else the whole file."""
    function = (failure.called or "").partition("(")[0]
    return places.span_of(function) or (1, len(places.lines))


def _suspect_lines(suspects: Iterable[Suspect], places: Places) -> list[int]:
    return [suspect.line for suspect in suspects if places.has(suspect.line)]


def _could_not_be_read(failure: Failure) -> bool:
    reading = _reading(failure)
    return reading is not None and reading.category == str(Category.SYNTAX_ERROR)


def _speaks(finding: Finding) -> bool:
    """Whether the finding is sure enough to name a cause; what the model says only ranks lines."""
    told = finding.channel in {Channel.SQUIGGLE, Channel.HINT}
    return told and finding.source is Source.STATIC and finding.category is not Category.CLEAN


def _on(finding: Finding, first: int, last: int) -> bool:
    return finding.span.touches_lines(first - 1, last - 1)
