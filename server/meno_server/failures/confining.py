"""What the sandbox is granted on this machine, tried out with a program of ours and told in one sentence."""

from __future__ import annotations

from meno_analyzers.failures.cases import Program, RunCase
from meno_analyzers.failures.sandbox import Arena, SandboxError

WALLS = {"network": "the network", "files": "the files", "processes": "the processes"}
_WHOLE = "with no network, with files that they can only read, and with processes of their own"
_GUARD = "a guard inside Python stands there, which stops accidents and not intent"


def granted() -> tuple[frozenset[str], str | None]:
    """The walls that the system grants, and a sentence if nothing can be run at all."""
    try:
        with Arena.open(Program({"program.py": "pass\n"}, "program.py"), [RunCase("run")]) as arena:
            arena.run("pass\n")
            return arena.walls, None
    except SandboxError as problem:
        return frozenset(), str(problem)


def in_words() -> str:
    """What a learner may know of it before running anything."""
    walls, problem = granted()
    if problem is not None:
        return f"Programs cannot be run here: {problem}"
    missing = [word for wall, word in WALLS.items() if wall not in walls]
    if not missing:
        return f"Programs that you have run are confined: {_WHOLE}."
    return (
        f"Programs that you have run are confined by limits, but this system gives no wall around "
        f"{' and '.join(missing)}: {_GUARD}. Run only what you would run yourself."
    )
