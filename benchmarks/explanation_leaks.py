"""Whether any explanation below level 5 tells the repair: by the leak check, and by doing what it shows.

    python benchmarks/explanation_leaks.py DATA.jsonl.gz … [--tests FILE.jsonl.gz …] [--every K] [--limit N]
        [--repairs FILE …] [--seconds S] [--show] [--format table|json]

DATA has the common schema of the bug records; the questions or assignments of a set are the file of --tests
that lies in its folder. For each program for which a repair is found within S seconds, or is in a FILE that
`repair.py --save` wrote, the explanation is made at the levels 0 to 4, and

- each text that was chosen for the learner is given to the leak check with the repair at the level of the
  text (`check`), and with the `fixed` of the record, which the explanation does not know (`check, fixed`);
- each code span and block of the Markdown and of the text face is put in place of each line that the repair
  touches, behind each of them, and a block also in place of all of them; the cases are run, and it is a leak
  if all of them pass, and not with `pass` in its place as well (`replay`).

Programs without a repair are a row of their own, where their `fixed` is near and right: there it stands for
the repair, and the explanation, which speaks of suspects, knows nothing of it.

`control` is the same with the page of level 5 and the change on it, also where its size keeps level 5 from
showing it: how many of those pages each of the two catches.
`--show` lists what was caught below level 5.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from failing_programs import FailingProgram, failing_programs
from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import CaseResult
from meno_analyzers.failures.explanation import Evidence, Explanation, as_markdown, as_text, explain
from meno_analyzers.failures.honesty import changed_lines, unified
from meno_analyzers.failures.localisation import localise
from meno_analyzers.failures.repair.looking import first_look
from meno_analyzers.failures.repair.search import search
from meno_analyzers.failures.repair.verifying import lines_changed
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.hints import Level, check_leak
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.markdown import code_parts

LEVELS = (0, 1, 2, 3, 4)
CASE_SECONDS = 1.0


def texts_of(explanation: Explanation) -> Iterator[tuple[str, Level]]:
    """Every text that was chosen for the learner, with the level of the ladder that it belongs to."""
    yield explanation.root_cause.statement, Level.ORIENT
    yield explanation.root_cause.why, Level.CONCEPT
    yield explanation.takeaway, Level.CONCEPT
    yield from ((text, Level.ORIENT) for text in (explanation.tried, explanation.category_evidence) if text)
    for step in explanation.steps:
        yield step.instruction, Level.ORIENT
        yield step.what_to_look_for, Level.ORIENT
    for question in explanation.socratic:
        yield question, Level.QUESTIONS
    for part in explanation.evidence:
        yield part.detail, Level.ORIENT


def caught(text: str, level: Level, before: str, after: str) -> Sequence[str]:
    """What the leak check has against the text."""
    report = check_leak(text, original=before, repaired=after, level=level)
    order = edit_order(text)
    return [*report.reasons, *([f"It orders an edit: {order}"] if order else [])]


def evidence_of(
    failing: FailingProgram,
    repair: Repair | None,
    results: Sequence[CaseResult],
    suspects: Sequence[Suspect] = (),
) -> Evidence:
    return Evidence(
        program=failing.program,
        cases=failing.cases,
        failing=[result for result in results if not result.passed],
        passing=[result for result in results if result.passed],
        findings=analyse(failing.program.source),
        repair=repair,
        suspects=suspects,
        tried=0 if repair else 1,
    )


def with_level(known: Evidence, level: int) -> Explanation:
    return explain(
        Evidence(
            known.program,
            cases=known.cases,
            failing=known.failing,
            passing=known.passing,
            findings=known.findings,
            repair=known.repair,
            suspects=known.suspects,
            tried=known.tried,
            level=level,
        )
    )


def replays(before: str, after: str, block: str) -> Iterator[tuple[str, str]]:
    """The program with the block put where the repair changes something, as far as that can be read, and
    the same with `pass` put there: what mends by being nothing tells nothing."""
    lines = before.split("\n")
    spans = [(first, last) for first, last, _ in changed_lines(before, after)]
    pieces = block.rstrip().split("\n")
    places = {(line, line) for first, last in spans for line in range(first, last + 1)} | set(spans)
    if len(pieces) > 1:
        places.add((min(first for first, _ in spans), max(last for _, last in spans)))
    texts = {}
    for first, last in places:
        old = lines[first - 1] if last <= len(lines) else ""
        indent = old[: len(old) - len(old.lstrip())]
        for depth in (indent, indent + "    "):
            put = [depth + row for row in pieces]
            for above in (lines[: first - 1], lines[:last]):
                text = "\n".join([*above, *put, *lines[last:]])
                texts[text] = "\n".join([*above, depth + "pass", *lines[last:]])
    yield from ((text, empty) for text, empty in sorted(texts.items()) if text != before and _readable(text))


def applied(before: str, diff: str) -> str:
    """The program with each group of lines that the diff puts in, in place of those that it takes away."""
    lines, place, rows = before.split("\n"), 0, iter(diff.split("\n"))
    done: list[str] = []
    for row in rows:
        if row.startswith("@@"):
            start = int(row.split("-")[1].split(" ")[0].split(",")[0])
            start += ",0 +" in row  # where nothing is taken away, the number is that of the line above
            done += lines[place : start - 1]
            place = start - 1
        elif not row.startswith(("---", "+++")):
            done += [row[1:]] if row[:1] in ("+", " ") else []
            place += row[:1] in ("-", " ")
    return "\n".join([*done, *lines[place:]])


def _readable(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "program.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class Count:
    """What is counted of one set."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.of: Counter[str] = Counter()
        self.shown: set[tuple[str, str]] = set()

    def program(self, failing: FailingProgram, repair: Repair | None, after: str, arena: Arena) -> None:
        looked = first_look(failing.program, failing.cases, [arena])
        if all(result.passed for result in looked):
            return
        self.of["programs"] += 1
        before, fixed = failing.program.source, failing.record.get("fixed")
        results = arena.run(before, names=True, seconds=CASE_SECONDS * 2)
        findings = analyse(before)
        known = evidence_of(
            failing, repair, results, localise(looked, failing.program.main, findings, source=before)
        )
        spans: dict[str, None] = {}
        for level in LEVELS:
            explanation = with_level(known, level)
            for text, own in texts_of(explanation):
                self._check("check", failing, text, own, before, after)
                if fixed:
                    self._check("check, fixed", failing, text, own, before, fixed)
            faces = as_markdown(explanation), as_text(explanation)
            self.of["texts"] += 2
            spans.update(dict.fromkeys(part for face in faces for part in code_parts(face) if part.strip()))
        self.of["code spans"] += len(spans)
        leaked = [span for span in spans if self._passes(before, after, span, arena)]
        self.of["replay"] += len(leaked)
        for span in leaked:
            self._show(failing, "replay", span, [after])
        self._control(failing, with_level(known, 5), after, arena)

    def _check(
        self, name: str, failing: FailingProgram, text: str, level: Level, before: str, after: str
    ) -> None:
        self.of["checks"] += name == "check"
        if reasons := caught(text, level, before, after):
            self.of[name] += 1
            self._show(failing, name, text, reasons)

    def _passes(self, before: str, after: str, block: str, arena: Arena) -> bool:
        for text, empty in replays(before, after, block):
            self.of["replays"] += 1
            if _all_pass(arena, text) and not _all_pass(arena, empty):
                return True
        return False

    def _control(self, failing: FailingProgram, explanation: Explanation, after: str, arena: Arena) -> None:
        before = failing.program.source
        self.of["shown"] += explanation.diff is not None
        diff = explanation.diff or unified(before, after, failing.program.main)
        page = as_markdown(explanation.model_copy(update={"diff": diff}))
        self.of["control, check"] += bool(caught(page, Level.QUESTIONS, before, after))
        blocks = [part for part in code_parts(page) if part.startswith("--- ")]
        self.of["control, replay"] += any(_all_pass(arena, applied(before, block)) for block in blocks)

    def _show(self, failing: FailingProgram, name: str, text: str, reasons: Sequence[str]) -> None:
        if self.options.show and (name, text) not in self.shown:
            self.shown.add((name, text))
            print(f"{failing.id} [{name}]: {text}\n    {' '.join(reasons)}", file=sys.stderr)

    def row(self, name: str) -> Row:
        of = self.of
        return {
            "set": name,
            **{key: of[key] for key in ("programs", "texts", "checks", "code spans", "replays")},
            **{key: of[key] for key in ("check", "check, fixed", "replay")},
            "control, check": f"{of['control, check'] / max(1, of['programs']):.0%}",
            "control, replay": f"{of['control, replay'] / max(1, of['programs']):.0%}",
        }


