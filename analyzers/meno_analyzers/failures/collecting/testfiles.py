"""Tests that stand in files, found by reading and not by running: pytest's, unittest's and doctests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from meno_analyzers.failures.cases import FileCase
from meno_analyzers.failures.collecting.reading import imports_of, parsed
from meno_analyzers.failures.naming import is_test_file

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PASSED_OVER = frozenset("__pycache__ node_modules site-packages venv env build dist".split())
_MOST_TEST_FILES = 40


def tests_below(folder: Path, main: Path) -> list[Path]:
    """The test files of a folder that import the program; all of them, if none does by name."""
    found: list[Path] = []
    for path in sorted(folder.rglob("*.py")):
        steps = path.relative_to(folder).parts[:-1]
        if is_test_file(path) and not any(s.startswith(".") or s in _PASSED_OVER for s in steps):
            found.append(path)
    naming = [path for path in found if _imports(path, main.stem)]
    return (naming or found)[:_MOST_TEST_FILES]


def _imports(path: Path, module: str) -> bool:
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return False
    return any(module in name.split(".") for imported in imports_of(text) for name in imported.names())


def tests_in(text: str, alias: str, *, own: bool) -> list[FileCase]:
    """The tests of a file. `own` says that it is the program itself, in which a function is a test only if
    it asserts something and takes nothing."""
    tree = parsed(text)
    if tree is None:
        return []
    found: list[FileCase] = []
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, _FUNCTIONS) and node.name.startswith("test"):
            if not own or (_asserts(node) and not _parameters(node)):
                found += [_case(alias, name, "pytest") for name in _with_parameters(node, node.name)]
        elif isinstance(node, ast.ClassDef) and _is_unittest(node, classes):
            names = dict.fromkeys(_methods(node, classes))
            found += [_case(alias, f"{node.name}.{name}", "unittest") for name in names]
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test") and not _has_init(node):
            for method in node.body:
                if isinstance(method, _FUNCTIONS) and method.name.startswith("test"):
                    names_ = _with_parameters(method, f"{node.name}.{method.name}")
                    found += [_case(alias, name, "pytest") for name in names_]
    return found


def doctests_in(text: str, alias: str) -> list[FileCase]:
    """One case for each docstring with examples. The names are those that `doctest` gives."""
    tree = parsed(text)
    module = Path(alias).stem
    return [
        FileCase(f"doctest of {name}", alias, name, "doctest")
        for name, text in (_docstrings(tree, module) if tree is not None else ())
        if ">>>" in text
    ]


def _docstrings(node: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[str, str]]:
    yield name, ast.get_docstring(node, clean=False) or ""
    for inner in node.body:
        if isinstance(inner, _FUNCTIONS):
            yield f"{name}.{inner.name}", ast.get_docstring(inner, clean=False) or ""
        elif isinstance(inner, ast.ClassDef):
            yield from _docstrings(inner, f"{name}.{inner.name}")


def _case(alias: str, name: str, framework: str) -> FileCase:
    return FileCase(f"{alias}::{name}", alias, name, framework)


def _is_unittest(node: ast.ClassDef, classes: dict[str, ast.ClassDef], deep: int = 0) -> bool:
    for base in node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        if name.endswith("TestCase"):
            return True
        if deep < 5 and name in classes and _is_unittest(classes[name], classes, deep + 1):
            return True
    return False


def _methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef], deep: int = 0) -> Iterator[str]:
    for base in node.bases:
        if deep < 5 and isinstance(base, ast.Name) and base.id in classes:
            yield from _methods(classes[base.id], classes, deep + 1)
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test"):
            yield method.name


def _has_init(node: ast.ClassDef) -> bool:
    return any(isinstance(method, _FUNCTIONS) and method.name == "__init__" for method in node.body)


def _asserts(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    return bool(given.args or given.posonlyargs or given.kwonlyargs)


def _with_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> list[str]:
    """The test's name, once for each set of parameters where they are plain values; else once."""
    if len(node.decorator_list) != 1:
        return [name]
    match node.decorator_list[0]:
        case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, values], keywords=[]):
            ids = _ids(names, values)
            return [f"{name}[{one}]" for one in ids] or [name]
    return [name]


def _ids(names: ast.expr, values: ast.expr) -> list[str]:
    """What pytest calls the sets, where that needs no running; empty if it does."""
    try:
        called, sets = ast.literal_eval(names), ast.literal_eval(values)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return []
    if isinstance(called, str):
        called = [part.strip() for part in called.split(",") if part.strip()]
    if not isinstance(called, (list, tuple)) or not isinstance(sets, (list, tuple)):
        return []
    found: list[str] = []
    for place, given in enumerate(sets):
        row = list(given) if len(called) > 1 and isinstance(given, (list, tuple)) else [given]
        if len(row) != len(called):
            return []
        parts = [_id(str(name), value, place) for name, value in zip(called, row, strict=True)]
        if any(part is None for part in parts):
            return []
        found.append("-".join(str(part) for part in parts))
    return found if len(set(found)) == len(found) else []


def _id(name: str, value: object, place: int) -> str | None:
    if isinstance(value, str):
        plain = value.isascii() and value.isprintable() and value and not set(value) & set("[]:\\")
        return value if plain else None
    if value is None or isinstance(value, (int, float, complex)):
        return str(value)
    return f"{name}{place}" if not isinstance(value, bytes) else None
