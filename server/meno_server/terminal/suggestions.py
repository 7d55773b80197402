"""`meno explain --suggest-tests`: further calls to test, tried in confinement and shown as questions.

As with an explanation, what is told about the work goes to standard error, and standard output holds the
suggestions alone. SARIF is refused: it is a format for findings, and a question is none.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer

from meno_analyzers.failures.collecting import Collected
from meno_analyzers.hints.markdown import as_plain_text


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be suggested, and how it is printed."""

    function: str | None
    most: int
    seconds: float
    format: str


class NoSuggestions(Exception):  # noqa: N818 - it is the learner's input, and becomes one sentence
    """Nothing can be asked; the text is for the learner, with the next step in it."""


def check(request: Request, file: str | None, *, suggesting: bool) -> None:
    """Raises NoSuggestions for options that do not go together."""
    if not suggesting and (request.function is not None or request.most):
        raise NoSuggestions("`--function` and `--most` go with `--suggest-tests`; add it.")
    if suggesting and (file is None or file == "-"):
        raise NoSuggestions(
            "Name the program whose functions are to be called: `meno explain work.py --suggest-tests`."
        )
    if suggesting and request.format == "sarif":
        raise NoSuggestions(
            "SARIF is for findings, and a suggested test is a question; choose text, json or markdown."
        )


def suggest(
    collected: Collected, interpreter: str, request: Request, cancel: threading.Event
) -> tuple[str, bool]:
    """The text to print, and whether the work was cancelled. Raises NoSuggestions and SandboxError."""
    # It draws values with a library that takes a while to load, which an explanation does not need.
    from meno_analyzers.failures import suggesting

    with _progress(_what_is_done(collected, interpreter, request)) as progress:
        try:
            found = suggesting.suggest_tests(
                collected,
                function=request.function,
                most=request.most or suggesting.MOST,
                interpreter=interpreter,
                seconds=request.seconds,
                progress=progress,
                cancel=cancel,
            )
        except suggesting.SuggestingError as error:
            raise NoSuggestions(str(error)) from None
    if not found.functions:
        raise NoSuggestions("\n".join(as_plain_text(one.sentence) for one in found.not_asked))
    reports = {
        "text": suggesting.as_text,
        "markdown": suggesting.as_markdown,
        "json": lambda all_: all_.model_dump_json(indent=2) + "\n",
    }
    return reports[request.format](found), found.ended == "cancelled"


def _what_is_done(collected: Collected, interpreter: str, request: Request) -> str:
    what = f"`{request.function}`" if request.function else "functions"
    return (
        f"Calling {what} of {collected.program.main} with many values, in {interpreter}, on a copy and "
        f"confined: at most 1 second each and {request.seconds:g} seconds in all, no network where the "
        "system allows it."
    )


@contextmanager
def _progress(said: str) -> Iterator[Callable[[str, int], None]]:
    """Says on standard error what is going to be done, and what is being done where a person watches."""
    typer.echo(said, err=True)
    if not sys.stderr.isatty():
        yield lambda _function, _count: None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("Starting Python") as status:

        def show(function: str, count: int) -> None:
            status.update(escape(f"Calling {function}: {count} calls made"))

        yield show
