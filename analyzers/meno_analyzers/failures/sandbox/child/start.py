"""Where the learner's interpreter begins: `python -B start.py COMMANDS ANSWERS`, two file
descriptors, or `python -B start.py alone`.

Reads the setup (one line of JSON), raises the walls, warms the process up, says that it is ready, and serves.
The modules beside this file are loaded with a copy of the built-ins, and are then no longer to be found by
name."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = "meno_stage"
_BUILTINS = dict(vars(builtins))


class _Sealed(SourceFileLoader):
    """Loads a module whose built-ins the program cannot reach by `import builtins`."""

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = _BUILTINS
        super().exec_module(module)


class _Beside:
    """Finds the modules beside this file."""

    @staticmethod
    def find_spec(name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        package, _, module = name.partition(".")
        if package != _PACKAGE:
            return None
        file = os.path.join(_HERE, (module or "__init__") + ".py")
        return importlib.util.spec_from_file_location(
            name, file, loader=_Sealed(name, file), submodule_search_locations=None if module else [_HERE]
        )


def _load(name: str) -> Any:
    if _Beside not in sys.meta_path:
        sys.meta_path.insert(0, _Beside)
    return importlib.import_module(_PACKAGE + "." + name)


def _hide() -> None:
    """From here on the program does not find the modules that judge it."""
    sys.meta_path.remove(_Beside)
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if os.path.abspath(place or ".") != _HERE]
    if sys.argv[1] == "alone":
        _load("alone").serve_alone(_hide)
    else:
        _load("opening").serve(int(sys.argv[1]), int(sys.argv[2]), _hide)
