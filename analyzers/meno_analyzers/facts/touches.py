"""Whether a use of a name leaves its object as it is.

The answer is yes only for uses that are known to: everything else (handing it over, giving it a second
name, calling an unknown method) may change the object now or later.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meno_analyzers.facts.unit import UnitFacts
    from meno_analyzers.facts.view import ModuleView

# Builtins that keep neither their arguments nor a reference to them.
_READING_CALLS = frozenset(
    (
        "print len sum max min sorted str repr list tuple set frozenset dict any all isinstance type id "
        "range int float bool enumerate zip reversed format abs round"
    ).split()
)
# Methods of lists, dicts and sets that change them.
CHANGING_METHODS = frozenset(
    (
        "append extend insert remove pop clear sort reverse add discard update setdefault popitem "
        "difference_update intersection_update symmetric_difference_update"
    ).split()
)
_READING_METHODS = frozenset(
    (
        "index count copy get keys values items join split upper lower strip startswith endswith isdigit "
        "isalpha union intersection difference issubset issuperset isdisjoint format replace find"
    ).split()
)


def is_left_alone(facts: UnitFacts, name: ast.Name, module: ModuleView | None) -> bool:
    """Whether this use of a name cannot change the object behind it; `module` None means: be strict."""
    if not isinstance(name.ctx, ast.Load):
        return isinstance(name.ctx, ast.Store) and not isinstance(facts.parents.get(name), ast.AugAssign)
    parent = facts.parents.get(name)
    match parent:
        case ast.Subscript(value=value, ctx=context):
            return value is not name or isinstance(context, ast.Load)
        case ast.Attribute(attr=method):
            return method in _READING_METHODS and isinstance(facts.parents.get(parent), ast.Call)
        case ast.Call(func=function):
            if function is name:
                return True
            if isinstance(function, ast.Attribute):
                return function.attr in {"join", "extend", "update", "format", "writelines", "union"}
            return (
                isinstance(function, ast.Name)
                and function.id in _READING_CALLS
                and (module is None or facts.is_builtin(function, module))
            )
        case ast.For(iter=iterable) | ast.AsyncFor(iter=iterable) | ast.comprehension(iter=iterable):
            return iterable is name
        case ast.BinOp() | ast.Compare() | ast.UnaryOp() | ast.FormattedValue() | ast.Expr() | ast.Return():
            return True
        case ast.If() | ast.While() | ast.Assert() | ast.Slice() | ast.Starred():
            return True
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            return True
        case _:
            return False
