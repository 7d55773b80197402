"""From the setup to the first request: walls, folder, warm modules, cases made ready."""

from __future__ import annotations

import ast
import importlib
import json
import os
import site
import sys
from collections.abc import Callable
from typing import Any

from .asserts import compiled
from .confine import Walls
from .folder import Folder
from .testfiles import TestFiles
from .values import clip, encoded
from .warden import Warden, refuse

_MISSING = "`%s` is not installed for this Python; install it with `python -m pip install %s`."
_WITH_EFFECTS = frozenset({"antigravity", "this", "idlelib", "tkinter", "turtle", "turtledemo", "readline"})
_QUIET = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def serve(commands: int, answers: int, hide: Callable[[], None]) -> None:
    """Everything that this process does."""
    setup = json.loads(_line(commands))
    walls = Walls()
    walls.enter((commands, answers), setup["folder"], setup["namespaces"])
    limits = setup["limits"]
    walls.furnish(setup["folder"], max(64 << 20, 4 * int(limits["file_bytes"])))
    folder = Folder(setup["folder"], setup["files"])
    try:
        folder.write()
    except OSError as error:
        refuse(answers, "The program's files could not be copied: " + str(error.strerror) + ".")
    find_modules(setup)
    warm(setup, answers)
    tests = tests_of(setup, answers)
    walls.seal(limits, setup["folder"])
    hide()
    folder.restore()
    warden = Warden(setup, commands, answers, walls, folder, tests)
    version = list(sys.version_info[:3])
    os.write(answers, encoded({"ready": version, "walls": walls.held}).encode("ascii") + b"\n")
    warden.serve()
    folder.remove()
    os._exit(0)


def _line(file: int) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(file, 1 << 20)
        if not more:
            os._exit(0)
        data += more
    return data


def find_modules(setup: dict[str, Any]) -> None:
    """Puts the program's folder before all others, and behind them what the learner installed for themselves:
    the home folder that the environment names is not theirs, so the interpreter did not look there."""
    folder = setup["folder"]
    main = os.path.dirname(os.path.join(folder, *setup["main"].split("/")))
    sys.path[:0] = [main] if main == folder else [main, folder]
    if sys.prefix == sys.base_prefix and setup["home"]:
        kept = dict(os.environ)
        os.environ["HOME"] = setup["home"]
        if setup["packages"]:  # on Windows they lie there, and not below the home folder
            os.environ["APPDATA"] = setup["packages"]
        try:
            site.USER_BASE = site.USER_SITE = None
            personal = site.getusersitepackages()
            if os.path.isdir(personal):
                site.addsitedir(personal)
        finally:
            os.environ.clear()
            os.environ.update(kept)


def warm(setup: dict[str, Any], answers: int) -> None:
    os.environ.update(dict.fromkeys(_QUIET, "1"))
    for name in standard_imports(setup["files"]):
        try:
            importlib.import_module(name)
        except BaseException:
            continue  # the program itself will be told
    for name in setup["modules"]:
        try:
            importlib.import_module(name)
        except BaseException:
            refuse(answers, "The module `" + name + "` could not be imported; install it for this Python.")
    for name in _QUIET:
        os.environ.pop(name, None)
    for case in setup["cases"]:
        if case["kind"] == "code":
            try:
                case["compiled"] = compiled(case["code"], "<case>")
            except (SyntaxError, ValueError) as error:
                reason = error.msg if isinstance(error, SyntaxError) else str(error)
                refuse(answers, "The case `" + clip(case["id"]) + "` is not Python: " + str(reason) + ".")


def standard_imports(files: dict[str, str]) -> list[str]:
    """Modules of the standard library that the files import: every version will, so they are loaded once."""
    known: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset()) - _WITH_EFFECTS
    own = {path.partition("/")[0].partition(".")[0] for path in files}
    own |= {path.rpartition("/")[2].partition(".")[0] for path in files}
    found: list[str] = []
    for path in files:
        try:
            tree = ast.parse(files[path]) if path.endswith(".py") else ast.Module([], [])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.append(node.module)
    return [name for name in found if name.partition(".")[0] in known - own]


def tests_of(setup: dict[str, Any], answers: int) -> TestFiles:
    try:
        tests = TestFiles(setup)
    except LookupError as error:
        refuse(answers, "The test file `" + str(error.args[0]) + "` is not among the program's files.")
        raise
    for name in tests.modules:
        try:
            importlib.import_module(name)
        except BaseException:
            refuse(answers, _MISSING % (name, name))
    if tests.modules:
        tests.bind()
    return tests
