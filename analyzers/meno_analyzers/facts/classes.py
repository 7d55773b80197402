"""The classes of a file, joined from the units that their headers and methods are.

A class is `plain` if the file shows all that it has: one definition, no metaclass or unknown decorator,
every base plain or `object`, and nothing that makes attributes out of sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meno_analyzers.facts.signatures import Signature
from meno_analyzers.facts.summary import ClassPart, MethodSummary

if TYPE_CHECKING:
    from meno_analyzers.facts.module import Module


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


class Classes:
    """All classes of a file by name, from the parts that units hold."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._parts: dict[str, list[tuple[Any, ClassPart]]] = {}
        self._known: dict[str, ClassFacts | None] = {}

    def count(self, part: ClassPart, owner: Any, class_name: str | None, step: int) -> None:
        """Takes a part in (`step` 1) or out (-1)."""
        name = part.header.name if part.header is not None else class_name
        if name is None:
            return
        parts = self._parts.setdefault(name, [])
        if step > 0:
            parts.append((owner, part))
        else:
            parts.remove((owner, part))
            if not parts:
                del self._parts[name]
        self._known.clear()

    def depending_on(self, key: str) -> set[str]:
        """The keys of other classes' answers that a changed key reaches: heirs, and classes bound anew."""
        if key.startswith("class:"):
            return {f"class:{name}" for name in self._heirs(key[6:])}
        class_name, dot, attribute = key.partition(".")
        if dot:
            return {f"{name}.{attribute}" for name in self._heirs(class_name)}
        if key in self._parts:
            self._known.clear()
            return {f"class:{name}" for name in {key, *self._heirs(key)}}
        return set()

    def _heirs(self, name: str) -> set[str]:
        """The classes of the file that inherit from a class, directly or not."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            above = waiting.pop()
            for heir, parts in self._parts.items():
                if heir not in found and any(
                    part.header is not None and above in part.header.bases for _, part in parts
                ):
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
        parts = [part for _, part in self._parts.get(name, ())]
        headers = [part.header for part in parts if part.header is not None]
        if len(headers) != 1 or self._module.type_of(name) != f"class:{name}":
            return None
        (header,) = headers
        inits = [part.methods["__init__"] for part in parts if "__init__" in part.methods]
        plain = header.plain and len(inits) <= 1 and not any(part.dynamic for part in parts)
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
        method, mutable = None, None
        in_body = stored = read = changed = body_read = False
        for name in self._lineage(class_name):
            for _, part in self._parts.get(name, ()):
                in_body = in_body or attribute in part.names
                stored = stored or attribute in part.stores
                read = read or attribute in part.reads
                changed = changed or attribute in part.changes
                body_read = body_read or attribute in part.body_reads
                method = method or part.methods.get(attribute)
                mutable = mutable or part.mutables.get(attribute)
        return AttributeFacts(method, in_body, stored, read, changed, body_read, mutable)

    def attributes(self, class_name: str) -> tuple[str, ...]:
        """All attributes that the class and its bases in the file have, sorted."""
        found: set[str] = set()
        for name in self._lineage(class_name):
            for _, part in self._parts.get(name, ()):
                found |= part.names | part.stores
        return tuple(sorted(found))

    def names(self) -> tuple[str, ...]:
        """The names of all classes of the file, sorted."""
        return tuple(
            sorted(name for name, parts in self._parts.items() if any(part.header for _, part in parts))
        )

    def _lineage(self, class_name: str) -> list[str]:
        """The class and, nearest first, the classes of the file that it inherits from."""
        found: list[str] = []
        waiting = [class_name]
        while waiting:
            name = waiting.pop(0)
            if name in found:
                continue
            found.append(name)
            for _, part in self._parts.get(name, ()):
                if part.header is not None:
                    waiting += part.header.bases
        return found
