"""What the history changes: when, for which pattern, and when no longer."""

from __future__ import annotations

import pytest

from history.test_profile import TODAY, counted
from meno_analyzers.engine import Analysis
from meno_analyzers.findings import Finding
from meno_analyzers.hints import QuestionKind
from meno_analyzers.source import Document
from meno_server.history.events import Event, Kept, Layer, Outcome
from meno_server.history.guidance import DOUBTED_DAYS, Advice, Guidance, doubted_patterns, guidance
from meno_server.lsp.episodes import Episode, Episodes
from meno_server.lsp.open_file import OpenFile
from meno_server.lsp.server import MenoServer

HINTED, UNAIDED, DISMISSED = Outcome.FIXED_HINTED, Outcome.FIXED_UNAIDED, Outcome.DISMISSED


def event(pattern: str, day: int, outcome: Outcome = HINTED, opportunities: int = 1) -> Event:
    return Event(day, pattern, Layer.RULES, 0, outcome, 0, opportunities, 1)


def advised(*events: Event, today: int = TODAY) -> dict[str, Advice]:
    patterns = dict.fromkeys(one.pattern for one in events)
    counts = tuple((key, counted([one for one in events if one.pattern == key])) for key in patterns)
    return dict(guidance(Kept(events, counts), today).patterns)


def test_nothing_is_advised_on_little_evidence() -> None:
    assert advised() == {}
    assert advised(event("ME301", TODAY), event("ME101", TODAY)) == {}


def test_a_pattern_that_comes_back_begins_one_rung_higher() -> None:
    slips = [event("ME301", TODAY - days) for days in (3, 2, 1, 1)]

    assert advised(*slips)["ME301"].recurring
    assert advised(*slips)["ME301"].raised


def test_many_in_a_row_are_a_struggle_also_on_one_day() -> None:
    row = [event("ME301", TODAY, opportunities=40) for _ in range(4)]
    apart = [one for slip in row for one in (slip, event("ME101", TODAY, opportunities=40))]

    assert advised(*row) == {"ME301": Advice(raised=True)}
    assert advised(*apart) == {}


def test_who_mended_it_twice_alone_needs_no_more_help() -> None:
    slips = [event("ME301", TODAY - days) for days in (5, 4, 3)]
    alone = [event("ME301", TODAY - days, UNAIDED) for days in (1, 0)]

    assert advised(*slips, alone[0])["ME301"].raised
    assert not advised(*slips, *alone)["ME301"].raised


def test_what_is_half_forgotten_is_brought_back_and_what_is_fresh_is_not() -> None:
    slip = event("ME301", TODAY - 5)

    assert advised(slip)["ME301"].days_since == 5
    assert advised(slip, today=TODAY - 5) == {}
    assert advised(slip, event("ME301", TODAY)) == {}


@pytest.mark.parametrize(
    ("outcomes", "doubted"),
    [
        ([DISMISSED, DISMISSED], False),
        ([DISMISSED, DISMISSED, DISMISSED], True),
        ([DISMISSED, UNAIDED, DISMISSED, UNAIDED, DISMISSED], True),
        ([DISMISSED, DISMISSED, DISMISSED, UNAIDED, UNAIDED, UNAIDED], False),
    ],
)
def test_three_of_the_last_five_called_wrong_make_a_rule_a_doubted_one(
    outcomes: list[Outcome], doubted: bool
) -> None:
    events = [event("ME301", TODAY, outcome) for outcome in outcomes]

    assert doubted_patterns(events, TODAY) == (["ME301"] if doubted else [])
    assert ("ME301" in advised(*events) and advised(*events)["ME301"].doubted) == doubted


def test_among_equals_what_comes_back_stands_first() -> None:
    findings = _findings("total = 3\nprint(totl)\nprint(1 + '1')\n")
    first, second = findings
    assert first.severity == second.severity

    learned = Guidance({second.rule: Advice(recurring=True)})

    assert sorted(findings, key=Guidance().order) == [first, second]
    assert sorted(findings, key=learned.order) == [second, first]


def _findings(text: str) -> list[Finding]:
    return sorted(Analysis(Document("file:///lesson.py", text)).findings(), key=lambda finding: finding.order)


def test_a_mistake_that_outlives_edits_and_minutes_is_a_struggle(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("meno_server.lsp.episodes.time.monotonic", lambda: now)
    file = OpenFile(Document("file:///lesson.py", "print(totl)\n"), 1)
    (finding,) = _findings("print(totl)\n")
    episodes = Episodes(MenoServer().session)
    episodes._open[file.document.uri] = [
        Episode(finding, finding.rule, Layer.RULES, "mark", True, now, file.edits)
    ]

    file.edits += 3
    assert not episodes.is_struggle(file, "mark"), "not yet for long"
    now += 300
    assert episodes.is_struggle(file, "mark")
    assert not episodes.is_struggle(file, "another")
    file.edits -= 1
    assert not episodes.is_struggle(file, "mark"), "nobody has tried to mend it"


def test_a_dialogue_about_what_comes_back_begins_with_own_words() -> None:
    (finding,) = _findings("print(totl)\n")
    guiding = MenoServer().session.guiding
    assert guiding.first_question(finding) is None

    guiding.current = Guidance({finding.rule: Advice(recurring=True)})

    assert guiding.first_question(finding) is QuestionKind.EXPLAIN


def test_a_doubt_ends_by_itself() -> None:
    events = [event("ME301", TODAY - DOUBTED_DAYS + 1, DISMISSED)] * 3

    assert doubted_patterns(events, TODAY) == ["ME301"]
    assert doubted_patterns(events, TODAY + 1) == []
