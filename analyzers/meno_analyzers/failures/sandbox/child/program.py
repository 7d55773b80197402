"""One version of the program as modules: the text of the main file, compiled once and executed as often as
asked.

Every case sees a program that was executed afresh, so that what one case leaves in a list, a class or a
cache is never seen by the next."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from .asserts import EQUAL, check_equal, compiled

_exec = exec
_compile = compile
_modules = sys.modules


class Version:
    """The main file's text as code, and the module it becomes."""

    def __init__(self, source: str, filename: str, module: str, names: set[str], others: set[str]) -> None:
        """`names` are those by which the main file can be imported, `others` those of the other files."""
        self.filename = filename
        self.module = module
        self.names = names
        self._others = others
        self._source = source
        self._code: CodeType | None = None

    @property
    def code(self) -> CodeType:
        """Raises what `compile` raises."""
        if self._code is None:
            try:
                code: CodeType = _compile(self._source, self.filename, "exec", dont_inherit=True)
            except UnicodeEncodeError:
                raise SyntaxError("the text is not UTF-8", (self.filename, 1, 1, "")) from None
            self._code = code
        return self._code

    def take_apart(self) -> None:
        """For a main file that holds tests: its assertions tell what they compared."""
        self._code = compiled(self._source, self.filename)

    def write(self) -> None:
        """Puts the text where other processes will look for it."""
        with open(self.filename, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(self._source)

    def forget(self) -> None:
        """No file of the program counts as imported any more."""
        for name in self.names:
            _modules.pop(name, None)
        for name in self._others:
            _modules.pop(name, None)

    def fresh(self, name: str | None = None) -> dict[str, Any]:
        """Executes the program in a new module of this name and answers the module's names."""
        code = self.code
        self.forget()
        name = name or self.module
        module = ModuleType(name)
        namespace = module.__dict__
        namespace["__file__"] = self.filename
        namespace[EQUAL] = check_equal
        _modules[name] = module
        if name != "__main__":
            for other in self.names:
                _modules[other] = module
            module.__spec__ = ModuleSpec(name, None, origin=self.filename)
        _exec(code, namespace)
        return namespace


class Finder:
    """Answers an import of the program's module with the version that is on the stage."""

    def __init__(self, version: Version) -> None:
        self._version = version

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._version.names:
            return None
        spec = ModuleSpec(name, self, origin=self._version.filename)  # type: ignore[arg-type]
        spec.has_location = True
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        _exec(self._version.code, module.__dict__)

    def install(self) -> None:
        self._version.forget()
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
