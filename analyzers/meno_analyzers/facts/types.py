"""Small type inference: the type of an expression if every way to it proves the same one, else None.

Proof or silence: parameters and attributes are unknown. Beside the names of Python's own types there are
these answers:

    input           a text that came from `input()`; it behaves as `str`
    none:f          what a call of the file's function `f` answers when `f` certainly returns nothing
    iterator, view, file, function
    module:math     a module; import:math:sqrt what `from math import sqrt` brings in
    class:Dog       a class of this file; instance:Dog an object that calling it made
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Container, Sequence
from typing import Any

from meno_analyzers.facts.builtin_types import CALLS, NONE_METHODS, NUMBERS, TEXTS, method_answer
from meno_analyzers.facts.definitions import Definition, DefinitionKind, Definitions
from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.narrowing import Test, rules_out
from meno_analyzers.facts.stdlib import answer_of
from meno_analyzers.facts.view import ModuleView

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
        # The type of the items of an expression; `Values` knows more about those than a type says.
        self.element: Callable[[ast.expr], str | None] = lambda _node: None
        # The type of a name by the tests that have been passed before its use, and the names that are tested.
        self.narrowed: Callable[[ast.Name], str | None] = lambda _name: None
        self.passed: Callable[[ast.Name], Sequence[Test]] = lambda _name: ()
        self.tested: Container[str] = ()

    def of(self, node: ast.expr) -> str | None:
        """The proven type of an expression, or None."""
        known = self._known
        if node in known:
            return known[node]
        kind = node.__class__
        if kind is ast.Constant:
            return type(node.value).__name__  # type: ignore[attr-defined]
        infer = _INFER.get(kind)
        if infer is None:
            return _DISPLAYS.get(kind)
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        found = infer(self, node)
        self._depth -= 1
        # Inside a definition that depends on itself the answer is provisional and not kept.
        if not self._open:
            self._known[node] = found
        return found

    def narrowed_kind(self, node: ast.expr) -> str | None:
        """The type that a test told, which was passed before the use."""
        return self.narrowed(node) if isinstance(node, ast.Name) and node.id in self.tested else None

    def is_text(self, node: ast.expr) -> bool:
        return self.of(node) in TEXTS

    def is_number(self, node: ast.expr) -> bool:
        return self.of(node) in NUMBERS

    def _operation(self, node: ast.BinOp) -> str | None:
        left = self.of(node.left)
        return _binary(node.op, left, self.of(node.right)) if left is not None else None

    def _signed(self, node: ast.UnaryOp) -> str | None:
        if isinstance(node.op, ast.Not):
            return "bool"
        inner = self.of(node.operand)
        return inner if inner in {"int", "float", "number"} else None

    def _choice(self, node: ast.IfExp) -> str | None:
        return join(self.of(node.body), self.of(node.orelse))

    def _walrus(self, node: ast.NamedExpr) -> str | None:
        return self.of(node.value)

    def _item(self, node: ast.Subscript) -> str | None:
        kind = self.of(node.value)
        if kind in TEXTS:
            return "str"
        if kind != "list" and kind != "tuple":
            return None
        if isinstance(node.slice, ast.Slice):
            return kind
        return None if self._may_be_slice(node.slice) else self.element(node.value)

    def _may_be_slice(self, index: ast.expr) -> bool:
        """Whether an index came from a caller: `xs[index]` may then be several items."""
        definitions = self._reaching(index) if isinstance(index, ast.Name) else None
        return any(definition.kind is DefinitionKind.PARAMETER for definition in definitions or ())

    def _name(self, node: ast.Name) -> str | None:
        passed: Sequence[Test] = ()
        if node.id in self.tested:
            if (kind := self.narrowed(node)) is not None:
                return kind
            passed = self.passed(node)
        definitions = self._reaching(node)
        if definitions is None:
            return self._from_module(node)
        if not definitions:
            return None
        if self._is_global(node) and self._module.is_rebound(node.id):
            # A function may give the name another value at any time.
            return self._from_module(node)
        found: str | None = None
        first = True
        for definition in definitions:
            if definition in self._open:
                continue
            if definition.kind is DefinitionKind.UNBOUND:
                kind = self._from_module(node)
            else:
                kind = self.of_definition(definition)
                if passed and any(rules_out(test, definition, kind) for test in passed):
                    continue
            if kind is None:
                return None
            found = kind if first else join(found, kind)
            first = False
            if found is None:
                return None
        if found is not None and found.startswith("class:") and not self._is_global(node):
            return None  # a class inside a function may share its name with one of the module
        return found

    def _from_module(self, node: ast.Name) -> str | None:
        """The type that all bindings elsewhere in the file agree on.

        Not that of a builtin's name, which means the builtin until the binding has run; and not `None`,
        which at the top of a file often waits for the value that is to come.
        """
        if node.id in BUILTIN_NAMES or not self._is_global(node):
            return None
        kind = self._module.type_of(node.id)
        return None if kind == "NoneType" else kind

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
            return _kind_of_binding(definition)
        match definition.kind:
            case DefinitionKind.ASSIGNMENT:
                return self.of(value)
            case DefinitionKind.LOOP:
                iterated = self.of(value)
                found = {"range": "int", "str": "str", "input": "str"}.get(iterated or "")
                return found or self.element(value)
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
            kind = self.of(function)
            if self._is_global(function):
                summary = self._module.function(function.id)
                if summary is not None:
                    return f"none:{function.id}" if summary.returns_nothing else summary.returns
            return self._calling(kind)
        if isinstance(function, ast.Attribute):
            kind = self.of(function.value)
            if kind is not None and kind.startswith("module:"):
                return self._of_other(kind.removeprefix("module:"), function.attr)
            return method_answer(kind, function.attr) if kind is not None else None
        return None

    def _calling(self, kind: str | None) -> str | None:
        """What calling a thing of that kind answers."""
        if kind is None:
            return None
        family, _, name = kind.partition(":")
        if family == "class":
            facts = self._module.class_facts(name)
            return f"instance:{name}" if facts is not None and facts.plain else None
        if family == "import":
            module, _, imported = name.partition(":")
            return self._of_other(module, imported)
        return None

    def _of_other(self, module: str, function: str) -> str | None:
        """What a function of another module answers: of the standard library, or of the workspace."""
        if module.partition(".")[0] in sys.stdlib_module_names:
            return answer_of(module, function)
        summary = self._module.function_of_other(module, function)
        if summary is None:
            return None
        return f"none:{function}" if summary.returns_nothing else summary.returns

    def _builtin(self, name: str, node: ast.Call) -> str | None:
        if name == "abs" and len(node.args) == 1:
            inner = self.of(node.args[0])
            return inner if inner in {"int", "float"} else None
        if name == "round" and node.args:
            return "int" if len(node.args) == 1 and self.is_number(node.args[0]) else None
        if name == "sum" and len(node.args) == 1:
            inner = self.element(node.args[0])
            return "int" if inner in {"int", "bool"} else "number" if inner in NUMBERS else None
        if name in {"max", "min"}:
            return self._extreme(node)
        return CALLS.get(name)

    def _extreme(self, node: ast.Call) -> str | None:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            return None
        if len(node.args) == 1:
            return self.element(node.args[0])
        found = self.of(node.args[0]) if node.args else None
        for argument in node.args[1:]:
            found = join(found, self.of(argument))
        return found


# How the type of an expression is found, where it is neither a constant nor a display.
_INFER: dict[type[ast.expr], Callable[[Types, Any], str | None]] = {
    ast.Name: Types._name,
    ast.BinOp: Types._operation,
    ast.UnaryOp: Types._signed,
    ast.Call: Types._call,
    ast.IfExp: Types._choice,
    ast.NamedExpr: Types._walrus,
    ast.Subscript: Types._item,
}


def _kind_of_binding(definition: Definition) -> str | None:
    """The kind of what an import, a `def` or a `class` binds its name to."""
    match definition.node:
        case ast.Import(names=names):
            for alias in names:
                if alias.asname == definition.name:
                    return f"module:{alias.name}"
                if alias.asname is None and alias.name.partition(".")[0] == definition.name:
                    return f"module:{definition.name}"
        case ast.ImportFrom(module=str(module), names=names, level=(0 | 1) as level):
            for alias in names:
                if (alias.asname or alias.name) == definition.name:
                    return f"import:{'.' * level}{module}:{alias.name}"
        case ast.FunctionDef(decorator_list=[]):
            return "function"
        case ast.ClassDef(name=name):
            return f"class:{name}"
        case _:
            pass
    return None


def join(left: str | None, right: str | None) -> str | None:
    """The type that covers both, or None."""
    if left == right:
        return left
    if left is None or right is None:
        return None
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


__all__ = ["NONE_METHODS", "NUMBERS", "TEXTS", "Types", "join"]
