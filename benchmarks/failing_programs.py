"""Failing programs of the evaluation sets with their cases, read from the common schema.

A record holds `buggy` and perhaps `fixed`; its tests are in the record (`tests` as calls, as asserts, or
`pytest` with `support`), or in the file of its questions or assignments.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meno_analyzers.failures.asserting import cases_of
from meno_analyzers.failures.cases import CallCase, Case, CodeCase, FileCase, Program


@dataclass(frozen=True, slots=True)
class FailingProgram:
    id: str
    program: Program
    cases: Sequence[Case]
    bug_lines: frozenset[int]  # empty if not known
    quality: str
    task: str
    record: Mapping[str, Any] = field(repr=False)


def records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def failing_programs(path: Path, tests: Path | None = None) -> Iterator[FailingProgram]:
    """The programs of a set; `tests` is the file of its questions or assignments."""
    shared = {str(r.get("question") or r.get("assignment")): r for r in records(tests)} if tests else {}
    for record in records(path):
        task = str(record.get("question") or record.get("assignment") or record.get("name") or record["id"])
        source = record.get("buggy")
        if not source:
            continue
        name = record.get("name") or "program"
        files = {f"{name}.py": source, **(record.get("support") or {})}
        cases: Sequence[Case]
        if record.get("pytest"):
            files["test_program.py"] = record["pytest"]
            cases = _of_pytest(record["pytest"])
        else:
            cases = _cases(record, shared.get(task, {}), name)
        yield FailingProgram(
            id=record["id"],
            program=Program(files, f"{name}.py"),
            cases=cases,
            bug_lines=frozenset(record.get("accept_lines") or record.get("bug_lines") or ()),
            quality=record.get("label_quality") or "",
            task=task,
            record=record,
        )


def _cases(record: Mapping[str, Any], shared: Mapping[str, Any], name: str) -> Sequence[Case]:
    tests = record.get("tests") or shared.get("tests") or []
    if isinstance(tests, str):
        return cases_of(tests)
    found: list[Case] = []
    above = (shared.get("global_py") or "").strip()
    for number, (left, right) in enumerate(tests, 1):
        if isinstance(left, str) and isinstance(right, str) and shared:
            found.append(CodeCase(f"test {number}", f"{above}\nassert {left} == {right}".strip()))
        else:
            arguments = left if isinstance(left, list) else [left]
            found.append(
                CallCase(f"test {number}", name, arguments, right, _tolerance(record, name, arguments))
            )
    # The same test twice says nothing new.
    return list({_text(case): case for case in reversed(found)}.values())[::-1]


def _tolerance(record: Mapping[str, Any], name: str, arguments: Sequence[Any]) -> float:
    """How exact an answer has to be: a function that takes an `epsilon` says so itself."""
    header = re.search(rf"def {re.escape(name)}\(([^)]*)\)", record["buggy"])
    parameters = [part.split("=")[0].strip() for part in header[1].split(",")] if header else []
    for parameter, argument in zip(parameters, arguments, strict=False):
        if parameter == "epsilon" and isinstance(argument, int | float):
            return float(argument)
    return 0.0


def _text(case: Case) -> str:
    return case.code if isinstance(case, CodeCase) else repr(case)


def _of_pytest(text: str) -> Sequence[Case]:
    import ast

    names = [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]
    return [FileCase(name, "test_program.py", name, "pytest") for name in names]
