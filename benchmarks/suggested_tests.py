"""How many failing programs a suggested test shows to be wrong: its answer today differs from the right one.

    python benchmarks/suggested_tests.py DATA.jsonl.gz [--tests FILE.jsonl.gz] [--every K] [--limit N]
        [--most 8] [--seconds S] [--format table|json]

DATA has the common schema of the bug records, with `fixed`; tests come from the record, or by its question or
assignment from FILE. They serve as examples of calls, and no suggestion repeats one. For each record are
printed `id`, `suggested` calls, `exposing` ones, which the repaired program answers otherwise, the same for
as many calls with random values of the same kinds (`random`), `seconds`, and calls `tried`; then a summary.
`shown` is the share of programs with at least one exposing call. It counts only programs of which a test of
their own fails and whose repair can be run.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from failing_programs import FailingProgram, failing_programs
from tables import Row, print_rows

from meno_analyzers.failures.cases import AskCase, CaseResult, Verdict
from meno_analyzers.failures.collecting import Collected
from meno_analyzers.failures.collecting.lifting import Lifted
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError
from meno_analyzers.failures.suggesting import SuggestingError, suggest_tests
from meno_analyzers.failures.suggesting.functions import at_hand
from meno_analyzers.failures.suggesting.given import Asked, Given, asked_of
from meno_analyzers.failures.suggesting.inputs import key_of, plain
from meno_analyzers.failures.suggesting.kinds import ANY, Kind
from meno_analyzers.failures.suggesting.seen import calls_of, value_of


def measure(failing: FailingProgram, options: argparse.Namespace) -> Row:
    """One program's row; without a key `suggested` where nothing of it could be asked."""
    collected = Collected(failing.program, failing.program, failing.cases, {}, Lifted(failing.program.source))
    start = time.monotonic()
    try:
        with Arena.open(failing.program, failing.cases, limits=Limits(seconds=1.0)) as arena:
            if all(result.passed for result in arena.run(failing.program.source)):
                return {"id": failing.id, "ended": "passes"}
        found = suggest_tests(collected, most=options.most, seconds=options.seconds)
        took = time.monotonic() - start
        calls = [(one.function, values_of(one.call)) for one in found.suggestions]
        exposing = differing(failing, calls)
        chance = differing(failing, random_calls(collected, found.functions, len(calls), failing.id))
    except (SandboxError, SuggestingError, SyntaxError) as error:
        return {"id": failing.id, "ended": f"not asked: {error}"}
    return {
        "id": failing.id,
        "ended": found.ended,
        "suggested": len(calls),
        "exposing": len(exposing),
        "random": len(chance),
        "seconds": round(took, 2),
        "tried": found.tried,
        "calls": [one.call for one in found.suggestions],
    }


def values_of(call: str) -> tuple[Any, ...]:
    tree = ast.parse(call, mode="eval").body
    assert isinstance(tree, ast.Call)
    return tuple(value_of(argument, {}) for argument in tree.args)


def differing(failing: FailingProgram, calls: Sequence[tuple[str, tuple[Any, ...]]]) -> list[int]:
    """The places of the calls that the repaired program answers otherwise."""
    cases = [
        AskCase(f"ask {place}", name, [repr(value) for value in values])
        for place, (name, values) in enumerate(calls)
    ]
    fixed = str(failing.record["fixed"])
    if not cases:
        return []
    with Arena.open(failing.program, cases, limits=Limits(seconds=1.0)) as arena:
        now, then = arena.run(failing.program.source), arena.run(fixed)
    return [place for place, (one, other) in enumerate(zip(now, then, strict=True)) if way(one) != way(other)]


def way(result: CaseResult) -> tuple[Any, ...]:
    seen = result.seen
    if seen is None:
        return result.verdict, result.error.type if result.error and result.verdict is Verdict.ERROR else ""
    return result.observed, seen.printed


