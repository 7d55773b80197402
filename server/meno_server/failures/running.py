"""With which Python a program is run, and what is said before it is run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meno_analyzers.failures.collecting import Collected
    from meno_analyzers.failures.sandbox import Limits


def interpreter(named: str | None) -> str:
    """The one that is named, or that of the environment that is switched on, or Meno's own.

    One that merely lies beside the program is not taken: it would run before anything is confined.
    """
    if named is not None:
        return str(Path(named).absolute()) if Path(named).exists() else named
    environment = os.environ.get("VIRTUAL_ENV")
    if environment:
        steps = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        python = Path(environment, *steps)
        if python.exists():
            return str(python)
    return sys.executable


def what_is_run(collected: Collected, python: str, limits: Limits, system: str = sys.platform) -> str:
    """One sentence that says what is going to be run, how, and within which limits: only Linux lets us bound
    the memory of a program."""
    count = len(collected.cases)
    cases = "1 case" if count == 1 else f"{count} cases"
    memory = f" and {limits.memory_bytes // (1 << 20)} MB" if system.startswith("linux") else ""
    return (
        f"Running {cases} of {collected.program.main} ({', '.join(collected.sources)}) with {python}, "
        f"on a copy and confined: at most {limits.seconds:g} seconds{memory} each, no network "
        "where the system allows it."
    )


def what_passed(count: int, *, alone: bool) -> str:
    """What is said when nothing failed: what was run, and no more than that. `alone` is a script that was
    merely run."""
    if alone:
        return "The program came to its end without an error."
    return "The one case passed." if count == 1 else f"All {count} cases passed."
