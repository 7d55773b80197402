"""Tests that stand in files: which framework each needs, made ready before the fork, and how each is played.

A test that is a plain function, or a plain method (see `plain`), is called directly, which is far faster than
a session of pytest; whatever has fixtures, other decorators or a configuration goes through pytest itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from .asserts import EQUAL, check_equal, compiled
from .plain import plain_arguments
from .plays import copied
from .program import Finder, Version

_exec = exec
_modules = sys.modules
_SETTINGS = {"conftest.py", "pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", ".pytest.ini"}


class TestFiles:
    """What is known of the test files before any version is played."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._files: dict[str, str] = setup["files"]
        self._folder: str = setup["folder"]
        self._main: str = setup["main"]
        self._codes: dict[str, CodeType | None] = {}
        self._plain: dict[tuple[str, str], dict[str, Any]] = {}
        self._sessions = False
        self._players: dict[str, Callable[..., Any]] = {}
        self.modules: set[str] = set()
        self._settled = any(path.rsplit("/", 1)[-1] in _SETTINGS for path in self._files)
        for case in setup["cases"]:
            if case["kind"] == "file":
                self._prepare(case)

    def bind(self) -> None:
        """Loads what plays the frameworks, once they are known to be installed."""
        from .pytesting import play_session, rehearse
        from .unittesting import play_doctest, play_unittest

        if self._sessions:
            rehearse(self._folder)
        self._players = {"pytest": play_session, "unittest": play_unittest, "doctest": play_doctest}

    def _prepare(self, case: dict[str, Any]) -> None:
        path = case["path"]
        text = self._files.get(path)
        if text is None:
            raise LookupError(path)
        if path not in self._codes:
            try:
                self._codes[path] = compiled(text, self._filename(path))
            except (SyntaxError, ValueError):
                self._codes[path] = None
        if case["framework"] != "pytest":
            self.modules.add(case["framework"])
            return
        arguments = None
        if self._codes[path] is not None and not self._settled:
            arguments = plain_arguments(text, case["name"])
        if arguments is not None:
            self._plain[path, case["name"]] = arguments
        if arguments is None or "pytest" in text:
            self.modules.add("pytest")
        self._sessions = self._sessions or arguments is None

    def _filename(self, path: str) -> str:
        return os.path.join(self._folder, *path.split("/"))

    def needs_pytest(self, case: dict[str, Any]) -> bool:
        """Whether the case needs a session of pytest."""
        if case["kind"] != "file" or case["framework"] != "pytest":
            return False
        return (case["path"], case["name"]) not in self._plain

    def play_session(
        self,
        version: Version,
        cases: list[dict[str, Any]],
        tell: Callable[[int, dict[str, Any]], bool],
        begun: Callable[[], None] | None,
    ) -> None:
        """Plays tests that need pytest in one session of it, and tells each verdict as soon as it is
        known."""
        finder = Finder(version)
        finder.install()
        try:
            self._players["pytest"](version, cases, self._folder, self._settled, tell, begun)
        finally:
            finder.remove()

    def play(self, version: Version, case: dict[str, Any]) -> dict[str, Any]:
        """The verdict on one test. Raises what the test raises, where it was not caught by its framework."""
        finder = Finder(version)
        finder.install()
        try:
            namespace = self._loaded(version, case["path"])
            if case["framework"] == "pytest":
                return _play_plain(namespace, case["name"], self._plain[case["path"], case["name"]])
            record: dict[str, Any] = self._players[case["framework"]](namespace, case)
            return record
        finally:
            finder.remove()

    def _loaded(self, version: Version, path: str) -> dict[str, Any]:
        """The names of the test file after it was executed afresh."""
        if path == self._main:
            version.take_apart()
            return version.fresh()
        name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        module = ModuleType(name)
        module.__file__ = self._filename(path)
        module.__dict__[EQUAL] = check_equal
        _modules[name] = module
        code = self._codes[path]
        if code is None:
            code = compiled(self._files[path], self._filename(path))
        _exec(code, module.__dict__)
        return module.__dict__


def outcome(error: BaseException) -> str | None:
    """The name of an outcome that pytest expresses as an error, or None for all other errors."""
    kind = type(error)
    return kind.__name__ if any(base.__name__ == "OutcomeException" for base in kind.__mro__) else None


def _play_plain(namespace: dict[str, Any], name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    parts = name.partition("[")[0].replace("::", ".").split(".")
    found: Any = namespace[parts[0]]
    for part in parts[1:]:
        found = getattr(found(), part)
    try:
        found(**copied(arguments))
    except BaseException as error:
        if outcome(error) in ("Skipped", "XFailed"):
            return {"verdict": "passed"}
        raise
    return {"verdict": "passed"}
