"""Explains a pasted traceback or test report without running anything: by what it says, and by the program
that it speaks of if that lies below a given folder, or was sent along.

Guarded by tests/analyzers/failures/test_explaining.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import Program
from meno_analyzers.failures.collecting.collected import CollectingError
from meno_analyzers.failures.collecting.reading import read_program
from meno_analyzers.failures.explanation import Evidence, Explanation, Limit, explain
from meno_analyzers.failures.naming import is_test_file, subject_of
from meno_analyzers.failures.tracebacks import Frame, Report, own_frames, read

_MOST_LINES = 20_000


def explain_report(text: str, root: Path, *, level: int = 3) -> Explanation | None:
    """The explanation of the first failure that the text tells; None if it tells none.

    Programs are looked for below `root` only. One that has changed since the report is not believed.
    """
    report = read(text)
    if report.chief is None:
        return None
    frames = own_frames(report.chief)
    return _explained(report, frames, _program_of(frames, root.resolve()), level)


def explain_sent(
    text: str, files: Mapping[str, str], *, main: str | None = None, level: int = 3
) -> Explanation | None:
    """The same where the programs are texts by their relative path, and no file is looked at.

    `main` is the one that is asked about where the report speaks of several. A single text need not have
    the name that the report gives it.
    """
    report = read(text)
    if report.chief is None:
        return None
    frames = own_frames(report.chief)
    return _explained(report, frames, _program_sent(frames, files, main), level)


def _explained(report: Report, frames: Sequence[Frame], found: Program | None, level: int) -> Explanation:
    if found is not None:
        return explain(Evidence(found, report=report, findings=analyse(found.source), level=level))
    limits = frozenset({Limit.TRUNCATED_CONTEXT})
    return explain(Evidence(_as_told(frames, report), report=report, level=level, limits=limits))


def _program_of(frames: Sequence[Frame], root: Path) -> Program | None:
    """The innermost file of the learner's that is no test; with a test alone, the program that it tests."""
    there = [(frame, path) for frame in frames if (path := _found(frame.path, root)) is not None]
    files: dict[Path, str] = {}
    for frame, path in there:
        try:
            files.setdefault(path, read_program(path))
        except CollectingError:
            return None
        if not _is_unchanged(frame, files[path]):
            return None
    if not there:
        return None
    programs = [path for _, path in there if not is_test_file(path)]
    main = programs[-1] if programs else there[-1][1]
    if not programs and (subject := subject_of(main)) is not None and subject.is_relative_to(root):
        try:
            files[subject] = read_program(subject)
            main = subject
        except CollectingError:
            pass
    named = {path.relative_to(root).as_posix(): source for path, source in files.items()}
    return Program(named, main.relative_to(root).as_posix())


def _program_sent(frames: Sequence[Frame], files: Mapping[str, str], main: str | None) -> Program | None:
    """The program among the texts that were sent; None if there is none, or it is not what failed."""
    there = [(frame, name) for frame in frames if (name := _sent(frame.path, files)) is not None]
    if not there and len(files) == 1 and frames:
        # It goes by the name that the report gives it.
        name = PurePosixPath(frames[-1].path.replace("\\", "/")).name or "program.py"
        files = {name: next(iter(files.values()))}
        there = [(frames[-1], name)]
    if not there or not all(_is_unchanged(frame, files[name]) for frame, name in there):
        return None
    programs = [name for _, name in there if not is_test_file(Path(name))]
    innermost = programs[-1] if programs else there[-1][1]
    chosen = main if main is not None and main in files else innermost
    named = dict.fromkeys([chosen, *(name for _, name in there)])
    return Program({name: files[name] for name in named}, chosen)


def _sent(path: str, files: Mapping[str, str]) -> str | None:
    """The text that a frame means: the one whose path is the longest end of the frame's."""
    steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    ends = ("/".join(steps[first:]) for first in range(len(steps)))
    return next((end for end in ends if end in files), None)


def _found(path: str, root: Path) -> Path | None:
    """The file below the root that the report means: by its whole path, or by as much of the path's end as
    there is, since a report may come from another machine."""
    steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    for first in range(len(steps)):
        candidate = root.joinpath(*steps[first:])
        try:
            if candidate.is_file() and candidate.resolve().is_relative_to(root):
                return candidate.resolve()
        except (OSError, ValueError):
            continue
    return None


def _is_unchanged(frame: Frame, source: str) -> bool:
    """Whether the file still says what the report quotes."""
    rows = source.split("\n")
    if not 1 <= frame.line <= len(rows):
        return False
    return frame.source is None or rows[frame.line - 1].strip() == frame.source.strip()


def _as_told(frames: Sequence[Frame], report: Report) -> Program:
    """As much of the program as the report quotes, each line in its place."""
    inner = frames[-1] if frames else None
    if inner is None or inner.line > _MOST_LINES:
        return Program({"program.py": _quoted(report)}, "program.py")
    rows = {f.line: f.source for f in frames if f.path == inner.path and f.line <= _MOST_LINES}
    text = "".join(f"{rows.get(number) or ''}\n" for number in range(1, max(rows) + 1))
    name = PurePosixPath(inner.path.replace("\\", "/")).name or "program.py"
    return Program({name: text}, name)


def _quoted(report: Report) -> str:
    places = [frame.source for error in report.errors for frame in error.places if frame.source]
    return (places[-1] if places else "") + "\n"


__all__ = ["explain_report", "explain_sent"]