def _all_pass(arena: Arena, text: str) -> bool:
    return all(result.passed for result in arena.run(text, stop_at_failure=True, seconds=CASE_SECONDS))


def repair_of(
    failing: FailingProgram, known: Mapping[str, Repair | None], arena: Arena, seconds: float
) -> Repair | None:
    if failing.id in known:
        found = known[failing.id]
        return found and replace(found, lines=lines_changed(failing.program.source, found.source))
    findings = analyse(failing.program.source)
    return search(failing.program, failing.cases, [arena], seconds=seconds, findings=findings).repair


def saved(paths: Sequence[Path]) -> dict[str, Repair | None]:
    """Program → its repair in a file that `repair.py --save` wrote, None where it found none."""
    found: dict[str, Repair | None] = {}
    for row in (row for path in paths for row in json.loads(path.read_text("utf-8")) if "id" in row):
        found[row["id"]] = (
            Repair(row["repaired"], (), row["operator"], row["mechanism"]) if row.get("repaired") else None
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--tests", type=Path, nargs="*", default=[])
    parser.add_argument("--repairs", type=Path, nargs="*", default=[], help="what repair.py --save wrote")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=float, default=5.0, help="of search for one program")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    known = saved(options.repairs)
    rows: list[Row] = []
    for path in options.data:
        tests = next((file for file in options.tests if file.parent == path.parent), None)
        chosen = [p for p in failing_programs(path, tests) if p.cases]
        if known:
            chosen = [failing for failing in chosen if failing.id in known]
        repaired, others = Count(options), Count(options)
        for number, failing in enumerate(chosen[:: options.every][: options.limit], 1):
            print(f"\r{path.parent.name} {number} ", end="", file=sys.stderr, flush=True)
            try:
                with Arena.open(failing.program, failing.cases, limits=Limits(seconds=5.0)) as arena:
                    repair = repair_of(failing, known, arena, options.seconds)
                    fixed = failing.record.get("fixed")
                    if repair is not None:
                        repaired.program(failing, repair, repair.source, arena)
                    elif failing.quality != "low" and fixed and _all_pass(arena, fixed):
                        others.program(failing, None, fixed, arena)
            except SandboxError as error:
                print(f"{failing.id}: {error}", file=sys.stderr)
        rows.append(repaired.row(path.parent.name))
        if others.of["programs"]:
            rows.append(others.row(f"{path.parent.name}, none found"))
    print(file=sys.stderr)
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
