"""What a unit offers the rest of its file: frozen values, made by `summaries.py`, joined by `module.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from meno_analyzers.facts.signatures import Signature


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """What a function or method shows its callers."""

    name: str
    returns_nothing: bool  # certain: plain function, no `return value`, no generator, no stub, undecorated
    signature: Signature | None = None  # None: a decorator may have changed it
    returns: str | None = None  # the type that every way out answers, where that is proven
    length: int | None = None  # of the tuple that every way out answers
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
    dynamic: bool = False  # attributes may come from where no text shows them


@dataclass(frozen=True, slots=True)
class Summary:
    """What one unit offers. `bindings` maps a module-level name to the proven type of each of its bindings
    (None: unknown); `uncertain` names come from text that does not parse."""

    bindings: dict[str, frozenset[str | None]] = field(default_factory=dict)
    functions: dict[str, FunctionSummary] = field(default_factory=dict)
    class_names: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    rebound_from_functions: frozenset[str] = frozenset()  # through `global`
    touched: frozenset[str] = frozenset()  # objects of the module that a function may change in place
    locals: dict[str, str] = field(default_factory=dict)  # a function's own names → the function
    imported_from: frozenset[str] = frozenset()  # modules of `from module import …`
    attributes_stored: frozenset[str] = frozenset()  # names of attributes stored in any object
    part: ClassPart | None = None
    star_import: bool = False
    dynamic: bool = False
