"""`meno explain`: why a program fails, found by running it in confinement, or read from a pasted report.

What is told about the analysis goes to standard error, so that standard output holds the explanation alone.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from meno_analyzers.failures.cases import Verdict
from meno_analyzers.failures.collecting import Collected, CollectingError, collect
from meno_analyzers.failures.collecting.collected import WHOLE_RUN
from meno_analyzers.failures.explaining import Ending, Explained, explain_failure, refusal
from meno_analyzers.failures.reported import explain_report
from meno_analyzers.failures.sandbox import Limits, SandboxError
from meno_server.failures import running
from meno_server.layers import file_layers, resolve
from meno_server.settings import Settings
from meno_server.terminal import explanations, rewording, suggestions
from meno_server.terminal.suspecting import ask_model

NOTHING_FAILS, EXPLAINED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
_DEFAULT_LEVEL = 3
_LARGEST_REPORT = 4_000_000
_LARGEST_INPUT = 1_000_000


class Format(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How the answer is to be given."""

    format: Format
    output: Path | None
    level: int
    reworded: bool
    sent_without_asking: bool


class _Unusable(Exception):  # noqa: N818 - it is the learner's input, and becomes one sentence
    """The command cannot be done; the text is one sentence with the next step."""


def explain(
    file: Annotated[
        str | None,
        typer.Argument(
            help="The program that fails; `-` reads a traceback or test report from standard input."
        ),
    ] = None,
    tests: Annotated[Path | None, typer.Option(help="A test file, or a folder of them.")] = None,
    examples: Annotated[
        Path | None, typer.Option(help="A TOML or JSON file of calls or inputs with what is expected.")
    ] = None,
    input: Annotated[
        Path | None, typer.Option("--input", help="A file with what the script reads when it is run.")
    ] = None,
    interpreter: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="The Python that runs the program; without it, `run.interpreter` of your settings.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=3600,
            help="Time for the whole analysis; without it, `run.seconds` of your settings (30).",
        ),
    ] = None,
    search: Annotated[
        bool, typer.Option("--search/--no-search", help="Look for a change that makes the tests pass.")
    ] = True,
    level: Annotated[
        int, typer.Option(min=0, max=5, help="The highest rung of the ladder; 5 shows the change.")
    ] = _DEFAULT_LEVEL,
    format: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option(help="A file to write it to.")] = None,
    tutor: Annotated[
        bool, typer.Option("--tutor", help="Let the tutor of your settings find other words for it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --tutor: send without asking, this once.")] = False,
    suggest_tests: Annotated[
        bool, typer.Option("--suggest-tests", help="Suggest further calls to test, as questions.")
    ] = False,
    function: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --suggest-tests: only this function.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, max=40, help="With --suggest-tests: how many, 8 if not given.")
    ] = None,
) -> None:
    """Explain why a program fails, without telling the answer.

    The program is run with its tests, on a copy, with little time and memory and no network where the
    system allows that.

    With --suggest-tests it is not asked why it fails: its functions are called with many values, and those
    calls are shown of which you should say what they should return.

    Exits with 0 if nothing fails, 1 if a failure was explained, 2 if something could not be read or run,
    and 130 if it was interrupted. With --suggest-tests it exits with 0 once all was tried.
    """
    try:
        settings, origins = _own_settings()
        request = suggestions.Request(function, most or 0, seconds or settings.run_seconds, format.value)
        suggestions.check(request, file, suggesting=suggest_tests)
        allowed = _allowed(level, settings.max_hint_level, origins["maxHintLevel"])
        wanted = _Wanted(format, output, allowed, tutor, yes)
        if file is None or file == "-":
            status = _explain_report(wanted, given=file == "-")
        else:
            collected = collect(Path(file), tests=tests, examples=examples, input=_read_input(input))
            chosen = running.interpreter(interpreter or settings.run_interpreter)
            if suggest_tests:
                status = _suggest(collected, chosen, request, output)
            else:
                status = _explain_program(collected, chosen, request.seconds, search, wanted)
    except (_Unusable, CollectingError, SandboxError, suggestions.NoSuggestions) as error:
        _say(str(error))
        status = UNUSABLE
    except KeyboardInterrupt:
        _say("Stopped.")
        status = INTERRUPTED
    raise typer.Exit(status)


def _suggest(
    collected: Collected, interpreter: str, request: suggestions.Request, output: Path | None
) -> int:
    cancel = threading.Event()
    with _interruptible(cancel):
        text, cancelled = suggestions.suggest(collected, interpreter, request, cancel)
    if cancelled:
        _say("Stopped. This is what was known by then.")
    _write(text, output)
    return INTERRUPTED if cancelled else NOTHING_FAILS


