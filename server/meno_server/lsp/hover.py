"""Hover: the hint ladder up to the rung that the learner has reached, over our own findings only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from lsprotocol import types

from meno_analyzers.findings import Finding, Source
from meno_analyzers.hints import Level, as_plain_text, ladder_for
from meno_server.lsp.convert import to_position, to_range

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

_MOST_FINDINGS = 2


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        file = session.file(params.text_document.uri)
        if file is None or not session.settings.hover:
            return None
        line, column = to_position(params.position, file.document, session.encoding)
        findings = session.findings_at(file, line, column)[:_MOST_FINDINGS]
        if not findings:
            return None
        text = "\n\n---\n\n".join(hover_text(session, file, finding) for finding in findings)
        return types.Hover(
            contents=_markup(session, text),
            range=to_range(findings[0].span, file.document, session.encoding),
        )


def level_of(session: Session, file: OpenFile, finding: Finding) -> Level:
    """The rung that the learner has reached on this finding, within what the settings allow."""
    mark = session.fingerprint(file, finding)
    reached = file.levels.get(mark)
    if reached is None:
        reached = session.guiding.offered(file, finding, mark)
    return min(reached, highest_level(session))


def highest_level(session: Session) -> Level:
    """The last rung that may be shown. Level 5 needs a change that tests have verified."""
    return min(Level(session.settings.max_hint_level), Level.EXAMPLE)


def hover_text(session: Session, file: OpenFile, finding: Finding) -> str:
    """The ladder from the first rung to the one reached, as Markdown."""
    ladder = ladder_for(finding, session.settings.language)
    reached = level_of(session, file, finding)
    parts = [ladder.text(level) for level in Level if level <= reached]
    source = " (model)" if finding.source is Source.MODEL else ""
    rule = "seen in a run" if finding.source is Source.FAILURE else finding.rule
    parts[0] = f"**{finding.name}** · {rule}{source}\n\n{parts[0]}"
    if finding.source is Source.MODEL and finding.notes:
        words = "\n".join(f"- Line {note.span.start_line + 1}: {note.text}" for note in finding.notes)
        parts.append(f"The words that move the model most:\n\n{words}")
    parts += session.guiding.reminder(finding, *parts)
    if session.client.runs_links:
        parts.append(_links(session, file, finding, reached))
    elif reached < highest_level(session):
        parts.append("*More: the code action “Next hint”.*")
    return "\n\n".join(parts)


def _links(session: Session, file: OpenFile, finding: Finding, reached: Level) -> str:
    """What may be done next, as links that run the client's own commands of these names."""
    mark = session.fingerprint(file, finding)
    links = []
    if reached < highest_level(session):
        links.append(_link("Next hint", "meno.client.climb", file.document.uri, mark))
    links.append(_link("Ask me a question", "meno.client.askAbout", file.document.uri, mark))
    if finding.source is Source.MODEL:
        links.append(_link("Why does the model think so?", "meno.client.why", file.document.uri, mark))
    return " · ".join(links)


def _link(title: str, command: str, *arguments: str) -> str:
    return f"[{title}](command:{command}?{quote(json.dumps(arguments))})"


def _markup(session: Session, text: str) -> types.MarkupContent:
    if session.client.markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.MarkupContent(types.MarkupKind.PlainText, as_plain_text(text))
