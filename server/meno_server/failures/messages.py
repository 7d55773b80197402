"""What the server and the process that analyses a failure say to each other: one JSON object a line.

The server sends one request, and perhaps `{"do": "cancel"}`; the end of its output means the same. The other
side answers with any number of `{"said": "…"}` and `{"doing": "searching", …}`, and with one `{"answer": …}`.
Only plain values cross, and the standard library alone is imported, so that the server's side is cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from meno_analyzers.findings import Category, Edit, Finding, Note, Severity, Source, Span
from meno_analyzers.hints import FindingWithLadder, Ladder
from meno_server.records import identity, numbers

CANCEL = {"do": "cancel"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be explained: the program of `file` with its cases, or else the `report` that somebody
    pasted, whose programs are looked for below `root`. With `sent`, texts by relative path, `file` and
    `tests` are among them, and no file of this machine is looked at."""

    file: str | None = None
    unsaved: Mapping[str, str] = field(default_factory=dict)  # path → text that the disk does not have yet
    sent: Mapping[str, str] = field(default_factory=dict)
    tests: str | None = None
    interpreter: str | None = None
    seconds: float = 30.0
    level: int = 3
    searching: bool = True
    report: str | None = None
    root: str | None = None
    language: str = "en"
    model: Mapping[int, float] = field(default_factory=dict)  # the bug model's score of each 1-based line


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is: `doing` is a word of `meno_analyzers.failures.explaining.Doing`."""

    doing: str
    tried: int = 0
    passed: int = 0
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an analysis came to.

    `ended` is a word of `meno_analyzers.failures.explaining.Ending`, or "problem"; `problem` is then one
    sentence with the next step. `main` is the path of the program, `page` the explanation as Markdown.
    `verified` says that a change was seen to work.
    `source` is the text that was run, and `findings` belong to it. `repaired` is that text after the change
    that was seen to work: it is shown to nobody, and serves to keep a tutor's answer from telling it.
    """

    ended: str
    problem: str | None = None
    main: str | None = None
    source: str = ""
    passed: int = 0
    failed: int = 0
    sentence: str = ""
    page: str = ""
    verified: bool = False
    line: int = 0
    repaired: str | None = None
    explanation: str | None = None  # as JSON
    findings: tuple[Finding, ...] = ()


def request_to_plain(request: Request) -> dict[str, Any]:
    return asdict(request)


def request_from_plain(values: Mapping[str, Any]) -> Request:
    model = {int(line): float(score) for line, score in values.get("model", {}).items()}
    return Request(**{**values, "model": model})


def answer_to_plain(answer: Answer) -> dict[str, Any]:
    values = {name: getattr(answer, name) for name in Answer.__dataclass_fields__ if name != "findings"}
    return {**values, "findings": [_finding_to_plain(finding) for finding in answer.findings]}


def answer_from_plain(values: Mapping[str, Any]) -> Answer:
    """The answer again; `KeyError`, `TypeError` or `ValueError` when the values are none."""
    findings = tuple(_finding_from_plain(item) for item in values["findings"])
    return Answer(**{**values, "findings": findings})


def _finding_to_plain(finding: Finding) -> dict[str, Any]:
    ladder = finding.ladder if isinstance(finding, FindingWithLadder) else None
    return {
        **identity(finding),
        "span": numbers(finding.span),
        "notes": [[numbers(note.span), note.text, note.path] for note in finding.notes],
        "fix": [[numbers(edit.span), edit.text] for edit in finding.fix],
        "ladder": asdict(ladder) if ladder is not None else None,
    }


def _finding_from_plain(values: Mapping[str, Any]) -> Finding:
    ladder = values["ladder"]
    if ladder is not None:
        ladder = Ladder(**{**ladder, "questions": tuple(ladder["questions"]), "chain": ()})
    return FindingWithLadder(
        rule=values["rule"],
        name=values["name"],
        category=Category(values["category"]),
        severity=Severity(values["severity"]),
        confidence=values["confidence"],
        source=Source.FAILURE,
        span=Span(*values["span"]),
        notes=tuple(Note(Span(*span), text, path) for span, text, path in values["notes"]),
        fix=tuple(Edit(Span(*span), text) for span, text in values["fix"]),
        ladder=ladder,
    )
