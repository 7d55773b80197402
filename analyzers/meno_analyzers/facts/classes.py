"""The classes of a file, joined from the units that their headers and methods are.

A class is `plain` if the file shows all that it has: one definition, no metaclass or unknown decorator,
every base plain or `object`, and nothing that makes attributes out of sight. Each part is counted in and out
again, so that a long class costs no more than a short one.
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from meno_analyzers.facts.signatures import Signature
from meno_analyzers.facts.summary import ClassHeader, ClassPart, MethodSummary

if TYPE_CHECKING:
    from meno_analyzers.facts.module import Module

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What is known about a class of the file as a whole."""

    name: str
    plain: bool
    init: MethodSummary | None  # its own or an inherited `__init__`; None if there is none
    bases: tuple[str, ...]

    @property
    def signature(self) -> Signature | None:
        """What creating an instance asks for, or None where that is not known."""
        if not self.plain:
            return None
        if self.init is None:
            return Signature((), 0, 0)
        return self.init.signature


@dataclass(frozen=True, slots=True)
class AttributeFacts:
    """What a class of the file, with its plain bases, says about one attribute."""

    method: MethodSummary | None = None
    in_body: bool = False  # bound in a class body, methods included
    stored: bool = False  # some method stores it in self
    read: bool = False  # some method reads it from self
    changed: bool = False  # some method changes its object in place
    body_read: bool = False  # the class body itself reads the name
    mutable: str | None = None  # the kind of display that the class body binds it to

    @property
    def exists(self) -> bool:
        return self.in_body or self.stored


@dataclass(slots=True)
class _Record:
    """All parts of the classes of one name, counted."""

    parts: int = 0
    dynamic: int = 0
    headers: list[ClassHeader] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    stores: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    body_reads: Counter[str] = field(default_factory=Counter)
    methods: dict[str, list[MethodSummary]] = field(default_factory=dict)
    mutables: dict[str, list[str]] = field(default_factory=dict)
    listed: tuple[str, ...] | None = None  # all attributes, sorted; made on demand

    def count(self, part: ClassPart, step: int) -> None:
        self.parts += step
        self.dynamic += step * part.dynamic
        if part.header is not None:
            _keep(self.headers, part.header, step)
        for counter, names in (
            (self.names, part.names),
            (self.stores, part.stores),
            (self.reads, part.reads),
            (self.changes, part.changes),
            (self.body_reads, part.body_reads),
        ):
            if _count(counter, names, step):
                self.listed = None
        for name, method in part.methods.items():
            _keep(self.methods.setdefault(name, []), method, step)
        for name, kind in part.mutables.items():
            _keep(self.mutables.setdefault(name, []), kind, step)

    def method(self, name: str) -> MethodSummary:
        """The one method; of what several parts bind nothing is known (`area = staticmethod(area)`)."""
        methods = self.methods[name]
        alone = len(methods) == 1 and self.names[name] == 1
        return methods[0] if alone else MethodSummary(name, "other", None, None)

    @property
    def attributes(self) -> tuple[str, ...]:
        if self.listed is None:
            self.listed = tuple(sorted(self.names.keys() | self.stores.keys()))
        return self.listed


def _keep(found: list[Item], item: Item, step: int) -> None:
    if step > 0:
        found.append(item)
    else:
        found.remove(item)


def _count(counter: Counter[str], names: Iterable[str], step: int) -> bool:
    """Counts the names in or out; whether any is there for the first time or no longer."""
    news = False
    for name in names:
        counter[name] += step
        if counter[name] == 0:
            del counter[name]
            news = True
        elif step > 0 and counter[name] == 1:
            news = True
    return news


class Classes:
    """All classes of a file by name."""

    def __init__(self, module: Module) -> None:
        # Weak, since the module owns its classes: a cycle would outlive its file while the collector rests.
        self._module_of = weakref.ref(module)
        self._records: dict[str, _Record] = {}
        self._known: dict[str, ClassFacts | None] = {}

    def count(self, part: ClassPart, class_name: str | None, step: int) -> None:
        """Takes a part in (`step` 1) or out (-1)."""
        name = part.header.name if part.header is not None else class_name
        if name is None:
            return
        record = self._records.get(name)
        if record is None:
            record = self._records[name] = _Record()
        record.count(part, step)
        if not record.parts:
            del self._records[name]
        self._known.clear()

    def depending_on(self, key: str) -> set[str]:
        """The keys of other classes' answers that a changed key reaches: heirs, and classes bound anew."""
        if key.startswith("class:"):
            return {f"class:{name}" for name in self._heirs(key[6:])}
        class_name, dot, attribute = key.partition(".")
        if dot:
            return {f"{name}.{attribute}" for name in self._heirs(class_name)}
        if key in self._records:
            self._known.clear()
            return {f"class:{name}" for name in {key, *self._heirs(key)}}
        return set()

    def _heirs(self, name: str) -> set[str]:
        """The classes of the file that inherit from a class, directly or not."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            above = waiting.pop()
            for heir, record in self._records.items():
                if heir not in found and any(above in header.bases for header in record.headers):
                    found.add(heir)
                    waiting.append(heir)
        return found

    def facts(self, name: str) -> ClassFacts | None:
        """The class of that name, if the file defines exactly one."""
        if name not in self._known:
            self._known[name] = None  # a class that inherits from itself stays unknown
            self._known[name] = self._join(name)
        return self._known[name]

    def _join(self, name: str) -> ClassFacts | None:
        record, module = self._records.get(name), self._module_of()
        if record is None or module is None or len(record.headers) != 1:
            return None
        if module.type_of(name) != f"class:{name}":
            return None
        (header,) = record.headers
        inits = record.methods.get("__init__") or []
        plain = header.plain and len(inits) <= 1 and not record.dynamic
        init = inits[0] if inits else None
        for base in header.bases:
            if base == "object":
                continue
            above = self.facts(base)
            plain = plain and above is not None and above.plain
            if init is None and above is not None:
                init = above.init
        return ClassFacts(name, plain, init, header.bases)

    def attribute(self, class_name: str, attribute: str) -> AttributeFacts:
        """What the class and its bases in the file say about an attribute."""
        records = self._lineage(class_name)
        method = next((r.method(attribute) for r in records if r.methods.get(attribute)), None)
        mutables = [kind for r in records for kind in r.mutables.get(attribute, ())]
        return AttributeFacts(
            method,
            any(attribute in record.names for record in records),
            any(attribute in record.stores for record in records),
            any(attribute in record.reads for record in records),
            any(attribute in record.changes for record in records),
            any(attribute in record.body_reads for record in records),
            min(mutables) if mutables else None,
        )

    def attributes(self, class_name: str) -> tuple[str, ...]:
        """All attributes that the class and its bases in the file have, sorted."""
        records = self._lineage(class_name)
        if len(records) == 1:
            return records[0].attributes
        return tuple(sorted({name for record in records for name in record.attributes}))

    def names(self) -> tuple[str, ...]:
        """The names of all classes of the file, sorted."""
        return tuple(sorted(name for name, record in self._records.items() if record.headers))

    def _lineage(self, class_name: str) -> list[_Record]:
        """The class and, nearest first, the classes of the file that it inherits from."""
        seen: list[str] = []
        found: list[_Record] = []
        waiting = [class_name]
        while waiting:
            name = waiting.pop(0)
            record = self._records.get(name)
            if name in seen or record is None:
                continue
            seen.append(name)
            found.append(record)
            for header in record.headers:
                waiting += header.bases
        return found
