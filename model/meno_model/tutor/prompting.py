"""What is sent: versioned prompt files, and the learner's code wrapped as one JSON value.

Inside a JSON string nothing in the code can end the data and begin an instruction. File names and paths are
never part of it, and a repair that is known stays here.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from meno_analyzers.hints import ladder_for
from meno_analyzers.hints.template import VALUE_LIMIT
from meno_model.tutor.values import Evidence

VERSION = "v2"
FOLDER = Path(__file__).parent / "prompts"

# Longer functions are cut around the finding: a prompt has to fit into small local models too.
MOST_LINES = 160
LONGEST_LINE = 240
# Of a conversation the last turns are sent, each cut: enough to go on from, and rules do not drown in them.
MOST_TURNS = 4
LONGEST_TURN = 600

Message = dict[str, str]


@lru_cache(maxsize=16)
def load_prompt(name: str) -> str:
    """The text of a prompt file of the current version."""
    return (FOLDER / f"{name}.{VERSION}.md").read_text(encoding="utf-8").strip()


def first_messages(evidence: Evidence) -> list[Message]:
    """The system prompt and the request."""
    request = filled(
        load_prompt("request"),
        {
            "request": json.dumps(request_value(evidence), ensure_ascii=False, indent=1),
            "level": str(int(evidence.level)),
            "finding_id": evidence.finding.rule,
        },
    )
    return [{"role": "system", "content": load_prompt("socratic")}, {"role": "user", "content": request}]


def second_messages(first: list[Message], answer: str, violations: tuple[str, ...]) -> list[Message]:
    """The same, with the refused answer and the rules that it broke."""
    listed = "\n".join(f"- {violation}" for violation in violations)
    again = filled(load_prompt("again"), {"violations": listed})
    return [*first, {"role": "assistant", "content": answer[:4000]}, {"role": "user", "content": again}]


def request_value(evidence: Evidence) -> dict[str, object]:
    """The request as plain values: the finding, what Meno has said already, and the numbered code."""
    finding = evidence.finding
    ladder = ladder_for(finding, evidence.language)
    lines = evidence.function_source.splitlines()
    first, last = _window(len(lines), finding.span.start_line + 1 - evidence.first_line)
    return {
        "level": int(evidence.level),
        "finding_id": finding.rule,
        "category": str(finding.category),
        "certainty": round(finding.confidence, 2),
        "cause_is_known": evidence.repaired is not None,
        "language_of_the_learner": evidence.language,
        "already_said": {"notice": ladder.notice, "questions": list(ladder.questions)},
        "conversation": [{turn.speaker: turn.text[:LONGEST_TURN]} for turn in evidence.turns[-MOST_TURNS:]],
        "values": {name: value[: 4 * VALUE_LIMIT] for name, value in finding.values.items()},
        "finding_on_line": finding.span.start_line + 1,
        "code": {
            str(evidence.first_line + number): lines[number][:LONGEST_LINE] for number in range(first, last)
        },
    }


def _window(count: int, finding: int) -> tuple[int, int]:
    """The half-open range of lines to send, with the finding inside."""
    if count <= MOST_LINES:
        return 0, count
    first = min(max(finding - MOST_LINES // 2, 0), count - MOST_LINES)
    return first, first + MOST_LINES


def filled(prompt: str, values: dict[str, str]) -> str:
    """Each gap filled once, from the left, so that braces in a value are never read as gaps."""
    parts: list[str] = []
    rest = prompt
    for name, value in values.items():
        before, gap, rest = rest.partition("{" + name + "}")
        assert gap, f"the prompt has no {name}"
        parts += [before, value]
    return "".join([*parts, rest])
