"""Which class of the file the object behind a name is of."""

from __future__ import annotations

import ast

from meno_analyzers.rules.registry import Subject
from meno_analyzers.rules.spelling import distance


def instance_class(unit: Subject, receiver: ast.Name) -> str | None:
    """The plain class of this file whose instance a name certainly holds."""
    kind = unit.types.of(receiver) or ""
    class_name = kind.removeprefix("instance:") if kind.startswith("instance:") else None
    if class_name is None and receiver.id == "self" and _is_first_parameter(unit, receiver):
        class_name = unit.module.class_name
    if class_name is None:
        return None
    facts = unit.module.class_facts(class_name)
    return class_name if facts is not None and facts.plain else None


def _is_first_parameter(unit: Subject, name: ast.Name) -> bool:
    """Whether the name is the first parameter of an undecorated method of the unit's own class."""
    function = unit.facts.function_around(name)
    wrapper = unit.facts.scopes.wrapper
    if function is None or wrapper is None or function.decorator_list:
        return False
    arguments = [*function.args.posonlyargs, *function.args.args]
    return (
        bool(arguments)
        and arguments[0].arg == name.id
        and unit.facts.scope_at(function) is wrapper
        and all(isinstance(other.ctx, ast.Load) for other in unit.facts.names_called(name.id))
    )


def is_nearly_init(name: str) -> bool:
    """Whether a method's name is a slip away from `__init__`."""
    return name.startswith("_") and name != "__init__" and distance(name.lower(), "__init__", 2) <= 2
