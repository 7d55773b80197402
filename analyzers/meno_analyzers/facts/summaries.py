"""Making a unit's summary: what it binds at module level and what its functions promise."""

from __future__ import annotations

import ast

from meno_analyzers.facts.class_parts import header_of, part_of_body
from meno_analyzers.facts.control import Outcome, is_generator, is_stub, outcomes
from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.mentions import mentions_of
from meno_analyzers.facts.module import BUILTIN_NAMES, CALL_OF, Module
from meno_analyzers.facts.scopes import FunctionNode, ScopeKind, parameters_of
from meno_analyzers.facts.signatures import signature_of
from meno_analyzers.facts.summary import ClassPart, FunctionSummary, Mention, MethodSummary, Summary
from meno_analyzers.facts.tree import scope_nodes
from meno_analyzers.facts.types import Types, join
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.source import Unit, UnitKind
from meno_analyzers.source.tolerant import read_names

_DATA = (
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Constant,
    ast.JoinedStr,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.ListComp,
)


_NO_FILE = Module()


def summary_of(facts: UnitFacts) -> Summary:
    """The summary of a unit; of one that does not parse, what its words say."""
    if facts.tree is None:
        return _summary_of_broken(facts)
    scopes = facts.scopes
    wrapper = scopes.wrapper
    bound = scopes.module.bound - ({"_"} if wrapper is not None else set())
    # Types that hold whatever the rest of the file says: no other unit is asked.
    types = facts.types(ModuleView(_NO_FILE))
    return Summary(
        bindings=_bindings(facts, bound, types),
        functions=_functions(facts, types) if wrapper is None else {},
        locals=_locals(facts),
        mentions={mention: names for mention, names in mentions_of(facts).items() if names},
        part=_class_part(facts),
        star_import=scopes.star_import,
        dynamic=scopes.dynamic,
    )


def class_opened(unit: Unit, summary: Summary) -> str | None:
    """The name of the class that a unit opens and that goes on below it."""
    if unit.kind is not UnitKind.CLASS or not unit.goes_on or summary.part is None:
        return None
    return summary.part.header.name if summary.part.header is not None else None


def _summary_of_broken(facts: UnitFacts) -> Summary:
    """What a unit that does not parse may offer: enough that no other unit complains because of it."""
    names = read_names(facts.lines, in_class=facts.in_class)
    # A builtin that a broken unit mentions is most likely just used there; taking it for redefined would
    # silence, and check again, every unit that uses it too.
    own = names.all - BUILTIN_NAMES
    mentions = {
        Mention.CLASS_NAME: names.in_class,
        Mention.REBOUND: names.rebound,
        Mention.TOUCHED: own,
        Mention.STORED_ATTRIBUTE: names.attributes,
        Mention.CALLED_ATTRIBUTE: names.attributes,
        Mention.USED: own,
    }
    part = None
    if facts.in_class:
        unknown = {name: MethodSummary(name, "other", None, None) for name in names.in_class}
        part = ClassPart(
            methods=unknown, names=names.in_class, stores=names.attributes, reads=names.attributes
        )
    return Summary(
        uncertain=names.bound - BUILTIN_NAMES,
        mentions={mention: found for mention, found in mentions.items() if found},
        part=part,
    )


def _bindings(facts: UnitFacts, bound: set[str], types: Types) -> dict[str, frozenset[str | None]]:
    if not bound:
        return {}
    definitions = facts.flow(facts.scopes.module).definitions

    def kind(definition: Definition) -> str | None:
        if definition.kind is DefinitionKind.ASSIGNMENT and isinstance(definition.value, ast.Call):
            function = definition.value.func
            if isinstance(function, ast.Name) and facts.is_global(function):
                builtin = types.of(definition.value)
                # The file may hide a builtin's name, so even these are kept as "what that call answers".
                return f"{CALL_OF}{function.id}:{'' if builtin is None or ':' in builtin else builtin}"
        return types.of_definition(definition)

    return {
        name: frozenset(kind(definition) for definition in definitions.get(name, ())) or frozenset({None})
        for name in bound
    }


def _functions(facts: UnitFacts, types: Types) -> dict[str, FunctionSummary]:
    return {
        node.name: _function(node, types)
        for node in facts.scopes.module.node.body  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _function(node: FunctionNode, types: Types) -> FunctionSummary:
    if node.decorator_list:
        return FunctionSummary(node.name, returns_nothing=False)
    plain = isinstance(node, ast.FunctionDef) and not is_generator(node)
    inside = list(scope_nodes(node))
    values = [n.value for n in inside if isinstance(n, ast.Return) and n.value is not None]
    answers = plain and bool(values) and Outcome.NORMAL not in outcomes(node.body)
    answers = answers and not any(isinstance(n, ast.Return) and n.value is None for n in inside)
    return FunctionSummary(
        node.name,
        returns_nothing=plain and not values and not is_stub(node),
        signature=signature_of(node),
        returns=_common_type(values, types) if answers else None,
        data=answers and all(isinstance(value, _DATA) for value in values),
        length=_common_length(values) if answers else None,
        prints=any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "print" for n in inside
        ),
        rebinds=_only_rebound(node, inside) if plain and not values else frozenset(),
    )


def _common_type(values: list[ast.expr], types: Types) -> str | None:
    found = types.of(values[0])
    for value in values[1:]:
        found = join(found, types.of(value))
    # What another function of the file answers is not this summary's to say.
    return None if found is None or ":" in found or found == "NoneType" else found


def _common_length(values: list[ast.expr]) -> int | None:
    lengths = {len(value.elts) if isinstance(value, ast.Tuple) else None for value in values}
    starred = any(
        isinstance(value, ast.Tuple) and any(isinstance(e, ast.Starred) for e in value.elts)
        for value in values
    )
    return lengths.pop() if len(lengths) == 1 and not starred else None


def _only_rebound(node: FunctionNode, inside: list[ast.AST]) -> frozenset[str]:
    """Parameters that the function gives new values made from their old ones, and does nothing else with."""
    found = set()
    for parameter in parameters_of(node):
        name = parameter.arg
        uses = [n for n in inside if isinstance(n, ast.Name) and n.id == name]
        stores = [
            n
            for n in inside
            if isinstance(n, ast.Assign)
            and len(n.targets) == 1
            and isinstance(n.targets[0], ast.Name)
            and n.targets[0].id == name
            and isinstance(n.value, ast.BinOp)
        ]
        if len(stores) == 1 and len(uses) == 2 and stores[0] is node.body[-1]:
            found.add(name)
    return frozenset(found)


def _locals(facts: UnitFacts) -> dict[str, str]:
    """The names that functions of the module keep to themselves."""
    found: dict[str, str] = {}
    for scope in facts.scopes.scopes:
        if scope.kind is ScopeKind.FUNCTION and scope.parent is facts.scopes.module:
            node = scope.node
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            parameters = {parameter.arg for parameter in parameters_of(node)}
            for name in scope.bound - scope.global_names - parameters:
                found[name] = node.name
    return found


def _class_part(facts: UnitFacts) -> ClassPart | None:
    body = facts.scopes.module.node.body  # type: ignore[attr-defined]
    if facts.scopes.wrapper is not None:
        return part_of_body(body[0].body, None)
    if len(body) == 1 and isinstance(body[0], ast.ClassDef):
        return part_of_body(body[0].body, header_of(body[0]))
    return None
