"""What the units of a file know of each other: their summaries joined, by name.

The `Module` keeps the summaries and answers questions; rules ask through a `ModuleView` (`view.py`), which
remembers each question with its answer. What a summary contributes to which answers is said in
`contributions.py`.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from meno_analyzers.facts.classes import Classes
from meno_analyzers.facts.summary import FunctionSummary, Mention, Summary

BUILTIN_NAMES = frozenset(dir(builtins)) | frozenset(
    (
        "__file__ __path__ __annotations__ __builtins__ __module__ __qualname__ __class__ exit quit "
        "copyright credits license WindowsError reveal_type reveal_locals get_ipython _"
    ).split()
)
# `call:f:str` is the type of "whatever calling f answers, which is a str if f is the builtin".
CALL_OF = "call:"
ALL_NAMES = "*names"
OPEN = "*open"
LIBRARIES = "*libraries"


class Module:
    """All summaries of a file. `position` tells where a unit stands, for questions about order."""

    def __init__(self, position: Callable[[Any], int] | None = None) -> None:
        self.position = position or (lambda _owner: 0)
        self.classes = Classes(self)
        self._bindings: dict[str, list[tuple[Any, Summary]]] = {}
        self._locals: dict[str, list[str]] = {}
        self._mentions: dict[Mention, Counter[str]] = {mention: Counter() for mention in Mention}
        # The modules of other files that this one imports, by the name it imports them under.
        self.others: dict[str, Module] = {}
        self._open = 0
        self._with_libraries = 0
        self._names: tuple[str, ...] | None = None

    def add(self, summary: Summary, owner: Any = None, class_name: str | None = None) -> None:
        """Takes a unit's summary in."""
        self._count(summary, owner, class_name, 1)

    def remove(self, summary: Summary, owner: Any = None, class_name: str | None = None) -> None:
        """Takes a unit's summary out."""
        self._count(summary, owner, class_name, -1)

    def _count(self, summary: Summary, owner: Any, class_name: str | None, step: int) -> None:
        for mention, names in summary.mentions.items():
            _change(self._mentions[mention], names, step)
        for name, function in summary.locals.items():
            functions = self._locals.setdefault(name, [])
            if step > 0:
                functions.append(function)
            else:
                functions.remove(function)
                if not functions:
                    del self._locals[name]
        if summary.part is not None:
            self.classes.count(summary.part, class_name, step)
        if summary.star_import or summary.dynamic:
            self._open += step
        if summary.imports_libraries:
            self._with_libraries += step
        for name in summary.names:
            holders = self._bindings.setdefault(name, [])
            if step > 0:
                holders.append((owner, summary))
            else:
                holders.remove((owner, summary))
            if len(holders) == (1 if step > 0 else 0):
                self._names = None
            if not holders:
                del self._bindings[name]

    def affected(self, changed: set[str]) -> set[str]:
        """The keys of changed contributions, and of what hangs on them: classes that inherit, all names."""
        found = set(changed)
        for key in changed:
            found |= self.classes.depending_on(key)
        return found

    def is_bound(self, name: str) -> bool:
        """Whether any unit binds the name at module level, or may do so."""
        return name in self._bindings

    def is_open(self) -> bool:
        """Whether names may appear that no unit shows: a star import, `exec`, `globals()`."""
        return bool(self._open)

    def imports_libraries(self) -> bool:
        """Whether any unit imports something from outside the standard library."""
        return bool(self._with_libraries)

    def mentions(self, mention: Mention, name: str) -> bool:
        """Whether some unit mentions the name in that role, or may do so in text that does not parse."""
        return name in self._mentions[mention]

    def names(self) -> tuple[str, ...]:
        """All names bound at module level, sorted."""
        if self._names is None:
            self._names = tuple(sorted(self._bindings))
        return self._names

    def function_of_local(self, name: str) -> str | None:
        """The function that has a variable of that name, if exactly one has."""
        functions = self._locals.get(name, ())
        return functions[0] if len(functions) == 1 else None

    def function(self, name: str) -> FunctionSummary | None:
        """The function `name`, if that is its only binding in the file."""
        holder = self._only_holder(name)
        if holder is None:
            return None
        return holder.functions.get(name) if len(holder.bindings.get(name, ())) == 1 else None

    def constructor(self, name: str) -> FunctionSummary | None:
        """The class `name` seen as the function that makes its objects, where that is known."""
        facts = self.classes.facts(name)
        signature = facts.signature if facts is not None else None
        return FunctionSummary(name, False, signature) if signature is not None else None

    def answers_data(self, name: str) -> bool:
        """Whether exactly one function of that name exists, whatever else binds it, and answers data."""
        found = [s.functions[name] for _, s in self._bindings.get(name, ()) if name in s.functions]
        return len(found) == 1 and found[0].data

    def defined_below(self, name: str, owner: Any) -> bool:
        """Whether the name's only binding is a function of a unit further down."""
        holders = self._bindings.get(name, [])
        if self.function(name) is None:
            return False
        other = holders[0][0]
        return other is not owner and self.position(other) > self.position(owner)

    def only_below(self, name: str, owner: Any) -> bool:
        """Whether the name is bound further down, and neither above nor by who knows whom and when.

        What the unit itself binds is its own business. Edits replace units and never let them change
        places, so the answer changes only with what units contribute under the name.
        """
        others = [(other, summary) for other, summary in self._bindings.get(name, ()) if other is not owner]
        if any(_is_uncertain(summary, name) for _, summary in others):
            return False
        here = self.position(owner)
        return all(self.position(other) > here for other, _ in others)

    def is_used_elsewhere(self, name: str, owner: Any) -> bool:
        """Whether another unit than the one that binds the name reads it."""
        own = sum(
            name in summary.mentions.get(Mention.USED, ())
            for other, summary in self._bindings.get(name, ())
            if other is owner
        )
        return self._mentions[Mention.USED][name] > own

    def imported_modules(self) -> frozenset[str]:
        """The names of all modules that the file imports."""
        return frozenset(self._mentions[Mention.IMPORTED])

    def function_of_other(self, module: str, name: str) -> FunctionSummary | None:
        """The function of that name in another file of the workspace that this one imports, or what calling
        its class of that name asks for."""
        other = self.others.get(module)
        return (other.function(name) or other.constructor(name)) if other is not None else None

    def names_of_other(self, module: str) -> tuple[str, ...] | None:
        """All names of another file's module, or None if they are not known for certain."""
        other = self.others.get(module)
        return None if other is None or other.is_open() else other.names()

    def _only_holder(self, name: str) -> Summary | None:
        holders = self._bindings.get(name, ())
        if len(holders) != 1:
            return None
        ((_, holder),) = holders
        return None if _is_uncertain(holder, name) else holder

    def type_of(self, name: str) -> str | None:
        """The type that all bindings of the name agree on, or None."""
        types: set[str | None] = set()
        for _, holder in self._bindings.get(name, ()):
            if _is_uncertain(holder, name):
                return None
            types |= holder.bindings.get(name, frozenset())
        if len(types) != 1:
            return None
        (only,) = types
        return only


def _is_uncertain(summary: Summary, name: str) -> bool:
    return name in summary.uncertain or name in summary.mentions.get(Mention.REBOUND, ())


def _change(counter: Counter[str], names: Iterable[str], step: int) -> None:
    for name in names:
        counter[name] += step
        if not counter[name]:
            del counter[name]
