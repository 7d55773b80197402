"""An explanation as a page: Markdown for an editor, or plain text for a terminal.

Both are made from one list of blocks, so that they say the same in the same order.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from meno_analyzers.failures.explanation.asked import is_check
from meno_analyzers.failures.explanation.schema import LEAST_CERTAIN, Explanation, Place, Situation
from meno_analyzers.failures.explanation.texts import SYNTAX, page_text
from meno_analyzers.findings import Category
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.markdown import as_plain_text, code_span

_BACKTICKS = re.compile(r"`{3,}")
_WIDTH = 88
# So many reasons are known by a word; others are shown as they are.
_REASONS = frozenset({"spectrum", "trace", "static", "model"})


class _Kind(Enum):
    TITLE = 0
    HEADING = 1
    TEXT = 2
    ITEM = 3
    STEP = 4
    LOOK = 5
    QUOTE = 6
    DIFF = 7


@dataclass(frozen=True, slots=True)
class _Block:
    kind: _Kind
    text: str
    number: int = 0


def as_markdown(explanation: Explanation, language: str = DEFAULT_LANGUAGE) -> str:
    """The explanation as a Markdown document. The diff, if there is one, is folded away."""
    lines: list[str] = []
    last: _Kind | None = None
    for block in _Page(explanation, language).blocks():
        if last is not None and not _belong_together(last, block.kind):
            lines.append("")
        lines.append(_markdown(block, language))
        last = block.kind
    return "\n".join(lines) + "\n"


def as_text(explanation: Explanation, language: str = DEFAULT_LANGUAGE, width: int = _WIDTH) -> str:
    """The explanation for a terminal, in lines of at most `width` characters where words allow it."""
    lines: list[str] = []
    last: _Kind | None = None
    for block in _Page(explanation, language).blocks():
        if last is not None and not _belong_together(last, block.kind):
            lines.append("")
        lines.extend(_text(block, language, width))
        last = block.kind
    return "\n".join(lines) + "\n"


def title_of(explanation: Explanation, language: str = DEFAULT_LANGUAGE) -> str:
    """What is seen from outside, in one line of Markdown: the neutral symptom."""
    return _Page(explanation, language).title()


class _Page:
    """The blocks of one explanation, in order."""

    def __init__(self, explanation: Explanation, language: str) -> None:
        self.it = explanation
        self.language = language

    def blocks(self) -> Iterator[_Block]:
        yield _Block(_Kind.TITLE, self.title())
        yield from self._happened()
        yield from self._look()
        yield self._heading("steps")
        for step in self.it.steps:
            yield _Block(_Kind.STEP, step.instruction, step.order)
            yield _Block(_Kind.LOOK, f"{self._say('happened', 'look')} {step.what_to_look_for}")
        yield self._heading("questions")
        yield from (_Block(_Kind.ITEM, question) for question in self.it.socratic)
        yield self._heading("takeaway")
        yield _Block(_Kind.QUOTE, self.it.takeaway)
        yield self._heading("ran")
        yield from (_Block(_Kind.ITEM, part.detail) for part in self.it.evidence)
        if self.it.tried:
            yield _Block(_Kind.ITEM, self.it.tried)
        if self.it.limits:
            yield self._heading("limits")
            yield from (_Block(_Kind.ITEM, self._say("limits", str(limit))) for limit in self.it.limits)
        if self.it.diff:
            yield _Block(_Kind.DIFF, self.it.diff)

    def title(self) -> str:
        it = self.it
        values = {"call": it.called or "", "error": "", "line": str(it.root_cause.line_start)}
        name = str(it.situation) if it.called else f"{it.situation}_alone"
        if it.situation is Situation.WRONG_ANSWER and is_check(it.called):
            name = "check"
        if it.situation is Situation.CRASH:
            error = it.error
            values["error"] = error.type.rpartition(".")[2] if error else "Exception"
            here = error is not None and error.line is not None and error.file_alias == it.file_alias
            values["line"] = str(error.line) if error and here else values["line"]
            name = "crash" if here else "crash_elsewhere"
        if it.category == str(Category.SYNTAX_ERROR):
            name = SYNTAX
        return self._say("titles", name, **values)

    def _happened(self) -> Iterator[_Block]:
        it = self.it
        said: list[str] = []
        for name, value in (("observed", it.observed), ("expected", it.expected)):
            if value is not None:
                said.append(self._say("happened", name if value else f"{name}_nothing", **{name: value}))
        if it.error and it.error.message:
            said.append(f"{self._say('happened', 'message')} {code_span(it.error.message)}")
        if it.error and len(it.error.frames) > 1:
            steps = [self._frame(list(same)) for _, same in groupby(it.error.frames)]
            said.append(f"{self._say('happened', 'way')} {' → '.join(steps)}")
        if said:
            yield self._heading("happened")
            yield from (_Block(_Kind.ITEM, text) for text in said)

    def _frame(self, same: list[Place]) -> str:
        """One stop on the way to the error; calls of a function by itself are one."""
        place = self._say("headings", "lines", line=str(same[0].line))
        again = f", {self._say('happened', 'again')}" if len(same) > 1 else ""
        return f"{code_span(same[0].function or same[0].file_alias)} ({place}{again})"

    def _look(self) -> Iterator[_Block]:
        it = self.it
        yield self._heading("look" if it.confidence >= LEAST_CERTAIN else "possible")
        yield _Block(_Kind.TEXT, it.root_cause.statement)
        yield _Block(_Kind.TEXT, it.root_cause.why)
        for suspect in it.suspects:
            reasons = [
                self._say("reasons", reason) if reason in _REASONS else code_span(reason)
                for reason in suspect.reasons
            ]
            place = self._say("headings", "lines", line=str(suspect.line))
            yield _Block(_Kind.ITEM, f"{place}: {', '.join(reasons)}" if reasons else place)

    def _heading(self, name: str) -> _Block:
        return _Block(_Kind.HEADING, self._say("headings", name))

    def _say(self, group: str, name: str, **values: str) -> str:
        return page_text(group, name, self.language).markdown(values)


def _belong_together(before: _Kind, after: _Kind) -> bool:
    """Whether no blank line stands between the two."""
    listed = {_Kind.ITEM, _Kind.STEP, _Kind.LOOK}
    return before in listed and after in listed


def _markdown(block: _Block, language: str) -> str:
    if block.kind is _Kind.DIFF:
        return _folded(block.text, language)
    forms = {
        _Kind.TITLE: "# {}",
        _Kind.HEADING: "## {}",
        _Kind.TEXT: "{}",
        _Kind.ITEM: "- {}",
        _Kind.LOOK: "   *{}*",
        _Kind.QUOTE: "> {}",
    }
    if block.kind is _Kind.STEP:
        return f"{block.number}. {block.text}  "
    return forms[block.kind].replace("{}", block.text)


def _folded(diff: str, language: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(diff)), default=2)
    fence = "`" * (longest + 1)
    summary = page_text("headings", "diff", language).plain({})
    return f"<details>\n<summary>{summary}</summary>\n\n{fence}diff\n{diff}\n{fence}\n\n</details>"


def _text(block: _Block, language: str, width: int) -> list[str]:
    if block.kind is _Kind.DIFF:
        title = page_text("headings", "diff", language).plain({})
        return [title, "", *(f"    {line}" for line in block.text.splitlines())]
    plain = as_plain_text(block.text)
    if block.kind in {_Kind.TITLE, _Kind.HEADING}:
        rule = "=" if block.kind is _Kind.TITLE else "-"
        return [plain, rule * min(len(plain), width)]
    first, rest = {
        _Kind.ITEM: ("  - ", "    "),
        _Kind.STEP: (f"  {block.number}. ", "     "),
        _Kind.LOOK: ("     ", "     "),
        _Kind.QUOTE: ("  ", "  "),
    }.get(block.kind, ("", ""))
    return textwrap.wrap(
        plain, width, initial_indent=first, subsequent_indent=rest, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
