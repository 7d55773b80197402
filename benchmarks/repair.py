"""How many failing programs the search repairs: each change was run and verified in confinement.

    python benchmarks/repair.py DATA.jsonl.gz [--tests FILE.jsonl.gz] [--limit N] [--every K] [--seconds S]
        [--quality high] [--hide SHARE] [--workers 2] [--format table|json]

DATA has the common schema of the bug records; tests come from the record, or by its question or assignment
from FILE. For each record are printed `id`, `verified`, `edit_lines`, `on_bug_line` (against the lines of
the record, or those in which `fixed` differs), `seconds`, `candidates` and `diff`; then a summary. With
`--hide` that share of each program's cases is kept from the search, and the summary says how many verified
repairs fail them: overfitting.
`--every K` takes each K-th record only. The baseline of `on_bug_line` is a line drawn at random.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from failing_programs import FailingProgram, failing_programs, records
from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import Case
from meno_analyzers.failures.repair.hunks import differing
from meno_analyzers.failures.repair.search import Found, search
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError


def measure(
    failing: FailingProgram, options: argparse.Namespace, references: Mapping[str, Sequence[str]]
) -> Row:
    """One program's row; without a key `verified` where nothing of it could be run."""
    shown, hidden = split(failing.cases, options.hide, failing.id)
    start = time.monotonic()
    arenas: list[Arena] = []
    try:
        limits = limits_of(options)
        arenas += [Arena.open(failing.program, shown, limits=limits) for _ in range(options.workers)]
        found = search(
            failing.program,
            shown,
            arenas,
            seconds=options.seconds,
            findings=analyse(failing.program.source),
            references=references.get(failing.task, ()),
        )
    except SandboxError as error:
        return {"id": failing.id, "ended": f"not run: {error}"}
    finally:
        for arena in arenas:
            arena.close()
    return row_of(failing, found, hidden, time.monotonic() - start, options)


def limits_of(options: argparse.Namespace) -> Limits:
    return Limits(seconds=options.case_seconds, memory_bytes=options.megabytes * (1 << 20))


def split(cases: Sequence[Case], share: float, seed: str) -> tuple[Sequence[Case], Sequence[Case]]:
    """The cases that the search may see, and those that it may not; at least one stays."""
    if not share or len(cases) < 3:
        return cases, ()
    shuffled = random.Random(seed).sample(range(len(cases)), len(cases))
    kept = set(shuffled[: max(1, round(len(cases) * (1 - share)))])
    return (
        [case for index, case in enumerate(cases) if index in kept],
        [case for index, case in enumerate(cases) if index not in kept],
    )


def row_of(
    failing: FailingProgram, found: Found, hidden: Sequence[Case], seconds: float, options: argparse.Namespace
) -> Row:
    before = failing.program.source
    repair = found.repair
    row: Row = {
        "id": failing.id,
        "ended": found.ended,
        "verified": repair is not None,
        "edit_lines": len(repair.lines) if repair else None,
        "on_bug_line": bool(set(repair.lines) & bug_lines(failing))
        if repair and bug_lines(failing)
        else None,
        "operator": repair.operator if repair else None,
        "seconds": round(seconds, 2),
        "candidates": found.tried,
        "hidden": None,
        "diff": difference(before, repair.source) if repair else "",
        "mechanism": repair.mechanism if repair else None,
        "repaired": repair.source if repair else "",
        "task": failing.task,
        "random": chance_of_line(failing),
        "refused": "; ".join(found.refused),
    }
    if repair is not None and hidden:
        with Arena.open(failing.program, hidden, limits=limits_of(options)) as arena:
            row["hidden"] = all(result.passed for result in arena.run(repair.source))
    return row


