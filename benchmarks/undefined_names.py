"""Whether Meno and pyflakes agree on the names that nothing gives a value.

    python benchmarks/undefined_names.py --oracle PYTHON FOLDER … [--format json] [--list]

PYTHON is an interpreter that has pyflakes; it reads the same files in a process of its own. Both are compared
by file and name, since Meno reports a name once a unit and pyflakes at each use. The second table groups the
differences by what the file's tree says about the name; `--list` prints each of them.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_server.terminal.files import UnreadableError, python_files, read_python

UNKNOWN_NAMES = frozenset({"ME101", "ME102", "ME103", "ME104", "ME105", "ME112", "ME115", "ME807"})
MAKES_NAMES = frozenset({"exec", "globals", "locals", "vars", "global_enum", "_convert_", "_convert"})
NAME_ERRORS = frozenset({"NameError", "UnboundLocalError", "Exception", "BaseException"})

# Runs under the other interpreter: paths come in as lines, one JSON object a file goes out.
ORACLE = """
import ast, json, sys, tokenize, warnings
from pyflakes import checker, messages
warnings.simplefilter("ignore")
for path in sys.stdin.read().splitlines():
    names = None
    try:
        with tokenize.open(path) as file:
            tree = ast.parse(file.read())
        found = checker.Checker(tree, path).messages
        names = sorted({m.message_args[0] for m in found if type(m) is messages.UndefinedName})
    except (SyntaxError, ValueError, RecursionError, OSError):
        pass
    print(json.dumps([path, names]), flush=True)
"""


def asked_oracle(python: str, paths: list[Path]) -> dict[str, set[str] | None]:
    """The undefined names of each file as pyflakes sees them; None for a file that it cannot read."""
    paths_in = "\n".join(map(str, paths))
    done = subprocess.run([python, "-c", ORACLE], input=paths_in, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {path: None if names is None else set(names) for path, names in answers}


def asked_meno(text: str) -> tuple[set[str], set[int]]:
    """The unknown names that Meno reports, and the lines (from 1) on which it reports anything."""
    findings = analyse(text)
    names = {finding.values["name"] for finding in findings if finding.rule in UNKNOWN_NAMES}
    return names, {finding.span.start_line + 1 for finding in findings}


def uses(tree: ast.Module, name: str) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Each use of the name, with the nodes around it, outermost first."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.Name) and node.id == name:
            yield node, around
        stack += [(child, [*around, node]) for child in ast.iter_child_nodes(node)]


def bound_names(tree: ast.Module) -> set[str]:
    """All names that some scope of the file gives a value."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {alias.asname or alias.name.partition(".")[0] for alias in names}
            case ast.Global(names=shared):
                found |= set(shared)
            case _:
                pass
    return found


def may_have_more_names(tree: ast.Module) -> bool:
    """Whether the file gets names that its text does not show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        named = getattr(node, "id", getattr(node, "attr", ""))
        if named in MAKES_NAMES:
            return True
    return False


def is_expected(use: ast.AST, around: list[ast.AST]) -> bool:
    """Whether the code around the use is made for the name to be missing."""
    for node in around:
        if isinstance(node, ast.Try):
            caught = {getattr(part, "id", "") for h in node.handlers if h.type for part in ast.walk(h.type)}
            if caught & NAME_ERRORS or any(handler.type is None for handler in node.handlers):
                return True
        if isinstance(node, ast.With) and "aises" in ast.dump(ast.Module([*node.items], [])):
            return True
        if isinstance(node, ast.If | ast.IfExp) and (
            "version" in ast.dump(node.test) or "PY" in ast.dump(node.test)
        ):
            return True
        if isinstance(node, ast.Delete):
            return True
    return isinstance(getattr(use, "ctx", None), ast.Del)


def in_annotation(use: ast.AST, around: list[ast.AST]) -> bool:
    path = [*around, use]
    for outer, inner in zip(path, path[1:], strict=False):
        if isinstance(outer, ast.arg | ast.AnnAssign) and inner is outer.annotation:
            return True
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef) and inner is outer.returns:
            return True
    return False


def reason(tree: ast.Module, name: str, only: str, told: set[int]) -> str:
    """What the tree says about a name on which the two do not agree; `told` are Meno's lines."""
    found = list(uses(tree, name))
    if only == "Meno":
        return "(none)"
    if not found:
        return "in a text: an annotation, a doctest, a type comment"
    if all(in_annotation(use, around) for use, around in found):
        return "in an annotation, which may never be evaluated"
    if name in BUILTIN_NAMES or (name.startswith("__") and name.endswith("__")):
        return "a builtin of some version or place"
    if may_have_more_names(tree):
        return "the file may have names that its text does not show"
    if all(is_expected(use, around) or in_annotation(use, around) for use, around in found):
        return "code that is ready for the name to be missing"
    if name in bound_names(tree):
        return "bound in the file, and deleted or out of reach where it is used"
    if all(getattr(use, "lineno", 0) in told for use, _ in found):
        return "another finding stands on its line, and there is one a line"
    return "(none)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(sysconfig.get_paths()["stdlib"])])
    parser.add_argument("--oracle", required=True, help="a Python that has pyflakes")
    parser.add_argument("--list", action="store_true", help="also print each difference")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows: list[Row] = []
    differences: list[Row] = []
    for folder in options.folders:
        texts: dict[str, str] = {}
        for path in python_files([folder]):
            try:
                texts[str(path)] = read_python(path)
            except UnreadableError:
                continue
        oracle = asked_oracle(options.oracle, [Path(path) for path in texts])
        counts: Counter[str] = Counter()
        for path, text in texts.items():
            theirs = oracle.get(path)
            if theirs is None:
                continue
            ours, told = asked_meno(text)
            counts["files"] += 1
            counts["both"] += len(ours & theirs)
            counts["only Meno"] += len(ours - theirs)
            counts["only pyflakes"] += len(theirs - ours)
            if ours == theirs:
                continue
            tree = ast.parse(text)
            for only, names in (("Meno", ours - theirs), ("pyflakes", theirs - ours)):
                differences += [
                    {"only": only, "reason": reason(tree, name, only, told), "name": name, "file": path}
                    for name in sorted(names)
                ]
        rows.append(
            {"folder": folder.name, **{k: counts[k] for k in ("files", "both", "only Meno", "only pyflakes")}}
        )
    print_rows(rows, options.format)
    groups = Counter((row["only"], row["reason"]) for row in differences)
    print_rows(
        [{"only": only, "reason": why, "names": count} for (only, why), count in groups.most_common()],
        options.format,
    )
    if options.list:
        print_rows(differences, options.format)


if __name__ == "__main__":
    main()
