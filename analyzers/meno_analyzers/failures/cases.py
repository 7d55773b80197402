"""What a program is asked to do, and how it did: the words that the rooms of this folder speak.

A `Program` is a few files of which one may be changed. A case is passed or failed. All values are plain data:
they travel to the process that runs the program, and back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """Files by their path in the program's folder; `main` is the one that is looked at and changed."""

    files: Mapping[str, str]
    main: str

    @property
    def source(self) -> str:
        return self.files[self.main]

    @property
    def module(self) -> str:
        """The name by which tests import the main file."""
        return PurePosixPath(self.main).stem


@dataclass(frozen=True, slots=True)
class CallCase:
    """Calls a function of the program: passed if the answer equals `expected`.

    `arguments` and `expected` are JSON values. An answer that is a generator is taken as the list of its
    items, and tuples are equal to lists of the same items, since JSON knows no others. Where a fraction is
    expected, numbers are equal that differ by at most `tolerance`, or by a billionth of their size, which is
    as good as two ways to work them out agree.
    """

    id: str
    function: str
    arguments: Sequence[Any]
    expected: Any
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class AskCase:
    """Calls a function to see what it does: passed if it comes back, whatever it answers.

    `function` is a name, or a method as in `Cart().total`; `arguments` are texts of Python literals. With
    `again` it is called a second time, in the same program, to see whether it answers the same.
    """

    id: str
    function: str
    arguments: Sequence[str]
    again: bool = False


@dataclass(frozen=True, slots=True)
class CodeCase:
    """Statements that are run among the program's names after the program: passed if nothing is raised."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class RunCase:
    """The whole program as a script: passed if it ends by itself without an error and, where `output` is
    given, has printed that, but for blanks at the ends of lines and empty lines at the end."""

    id: str
    input: str = ""
    output: str | None = None


@dataclass(frozen=True, slots=True)
class FileCase:
    """One test in a file of the program: `framework` is "pytest", "unittest" or "doctest".

    `name` is the test's name in its framework: `test_sum`, `TestSum.test_empty`, `test_sum[3-4]`,
    `module.sum`.
    """

    id: str
    path: str
    name: str
    framework: str


Case = CallCase | AskCase | CodeCase | RunCase | FileCase


class Verdict(Enum):
    """How a case ended. All but `PASSED` and `NOT_RUN` are failures."""

    PASSED = "passed"
    FAILED = "failed"  # a wrong answer, or an assertion that does not hold
    ERROR = "error"  # an exception
    TIME = "time"  # more time than it was given
    MEMORY = "memory"
    OUTPUT = "output"  # printed more than it may
    EXIT = "exit"  # left through `sys.exit` or `os._exit`, or was killed by a signal
    NOT_RUN = "not run"  # an earlier case settled it, or the search was cancelled


@dataclass(frozen=True, slots=True)
class RunFrame:
    """One frame of an error, outermost first. `path` is relative to the program's folder, or None for code
    that is not the program's; `names` are the frame's local names with their values, shortened."""

    path: str | None
    line: int  # 1-based
    function: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunError:
    """The error that ended a case: its type's name, its message (shortened) and its frames."""

    type: str
    message: str
    frames: Sequence[RunFrame] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a call that came back was seen to do: the name of its answer's type, what it printed (shortened),
    the arguments that it changed by their place, and its second answer where that was another one."""

    kind: str
    printed: str = ""
    changed: Mapping[int, str] = field(default_factory=dict)
    again: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went. `observed` and `expected` are shortened representations where the case compares two
    values; `lines` are the 1-based lines of the main file that ran, if they were traced; `sentence` says in
    plain words what ended a case that did not end by itself; `seen` is there for an `AskCase` that came back,
    whose `observed` is its answer."""

    id: str
    verdict: Verdict
    seconds: float = 0.0
    observed: str | None = None
    expected: str | None = None
    error: RunError | None = None
    lines: frozenset[int] | None = None
    sentence: str | None = None
    seen: Seen | None = None

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED


__all__ = [
    "AskCase",
    "CallCase",
    "Case",
    "CaseResult",
    "CodeCase",
    "FileCase",
    "Program",
    "RunCase",
    "RunError",
    "RunFrame",
    "Seen",
    "Verdict",
]