def bug_lines(failing: FailingProgram) -> set[int]:
    """The lines that have to change; for what is missing, the lines above and below the gap."""
    known = set(failing.bug_lines)
    gaps = set(failing.record.get("insert_after") or ())
    fixed = failing.record.get("fixed")
    if not known and fixed:
        rows, others = failing.program.source.split("\n"), fixed.split("\n")
        for hunk in differing(rows, others):
            known.update(range(hunk.start + 1, hunk.end + 1))
            gaps.update([hunk.start] if hunk.start == hunk.end else [])
    return known | gaps | {line + 1 for line in gaps}


def chance_of_line(failing: FailingProgram) -> float:
    """How often a line of code drawn at random is one of them."""
    try:
        lines = {n.lineno for n in ast.walk(ast.parse(failing.program.source)) if isinstance(n, ast.stmt)}
    except SyntaxError:
        return 0.0
    return len(lines & bug_lines(failing)) / len(lines) if lines else 0.0


def difference(before: str, after: str) -> str:
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(row for row in rows if not row.startswith(("---", "+++", "@@")))


def summary(rows: Sequence[Row]) -> Row:
    run = [row for row in rows if "verified" in row and row["ended"] != "passes"]
    done = [row for row in run if row["verified"]]
    seconds = sorted(row["seconds"] for row in run)
    placed = [row for row in done if row["on_bug_line"] is not None]
    judged = [row for row in done if row["hidden"] is not None]
    return {
        "programs": len(run),
        "verified": len(done),
        "share": f"{len(done) / max(1, len(run)):.1%}",
        "on bug line": f"{sum(row['on_bug_line'] for row in placed)} of {len(placed)}",
        "random line": f"{statistics.mean([row['random'] for row in run] or [0]):.0%}",
        "median s": round(statistics.median(seconds or [0]), 2),
        "p90 s": round(seconds[int(len(seconds) * 0.9)] if seconds else 0, 2),
        "median s, verified": round(statistics.median([row["seconds"] for row in done] or [0]), 2),
        "edit lines": round(statistics.mean([row["edit_lines"] for row in done] or [0]), 2),
        "fail hidden": f"{sum(not row['hidden'] for row in judged)} of {len(judged)}",
        "cannot be read": sum(row["ended"] == "unreadable" for row in run),
        "pass already": sum(row.get("ended") == "passes" for row in rows),
        "not run": sum("verified" not in row for row in rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tests", type=Path, help="the questions or assignments of the set")
    parser.add_argument("--references", type=Path, help="a set of right programs for the same tasks")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="for one program")
    parser.add_argument("--case-seconds", type=float, default=10.0)
    parser.add_argument("--megabytes", type=int, default=512, help="memory of one case")
    parser.add_argument("--quality", help="only records of this label_quality")
    parser.add_argument("--hide", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", type=Path, help="write what there is after each program, as JSON")
    parser.add_argument("--only", default="", help="records whose id holds this")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    chosen = [
        failing
        for failing in failing_programs(options.data, options.tests)
        if failing.cases
        and options.only in failing.id
        and (not options.quality or failing.quality == options.quality)
    ][:: options.every][: options.limit]
    references: dict[str, list[str]] = {}
    for record in records(options.references) if options.references else ():
        task = str(record.get("question") or record.get("assignment"))
        references.setdefault(task, []).append(record["code"])
    rows: list[Row] = []
    for number, failing in enumerate(chosen, 1):
        rows.append(measure(failing, options, references))
        if options.save:
            options.save.write_text(json.dumps([*rows, {"summary": summary(rows)}], indent=1), "utf-8")
        print(f"\r{number}/{len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    shown = ["id", "ended", "verified", "edit_lines", "on_bug_line", "operator", "seconds", "candidates"]
    if options.format == "table":
        print_rows([{key: row.get(key) for key in shown} for row in rows], options.format)
        for row in rows:
            if row.get("diff"):
                print(f"\n{row['id']}\n{row['diff']}")
        print()
        print_rows([summary(rows)], options.format)
    else:
        print_rows([*rows, {"summary": summary(rows)}], options.format)


if __name__ == "__main__":
    main()
