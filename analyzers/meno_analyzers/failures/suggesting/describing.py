"""Puts a chosen call into words: what it does today, why it is asked, and the question.

No sentence tells what is right, nor how to come to it: nothing but the call, what was seen, and the line that
speaks of it. Guarded by tests/analyzers/failures/suggesting/test_no_answer_is_told.py.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from meno_analyzers.failures.cases import Verdict
from meno_analyzers.failures.sandbox.child.sentences import seconds_in_words
from meno_analyzers.failures.suggesting.choosing import ASKS_BESIDE, Proposal
from meno_analyzers.failures.suggesting.given import Asked
from meno_analyzers.failures.suggesting.schema import Ending, Style, Suggestion
from meno_analyzers.failures.suggesting.skeleton import Sketch, code_of
from meno_analyzers.failures.suggesting.words import say, span

_ENDS = {
    Verdict.TIME: Ending.NO_END,
    Verdict.MEMORY: Ending.MEMORY,
    Verdict.OUTPUT: Ending.OUTPUT,
    Verdict.EXIT: Ending.EXIT,
}
_MOST_LINES = 6
_LONGEST = 240


def call_of(call: str, values: Sequence[Any]) -> str:
    return f"{call}({', '.join(map(repr, values))})"


def sketch_of(proposal: Proposal, asked: Asked) -> Sketch:
    """What a test of this call is made from."""
    call = call_of(proposal.call, proposal.values)
    ending = ending_of(proposal)
    if ending is not Ending.CHANGES:
        return Sketch(proposal.call, call, ending)
    place = int(dict(proposal.why.gaps)["place"])
    name = asked.given[place].name
    shown = [repr(value) for value in proposal.values]
    with_name = ", ".join([*shown[:place], name, *shown[place + 1 :]])
    changed = (name, repr(proposal.values[place]))
    return Sketch(proposal.call, call, ending, changed, f"{proposal.call}({with_name})")


def ending_of(proposal: Proposal) -> Ending:
    """What the call does, as far as it is asked about."""
    result = proposal.result
    if proposal.why.name in ASKS_BESIDE and result.seen is not None:
        return Ending(proposal.why.name)
    if result.seen is None:
        raised = Ending.REFUSES if proposal.deliberate else Ending.RAISES
        return _ENDS.get(result.verdict, raised)
    if result.seen.kind == "NoneType":
        return Ending.PRINTS if result.seen.printed else Ending.NOTHING
    return Ending.RETURNS


def suggestion_of(
    proposal: Proposal, asked: Asked, unseen: Sequence[int], style: Style, patience: float
) -> Suggestion:
    """The call with its sentences. `unseen` are the lines that it is the first to run."""
    ending = ending_of(proposal)
    sketch = sketch_of(proposal, asked)
    result = proposal.result
    raises = ending in {Ending.RAISES, Ending.REFUSES}
    error = (result.error.type if result.error is not None else "Exception") if raises else None
    line = proposal.stopped_on if raises else None
    name = "raises_elsewhere" if error is not None and line is None else str(ending)
    gaps = {
        "call": span(sketch.call),
        "value": span(_value(proposal, ending) or ""),
        "error": span(error or ""),
        "line": str(line),
        "seconds": seconds_in_words(float(f"{patience:.1g}")),
        "again": span(result.seen.again or "" if result.seen else ""),
    }
    if sketch.changed is not None:
        gaps |= {"parameter": span(sketch.changed[0]), "before": span(sketch.changed[1])}
        gaps["call"] = span(sketch.call_with_name)
    question = "what_else" if ending is Ending.RAISES and _prints(asked) else name
    return Suggestion(
        function=proposal.call,
        call=sketch.call,
        ending=ending,
        value=_value(proposal, ending),
        error=error,
        line=line,
        today=say("today", name, gaps),
        question=say("question", question, gaps),
        why=_why(proposal, asked, unseen),
        first_to_run=tuple(unseen),
        code=code_of(sketch, style),
    )


def _prints(asked: Asked) -> bool:
    """Whether the function is there to print: it calls `print`, and no `return` has a value."""
    nodes = list(ast.walk(asked.function.node))
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
    names = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return "print" in names and not returns


def _value(proposal: Proposal, ending: Ending) -> str | None:
    seen = proposal.result.seen
    if seen is None:
        return None
    if ending is Ending.PRINTS:
        return repr(seen.printed)
    if ending is Ending.CHANGES:
        return seen.changed[int(dict(proposal.why.gaps)["place"])]
    return proposal.result.observed if ending in {Ending.RETURNS, Ending.SECOND} else None


def _why(proposal: Proposal, asked: Asked, unseen: Sequence[int]) -> str:
    gaps = dict(proposal.why.gaps)
    named = {given.name: value for given, value in zip(asked.given, proposal.values, strict=False)}
    parameter = gaps.get("parameter", "")
    filled = {
        name: value if name in {"count", "tried", "name"} else span(value) for name, value in gaps.items()
    }
    filled["line"] = str(proposal.why.line)
    filled["size"] = _size(named.get(parameter))
    filled["size_of_other"] = _size(named.get(gaps.get("other", "")))
    filled["given"] = span(repr(named.get(parameter)))
    said = say("why", proposal.why.name, filled)
    if unseen:
        shown = ", ".join(map(str, unseen[:_MOST_LINES])) + (" …" if len(unseen) > _MOST_LINES else "")
        name = "line" if len(unseen) == 1 else "lines"
        said += " " + say("why", name, {"lines": shown})
    return said


def _size(value: Any) -> str:
    if not hasattr(value, "__len__"):
        return ""
    names = (
        ("no_character", "one_character", "characters") if isinstance(value, str) else ("none", "one", "many")
    )
    return say("size", names[min(len(value), 2)], {"count": str(len(value))})
