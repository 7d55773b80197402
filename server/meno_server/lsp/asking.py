"""Climbing the curated ladder: the commands that show a rung, and remember that it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level, ladder_for
from meno_server.lsp.convert import to_position, to_range
from meno_server.lsp.hover import highest_level, level_of
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

NO_FILE = "Open a Python file first; Meno hints at what you look at."
NOTHING_HERE = "Meno has nothing to say about this line. Put the cursor on a marked one."
GONE = "The finding that you asked about is no longer there: the text has changed. Ask where it stands now."


def hint_command(uri: str, mark: str, level: Level) -> types.Command:
    """The command that shows one rung and remembers that it was reached."""
    return types.Command("Next hint", "meno.nextHint", arguments=[uri, mark, int(level)])


def question_command(uri: str, mark: str, level: Level) -> types.Command:
    """The same, for somebody who asked for a question: the rung, and a question with it."""
    return types.Command("Ask", "meno.askCurated", arguments=[uri, mark, int(level)])


def next_level(session: Session, file: OpenFile, finding: Finding) -> Level:
    """One rung above the one reached, or the last again."""
    return min(Level(level_of(session, file, finding) + 1), highest_level(session))


async def show_hint(session: Session, uri: str, mark: str, level: int | None, *, asked: bool = False) -> None:
    """Shows a rung of the finding's ladder; from then on the hover shows it too.

    Who `asked` for a question gets one, also where the rung itself has none.
    """
    file = session.file(uri)
    finding = session.find(file, mark) if file is not None else None
    if file is None or finding is None:
        session.say(GONE)
        return
    wanted = next_level(session, file, finding)
    if level is not None and 0 <= level <= highest_level(session):
        wanted = Level(level)
    file.levels[mark] = max(wanted, level_of(session, file, finding))
    ladder = ladder_for(finding, session.settings.language)
    text = ladder.text(wanted)
    if asked and wanted < Level.QUESTIONS <= highest_level(session) and ladder.questions:
        text = f"{text}\n\n**{ladder.questions[0]}**"
    text = "\n\n".join([text, *session.guiding.reminder(finding, text)])
    await show(session, finding.name, text)


def climb(session: Session, uri: str, mark: str) -> types.Position | None:
    """Goes one rung up without showing it: the next hover does. Returns where that is, if still anywhere."""
    file = session.file(uri)
    finding = session.find(file, mark) if file is not None else None
    if file is None or finding is None:
        session.say(GONE)
        return None
    file.levels[mark] = next_level(session, file, finding)
    return to_range(finding.span, file.document, session.encoding).start


def at_cursor(session: Session, uri: str, line: int, column: int) -> tuple[str, Finding] | None:
    """The finding that somebody at a place means, with its fingerprint: the one under the cursor, else the
    weightiest on the line; None, with a sentence, if there is none. Line and column as the client counts."""
    file = session.file(uri)
    if file is None:
        session.say(NO_FILE)
        return None
    place = to_position(types.Position(line, column), file.document, session.encoding)
    on_line = [f for f in file.findings(session.settings) if f.span.touches_lines(place[0], place[0])]
    on_line.sort(key=session.guiding.current.order)
    chosen = next(iter(session.findings_at(file, *place) or on_line), None)
    if chosen is None:
        session.say(NOTHING_HERE)
        return None
    return session.fingerprint(file, chosen), chosen


def may_ask(session: Session) -> bool:
    """Whether the settings let the learner climb to questions at all."""
    return highest_level(session) >= Level.QUESTIONS
