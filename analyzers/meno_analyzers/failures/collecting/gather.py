"""Puts a program's files and cases together: see the room's own page for where cases come from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from meno_analyzers.failures.cases import Case, Program, RunCase
from meno_analyzers.failures.collecting.collected import WHOLE_RUN, Collected, CollectingError
from meno_analyzers.failures.collecting.examples import (
    Example,
    cases_of_examples,
    has_examples,
    read_examples,
)
from meno_analyzers.failures.collecting.layout import Layout
from meno_analyzers.failures.collecting.lifting import Lifted, is_main_guard, lift, outside_functions
from meno_analyzers.failures.collecting.reading import imports_of, parsed, read_program
from meno_analyzers.failures.collecting.testfiles import doctests_in, tests_below, tests_in
from meno_analyzers.failures.naming import is_test_file, subject_of, tests_beside
from meno_analyzers.source.lines import plain_ends

EXAMPLES_FILE = "meno.toml"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def collect(
    file: Path,
    *,
    tests: Path | None = None,
    examples: Path | None = None,
    input: str | None = None,
    unsaved: Mapping[Path, str] = MappingProxyType({}),
) -> Collected:
    """The program of `file` with its cases. Reads files and runs nothing. Raises CollectingError.

    `tests` is a test file or a folder of them, `examples` a file of examples; without them, those that
    stand beside the program are taken. `input` is what the script reads when it is run. `unsaved` are texts,
    by absolute path, that an editor holds and the disk does not yet.
    """
    file = Path(file)
    source = read_program(file, unsaved)
    file = file.absolute()
    subject = subject_of(file) if tests is None else None
    if subject is not None:
        # Asked about a test file, Meno looks at the program that it tests.
        tests, file, source = file, subject, read_program(subject, unsaved)
    found = _test_files(file, tests)
    texts = {path: read_program(path, unsaved) for path in found if path != file}
    layout = Layout.of(file, texts.values(), unsaved)
    main = layout.add(file, source)
    cases: list[Case] = [*_from_examples(file, source, examples)]
    sources = ["examples"] if cases else []
    of_files = [
        case for path, text in texts.items() for case in tests_in(text, layout.add(path, text), own=False)
    ]
    if tests is not None and not of_files:
        raise CollectingError(
            f"No tests were found in {tests}; Meno looks for functions and methods whose names begin "
            "with `test`."
        )
    sources += ["test files"] if of_files else []
    own = _own(source, main, input, alone=not (cases or of_files))
    sources += own.sources
    layout.add_settings_of_tests([path for path in texts if path in layout.paths.values()])
    layout.add_what_is_imported()
    layout.add_data()
    return Collected(
        program=Program(layout.files, main),
        runnable=Program({**layout.files, main: own.lifted.text}, main),
        cases=_named_apart([*cases, *of_files, *own.cases]),
        paths=layout.paths,
        lifted=own.lifted,
        lacks_input=own.lacks_input,
        truncated=layout.truncated,
        sources=sources,
    )


def collect_sent(files: Mapping[str, str], main: str, tests: str | None = None) -> Collected:
    """The program `main` of texts by their relative path, with its cases; no file of this machine is looked
    at. Raises CollectingError.

    `tests` names the file with tests; without it all files that have the name of one are taken.
    """
    texts = {name: plain_ends(text) for name, text in files.items()}
    source = texts[main]
    named = [tests] if tests is not None else [name for name in texts if is_test_file(Path(name))]
    of_files = [case for name in named if name != main for case in tests_in(texts[name], name, own=False)]
    if tests is not None and not of_files and tests != main:
        raise CollectingError(
            f"No tests were found in {tests}; Meno looks for functions and methods whose names begin "
            "with `test`."
        )
    own = _own(source, main, None, alone=not of_files)
    return Collected(
        program=Program(texts, main),
        runnable=Program({**texts, main: own.lifted.text}, main),
        cases=_named_apart([*of_files, *own.cases]),
        paths={name: Path(name) for name in texts},
        lifted=own.lifted,
        lacks_input=own.lacks_input,
        truncated=False,
        sources=[*(["test files"] if of_files else []), *own.sources],
    )


def _test_files(main: Path, tests: Path | None) -> list[Path]:
    if tests is None:
        return tests_beside(main)
    if tests.is_dir():
        return tests_below(tests.absolute(), main)
    if not tests.exists():
        raise CollectingError(f"There is no test file {tests}; check the path behind `--tests`.")
    return [tests.absolute()]


def _from_examples(main: Path, source: str, examples: Path | None) -> list[Case]:
    if examples is not None:
        cases = cases_of_examples(read_examples(examples), main)
        if not cases:
            raise CollectingError(f"{examples.name} holds no example for {main.name}.")
        return cases
    beside = main.parent / EXAMPLES_FILE
    if not has_examples(beside):
        return []
    found = read_examples(beside)
    return cases_of_examples(found, main) if _is_for(found, main, source) else []


def _is_for(examples: Iterable[Example], main: Path, source: str) -> bool:
    """Whether examples that were found beside a program mean it: they say so, or it has such a function."""
    tree = parsed(source)
    if tree is None:
        return False
    defined = {node.name for node in tree.body if isinstance(node, (*_FUNCTIONS, ast.ClassDef))}
    return any(
        Path(example.file).name == main.name
        if example.file is not None
        else example.function is None or example.function.partition(".")[0] in defined
        for example in examples
    )


@dataclass(frozen=True, slots=True)
class _Own:
    """What the program's own file gives."""

    cases: Sequence[Case]
    lifted: Lifted
    sources: Sequence[str]
    lacks_input: bool = False


