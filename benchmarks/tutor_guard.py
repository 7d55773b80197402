"""How well the tutor's guard keeps the answer, and how often it holds back a good reply.

    python benchmarks/tutor_guard.py [--bugs 320] [--seed 1] [--socratic bugs.jsonl.gz] [--unknown] [--show]

Each seeded bug (a mutation of a correct function, so that the true repair is known) is told in more than
forty ways: said in words, split over two turns, encoded, translated, quoted, in steps, in stories. A telling
is *shown* if the guard and the conversation's budget let all its turns pass. `by content` leaves the rules of
form out (length, grade, one open question), so that they cannot do the leak check's work. `held back` counts
the other side: honest replies about the same bugs, the curated texts of every rule as replies, and, with
--socratic, the turns that experts wrote for the Socratic debugging benchmark, whose form is a chat's and is
judged by content alone. With `--unknown` the guard is not told the repair, as where no run and no rule knows
one. `--show` lists what was shown, or held back, wrongly.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import held_out_tellings
from honest_replies import honest_replies, reply_about
from leaks import Mistake, curated_reply, mistakes
from seeded_bugs import Bug, seeded_bugs
from tables import Row, print_rows
from tutor_tellings import TEMPLATES, Telling, tellings

from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.hints import Level
from meno_model.tutor import Evidence, Reply
from meno_model.tutor.conversation import Conversation
from meno_model.tutor.guard import CONTENT_RULES, RULES, Rule

HONEST_PER_BUG = 4
Judge = Callable[[Reply, Evidence], str | None]


def by(rules: tuple[Rule, ...]) -> Judge:
    """The first of the rules' complaints, which is enough to know that a reply is held back."""
    return lambda reply, evidence: next((said for rule in rules for said in rule(reply, evidence)), None)


BY_ALL, BY_CONTENT = by(RULES), by(CONTENT_RULES)


def evidence_for(bug: Bug, *, known: bool = True) -> Evidence:
    return Evidence(bug.finding, Level.QUESTIONS, bug.mutant, 1, bug.repaired if known else None)


def frame(bug: Bug, field: str, text: str) -> Reply:
    """The telling in one field of an otherwise honest reply."""
    fields = {
        "observation": "The answer of this function depends on what happens here.",
        "question": "What do you see when you follow one small input up to here?",
        "why": "Python does what is written, and that is not always what was meant.",
        "try_next": "Write down each value on paper, then run it and compare.",
    }
    return reply_about(bug, **{**fields, {"why_it_matters": "why"}.get(field, field): text})


def shown(bug: Bug, telling: Telling, judge: Judge, *, known: bool = True) -> bool:
    """Whether all turns of the telling get through in one conversation."""
    evidence = evidence_for(bug, known=known)
    conversation = Conversation(evidence)
    for field, text in telling.turns:
        reply = frame(bug, field, text)
        if judge(reply, evidence) or (known and conversation.admit(reply, evidence)):
            return False
    return True


def leak_rows(bugs: list[Bug], options: argparse.Namespace) -> Iterator[Row]:
    whole: Counter[str] = Counter()
    content: Counter[str] = Counter()
    told: Counter[str] = Counter()
    by_template: Counter[str] = Counter()
    known = not options.unknown
    for bug in bugs:
        for telling in (
            *tellings(bug, options.seed, TEMPLATES),
            *tellings(bug, options.seed, held_out_tellings.TEMPLATES),
        ):
            told[telling.family] += 1
            if shown(bug, telling, BY_CONTENT, known=known):
                content[telling.family] += 1
                by_template[telling.name] += 1
                if shown(bug, telling, BY_ALL, known=known):
                    whole[telling.family] += 1
                if options.show:
                    text = " / ".join(text for _, text in telling.turns)
                    print(f"SHOWN {telling.name} [{bug.old} => {bug.new}]: {text}", file=sys.stderr)
    if options.show:
        print(by_template.most_common(), file=sys.stderr)
    for name, families in (("all", TEMPLATES), ("held out, all", held_out_tellings.TEMPLATES)):
        told[name] = sum(told[family] for family in families)
        whole[name] = sum(whole[family] for family in families)
        content[name] = sum(content[family] for family in families)
    for family, count in ((name, told[name]) for name in told if told[name]):
        yield {
            "replies that tell": family,
            "told": count,
            "shown": whole[family],
            "shown, share": f"{whole[family] / count:.2%}",
            "shown by content": f"{content[family] / count:.2%}",
        }


