"""Methods and their first parameter (ME801, ME802, ME807–ME812); attributes are in `attributes.py`.

ME807 is found among the unbound names (`names.py`). All of these speak only about classes whose every part
the file shows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.classes import ClassFacts
from meno_analyzers.facts.control import is_generator, is_stub
from meno_analyzers.facts.scopes import FunctionNode, parameters_of
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Edit, Severity, insertion
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import with_parentheses


def own_methods(unit: Subject) -> Iterator[tuple[FunctionNode, ClassFacts]]:
    """Methods of the unit with what is known about their class, if the file shows all of it."""
    facts, name = unit.facts, unit.module.class_name
    wrapper = facts.scopes.wrapper
    for function in facts.functions:
        around = facts.parents.get(function)
        if not isinstance(around, ast.ClassDef):
            continue
        if wrapper is not None and facts.scope_at(function) is wrapper:
            class_name = name
        else:
            class_name = around.name if facts.parents.get(around) is facts.tree else None
        known = unit.module.class_facts(class_name) if class_name is not None else None
        if known is not None:
            yield function, known


_IMPLICIT = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


@rule(
    "ME801",
    "missing-self-parameter",
    Category.WRONG_ARGUMENT,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef, ast.AsyncFunctionDef),
    values=("method", "class"),
)
def missing_self_parameter(unit: Subject) -> Iterator[Match]:
    for function, around in own_methods(unit):
        if parameters_of(function) or function.decorator_list or function.name in _IMPLICIT:
            continue
        # A helper that the class body itself calls or decorates with needs no instance.
        if not around.plain or unit.module.attribute(around.name, function.name).body_read:
            continue
        if is_stub(function) or _called_on_class(unit, around.name, function.name):
            continue
        span = unit.facts.name_span(function)
        # The parentheses are empty, or the rule would not speak.
        opens = unit.facts.lines[span.end_line][span.end_column :].startswith("()")
        fix = (insertion(span.end_line, span.end_column + 1, "self"),) if opens else ()
        yield Match(span, {"method": function.name, "class": around.name}, fix=fix)


def _called_on_class(unit: Subject, class_name: str, method: str) -> bool:
    """Whether the file calls the method on the class itself, as one calls a plain function."""
    return unit.module.mentions(Mention.CALLED_ATTRIBUTE, f"{class_name}.{method}")


@rule(
    "ME802",
    "missing-self-prefix",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Assign,),
    values=("name", "class"),
)
def missing_self_prefix(unit: Subject) -> Iterator[Match]:
    for function, around in own_methods(unit):
        if function.name != "__init__" or not around.plain:
            continue
        for statement in function.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]) if not _read_after(function, statement, name):
                    attribute = unit.module.attribute(around.name, name)
                    if attribute.read and not attribute.exists and not unit.module.stores_attribute(name):
                        yield Match(statement, {"name": name, "class": around.name})
                case _:
                    pass


def _read_after(function: FunctionNode, statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and node.lineno > statement.lineno
        for node in walk(function)
    )


@rule(
    "ME808",
    "init-returns-value",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Return,),
    values=("value", "class"),
)
def init_returns_value(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Return):
        function = unit.facts.function_around(statement)
        if function is None or function.name != "__init__" or not statement.value:
            continue
        if not isinstance(unit.facts.parents.get(function), ast.ClassDef) or is_generator(function):
            continue
        if _is_certainly_something(function, statement.value):
            values = {
                "value": unit.facts.source(statement.value),
                "class": unit.module.class_name or _class_around(unit, function),
            }
            yield Match(statement, values)


def _class_around(unit: Subject, function: FunctionNode) -> str:
    parent = unit.facts.parents.get(function)
    return parent.name if isinstance(parent, ast.ClassDef) and parent.name != "_" else "the class"


def _is_certainly_something(function: FunctionNode, value: ast.expr) -> bool:
    """Whether a returned value cannot be `None`."""
    match value:
        case ast.Constant():
            return value.value is not None
        case ast.Attribute(value=ast.Name()) | ast.BinOp() | ast.JoinedStr() | ast.Compare():
            return True
        case ast.List() | ast.Dict() | ast.Set() | ast.Tuple() | ast.ListComp():
            return True
        case ast.Name(id=name):
            return name in {parameter.arg for parameter in parameters_of(function)}
        case _:
            return False


_MUST_ANSWER = frozenset({"__str__", "__repr__", "__len__", "__eq__", "__bool__", "__hash__"})


@rule(
    "ME809",
    "str-method-prints",
    Category.MISSING_RETURN,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef,),
    values=("method", "class"),
    variants=("silent",),
)
def str_method_prints(unit: Subject) -> Iterator[Match]:
    for function, around in own_methods(unit):
        if function.name not in _MUST_ANSWER or function.decorator_list or is_stub(function):
            continue
        inside = list(scope_nodes(function))
        if is_generator(function) or any(isinstance(n, ast.Raise) for n in inside):
            continue
        if any(isinstance(n, ast.Return) and n.value is not None for n in inside):
            continue
        prints = any(isinstance(n, ast.Call) and is_name(n.func, "print") for n in inside)
        yield Match(
            unit.facts.name_span(function),
            {"method": function.name, "class": around.name},
            variant=None if prints else "silent",
        )


@rule(
    "ME810",
    "attribute-assignment-reversed",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.98,
    on=(ast.Assign,),
    values=("name", "method", "statement"),
)
def attribute_assignment_reversed(unit: Subject) -> Iterator[Match]:
    for function, _ in own_methods(unit):
        parameters = [parameter.arg for parameter in parameters_of(function)]
        for statement in function.body:
            match statement:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Attribute(value=ast.Name(id=first), attr=attribute)
                ) if name == attribute and name in parameters[1:] and first == parameters[0]:
                    uses = [n for n in walk(*function.body) if is_name(n, name)]
                    stored = any(
                        isinstance(n, ast.Attribute) and n.attr == attribute and isinstance(n.ctx, ast.Store)
                        for n in walk(*function.body)
                    )
                    if len(uses) == 1 and not stored:
                        values = {
                            "name": name,
                            "method": function.name,
                            "statement": unit.facts.source(statement),
                        }
                        turned = Edit(unit.facts.span(statement), f"{first}.{attribute} = {name}")
                        yield Match(statement, values, fix=(turned,))
                case _:
                    pass


@rule(
    "ME811",
    "super-without-parentheses",
    Category.MISSING_CALL,
    Severity.ERROR,
    0.99,
    on=(ast.Attribute,),
    words=("super",),
    values=("call", "method"),
)
def super_without_parentheses(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Attribute):
        if not is_name(node.value, "super") or node.attr in {"__get__", "__new__"}:
            continue
        call = unit.facts.parents.get(node)
        assert isinstance(node.value, ast.Name)
        if (
            isinstance(call, ast.Call)
            and call.func is node
            and unit.facts.is_builtin(node.value, unit.module)
            and not any(isinstance(a, ast.Name) and a.id in {"self", "cls"} for a in call.args)
        ):
            fix = with_parentheses(unit.facts.span(node.value))
            yield Match(node, {"call": unit.facts.source(call), "method": node.attr}, fix=fix)


@rule(
    "ME812",
    "method-outside-class",
    Category.NAME_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.FunctionDef,),
    values=("function",),
)
def method_outside_class(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.wrapper is not None or facts.tree is None:
        return
    for function in facts.tree.body:
        if not isinstance(function, ast.FunctionDef) or function.decorator_list or not function.args.args:
            continue
        name = function.name
        if function.args.args[0].arg != "self" or unit.module.mentions(Mention.USED, name):
            continue
        called = unit.module.mentions(Mention.CALLED_ATTRIBUTE, name)
        if (
            called
            and _uses_attributes_of_a_class(unit, function)
            and not unit.module.in_class(name)
            and not unit.module.stores_attribute(name)
        ):
            yield Match(facts.name_span(function), {"function": name})


def _uses_attributes_of_a_class(unit: Subject, function: ast.FunctionDef) -> bool:
    """Whether the function reads something from `self` that objects of a class of this file have."""
    wanted = {
        node.attr
        for node in walk(*function.body)
        if isinstance(node, ast.Attribute) and is_name(node.value, "self")
    }
    return any(not wanted.isdisjoint(unit.module.attributes(name)) for name in unit.module.classes())
