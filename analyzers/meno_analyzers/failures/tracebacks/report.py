"""What a text about failures says: errors with their frames, and what a test saw and wanted.

All values are frozen and shallow: an error's causes are a flat list, and only groups nest, to a fixed depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Which kind of text an error was read from."""

    PYTHON = "python"
    IPYTHON = "ipython"
    PYTEST = "pytest"
    UNITTEST = "unittest"
    DOCTEST = "doctest"
    SUMMARY = "summary"  # one line of pytest's short summary, with nothing else to go by


class Link(StrEnum):
    """How an earlier error hangs together with the one after it."""

    CAUSE = "cause"  # raised from it
    CONTEXT = "context"  # raised while it was handled


@dataclass(frozen=True, slots=True)
class Mark:
    """The part of a source line that `~~~^^` points at: 0-based columns in the stripped line, end exclusive.

    `start` and `end` are the whole of the markers, `focus_start` and `focus_end` the `^` among them.
    """

    start: int
    end: int
    focus_start: int
    focus_end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a traceback. `line` is 1-based, 0 if the text does not say; `source` is the stripped line.

    `function` is empty where code was not running yet: the place of a SyntaxError. `repeated` is how many
    more times the same frame came, left out by Python.
    """

    path: str
    line: int
    function: str = ""
    source: str | None = None
    mark: Mark | None = None
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One error as the text tells it.

    `type` is the type's name as printed, with its module if that was printed; empty where a test compared
    values without an exception, or where the text breaks off. `message` is its first line, and `notes` are
    the lines below it: the rest of the message, or notes that were added. `frames` are outermost first.
    `place` is where a SyntaxError points. `earlier` are the errors it came from, first one first; `members`
    those of an exception group. `test` is the test's name as its framework spells it (`TestSum.test_empty`).
    """

    type: str
    message: str = ""
    frames: tuple[Frame, ...] = ()
    notes: tuple[str, ...] = ()
    place: Frame | None = None
    earlier: tuple[Earlier, ...] = ()
    members: tuple[ErrorText, ...] = ()
    origin: Origin = Origin.PYTHON
    test: str | None = None
    observed: str | None = None
    expected: str | None = None
    ignored: bool = False  # Python printed it and went on: "Exception ignored in"
    cut: bool = False  # the text ends before the error is named

    @property
    def name(self) -> str:
        """The type's name without its module: `JSONDecodeError`."""
        return self.type.rpartition(".")[2]

    @property
    def places(self) -> tuple[Frame, ...]:
        """The frames, and the place of a SyntaxError after them."""
        return (*self.frames, self.place) if self.place else self.frames


@dataclass(frozen=True, slots=True)
class Earlier:
    """An error that was there before, and how the next one followed from it."""

    error: ErrorText
    link: Link


@dataclass(frozen=True, slots=True)
class Report:
    """All errors of a text, in its order."""

    errors: tuple[ErrorText, ...] = ()

    @property
    def chief(self) -> ErrorText | None:
        """The error to look at first: the first one of tests, the last one of runs, an ignored one last."""
        named = [error for error in self.errors if not error.ignored and not error.cut]
        tests = [error for error in named if error.test is not None]
        if tests:
            with_place = [error for error in tests if error.places]
            return (with_place or tests)[0]
        return next(reversed(named or self.errors), None)
