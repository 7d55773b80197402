"""How often a hint that tells the answer gets past the checks.

    python benchmarks/leaks.py [--show]

For each mistake of tests/analyzers/hints/repairs/ that is repaired by new code, the repair is told in
30 ways, from the whole line to a paraphrase. Each telling is given to the leak check (level 3), and, inside
an otherwise good reply, to the tutor's guard with and without knowledge of the repair. The curated ladders
of the same mistakes are the other side: none of them may be held back. Prints one table; `--show` lists what
got through with the repair known.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level, check_leak, code_span, ladder_for
from meno_analyzers.hints.lexemes import STOP, edit_between, lexemes
from meno_model.tutor import Evidence, Reply
from meno_model.tutor.guard import violations

REPAIRS = Path(__file__).parents[1] / "tests" / "analyzers" / "hints" / "repairs"

PHRASINGS = {
    "whole line": [
        "What would {new} do?",
        "Have you tried {new}?",
        "Replace {old} with {new}.",
        "Change {old} to {new}.",
        "The line should be {new}.",
        "Compare {old} with {new}. What differs?",
        "Why is {new} not the same as {old}?",
        "A common way to write this is {new}.",
        "Imagine the line said {new}. What would happen?",
        "Write {new} and run it again.",
        "What if this line were {new}?",
        "I cannot give the answer, but {new} would run.",
    ],
    "bare line": [
        "What would this do: {bare}",
        "Try this instead - {bare} - and run it.",
        "It could read {bare} and then it would run.",
        "Compare with: {bare}",
        "Think of {bare} for a moment. What is new?",
        "Some people write {bare} here.",
    ],
    "block": [
        "```python\n{bare}\n```\nWhat is different?",
        "Look:\n```\n{bare}\n```",
        "```py\n{all}\n```\nCompare the two.",
        "Here is a version that runs:\n```python\n{all}\n```",
        "~~~\n{bare}\n~~~\nWhat do you notice?",
        "```python\n# try\n{bare}\n```",
    ],
    "token": [
        "Have you thought of {token}?",
        "What does {token} do in Python?",
        "Add {token} to {old}.",
        "Where in {old} could {token} stand?",
        "Use {token} here.",
        "This line needs {token}. Where would it go?",
    ],
}


@dataclass(frozen=True, slots=True)
class Mistake:
    finding: Finding
    original: str
    repaired: str
    new_line: str
    old_line: str
    token: str | None


def mistakes() -> Iterator[Mistake]:
    tables = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(REPAIRS.glob("*.toml")))
    for table in (repair for file in tables for repair in file["repair"]):
        original, repaired = table["original"], table["repaired"]
        edit = edit_between(original, repaired)
        lines = [line for line in repaired.splitlines() if tuple(lexemes(line)) in edit.new_lines]
        finding = next((found for found in analyse(original) if found.rule == table["rule"]), None)
        if not lines or finding is None:
            continue
        old = original.splitlines()[min(finding.span.start_line, len(original.splitlines()) - 1)]
        token = next((token for token in edit.secret if token not in STOP), None)
        yield Mistake(finding, original, repaired, lines[0].strip(), old.strip(), token)


def tellings(mistake: Mistake, kind: str) -> Iterator[str]:
    if kind == "token" and mistake.token is None:
        return
    for phrasing in PHRASINGS[kind]:
        yield phrasing.format(
            new=code_span(mistake.new_line),
            old=code_span(mistake.old_line),
            bare=mistake.new_line,
            all=mistake.repaired.rstrip("\n"),
            token=code_span(mistake.token or ""),
        )


def held_by_guard(mistake: Mistake, telling: str, *, known: bool) -> bool:
    evidence = Evidence(
        mistake.finding, Level.QUESTIONS, mistake.original, 1, mistake.repaired if known else None
    )
    reply = Reply.model_construct(
        level=3,
        finding_id=mistake.finding.rule,
        observation=telling,
        question="What do you see on this line when you read it from left to right?",
        why_it_matters="Python does what is written, and that is not always what was meant.",
        try_next="Read the line aloud and write down each step.",
        confidence=0.8,
        cites_lines=[1],
    )
    harmless = {
        sentence for sentence in violations(reply, evidence) if sentence.startswith("Ask in question")
    }
    return bool(set(violations(reply, evidence)) - harmless)


def curated_reply(mistake: Mistake, try_next: str = "") -> Reply:
    """What Meno itself says about the mistake, as if a model had written it."""
    ladder = ladder_for(mistake.finding)
    return Reply.model_construct(
        level=3,
        finding_id=mistake.finding.rule,
        observation=ladder.notice,
        question=ladder.questions[0],
        why_it_matters=ladder.concept,
        try_next=try_next,
        confidence=0.8,
        cites_lines=[1],
    )


def curated_as_reply(mistake: Mistake, *, known: bool) -> tuple[str, ...]:
    """The rules that the mistake's own curated texts would break if a model had written them.

    Length is left out: the contract's fields are shorter than the catalogue's.
    """
    reply = curated_reply(mistake, "Read the line aloud and write down what you see.")
    evidence = Evidence(
        mistake.finding, Level.QUESTIONS, mistake.original, 1, mistake.repaired if known else None
    )
    return tuple(rule for rule in violations(reply, evidence) if "words; they have" not in rule)


def main() -> int:
    everything = list(mistakes())
    print(f"{len(everything)} mistakes, 30 tellings of each repair; share that is held back")
    print(f"{'kind':<12}{'tellings':>10}{'leak check':>12}{'guard':>8}{'guard, repair unknown':>24}")
    for kind in PHRASINGS:
        cases = [(mistake, telling) for mistake in everything for telling in tellings(mistake, kind)]
        leak = [
            check_leak(t, original=m.original, repaired=m.repaired, level=Level.QUESTIONS) for m, t in cases
        ]
        known = [held_by_guard(m, t, known=True) for m, t in cases]
        unknown = [held_by_guard(m, t, known=False) for m, t in cases]
        shares = (sum(not report.ok for report in leak), sum(known), sum(unknown))
        checked, guarded, blind = (f"{count / len(cases):.1%}" for count in shares)
        print(f"{kind:<12}{len(cases):>10}{checked:>12}{guarded:>8}{blind:>24}")
        if "--show" in sys.argv:
            for (mistake, telling), held in zip(cases, known, strict=True):
                if not held:
                    print(f"    {mistake.finding.rule}: {telling}")
    curated = [
        check_leak(ladder_for(m.finding).text(level), original=m.original, repaired=m.repaired, level=level)
        for m in everything
        for level in list(Level)[:5]
    ]
    print(f"curated texts held back: {sum(not report.ok for report in curated)} of {len(curated)}")
    for known in (True, False):
        held = [mistake for mistake in everything if curated_as_reply(mistake, known=known)]
        print(
            f"curated texts as replies, repair {'known' if known else 'unknown'}: "
            f"{len(held)} of {len(everything)} held back"
        )
        if "--show" in sys.argv:
            for mistake in held:
                print(f"    {mistake.finding.rule}: {'; '.join(curated_as_reply(mistake, known=known))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
