"""The smallest repairs of a name that nothing binds, in all places of its unit at once (ME102, ME103, ME115,
ME807): a repair that leaves the same mistake two lines below is none."""

from __future__ import annotations

import ast

from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import parameters_of
from meno_analyzers.findings import Edit, Span, insertion
from meno_analyzers.rules.registry import Subject


def constant(name: str) -> str:
    """Python's spelling of another language's constant."""
    return {"true": "True", "false": "False"}.get(name.lower(), "None")


def respelled(unit: Subject, name: str, other: str) -> tuple[Edit, ...]:
    """Another name in all places of the unit that read this one."""
    scopes = unit.facts.scopes
    loads = [*scopes.free.get(name, ()), *scopes.class_level.get(name, ())]
    return tuple(Edit(span, other) for span in sorted({unit.facts.span(load) for load in loads}))


def other_letters(unit: Subject, load: ast.Name, known: set[str]) -> tuple[Edit, ...]:
    """The one known name of the same letters, if it can stand there too."""
    if len(known) != 1 or len(load.id) < 2:
        return ()  # `H` and `h` are two names in many a formula
    (other,) = known
    parent = unit.facts.parents.get(load)
    if isinstance(parent, ast.Call) and parent.func is load:
        called = unit.module.function(other) or unit.module.class_facts(other)
        if called is None and (other not in BUILTIN_NAMES or unit.module.is_bound(other)):
            return ()
    # `dog.bark()` below `class Dog` may as well lack its `dog = Dog()`.
    if isinstance(parent, ast.Attribute) and unit.module.class_facts(other) is not None:
        return ()
    return respelled(unit, load.id, other)


def without_module(unit: Subject, load: ast.Name, parent: ast.Attribute) -> tuple[Edit, ...]:
    """The attribute alone, if the file knows it under that name already."""
    if not unit.module.is_bound(parent.attr) or len(unit.facts.names_called(load.id)) > 1:
        return ()
    start, end = unit.facts.span(load), unit.facts.span(parent)
    if start.start_line != end.end_line:
        return ()
    column = end.end_column - len(parent.attr)
    return (Edit(Span(start.start_line, start.start_column, end.end_line, column), ""),)


def through_self(unit: Subject, load: ast.Name) -> tuple[Edit, ...]:
    """The method on the object, in all places of the unit that call it without one."""
    function = unit.facts.function_around(load)
    first = parameters_of(function)[:1] if function is not None else []
    if function is None or not first or function.decorator_list:
        return ()
    uses = unit.facts.names_called(load.id)
    inside = all(unit.facts.function_around(use) is function for use in uses)
    calls = all(isinstance(unit.facts.parents.get(use), ast.Call) for use in uses)
    if not (inside and calls and first[0].arg == "self"):
        return ()
    spans = [unit.facts.span(use) for use in uses]
    return tuple(insertion(span.start_line, span.start_column, "self.") for span in spans)
