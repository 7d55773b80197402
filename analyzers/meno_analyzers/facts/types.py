"""Small type inference: the type of an expression if every way to it proves the same one, else None.

Proof or silence: parameters, attributes and anything imported are unknown. `input` is the type of a text
that came from `input()`; it behaves as `str`. `none:f` is what a call of the file's function `f` answers
when `f` certainly returns nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from meno_analyzers.facts.definitions import Definition, DefinitionKind, Definitions
from meno_analyzers.facts.module import ModuleView

NUMBERS = frozenset({"int", "float", "bool", "complex", "number"})
TEXTS = frozenset({"str", "input"})
_CALLS = {
    "input": "input",
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "list": "list",
    "tuple": "tuple",
    "set": "set",
    "dict": "dict",
    "len": "int",
    "ord": "int",
    "chr": "str",
    "repr": "str",
    "hex": "str",
    "bin": "str",
    "sorted": "list",
    "range": "range",
    "print": "NoneType",
    "hash": "int",
    "id": "int",
    "ascii": "str",
    "format": "str",
    "isinstance": "bool",
    "callable": "bool",
    "enumerate": "iterator",
    "zip": "iterator",
    "reversed": "iterator",
}
_TEXT_TO_TEXT = frozenset(
    (
        "capitalize casefold center expandtabs format join ljust lower lstrip removeprefix removesuffix "
        "replace rjust rstrip strip swapcase title translate upper zfill"
    ).split()
)
_TEXT_TO_LIST = frozenset({"split", "rsplit", "splitlines"})
_TEXT_TO_INT = frozenset({"count", "find", "index", "rfind", "rindex"})
_TEXT_TO_BOOL = frozenset(
    (
        "endswith startswith isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric "
        "isprintable isspace istitle isupper"
    ).split()
)
NONE_METHODS = {
    "list": frozenset({"append", "extend", "insert", "remove", "clear", "sort", "reverse"}),
    "set": frozenset({"add", "update", "discard", "remove", "clear"}),
    "dict": frozenset({"update", "clear"}),
}
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.JoinedStr: "str",
    ast.GeneratorExp: "iterator",
    ast.Lambda: "function",
}
_DEEPEST = 12

# Which definitions reach a name's use, or None where that is not known; asks for the use's own scope.
Reaching = Callable[[ast.Name], Definitions | None]
# Whether a name in that place means the builtin of that name.
IsBuiltin = Callable[[ast.Name], bool]


class Types:
    """Answers `of(expression)` for one unit."""

    def __init__(self, reaching: Reaching, is_builtin: IsBuiltin, is_global: IsBuiltin, module: ModuleView):
        self._reaching = reaching
        self._is_builtin = is_builtin
        self._is_global = is_global
        self._module = module
        self._known: dict[ast.expr, str | None] = {}
        self._open: set[Definition] = set()
        self._depth = 0

    def of(self, node: ast.expr) -> str | None:
        """The proven type of an expression, or None."""
        if node in self._known:
            return self._known[node]
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        found = self._infer(node)
        self._depth -= 1
        # Inside a definition that depends on itself the answer is provisional and not kept.
        if not self._open:
            self._known[node] = found
        return found

    def is_text(self, node: ast.expr) -> bool:
        return self.of(node) in TEXTS

    def is_number(self, node: ast.expr) -> bool:
        return self.of(node) in NUMBERS

    def _infer(self, node: ast.expr) -> str | None:
        match node:
            case ast.Constant():
                return type(node.value).__name__
            case ast.Name():
                return self._name(node)
            case ast.BinOp():
                return _binary(node.op, self.of(node.left), self.of(node.right))
            case ast.UnaryOp():
                if isinstance(node.op, ast.Not):
                    return "bool"
                inner = self.of(node.operand)
                return inner if inner in {"int", "float", "number"} else None
            case ast.Call():
                return self._call(node)
            case ast.IfExp():
                return join(self.of(node.body), self.of(node.orelse))
            case ast.NamedExpr():
                return self.of(node.value)
            case ast.Subscript(value=value, slice=ast.Slice()):
                inner = self.of(value)
                return "str" if inner in TEXTS else inner if inner in {"list", "tuple"} else None
            case ast.Subscript(value=value):
                return "str" if self.of(value) in TEXTS else None
            case _:
                return _DISPLAYS.get(type(node))

    def _name(self, node: ast.Name) -> str | None:
        definitions = self._reaching(node)
        if definitions is None:
            return self._module.type_of(node.id) if self._is_global(node) else None
        if not definitions:
            return None
        found: str | None = None
        first = True
        for definition in definitions:
            if definition in self._open:
                continue
            if definition.kind is DefinitionKind.UNBOUND:
                kind = self._module.type_of(node.id) if self._is_global(node) else None
            else:
                kind = self.of_definition(definition)
            if kind is None:
                return None
            found = kind if first else join(found, kind)
            first = False
            if found is None:
                return None
        return found

    def of_definition(self, definition: Definition) -> str | None:
        """The proven type of the value that a definition gives its name."""
        self._open.add(definition)
        try:
            return self._definition(definition)
        finally:
            self._open.discard(definition)

    def _definition(self, definition: Definition) -> str | None:
        value = definition.value
        if value is None:
            return None
        match definition.kind:
            case DefinitionKind.ASSIGNMENT:
                return self.of(value)
            case DefinitionKind.LOOP:
                iterated = self.of(value)
                return {"range": "int", "str": "str", "input": "str"}.get(iterated or "")
            case DefinitionKind.AUGMENTED if isinstance(definition.node, ast.AugAssign):
                target = definition.node.target
                before = self._name(target) if isinstance(target, ast.Name) else None
                return _binary(definition.node.op, before, self.of(value))
            case _:
                return None

    def _call(self, node: ast.Call) -> str | None:
        function = node.func
        if isinstance(function, ast.Name):
            if self._is_builtin(function):
                return self._builtin(function.id, node)
            if self._is_global(function):
                summary = self._module.function(function.id)
                if summary is not None and summary.returns_nothing:
                    return f"none:{function.id}"
            return None
        if isinstance(function, ast.Attribute):
            return self._method(self.of(function.value), function.attr)
        return None

    def _builtin(self, name: str, node: ast.Call) -> str | None:
        if name == "abs" and len(node.args) == 1:
            inner = self.of(node.args[0])
            return inner if inner in {"int", "float"} else None
        if name == "round" and node.args:
            return "int" if len(node.args) == 1 and self.is_number(node.args[0]) else None
        return _CALLS.get(name)

    def _method(self, receiver: str | None, method: str) -> str | None:
        if receiver in TEXTS:
            if method in _TEXT_TO_TEXT:
                # What is left of a typed-in text is still a typed-in text.
                return "input" if receiver == "input" and method in {"strip", "lstrip", "rstrip"} else "str"
            if method in _TEXT_TO_LIST:
                return "list"
            if method in _TEXT_TO_INT:
                return "int"
            return "bool" if method in _TEXT_TO_BOOL else None
        if receiver is not None and method in NONE_METHODS.get(receiver, ()):
            return "NoneType"
        if receiver == "list":
            return {"copy": "list", "index": "int", "count": "int"}.get(method)
        if receiver == "dict":
            return {"copy": "dict"}.get(method)
        return None


def join(left: str | None, right: str | None) -> str | None:
    """The type that covers both, or None."""
    if left == right:
        return left
    if left in NUMBERS and right in NUMBERS:
        return "number"
    if left in TEXTS and right in TEXTS:
        return "str"
    return None


def _binary(operator: ast.operator, left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return None
    if left in NUMBERS and right in NUMBERS:
        if isinstance(operator, ast.Div):
            return "float"
        if "float" in (left, right):
            return "float"
        if left in {"int", "bool"} and right in {"int", "bool"}:
            # 2 ** -1 is a float.
            return "number" if isinstance(operator, ast.Pow) else "int"
        return "number"
    if isinstance(operator, ast.Add):
        if left in TEXTS and right in TEXTS:
            return "str"
        return left if left == right and left in {"list", "tuple"} else None
    if isinstance(operator, ast.Mult):
        sequence, count = (right, left) if left in NUMBERS else (left, right)
        if count in {"int", "bool"} and sequence in {"str", "input", "list", "tuple"}:
            return "str" if sequence in TEXTS else sequence
    if isinstance(operator, ast.Mod) and left in TEXTS:
        return "str"
    return None
