"""What the units of a file offer each other: bound names, proven types, what functions return.

Each unit has a frozen `Summary`; the `Module` keeps them together and answers questions. Rules ask through
a `ModuleView`, which writes down each question with its answer: a unit's findings stay valid exactly as
long as every answer is the same, which is how an edit reaches only the units that it concerns.
"""

from __future__ import annotations

import builtins
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

BUILTIN_NAMES = frozenset(dir(builtins)) | frozenset(
    (
        "__file__ __path__ __annotations__ __builtins__ __module__ __qualname__ __class__ exit quit "
        "copyright credits license WindowsError reveal_type reveal_locals get_ipython _"
    ).split()
)


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """What a module-level function shows its callers."""

    name: str
    returns_nothing: bool  # certain: plain function, no `return value`, no generator, no stub, undecorated


@dataclass(frozen=True, slots=True)
class Summary:
    """What one unit offers. `bindings` maps a module-level name to the proven type of each of its bindings
    (None: unknown); `uncertain` names come from text that does not parse."""

    bindings: dict[str, frozenset[str | None]] = field(default_factory=dict)
    functions: dict[str, FunctionSummary] = field(default_factory=dict)
    class_names: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    rebound_from_functions: frozenset[str] = frozenset()  # through `global`
    star_import: bool = False
    dynamic: bool = False


# `call:f:str` is the type of "whatever calling f answers, which is a str if f is the builtin".
CALL_OF = "call:"


class Module:
    """All summaries of a file, indexed by name."""

    def __init__(self) -> None:
        self._bindings: dict[str, list[Summary]] = {}
        self._class_names: dict[str, int] = {}
        self._star_imports = 0
        self._dynamic = 0
        self._names: tuple[str, ...] | None = None

    def add(self, summary: Summary) -> set[str]:
        """Takes a unit's summary in; returns the names whose answers may have changed."""
        return self._count(summary, 1)

    def remove(self, summary: Summary) -> set[str]:
        """Takes a unit's summary out; returns the names whose answers may have changed."""
        return self._count(summary, -1)

    def _count(self, summary: Summary, step: int) -> set[str]:
        changed: set[str] = set()
        for name in {*summary.bindings, *summary.uncertain, *summary.rebound_from_functions}:
            changed.add(name)
            holders = self._bindings.setdefault(name, [])
            if step > 0:
                holders.append(summary)
            else:
                holders.remove(summary)
            if len(holders) == (1 if step > 0 else 0):
                self._names = None
                changed.add(_ALL_NAMES)
            if not holders:
                del self._bindings[name]
        for name in summary.class_names:
            changed.add(name)
            self._class_names[name] = self._class_names.get(name, 0) + step
        if summary.star_import:
            self._star_imports += step
            changed.add(_OPEN)
        if summary.dynamic:
            self._dynamic += step
            changed.add(_OPEN)
        return changed

    def is_bound(self, name: str) -> bool:
        """Whether any unit binds the name at module level, or may do so."""
        return name in self._bindings

    def is_open(self) -> bool:
        """Whether names may appear that no unit shows: a star import, `exec`, `globals()`."""
        return bool(self._star_imports or self._dynamic)

    def in_class(self, name: str) -> bool:
        """Whether a class body of the file binds the name."""
        return self._class_names.get(name, 0) > 0

    def names(self) -> tuple[str, ...]:
        """All names bound at module level, sorted."""
        if self._names is None:
            self._names = tuple(sorted(self._bindings))
        return self._names

    def function(self, name: str) -> FunctionSummary | None:
        """The function `name`, if that is its only binding in the file."""
        holders = self._bindings.get(name, ())
        if len(holders) != 1:
            return None
        (holder,) = holders
        if name in holder.uncertain or name in holder.rebound_from_functions:
            return None
        return holder.functions.get(name) if len(holder.bindings.get(name, ())) == 1 else None

    def type_of(self, name: str) -> str | None:
        """The type that all bindings of the name agree on, or None."""
        holders = self._bindings.get(name, ())
        types: set[str | None] = set()
        for holder in holders:
            if name in holder.uncertain or name in holder.rebound_from_functions:
                return None
            types |= holder.bindings.get(name, frozenset())
        if len(types) != 1:
            return None
        (only,) = types
        return only


_ALL_NAMES = "*names"
_OPEN = "*open"


class ModuleView:
    """A unit's window on its file: answers questions and remembers them with their answers."""

    __slots__ = ("_module", "asked")

    def __init__(self, module: Module) -> None:
        self._module = module
        self.asked: dict[tuple[str, str], Hashable] = {}

    def _ask(self, question: str, name: str) -> Hashable:
        key = (question, name)
        if key not in self.asked:
            self.asked[key] = _answer(self._module, question, name)
        return self.asked[key]

    def is_bound(self, name: str) -> bool:
        return bool(self._ask("bound", name))

    def in_class(self, name: str) -> bool:
        return bool(self._ask("in_class", name))

    def is_open(self) -> bool:
        return bool(self._ask("open", _OPEN))

    def names(self) -> tuple[str, ...]:
        return self._ask("names", _ALL_NAMES)  # type: ignore[return-value]

    def function(self, name: str) -> FunctionSummary | None:
        return self._ask("function", name)  # type: ignore[return-value]

    def type_of(self, name: str) -> str | None:
        found: str | None = self._ask("type", name)  # type: ignore[assignment]
        if found is None or not found.startswith(CALL_OF):
            return found
        _, function, builtin = found.split(":")
        if self.is_bound(function):
            summary = self.function(function)
            return f"none:{function}" if summary is not None and summary.returns_nothing else None
        return builtin or None


def _answer(module: Module, question: str, name: str) -> Hashable:
    match question:
        case "bound":
            return module.is_bound(name)
        case "in_class":
            return module.in_class(name)
        case "open":
            return module.is_open()
        case "names":
            return module.names()
        case "function":
            return module.function(name)
        case _:
            return module.type_of(name)


def still_holds(module: Module, asked: dict[tuple[str, str], Hashable]) -> bool:
    """Whether every remembered answer is what the module would answer now."""
    return all(_answer(module, question, name) == answer for (question, name), answer in asked.items())


def names_asked(asked: Iterable[tuple[str, str]]) -> set[str]:
    """The names that the questions were about: whose change makes them worth asking again."""
    return {name for _, name in asked}
