"""Making a unit's `ClassPart`: what its text says about the class that it belongs to."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from meno_analyzers.facts.control import is_stub
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.signatures import signature_of
from meno_analyzers.facts.summary import ClassHeader, ClassPart, MethodSummary
from meno_analyzers.facts.touches import CHANGING_METHODS
from meno_analyzers.facts.tree import walk

_MAKES_ATTRIBUTES = frozenset(
    "__getattr__ __getattribute__ __setattr__ __new__ __init_subclass__ __class_getitem__ __dict__".split()
)
_ATTRIBUTE_CALLS = frozenset({"setattr", "vars", "getattr", "delattr"})
_HARMLESS_DECORATORS = frozenset({"total_ordering", "final"})
_METHOD_KINDS = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "cached_property": "property",
    "setter": "property",
    "getter": "property",
    "deleter": "property",
    "override": "method",
    "final": "method",
}
_DISPLAYS: dict[type[ast.AST], str] = {
    ast.List: "list",
    ast.Dict: "dict",
    ast.Set: "set",
    ast.ListComp: "list",
    ast.DictComp: "dict",
    ast.SetComp: "set",
}
_FACTORIES = frozenset({"list", "dict", "set"})


def part_of_body(body: Iterable[ast.stmt], header: ClassHeader | None) -> ClassPart:
    """The part that statements of a class body make up."""
    methods: dict[str, MethodSummary] = {}
    names: set[str] = set()
    mutables: dict[str, str] = {}
    stores: set[str] = set()
    reads: set[str] = set()
    changes: set[str] = set()
    body_reads: set[str] = set()
    dynamic = False
    for statement in body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            body_reads |= {
                node.id
                for node in walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                method = _method(statement)
                methods[statement.name] = method
                names.add(statement.name)
                dynamic = dynamic or statement.name in _MAKES_ATTRIBUTES
                changed = changes if method.kind == "method" else set()
                dynamic = _uses_of_self(statement, method.first, stores, reads, changed) or dynamic
                body_reads |= {
                    node.id
                    for d in statement.decorator_list
                    for node in walk(d)
                    if isinstance(node, ast.Name)
                }
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    for name in walk(target):
                        if isinstance(name, ast.Name):
                            names.add(name.id)
                            if name.id in methods:  # `area = staticmethod(area)`
                                methods[name.id] = MethodSummary(name.id, "other", None, None)
                    if isinstance(target, ast.Name) and (kind := _display_kind(value)) is not None:
                        mutables[target.id] = kind
            case _:
                names |= {
                    node.id
                    for node in walk(statement)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                }
                names |= {
                    node.name
                    for node in walk(statement)
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                }
                dynamic = dynamic or isinstance(statement, ast.Import | ast.ImportFrom)
                if isinstance(statement, ast.If | ast.For | ast.While | ast.With | ast.Try):
                    # Methods made under a condition: what they do with self is not followed.
                    dynamic = True
    dynamic = dynamic or "__slots__" in names
    return ClassPart(
        header,
        methods,
        frozenset(names),
        mutables,
        frozenset(stores),
        frozenset(reads),
        frozenset(changes),
        frozenset(body_reads),
        dynamic,
    )


def header_of(node: ast.ClassDef) -> ClassHeader:
    """What the class statement itself says."""
    bases = tuple(base.id if isinstance(base, ast.Name) else "?" for base in node.bases)
    plain = not node.keywords and all(_name_of(d) in _HARMLESS_DECORATORS for d in node.decorator_list)
    return ClassHeader(node.name, bases, plain)


def _display_kind(value: ast.expr) -> str | None:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.args:
        return value.func.id if value.func.id in _FACTORIES else None
    return _DISPLAYS.get(type(value))


def _name_of(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return getattr(decorator, "attr", getattr(decorator, "id", ""))


def _method(node: FunctionNode) -> MethodSummary:
    names = [_name_of(decorator) for decorator in node.decorator_list]
    kinds = {_METHOD_KINDS.get(name, "other") for name in names} or {"method"}
    kind = kinds.pop() if len(kinds) == 1 else "other"
    if node.name in {"__new__", "__init_subclass__", "__class_getitem__"}:
        kind = "class"
    arguments = [*node.args.posonlyargs, *node.args.args]
    first = arguments[0].arg if arguments and kind != "static" else None
    # A body that is still to be written says little about what the methods in its place will take.
    known = kind in {"method", "class", "static"} and not is_stub(node)
    return MethodSummary(
        node.name,
        kind,
        first,
        signature_of(node, bound=kind != "static") if known else None,
    )


def _uses_of_self(
    method: FunctionNode, first: str | None, stores: set[str], reads: set[str], changes: set[str]
) -> bool:
    """Notes which attributes of its first parameter a method stores, reads, and changes the object of;
    answers whether it does more than that."""
    dynamic = False
    for node in walk(*method.body):
        kind = node.__class__
        if kind is ast.Attribute:
            attribute = _own_attribute(node, first)
            if attribute is not None:
                (reads if isinstance(node.ctx, ast.Load) else stores).add(attribute)  # type: ignore[attr-defined]
                dynamic = dynamic or attribute in _MAKES_ATTRIBUTES
        elif kind is ast.Call:
            function = node.func  # type: ignore[attr-defined]
            if isinstance(function, ast.Name):
                dynamic = dynamic or function.id in _ATTRIBUTE_CALLS
            elif isinstance(function, ast.Attribute) and function.attr in CHANGING_METHODS:
                changes.add(_own_attribute(function.value, first) or "")
        elif kind is ast.Subscript and not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
            changes.add(_own_attribute(node.value, first) or "")  # type: ignore[attr-defined]
    changes.discard("")
    return dynamic


def _own_attribute(node: ast.AST, first: str | None) -> str | None:
    """`size` of `self.size`, where `first` is the name of the object itself."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == first:
        return node.attr
    return None
