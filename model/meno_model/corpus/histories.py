"""Corrections in a git history: one line replaced by one other in a commit that says it mends something.

Asks the `git` program, with its output as a stream, so that a history of any length fits. Merges, renames,
tests and commits with more than `MOST_PLACES` changed places are passed over, as are those that by their own
words only tidy up. What comes out is a candidate; `fixes.py` decides whether it is a correction of code.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from meno_model.errors import CorpusError

MOST_PLACES = 3
_LONGEST_LINE = 200
_MENDS = (
    r"\b(fix(es|ed|ing)?|bug(s|fix|fixes)?|error|fault|defect|incorrect(ly)?|wrong(ly)?|mistake"
    r"|crash(es|ed)?|regression|broken|off.by.one|closes? #[0-9]+|resolves? #[0-9]+)\b"
)
_TIDIES = re.compile(
    r"\b(typos? in|spelling|doc(s|string|strings|umentation)?|comments?|lint(s|ing|er)?|flake8?|pep ?8|"
    r"pyflakes|pylint|ruff|style|styling|format(ting)?|whitespace|indent(ation)?|imports?|"
    r"renam(e|es|ed|ing)|deprecat\w*|bump|version|changelog|type hints?|typing|annotations?|mypy|tests?|"
    r"warnings?|python ?3|py3k?|compat\w*|messages?|wording|log(s|ging)?|refactor\w*|clean ?up)\b",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(^|/)(tests?|testing|conftest|examples?|docs?|doc)(/|_|\.|$)|_tests?\.py$|/test", re.IGNORECASE
)
_PLACE = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class LineChange:
    """Line `old_line` of a file became line `new_line` of the next version (1-based)."""

    commit: str
    path: str
    old_line: int
    new_line: int


def corrections(repository: Path, most_commits: int) -> Iterator[LineChange]:
    """Candidates in the newest `most_commits` commits of a repository's current branch, newest first."""
    command = [
        *("git", "-C", str(repository), "log", f"--max-count={most_commits}", "--no-merges", "--no-renames"),
        *("--diff-filter=M", "-E", "-i", f"--grep={_MENDS}", "-p", "-U0", "--no-color", "--no-ext-diff"),
        *("--no-textconv", "--format=%x00%H %s", "HEAD", "--", "*.py"),
    ]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as problem:
        raise CorpusError("The program git is needed to read histories: install it.") from problem
    assert process.stdout is not None
    try:
        yield from _parsed(line.decode("utf-8", "replace").rstrip("\n") for line in process.stdout)
    finally:
        process.stdout.close()
        process.terminate()
        process.wait()


def _parsed(lines: Iterator[str]) -> Iterator[LineChange]:
    commit, path, tidies, places = "", "", True, 0
    found: list[LineChange] = []
    lengths: list[int] = []
    for line in lines:
        if line.startswith("\0"):
            yield from _of_commit(found, places, tidies)
            commit, _, subject = line[1:].partition(" ")
            tidies, places, found, path = bool(_TIDIES.search(subject)), 0, [], ""
        elif line.startswith("+++ b/"):
            path = line[6:]
        elif line.startswith("@@ ") and not _TEST.search(path):
            places += 1
            match = _PLACE.match(line)
            lengths = []
            if match and (match[2] or "1") == "1" and (match[4] or "1") == "1":
                found.append(LineChange(commit, path, int(match[1]), int(match[3])))
        elif line.startswith(("-", "+")):
            lengths.append(len(line))
            if len(line) > _LONGEST_LINE and found and len(lengths) <= 2:
                places = MOST_PLACES + 1
    yield from _of_commit(found, places, tidies)


def _of_commit(found: list[LineChange], places: int, tidies: bool) -> list[LineChange]:
    return found if not tidies and places <= MOST_PLACES else []


class Versions:
    """Files of a repository at any commit, by one long-lived `git cat-file`. A context manager."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def __enter__(self) -> Versions:
        self._process = subprocess.Popen(
            ["git", "-C", str(self._repository), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.terminate()
        self._process.wait()

    def read(self, revision: str, path: str) -> str | None:
        """A file's text, or None where there is none, or it is no UTF-8."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        if "\n" in path:
            return None
        stdin.write(f"{revision}:{path}\n".encode("utf-8", "surrogateescape"))
        stdin.flush()
        header = stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            return None
        content = stdout.read(int(header[2]) + 1)[:-1]
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return None


def files_of(repository: Path) -> list[str]:
    """All paths at the current commit; a `CorpusError` where this is no repository."""
    listed = subprocess.run(
        ["git", "-C", str(repository), "ls-tree", "-r", "--name-only", "-z", "HEAD"],
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        raise CorpusError(f"There is no git repository with a commit in {repository}: name another folder.")
    return [name.decode("utf-8", "surrogateescape") for name in listed.stdout.split(b"\0") if name]


def is_repository(folder: Path) -> bool:
    """Whether `folder` is the top of a git repository, with or without a work tree."""
    return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())


def current_commit(repository: Path) -> str:
    """The short name of the current commit."""
    shown = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "--short=10", "HEAD"],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    return shown.stdout.strip() or "unknown"
