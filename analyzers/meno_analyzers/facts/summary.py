"""What a unit offers the rest of its file: frozen values, made by `summaries.py`, joined by `module.py`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import Enum

from meno_analyzers.facts.signatures import Signature


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """What a function or method shows its callers."""

    name: str
    returns_nothing: bool  # certain: plain function, no `return value`, no generator, no stub, undecorated
    signature: Signature | None = None  # None: a decorator may have changed it
    returns: str | None = None  # the type that every way out answers, where that is proven
    length: int | None = None  # of the tuple that every way out answers
    data: bool = False  # every way out answers the result of arithmetic, a display or a constant
    prints: bool = False
    rebinds: frozenset[str] = frozenset()  # parameters that it only gives new values


@dataclass(frozen=True, slots=True)
class MethodSummary:
    """What a method shows: like a function, without its first parameter."""

    name: str
    kind: str  # "method", "class", "static", "property", or "other" for any other decorator
    first: str | None  # the name of its first parameter
    signature: Signature | None
    returns_nothing: bool = False


@dataclass(frozen=True, slots=True)
class ClassHeader:
    """What the line with `class` says. `plain`: no metaclass, no decorator but harmless ones."""

    name: str
    bases: tuple[str, ...]
    plain: bool


@dataclass(frozen=True, slots=True)
class ClassPart:
    """What one unit says about the class that it belongs to."""

    header: ClassHeader | None = None
    methods: dict[str, MethodSummary] = field(default_factory=dict)
    names: frozenset[str] = frozenset()  # bound in the class body, methods included
    mutables: dict[str, str] = field(default_factory=dict)  # name → "list", "dict" or "set" display
    stores: frozenset[str] = frozenset()  # attributes of self that some method stores
    reads: frozenset[str] = frozenset()  # attributes of self that some method reads
    changes: frozenset[str] = frozenset()  # attributes of self whose object some method changes in place
    body_reads: frozenset[str] = frozenset()  # names that the class body itself reads
    dynamic: bool = False  # attributes may come from where no text shows them


class Mention(Enum):
    """In what role a unit mentions a name; asked about by `ModuleView.mentions`."""

    CLASS_NAME = "bound in a class body"
    REBOUND = "declared global in a function"
    TOUCHED = "the module's, and changed in place by code in a function, as far as can be told"
    IMPORTED_FROM = "a module of `from module import …`"
    IMPORTED = "a module that is imported in either way; `.module` if it is named from here"
    STORED_ATTRIBUTE = "an attribute stored in some object; `name.*` if `setattr` stores any in `name`"
    CALLED_ATTRIBUTE = "an attribute that is called; `Class.method` if that is on a name in capitals"
    USED = "read, and not bound by the unit itself"
    RUNS = "the empty name, if the unit calls something while the file is read"
    RESULT_USED = "called, and something is done with what it answers"
    GIVEN_ARGUMENTS = "called with arguments"
    CALLED_WITH = "called with so many arguments, all by position: `name/2`"
    WRITTEN_INSIDE = "a container whose items are changed in place"


@dataclass(frozen=True, slots=True)
class Summary:
    """What one unit offers. `bindings` maps a module-level name to the proven type of each of its bindings
    (None: unknown); `uncertain` names come from text that does not parse."""

    bindings: dict[str, frozenset[str | None]] = field(default_factory=dict)
    functions: dict[str, FunctionSummary] = field(default_factory=dict)
    uncertain: frozenset[str] = frozenset()
    locals: dict[str, str] = field(default_factory=dict)  # a function's own names → the function
    mentions: dict[Mention, frozenset[str]] = field(default_factory=dict)
    part: ClassPart | None = None
    star_import: bool = False
    dynamic: bool = False

    @property
    def imports_libraries(self) -> bool:
        """Whether the unit imports anything from outside the standard library."""
        return any(
            module.partition(".")[0] not in sys.stdlib_module_names
            for module in self.mentions.get(Mention.IMPORTED, ())
        )

    @property
    def names(self) -> set[str]:
        """All names that the unit binds at module level, or may bind."""
        return {*self.bindings, *self.uncertain, *self.mentions.get(Mention.REBOUND, ())}