def _own(source: str, main: str, input: str | None, *, alone: bool) -> _Own:
    """The cases of the file itself. `alone` says that there are no others."""
    tree = parsed(source)
    if tree is None:
        return _Own([RunCase(WHOLE_RUN, input or "")], Lifted(source), ["the script"])
    at_load = [s for s in tree.body if not (isinstance(s, ast.If) and is_main_guard(s))]
    run = RunCase(WHOLE_RUN, input or "")
    reads = _reads_input(tree.body, tree)
    asks = reads and input is None
    if _reads_input(at_load, tree) or any(imported.level for imported in imports_of(source)):
        # It cannot be loaded by itself, so its own tests cannot be asked one by one.
        cases: list[Case] = [run] if alone or input is not None else []
        return _Own(cases, _in_place(source), ["the script"] if cases else [], asks and bool(cases))
    tests = tests_in(source, main, own=True)
    called = {case.name for case in tests if case.framework == "pytest"}
    lifted = lift(source, called)
    found: list[Case] = [*doctests_in(source, main), *tests, *lifted.cases]
    sources = ["its own tests"] if found else []
    # Scripts that wait for input, or run their own tests, say nothing when they are run besides.
    runs_tests = any(case.framework == "unittest" for case in tests) or "pytest.main" in source
    besides = bool(found or lifted.kept) and not asks and not runs_tests
    if input is not None or (alone and (besides or not found)):
        found.append(run)
        sources.append("the script")
        return _Own(found, lifted, sources, asks and len(found) == 1)
    return _Own(found, lifted, sources)


def _in_place(source: str) -> Lifted:
    tree = ast.parse(source)
    kept = sum(isinstance(node, ast.Assert) for node in outside_functions(tree.body))
    return Lifted(source, kept=kept)


def _reads_input(body: Iterable[ast.stmt], tree: ast.Module) -> bool:
    """Whether running the body asks for input, itself or through functions of the file."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}
    waiting: list[ast.AST] = [node for node in outside_functions(body) if not isinstance(node, _FUNCTIONS)]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and node.attr == "stdin":
            return True
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name == "input" and isinstance(function, ast.Name) and name not in functions:
                return True
            if name in functions and name not in seen:
                seen.add(name)
                waiting.extend(inner for s in functions[name].body for inner in ast.walk(s))
    return False


def _named_apart(cases: Sequence[Case]) -> list[Case]:
    """The cases with an id each of its own."""
    seen: dict[str, int] = {}
    found: list[Case] = []
    for case in cases:
        count = seen[case.id] = seen.get(case.id, 0) + 1
        found.append(case if count == 1 else replace(case, id=f"{case.id} ({count})"))
    return found


__all__ = ["EXAMPLES_FILE", "collect"]
