"""A unit's window on its file: it answers questions and remembers them with their answers.

A unit's findings stay valid exactly as long as every answer is the same, which is how an edit reaches only
the units that it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from meno_analyzers.facts.classes import AttributeFacts, ClassFacts
from meno_analyzers.facts.module import ALL_NAMES, CALL_OF, LIBRARIES, OPEN, Module
from meno_analyzers.facts.summary import FunctionSummary, Mention

# (question, the key that it depends on) → the answer that was given.
Asked = dict[tuple[str, str], Hashable]


class ModuleView:
    """One unit's questions to its file. `class_name` is the class whose body the unit is part of."""

    __slots__ = ("_module", "asked", "class_name", "owner")

    def __init__(self, module: Module, owner: Any = None, class_name: str | None = None) -> None:
        self._module = module
        self.owner = owner
        self.class_name = class_name
        self.asked: Asked = {}

    def _ask(self, question: str, name: str) -> Any:
        key = (question, name)
        if key not in self.asked:
            self.asked[key] = _answer(self._module, question, name, self.owner)
        return self.asked[key]

    def is_bound(self, name: str) -> bool:
        return bool(self._ask("bound", name))

    def is_open(self) -> bool:
        return bool(self._ask("open", OPEN))

    def imports_libraries(self) -> bool:
        """Whether the file imports something from outside the standard library."""
        return bool(self._ask("libraries", LIBRARIES))

    def mentions(self, mention: Mention, name: str) -> bool:
        """Whether some unit of the file, perhaps this one, mentions the name in that role."""
        return bool(self._ask("mentions", f"{mention.name}:{name}"))

    def is_rebound(self, name: str) -> bool:
        """Whether some function declares the name global, and so may change it at any time."""
        return self.mentions(Mention.REBOUND, name)

    def is_touched(self, name: str) -> bool:
        """Whether some function may change the object of that name in place."""
        return self.mentions(Mention.TOUCHED, name)

    def in_class(self, name: str) -> bool:
        """Whether a class body of the file binds the name."""
        return self.mentions(Mention.CLASS_NAME, name)

    def stores_attribute(self, name: str) -> bool:
        """Whether the file stores an attribute of that name in any object."""
        return self.mentions(Mention.STORED_ATTRIBUTE, name)

    def imports_from(self, module: str) -> bool:
        """Whether the file holds `from module import …`."""
        return self.mentions(Mention.IMPORTED_FROM, module)

    def names(self) -> tuple[str, ...]:
        return self._ask("names", ALL_NAMES)  # type: ignore[no-any-return]

    def function(self, name: str) -> FunctionSummary | None:
        return self._ask("function", name)  # type: ignore[no-any-return]

    def answers_data(self, name: str) -> bool:
        """Whether the name is also that of a function of the file that answers plain data."""
        return bool(self._ask("answers_data", name))

    def defined_below(self, name: str) -> bool:
        return bool(self._ask("defined_below", name))

    def only_below(self, name: str) -> bool:
        """Whether no unit above this one can have given the module's variable a value."""
        return bool(self._ask("only_below", name))

    def is_used_elsewhere(self, name: str) -> bool:
        """Whether another unit than this one reads the name, which this one binds."""
        return bool(self._ask("used_elsewhere", f"{Mention.USED.name}:{name}"))

    def function_of_other(self, module: str, name: str) -> FunctionSummary | None:
        """The function of that name in another file of the workspace that this one imports."""
        return self._ask(f"function {name}", f"other:{module}")  # type: ignore[no-any-return]

    def names_of_other(self, module: str) -> tuple[str, ...] | None:
        """All names of another file's module, or None if they are not known for certain."""
        return self._ask("names_of_other", f"other:{module}")  # type: ignore[no-any-return]

    def function_of_local(self, name: str) -> str | None:
        return self._ask("function_of_local", f"local:{name}")  # type: ignore[no-any-return]

    def class_facts(self, name: str) -> ClassFacts | None:
        """The class of that name, if the file defines exactly one."""
        # The name itself may be bound a second time, which the second key stands for.
        self._ask("type", name)
        return self._ask("class", f"class:{name}")  # type: ignore[no-any-return]

    def classes(self) -> tuple[str, ...]:
        """The names of all classes of the file."""
        # A class comes and goes with a module-level name.
        return self._ask("classes", ALL_NAMES)  # type: ignore[no-any-return]

    def attribute(self, class_name: str, attribute: str) -> AttributeFacts:
        """What the class and its bases in the file say about an attribute."""
        return self._ask("attribute", f"{class_name}.{attribute}")  # type: ignore[no-any-return]

    def attributes(self, class_name: str) -> tuple[str, ...]:
        """All attributes that the file gives the class."""
        return self._ask("attributes", f"class:{class_name}")  # type: ignore[no-any-return]

    def type_of(self, name: str) -> str | None:
        found: str | None = self._ask("type", name)
        if found is None or not found.startswith(CALL_OF):
            return found
        _, function, builtin = found.split(":")
        if not self.is_bound(function):
            return builtin or None
        summary = self.function(function)
        if summary is not None:
            return f"none:{function}" if summary.returns_nothing else summary.returns
        facts = self.class_facts(function)
        return f"instance:{function}" if facts is not None and facts.plain else None


def _mention(key: str) -> tuple[Mention, str]:
    mention, _, name = key.partition(":")
    return Mention[mention], name


_ANSWERS: Mapping[str, Callable[[Module, str, Any], Hashable]] = {
    "bound": lambda module, name, _: module.is_bound(name),
    "open": lambda module, _name, _: module.is_open(),
    "libraries": lambda module, _name, _: module.imports_libraries(),
    "mentions": lambda module, key, _: module.mentions(*_mention(key)),
    "names": lambda module, _name, _: module.names(),
    "function": lambda module, name, _: module.function(name),
    "answers_data": lambda module, name, _: module.answers_data(name),
    "defined_below": lambda module, name, owner: module.defined_below(name, owner),
    "used_elsewhere": lambda module, key, owner: module.is_used_elsewhere(_mention(key)[1], owner),
    "only_below": lambda module, name, owner: module.only_below(name, owner),
    "function_of_local": lambda module, key, _: module.function_of_local(key.partition(":")[2]),
    "class": lambda module, key, _: module.classes.facts(key.partition(":")[2]),
    "classes": lambda module, _name, _: module.classes.names(),
    "attribute": lambda module, key, _: module.classes.attribute(*key.split(".", 1)),
    "attributes": lambda module, key, _: module.classes.attributes(key.partition(":")[2]),
    "names_of_other": lambda module, key, _: module.names_of_other(key.partition(":")[2]),
    "type": lambda module, name, _: module.type_of(name),
}


def _answer(module: Module, question: str, key: str, owner: Any) -> Hashable:
    """The answer as of now. What is asked of another file stands behind the question's word."""
    word, _, name = question.partition(" ")
    if name:
        return module.function_of_other(key.partition(":")[2], name)
    return _ANSWERS[word](module, key, owner)


def still_holds(module: Module, asked: Asked, owner: Any = None) -> bool:
    """Whether every remembered answer is what the module would answer now."""
    return all(_answer(module, question, key, owner) == answer for (question, key), answer in asked.items())


def names_asked(asked: Iterable[tuple[str, str]]) -> set[str]:
    """The keys that the questions depend on: whose change makes them worth asking again."""
    return {key for _, key in asked}