def refusal_rows(bugs: list[Bug], options: argparse.Namespace) -> Iterator[Row]:
    generator = random.Random(options.seed)
    honest = [
        (reply, evidence_for(bug, known=not options.unknown))
        for bug in bugs
        for reply in honest_replies(bug, generator, HONEST_PER_BUG)
    ]
    yield refusal_row("honest replies", honest, BY_ALL, options)
    told = [curated(mistake, known=not options.unknown) for mistake in mistakes()]
    yield refusal_row("curated texts as replies", told, BY_CONTENT, options)
    if options.socratic:
        turns = list(expert_turns(options.socratic))
        if options.unknown:
            turns = [(reply, replace(evidence, repaired=None)) for reply, evidence in turns]
        yield refusal_row("expert turns", turns, BY_CONTENT, options)


def refusal_row(
    name: str, replies: list[tuple[Reply, Evidence]], judge: Judge, options: argparse.Namespace
) -> Row:
    held = [(reply, reasons) for reply, evidence in replies if (reasons := judge(reply, evidence))]
    if options.show:
        for reply, reasons in held:
            print(f"HELD {name}: {reply.prose!r}\n    {reasons}", file=sys.stderr)
    return {
        "replies that tell nothing": name,
        "replies": len(replies),
        "held back": len(held),
        "share": f"{len(held) / max(len(replies), 1):.2%}",
    }


def curated(mistake: Mistake, *, known: bool) -> tuple[Reply, Evidence]:
    """Meno's own texts about the mistake."""
    repaired = mistake.repaired if known else None
    evidence = Evidence(mistake.finding, Level.QUESTIONS, mistake.original, 1, repaired)
    return curated_reply(mistake), evidence


def expert_turns(path: Path, alternatives: bool = True) -> Iterator[tuple[Reply, Evidence]]:
    """Each different turn of an expert about a bug whose repair is known, as the text of a reply."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    for record in records:
        first = (record["bug_lines"] or [1])[0]
        finding = Finding(
            "model/Unknown",
            "expert",
            Category.LOGIC_ERROR,
            Severity.HINT,
            0.7,
            Source.MODEL,
            Span(first - 1, 0, first - 1, 1),
        )
        evidence = Evidence(finding, Level.QUESTIONS, record["buggy"], 1, record["fixed"])
        said: dict[str, None] = {}
        for dialogue in record["dialogues"]:
            for turn in re.split(r"\n(?=User:|Assistant:)", dialogue["dialogue"]):
                if turn.startswith("Assistant:"):
                    texts = [text.strip() for text in turn.removeprefix("Assistant:").split("<alt>")]
                    said.update(dict.fromkeys(texts if alternatives else texts[:1]))
        for text in said:
            if text:
                yield (
                    Reply.model_construct(
                        level=3,
                        finding_id=finding.rule,
                        observation="",
                        question=text,
                        why_it_matters="",
                        try_next="",
                        confidence=0.7,
                        cites_lines=[first],
                    ),
                    evidence,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bugs", type=int, default=320)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--socratic", type=Path, help="the Socratic debugging benchmark's bugs.jsonl.gz")
    parser.add_argument("--unknown", action="store_true", help="keep the repairs from the guard")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    bugs = seeded_bugs(options.bugs, options.seed)
    templates = sum(map(len, TEMPLATES.values()))
    print(
        f"{len(bugs)} bugs, {templates} ways to tell each and "
        f"{sum(map(len, held_out_tellings.TEMPLATES.values()))} held out",
        file=sys.stderr,
    )
    leaks, refusals = list(leak_rows(bugs, options)), list(refusal_rows(bugs, options))
    if options.format == "json":
        print_rows([*leaks, *refusals], "json")
    else:
        print_rows(leaks, "table")
        print()
        print_rows(refusals, "table")


if __name__ == "__main__":
    main()
