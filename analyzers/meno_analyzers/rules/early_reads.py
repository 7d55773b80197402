"""Reads in a loop whose first turn comes to them before it comes to anything that gives the name a value."""

from __future__ import annotations

import ast

from meno_analyzers.facts.definitions import ENTRY, Definition, Definitions
from meno_analyzers.facts.tree import walk
from meno_analyzers.rules.registry import Subject
from meno_analyzers.rules.shapes import always_runs, loops_around, statement_of


def comes_first(unit: Subject, name: ast.Name, definitions: Definitions) -> bool:
    """Whether control comes to the read before it comes to any of the definitions that may reach it later."""
    return all(_comes_later(unit, name, definition) for definition in definitions - ENTRY)


def _comes_later(unit: Subject, name: ast.Name, definition: Definition) -> bool:
    """Whether a loop comes past the read each time before it comes to the definition."""
    made = definition.node
    if not isinstance(made, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return False
    for loop in loops_around(unit.facts, name):
        if not _is_in_body(unit, made, loop):
            continue
        statement = statement_of(unit.facts, name)
        if made is statement:
            return _is_evaluated(unit, name, made)
        if made.lineno <= name.lineno:
            return isinstance(loop, ast.While) and always_runs(unit.facts, name, loop) and statement is loop
        return always_runs(unit.facts, name, loop) or _guards(unit, name, made, loop)
    return False


def _is_in_body(unit: Subject, statement: ast.stmt, loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    child: ast.AST = statement
    for ancestor in unit.facts.ancestors(statement):
        if ancestor is loop:
            return child in loop.body
        child = ancestor
    return False


def _guards(unit: Subject, name: ast.Name, made: ast.stmt, loop: ast.AST) -> bool:
    """Whether the definition stands below an `if` whose test has read the name."""
    child: ast.AST = made
    for ancestor in unit.facts.ancestors(made):
        if ancestor is loop:
            return False
        if isinstance(ancestor, ast.If) and any(node is name for node in walk(ancestor.test)):
            return _is_evaluated(unit, name, ancestor, holds=child in ancestor.body)
        child = ancestor
    return False


def _is_evaluated(unit: Subject, name: ast.Name, statement: ast.AST, *, holds: bool = False) -> bool:
    """Whether the statement always reads the name; with `holds` only where its test came out true."""
    child: ast.AST = name
    for parent in unit.facts.ancestors(name):
        if parent is statement:
            return True
        match parent:
            case ast.BoolOp(op=sign, values=[first, *_]) if child is not first:
                if not (holds and isinstance(sign, ast.And)):
                    return False
            case ast.UnaryOp(op=ast.Not()):
                holds = False
            case ast.IfExp(test=test) if child is not test:
                return False
            case ast.Compare(left=left, comparators=[right, *_]) if child is not left and child is not right:
                return False
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return False
            case _:
                pass
        child = parent
    return False