def _explain_program(
    collected: Collected, interpreter: str, seconds: float, searching: bool, wanted: _Wanted
) -> int:
    limits = Limits()
    cancel = threading.Event()
    model = None
    if refusal(collected) is None:
        said = running.what_is_run(collected, interpreter, limits)
        model = ask_model(collected.runnable.source)
    else:
        said = f"Python cannot read {collected.program.main}, so nothing is run."
    with _interruptible(cancel), explanations.progress(said) as progress:
        explained = explain_failure(
            collected,
            interpreter=interpreter,
            seconds=seconds,
            level=wanted.level,
            searching=searching,
            limits=limits,
            model=model,
            progress=progress,
            cancel=cancel,
        )
    if explained.ended is Ending.NEEDS_INPUT:
        raise _Unusable(f"{collected.program.main} reads input; give it in a file with `--input`.")
    if explained.ended is Ending.CANCELLED:
        rest = "This is what was known by then." if explained.explanation else "Nothing was known yet."
        _say(f"Stopped. {rest}")
    told = explained.explanation
    if told is not None and wanted.reworded and explained.ended is Ending.EXPLAINED:
        repaired = explained.repair.source if explained.repair is not None else None
        settings = resolve(file_layers(Path.cwd())[0]).settings
        path = collected.paths[collected.program.main]
        told = rewording.reworded(
            told, collected.program.source, repaired, path, settings, yes=wanted.sent_without_asking
        )
    if told is not None or explained.ended is Ending.PASSES:
        paths = {alias: _shown(path) for alias, path in collected.paths.items()}
        text = explanations.REPORTS[wanted.format.value](told, paths, _passed(explained))
        _write(text, wanted.output)
    statuses = {Ending.PASSES: NOTHING_FAILS, Ending.EXPLAINED: EXPLAINED, Ending.CANCELLED: INTERRUPTED}
    return statuses[explained.ended]


def _explain_report(wanted: _Wanted, *, given: bool) -> int:
    if not given and sys.stdin.isatty():
        raise _Unusable("Name the program that fails, or pipe a traceback in: `meno explain work.py`.")
    text = sys.stdin.buffer.read(_LARGEST_REPORT).decode("utf-8", "replace")
    explanation = explain_report(text, Path.cwd(), level=wanted.level)
    if explanation is None:
        raise _Unusable(
            "This text holds no traceback and no test report; paste all that Python printed, from "
            "`Traceback` to the last line."
        )
    _say("Nothing is run: this goes by the text and the files that it names below this folder.")
    _write(explanations.REPORTS[wanted.format.value](explanation, {}, ""), wanted.output)
    return EXPLAINED


def _own_settings() -> tuple[Settings, Mapping[str, str]]:
    """The settings that hold here and where each came from; what is wrong with them is said."""
    layers, problems = file_layers(Path.cwd())
    resolved = resolve(layers)
    for problem in [*problems, *resolved.problems]:
        _say(problem)
    return resolved.settings, resolved.origins


def _allowed(level: int, highest: int, origin: str) -> int:
    """The level asked for, or the highest one that somebody's settings allow."""
    if origin == "default" or level <= highest:
        return level
    _say(f"Level {level} is asked for; `maxHintLevel` in {origin} allows {highest}.")
    return highest


def _read_input(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_INPUT + 1)
        if len(data) > _LARGEST_INPUT:
            raise _Unusable(f"The input {path} is larger than 1 MB; find a smaller one that fails.")
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _Unusable(f"The input {path} is not UTF-8; save it as that.") from None
    except OSError as error:
        raise _Unusable(f"The input {path} cannot be read ({error.strerror}); check the path.") from None


def _passed(explained: Explained) -> str:
    results = explained.results
    passed = sum(result.verdict is Verdict.PASSED for result in results)
    return running.what_passed(passed, alone=len(results) == 1 and results[0].id == WHOLE_RUN)


def _shown(path: Path) -> str:
    """The path from here, where that is shorter than the whole."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise _Unusable(f"{output} cannot be written ({error.strerror}); choose another file.") from None


def _say(text: str) -> None:
    typer.echo(text, err=True)


@contextmanager
def _interruptible(cancel: threading.Event) -> Iterator[None]:
    """The first Ctrl-C asks the analysis to end with what it knows; the second one ends it anyhow."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
