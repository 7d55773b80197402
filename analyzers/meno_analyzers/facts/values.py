"""Proven values: constants, displays that nobody has changed, lengths, and the type of items.

A display (`[1, 2]`) is what a name still holds only if every use of the name in its scope leaves the object
alone: reading, printing, measuring, looping. Handing it to another function, giving it a second name or
calling one of its changing methods ends the proof. Constants cannot change and need no such care.
"""

from __future__ import annotations

import ast
import operator
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meno_analyzers.facts.builtin_types import TEXTS
from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.scopes import ScopeKind
from meno_analyzers.facts.touches import is_left_alone
from meno_analyzers.facts.types import Types, join
from meno_analyzers.facts.view import ModuleView

if TYPE_CHECKING:
    from meno_analyzers.facts.unit import UnitFacts

Display = ast.List | ast.Tuple | ast.Set | ast.Dict
_DEEPEST = 12
_LARGEST = 10**18
_LONGEST = 10_000

_FOLDS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


@dataclass(frozen=True, slots=True)
class Constant:
    """A proven value, which may itself be None."""

    value: Any


class Values:
    """Answers questions about values for one unit."""

    def __init__(self, facts: UnitFacts, types: Types, module: ModuleView) -> None:
        self._facts = facts
        # Weak, since the types own these values: a cycle would outlive its edit while the collector rests.
        self._types_of = weakref.ref(types)
        self._module = module
        self._alone: dict[tuple[int, str], bool] = {}
        self._depth = 0

    @property
    def _types(self) -> Types:
        types = self._types_of()
        assert types is not None
        return types

    def constant(self, node: ast.expr) -> Constant | None:
        """The value that an expression certainly has, if it is a number, a text, a truth value or None."""
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        found = self._constant(node)
        self._depth -= 1
        return found

    def _constant(self, node: ast.expr) -> Constant | None:
        match node:
            case ast.Constant():
                return Constant(node.value)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                inner = self.constant(operand)
                if inner is None or not isinstance(inner.value, int | float):
                    return None
                return Constant(-inner.value if isinstance(sign, ast.USub) else +inner.value)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _FOLDS:
                return _fold(_FOLDS[type(op)], self.constant(left), self.constant(right))
            case ast.Name(ctx=ast.Load()):
                found: Constant | None = None
                for definition in self.definitions(node) or ():
                    if definition.kind is not DefinitionKind.ASSIGNMENT or definition.value is None:
                        return None
                    value = self.constant(definition.value)
                    if value is None or (found is not None and not _equal(found.value, value.value)):
                        return None
                    found = value
                return found
            case _:
                return None

    def definitions(self, name: ast.Name) -> frozenset[Definition] | None:
        """The definitions that reach a use, or None if code elsewhere may have rebound the name."""
        found = self._facts.reaching(name)
        if found and self._facts.is_global(name) and self._module.is_rebound(name.id):
            return None
        return found

    def display(self, node: ast.expr) -> Display | None:
        """The display that an expression certainly still equals here."""
        if isinstance(node, Display):
            return node
        if not isinstance(node, ast.Name):
            return None
        definitions = self.definitions(node)
        if definitions is None or len(definitions) != 1:
            return None
        (definition,) = definitions
        value = definition.value
        if definition.kind is not DefinitionKind.ASSIGNMENT or not isinstance(value, Display):
            return None
        if isinstance(value, ast.Tuple) or self.is_left_alone(node):
            return value
        return None

    def is_left_alone(self, name: ast.Name) -> bool:
        """Whether every use of the variable that `name` means leaves its object as it is."""
        scope = self._facts.scope_at(name)
        owner = self._facts.scopes.resolve(name.id, scope) or self._facts.scopes.module
        key = (id(owner), name.id)
        known = self._alone.get(key)
        if known is None:
            known = all(
                is_left_alone(self._facts, use, self._module)
                for use in self._facts.names_called(name.id)
                if (
                    self._facts.scopes.resolve(name.id, self._facts.scope_at(use))
                    or self._facts.scopes.module
                )
                is owner
            )
            if known and owner.kind is ScopeKind.MODULE:
                known = not self._module.is_touched(name.id)
            self._alone[key] = known
        return known

    def length(self, node: ast.expr) -> int | None:
        """The number of items that an expression certainly has."""
        display = self.display(node)
        if isinstance(display, ast.List | ast.Tuple):
            starred = any(isinstance(element, ast.Starred) for element in display.elts)
            return None if starred else len(display.elts)
        if isinstance(display, ast.Set | ast.Dict):
            keys = display.elts if isinstance(display, ast.Set) else display.keys
            values = [key.value for key in keys if isinstance(key, ast.Constant)]
            return len(set(values)) if len(values) == len(keys) else None
        constant = self.constant(node)
        if constant is not None and isinstance(constant.value, str | bytes):
            return len(constant.value)
        return None

    def element(self, node: ast.expr) -> str | None:
        """The proven type of each item that going over an expression gives; of a dict, of its keys."""
        display = self.display(node)
        if isinstance(display, ast.Dict):
            return self._joined([key for key in display.keys if key is not None], len(display.keys))
        if display is not None:
            return self._joined(display.elts, len(display.elts))
        kind = self._types.of(node)
        if kind == "range":
            return "int"
        return "str" if kind in TEXTS else self._element_of_call(node)

    def _element_of_call(self, node: ast.expr) -> str | None:
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr="split" | "rsplit" | "splitlines")):
                kind = self._types.of(receiver)
                return kind if kind in TEXTS else None
            case ast.Call(
                func=ast.Name(id="sorted" | "list" | "tuple" | "set" | "reversed") as name, args=[of]
            ):
                return self.element(of) if self._facts.is_builtin(name, self._module) else None
            case ast.Call(
                func=ast.Name(id="map") as name, args=[ast.Name(id="int" | "float" | "str") as to, _]
            ):
                plain = self._facts.is_builtin(name, self._module) and self._facts.is_builtin(
                    to, self._module
                )
                return to.id if plain else None
            case ast.Name(ctx=ast.Load()) if self.is_left_alone(node):
                values = [
                    d.value for d in self.definitions(node) or () if d.kind is DefinitionKind.ASSIGNMENT
                ]
                if len(values) == 1 and isinstance(values[0], ast.Call):
                    return self._element_of_call(values[0])
                return None
            case _:
                return None

    def _joined(self, elements: list[ast.expr], expected: int) -> str | None:
        if not elements or len(elements) != expected:
            return None
        found = self._types.of(elements[0])
        for element in elements[1:]:
            found = join(found, self._types.of(element)) if found is not None else None
        return found


def _equal(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _fold(fold: Callable[[Any, Any], Any], left: Constant | None, right: Constant | None) -> Constant | None:
    """The result of an operation on constants, if it exists and is of a reasonable size."""
    if left is None or right is None:
        return None
    if any(isinstance(side.value, int) and abs(side.value) > _LARGEST for side in (left, right)):
        return None
    numbers = all(isinstance(side.value, int | float) for side in (left, right))
    texts = all(isinstance(side.value, str) for side in (left, right))
    if not numbers and not (texts and fold is operator.add):
        return None
    try:
        value = fold(left.value, right.value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return Constant(value) if not isinstance(value, str) or len(value) <= _LONGEST else None
