"""What a function's parameters ask of a call, and whether a call gives it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from meno_analyzers.facts.scopes import FunctionNode


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function as its callers see them, without `self`."""

    positional: tuple[str, ...]  # those that a position may fill, in their order
    positional_only: int  # how many of them, from the first on, no keyword may fill
    defaults: int  # how many of them, from the last on, have a default
    keyword_required: tuple[str, ...] = ()
    keyword_optional: tuple[str, ...] = ()
    any_positional: bool = False  # *args
    any_keyword: bool = False  # **kwargs

    @property
    def required(self) -> tuple[str, ...]:
        return self.positional[: len(self.positional) - self.defaults]


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong with a call: parameters that nothing fills or that are filled twice, arguments that
    nothing takes."""

    missing: tuple[str, ...] = ()
    surplus: int = 0
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()


def signature_of(node: FunctionNode | ast.Lambda, *, bound: bool = False) -> Signature:
    """The signature of a function; `bound` leaves out the first parameter, which a method call fills."""
    arguments = node.args
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    positional_only = len(arguments.posonlyargs)
    if bound:
        names, positional_only = names[1:], max(0, positional_only - 1)
    pairs = list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    return Signature(
        tuple(names),
        positional_only,
        min(len(arguments.defaults), len(names)),
        tuple(argument.arg for argument, default in pairs if default is None),
        tuple(argument.arg for argument, default in pairs if default is not None),
        arguments.vararg is not None,
        arguments.kwarg is not None,
    )


def misfit(signature: Signature, call: ast.Call) -> Misfit | None:
    """What keeps a call from fitting, or None if it fits or cannot be told (`*values`, `**options`)."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    keywords = [keyword.arg for keyword in call.keywords]
    if None in keywords:
        return None
    given = {keyword for keyword in keywords if keyword is not None}
    by_position = signature.positional[: len(call.args)]
    surplus = max(0, len(call.args) - len(signature.positional)) if not signature.any_positional else 0
    nameable = {
        *signature.positional[signature.positional_only :],
        *signature.keyword_required,
        *signature.keyword_optional,
    }
    twice = tuple(name for name in by_position[signature.positional_only :] if name in given)
    unknown = () if signature.any_keyword else tuple(sorted(given - nameable))
    filled = {*by_position, *given}
    missing = tuple(name for name in (*signature.required, *signature.keyword_required) if name not in filled)
    if not missing and not surplus and not unknown and not twice:
        return None
    return Misfit(missing, surplus, unknown, twice)