def random_calls(
    collected: Collected, functions: Sequence[str], count: int, seed: str
) -> list[tuple[str, tuple[Any, ...]]]:
    """So many new calls of the functions in turn, with values drawn without regard to any edge."""
    tree = ast.parse(collected.program.source)
    names = [function.replace("()", "") for function in functions]
    seen = calls_of(collected, set(names))
    asked = [
        one
        for function in at_hand(tree, names)[0]
        if isinstance(one := asked_of(function, seen, tree), Asked)
    ]
    generator = random.Random(seed)
    found: dict[tuple[str, str], tuple[str, tuple[Any, ...]]] = {}
    for number in range(count * 20 if asked else 0):
        one = asked[number % len(asked)]
        values = tuple(of_given(given, generator) for given in one.given)
        if key_of(values) not in {key_of(call) for call in one.calls}:
            found.setdefault((one.function.call, key_of(values)), (one.function.call, values))
        if len(found) == count:
            break
    return list(found.values())


def of_given(given: Given, generator: random.Random) -> Any:
    kind = generator.choice(given.kinds)
    items = [item for value in given.seen if isinstance(value, (list, tuple, str)) for item in value]
    made = of_kind(kind, generator, items, list(given.seen))
    return type(made)(sorted(made)) if given.in_order and isinstance(made, (list, tuple)) else made


def of_kind(kind: Kind, generator: random.Random, items: list[Any], seen: list[Any]) -> Any:
    match kind.name:
        case "int":
            return generator.randint(-20, max([20, *[n for n in seen if type(n) is int and n < 10**6]]))
        case "float":
            return generator.randint(-40, 40) / 2
        case "bool":
            return generator.random() < 0.5
        case "str":
            letters = [i for i in items if isinstance(i, str) and len(i) == 1] or list("abc")
            return "".join(generator.choice(letters) for _ in range(generator.randint(0, 6)))
        case "list" | "row" | "set":
            count = generator.randint(0, 6)
            known = [item for item in items if kind.item == ANY or kind.item.name in {"pair", "str", "list"}]
            made = [
                generator.choice(known) if known else of_kind(kind.item, generator, [], items)
                for _ in range(count)
            ]
            return {"list": list, "row": tuple, "set": set}[kind.name](made)
        case "pair":
            return tuple(of_kind(part, generator, [], []) for part in kind.parts)
    return generator.choice(seen) if seen else plain(kind)


def summary(rows: Sequence[Row]) -> Row:
    asked = [row for row in rows if "suggested" in row]
    shown = sum(row["exposing"] > 0 for row in asked)
    chance = sum(row["random"] > 0 for row in asked)
    calls = sum(row["suggested"] for row in asked)
    seconds = sorted(row["seconds"] for row in asked)
    count = max(1, len(asked))
    return {
        "programs": len(asked),
        "shown": f"{shown / count:.1%}",
        "shown by random": f"{chance / count:.1%}",
        "calls": round(calls / count, 2),
        "exposing calls": f"{sum(row['exposing'] for row in asked) / max(1, calls):.1%}",
        "of random calls": f"{sum(row['random'] for row in asked) / max(1, calls):.1%}",
        "median s": round(statistics.median(seconds or [0]), 2),
        "p90 s": round(seconds[int(len(seconds) * 0.9)] if seconds else 0, 2),
        "pass already": sum(row["ended"] == "passes" for row in rows),
        "not asked": sum(row["ended"].startswith("not asked") for row in rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tests", type=Path, help="the questions or assignments of the set")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--most", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20.0, help="for one program")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    chosen = [
        failing
        for failing in failing_programs(options.data, options.tests)
        if failing.cases and failing.record.get("fixed")
    ][:: options.every][: options.limit]
    rows: list[Row] = []
    for number, failing in enumerate(chosen, 1):
        rows.append(measure(failing, options))
        print(f"\r{number}/{len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.format == "table":
        print_rows([{key: row[key] for key in row if key != "calls"} for row in rows], options.format)
        print()
        print_rows([summary(rows)], options.format)
    else:
        print(json.dumps([*rows, {"summary": summary(rows)}], indent=2))


if __name__ == "__main__":
    main()
