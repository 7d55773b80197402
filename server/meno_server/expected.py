"""What a setting that does not fit should have been, in a learner's words.

Pydantic's own messages speak to who wrote the model (“valid tuple”, “string should match pattern”). Here the
same facts are told to who wrote the value. Where nothing better is known, pydantic's words stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_KINDS = {
    "bool": "true or false is needed",
    "int": "a whole number is needed",
    "float": "a number is needed",
    "string": "a text is needed",
    "path": "the name of a file or folder is needed",
    "tuple": "a list is needed",
    "list": "a list is needed",
    "dict": "a table of names and values is needed",
}


def expected(problem: ErrorDetails, field: FieldInfo | None = None) -> str:
    """What is needed, as a part of a sentence: `a whole number from 0 to 4 is needed`."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{context['expected']} is needed"
    if kind == "missing":
        return "it is missing"
    if kind == "extra_forbidden":
        return "it is not known"
    bounds = _bounds(field) or _bounds_told(context)
    word = _KINDS.get(kind.partition("_")[0])
    if word is None and bounds:
        return f"a number {bounds} is needed"
    if word is not None and "number" in word:
        return word.replace("number", f"number {bounds}".rstrip())
    example = f", such as {field.examples[0]}" if field is not None and field.examples else ""
    if word is None or kind == "string_pattern_mismatch":
        return f"another form is needed{example}" if example else problem["msg"]
    return f"{word}{example}"


def _bounds(field: FieldInfo | None) -> str:
    """The numbers that a field takes, in words; nothing if all of them."""
    told = {}
    for bound in field.metadata if field is not None else ():
        for name in ("ge", "gt", "le"):
            if (limit := getattr(bound, name, None)) is not None:
                told[name] = limit
    return _bounds_told(told)


def _bounds_told(limits: dict[str, object]) -> str:
    least, above, most = limits.get("ge"), limits.get("gt"), limits.get("le")
    if least is not None and most is not None:
        return f"from {least} to {most}"
    if above is not None and most is not None:
        return f"above {above}, {most} at most,"
    if least is not None:
        return f"that is {least} or more"
    if above is not None:
        return f"above {above}"
    return f"of {most} at most" if most is not None else ""
