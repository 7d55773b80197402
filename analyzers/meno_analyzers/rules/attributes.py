"""Attributes and instances of the file's own classes (ME803–ME806)."""

from __future__ import annotations

import ast
from collections.abc import Coroutine, Iterator

from meno_analyzers.facts.summary import Mention
from meno_analyzers.findings import Category, Edit, Severity
from meno_analyzers.rules.classes import own_methods
from meno_analyzers.rules.instances import instance_class, is_nearly_init
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.spelling import distance, nearest, nearest_few
from meno_analyzers.rules.surroundings import awaits_error

_OF_EVERY_OBJECT = frozenset(dir(object)) | {"__dict__", "__module__", "__weakref__", "__annotations__"}
_SPECIAL = (
    "__init__ __str__ __repr__ __len__ __eq__ __lt__ __le__ __gt__ __ge__ __add__ __sub__ __mul__ __iter__ "
    "__next__ __getitem__ __setitem__ __contains__ __call__ __hash__ __bool__ __enter__ __exit__ __del__"
).split()
_ALL_SPECIAL = frozenset(
    name
    for kind in (object, int, float, str, list, dict, set, type, complex, bytes, property, Coroutine)
    for name in dir(kind)
    if name.startswith("__")
) | frozenset(
    f"__{name}__"
    for name in (
        "aiter anext aenter aexit await get set delete set_name missing fspath copy deepcopy prepare "
        "instancecheck subclasscheck length_hint post_init getattr delattr index import del enter exit call "
        "next iter bytes complex matmul rmatmul imatmul isub imul itruediv ifloordiv imod ipow ilshift "
        "irshift iand ixor ior iadd cinit dealloc unicode nonzero div rdiv idiv cmp long oct hex coerce "
        "getslice setslice delslice buffer release_buffer annotate replace mro_entries slots html html_form"
    ).split()
)


@rule(
    "ME803",
    "misspelled-init",
    Category.WRONG_METHOD_CALL,
    Severity.ERROR,
    0.98,
    on=(ast.FunctionDef,),
    values=("method", "class"),
    variants=("special",),
)
def misspelled_init(unit: Subject) -> Iterator[Match]:
    for function, around in own_methods(unit):
        name = function.name
        if function.decorator_list or not around.plain or name in _SPECIAL:
            continue
        values = {"method": name, "class": around.name}
        # `__int__` is a special method of its own, which takes nothing but the object.
        nearly = is_nearly_init(name) and len(function.args.args) > 1
        if nearly and around.init is None and _is_made_with_arguments(unit, around.name):
            span = unit.facts.name_span(function)
            yield Match(span, values, fix=(Edit(span, "__init__"),))
        elif name.startswith("__") and name.endswith("__") and name not in _ALL_SPECIAL and len(name) > 6:
            near = nearest(name, _SPECIAL[1:])
            # A longer name was more likely made up on purpose than mistyped.
            if near is not None and distance(name, near, 1) <= 1 and len(name) <= len(near):
                span = unit.facts.name_span(function)
                yield Match(span, values, variant="special", fix=(Edit(span, near),))


def _is_made_with_arguments(unit: Subject, class_name: str) -> bool:
    return unit.module.mentions(Mention.GIVEN_ARGUMENTS, class_name)


@rule(
    "ME804",
    "class-not-instantiated",
    Category.MISSING_CALL,
    Severity.ERROR,
    0.98,
    on=(ast.Call,),
    values=("name", "class", "call", "method"),
    variants=("direct",),
)
def class_not_instantiated(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name) as receiver, attr=method) if not call.keywords:
                kind = unit.types.of(receiver) or ""
            case _:
                continue
        class_name = kind.removeprefix("class:")
        if class_name == kind or awaits_error(unit.facts, call):
            continue
        facts = unit.module.class_facts(class_name)
        if facts is None or not facts.plain or any(isinstance(a, ast.Starred) for a in call.args):
            continue
        found = unit.module.attribute(class_name, method).method
        if found is None or found.kind != "method" or found.first is None or found.signature is None:
            continue
        wanted = 1 + len(found.signature.required)
        if len(call.args) < wanted and not _is_in_a_method(unit, call):
            values = {
                "name": name,
                "class": class_name,
                "call": unit.facts.source(call),
                "method": method,
            }
            yield Match(call, values, variant="direct" if name == class_name else None)


def _is_in_a_method(unit: Subject, call: ast.Call) -> bool:
    """Whether the call stands in a method, where the class itself may be meant as a name space."""
    return unit.module.class_name is not None and unit.facts.function_around(call) is not None


@rule(
    "ME805",
    "shared-class-list",
    Category.MUTABLE_DEFAULT,
    Severity.WARNING,
    0.98,
    on=(ast.Assign,),
    values=("name", "class", "value"),
)
def shared_class_list(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for statement in facts.nodes(ast.Assign):
        around = facts.parents.get(statement)
        if not isinstance(around, ast.ClassDef):
            continue
        wrapped = facts.scopes.wrapper is not None and facts.scope_inside(around) is facts.scopes.wrapper
        class_name = unit.module.class_name if wrapped else around.name
        match statement.targets:
            case [ast.Name(id=name)] if class_name is not None:
                known = unit.module.class_facts(class_name)
            case _:
                continue
        if known is None or not known.plain:
            continue
        attribute = unit.module.attribute(class_name, name)
        # An underscore in front says that sharing is the class's own business.
        shared = attribute.mutable and attribute.changed and not name.startswith("_")
        if shared and not unit.module.stores_attribute(name):
            values = {"name": name, "class": class_name, "value": facts.source(statement.value)}
            yield Match(statement, values)


@rule(
    "ME806",
    "misspelled-attribute",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Attribute,),
    values=("attribute", "receiver", "class", "candidates"),
)
def misspelled_attribute(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Attribute):
        if not isinstance(node.value, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        name = node.attr
        if name in _OF_EVERY_OBJECT or name.startswith("__"):
            continue
        class_name = instance_class(unit, node.value)
        if class_name is None or unit.module.attribute(class_name, name).exists:
            continue
        # Another class of the file may be a subclass that has it.
        if unit.module.stores_attribute(name) or unit.module.in_class(name):
            continue
        if awaits_error(unit.facts, node) or _may_gain_attributes(unit, class_name):
            continue
        known = unit.module.attributes(class_name)
        near = nearest(name, known)
        if near is None:
            continue
        values = {
            "attribute": name,
            "receiver": node.value.id,
            "class": class_name,
            "candidates": ", ".join(f"`{other}`" for other in nearest_few(name, known, 4)),
        }
        yield Match(node, values)


def _may_gain_attributes(unit: Subject, class_name: str) -> bool:
    """Whether other code may add to the class: heirs elsewhere that its name speaks of, or `setattr`."""
    lower = class_name.lower()
    if "mixin" in lower or lower.endswith("base") or lower.startswith(("base", "abstract")):
        return True
    return unit.module.stores_attribute(f"{class_name}.*")
