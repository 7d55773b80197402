"""How often a line that has to change is among the first suspects of a failing program.

    python benchmarks/localisation.py DATA.jsonl.gz … [--tests FILE.jsonl.gz …] [--every K] [--limit N]
        [--formula ochiai|tarantula|jaccard|dstar|barinel|all] [--fit] [--save FILE] [--format table|json]

DATA has the common schema of the bug records; the questions or assignments of a set are the file of --tests
that lies in its folder. Left out are records of low label quality, programs that Python cannot read, that
pass, or whose lines are not known, and `--every K` takes each K-th of the others. `--save` keeps what the
runs showed, so that a second call with the same file runs nothing twice.

Top-1, 3 and 5 are the share of programs with such a line among the first one, three, five; EXAM is the share
of the lines that one reads until the first of them. Lines of equal score count as in random order. Ranked
are the lines that hold code, docstrings not among them; `random` is their order drawn by chance, and `sum`
adds up what the witnesses say with weights set by judgement. `--fit` fits the weights (see fitting.py), and
prints beside them what they come to on problems that were kept from the fit; files named TEST_ONLY are only
measured.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import statistics
import sys
import time
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import comb
from pathlib import Path
from typing import Any

import fitting
from failing_programs import FailingProgram, failing_programs
from fitting import Ranking
from repair import bug_lines
from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import CaseResult, RunError, RunFrame, Verdict
from meno_analyzers.failures.localisation import (
    FORMULAS,
    Weights,
    localise,
    spectrum,
    static_lines,
    traced_lines,
)
from meno_analyzers.failures.repair.looking import first_look
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError
from meno_model.suspicion import suspicion
from meno_model.worker import Worker

Scores = Mapping[int, float]
FIRST_LOOK_SECONDS = 3.0
JUDGED = {"spectrum": 1.0, "trace": 0.8, "static": 0.9, "model": 0.6}


def read(options: argparse.Namespace) -> Iterator[Ranking]:
    """The programs of all sets with what their runs, the rules and the model say of their lines."""
    saved = _saved(options.save)
    predictor = Worker(None).predictor()
    skipped: Counter[str] = Counter()
    for path in options.data:
        tests = next((file for file in options.tests if file.parent == path.parent), None)
        chosen = [p for p in failing_programs(path, tests) if p.cases and p.quality != "low"]
        for number, failing in enumerate(chosen[:: options.every][: options.limit], 1):
            print(f"\r{path.parent.name} {number} ", end="", file=sys.stderr, flush=True)
            lines = lines_of_code(failing.program.source)
            true = bug_lines(failing) & lines
            if not true:
                skipped["unreadable or without known lines"] += 1
                continue
            results = saved.get(failing.id) or _run(failing, options.save)
            if all(result.passed for result in results):
                skipped["passes or cannot be run"] += 1
                continue
            yield Ranking(
                set=path.parent.name,
                task=f"{path.parent.name} {failing.task}",
                held="TEST_ONLY" in path.name,
                source=failing.program.source,
                path=failing.program.main,
                lines=sorted(lines),
                true=true,
                results=results,
                findings=analyse(failing.program.source),
                model=suspicion(predictor, failing.program.source),
            )
    print(f"\nleft out: {dict(skipped)}", file=sys.stderr)


def _run(failing: FailingProgram, save: Path | None) -> list[CaseResult]:
    try:
        with Arena.open(failing.program, failing.cases, limits=Limits(seconds=10.0)) as arena:
            deadline = time.monotonic() + FIRST_LOOK_SECONDS
            results = first_look(failing.program, failing.cases, [arena], deadline=deadline)
    except SandboxError:
        return []
    if save:
        with save.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": failing.id, "results": [_plain(r) for r in results]}) + "\n")
    return results


def _plain(result: CaseResult) -> dict[str, Any]:
    error = result.error
    return {
        "id": result.id,
        "verdict": result.verdict.value,
        "lines": None if result.lines is None else sorted(result.lines),
        "error": error and [error.type, [[f.path, f.line, f.function] for f in error.frames]],
    }


def _saved(path: Path | None) -> dict[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for line in path.read_text("utf-8").splitlines() if path and path.exists() else ():
        row = json.loads(line)
        found[row["id"]] = [
            CaseResult(
                one["id"],
                Verdict(one["verdict"]),
                lines=None if one["lines"] is None else frozenset(one["lines"]),
                error=one["error"]
                and RunError(one["error"][0], "", [RunFrame(*frame) for frame in one["error"][1]]),
            )
            for one in row["results"]
        ]
    return found


def lines_of_code(text: str) -> set[int]:
    """The 1-based lines that hold more than a comment or a text by itself; none of what cannot be read."""
    try:
        tree = ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return set()
    found: set[int] = set()
    for token in tokens:
        if token.string.strip() and token.type != tokenize.COMMENT:
            found.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def groups(scores: Scores, ranking: Ranking) -> Iterator[tuple[int, int, int]]:
    """Lines of equal score, first ones first: how many stand before them, how many they are, and how many
    of them are true."""
    by_score: dict[float, list[int]] = {}
    for line in ranking.lines:
        by_score.setdefault(round(scores.get(line, 0.0), 12), []).append(line)
    before = 0
    for score in sorted(by_score, reverse=True):
        group = by_score[score]
        yield before, len(group), sum(line in ranking.true for line in group)
        before += len(group)


def among_first(scores: Scores, ranking: Ranking, count: int) -> float:
    """The chance that a true line is among the first `count`, with lines of equal score in random order."""
    for before, size, true in groups(scores, ranking):
        if true:
            drawn = min(size, max(0, count - before))
            return 1 - comb(size - true, drawn) / comb(size, drawn)
    return 0.0


def exam(scores: Scores, ranking: Ranking) -> float:
    """The share of the lines that one reads until the first true one, its own included."""
    for before, size, true in groups(scores, ranking):
        if true:
            return (before + (size + 1) / (true + 1)) / len(ranking.lines)
    return 1.0


def combined(ranking: Ranking, weights: Weights | None = None, *, model: bool = True) -> Scores:
    suspects = localise(
        ranking.results,
        ranking.path,
        ranking.findings,
        ranking.model if model else None,
        source=ranking.source,
        weights=weights,
    )
    return {suspect.line: suspect.score for suspect in suspects}


def _sum(ranking: Ranking) -> Scores:
    found: Counter[int] = Counter()
    for name, lines in {
        "spectrum": spectrum(ranking.results),
        "trace": traced_lines(ranking.results, ranking.path),
        "static": static_lines(ranking.findings),
        "model": ranking.model,
    }.items():
        for line, score in lines.items():
            found[line] += JUDGED[name] * score  # type: ignore[assignment]  # a Counter of floats
    return found


def methods(formula: str) -> dict[str, Callable[[Ranking], Scores]]:
    chosen = list(FORMULAS) if formula == "all" else [formula]
    return {
        "random": lambda _: {},
        **{name: lambda r, name=name: spectrum(r.results, name) for name in chosen},  # type: ignore[misc]
        "trace": lambda r: traced_lines(r.results, r.path),
        "static": lambda r: static_lines(r.findings),
        "model": lambda r: r.model,
        "sum": _sum,
        "combined, no model": lambda r: combined(r, model=False),
        "combined": combined,
    }


def rows_of(rankings: Sequence[Ranking], name: str, scores: Sequence[Scores]) -> list[Row]:
    """One row a set, and one for all but those that are only measured."""
    rows: list[Row] = []
    sets = list(dict.fromkeys(ranking.set for ranking in rankings))
    for one in [*sets, "all"] if len(sets) > 1 else sets:
        pairs = [
            (said, ranking)
            for said, ranking in zip(scores, rankings, strict=True)
            if ranking.set == one or (one == "all" and not ranking.held)
        ]
        row: Row = {
            "set": one,
            "programs": len(pairs),
            "lines": statistics.median(len(ranking.lines) for _, ranking in pairs),
            "witness": name,
        }
        for count in (1, 3, 5):
            row[f"top-{count}"] = f"{statistics.mean(among_first(s, r, count) for s, r in pairs):.1%}"
        row["EXAM"] = f"{statistics.mean(exam(s, r) for s, r in pairs):.2f}"
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--tests", type=Path, nargs="*", default=[])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--limit", type=int, help="programs of each set")
    parser.add_argument("--formula", choices=[*FORMULAS, "all"], default="ochiai")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--save", type=Path, help="what the runs showed: read, and added to")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rankings = list(read(options))
    rows: list[Row] = []
    for name, score in methods(options.formula).items():
        rows += rows_of(rankings, name, [score(ranking) for ranking in rankings])
    if options.fit:
        kept = fitting.held_out(rankings)
        for name, model in (("fitted, no model, held out", False), ("fitted, held out", True)):
            said = [combined(r, w, model=model) for r, w in zip(rankings, kept, strict=True)]
            rows += rows_of(rankings, name, said)
        weights = fitting.fit([ranking for ranking in rankings if not ranking.held])
        rows += rows_of(rankings, "fitted on all", [combined(r, weights) for r in rankings])
        print(f"fitted: {asdict(weights)}", file=sys.stderr)
    sets = list(dict.fromkeys(row["set"] for row in rows))
    print_rows(sorted(rows, key=lambda row: sets.index(row["set"])), options.format)


if __name__ == "__main__":
    main()
