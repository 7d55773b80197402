"""The only file that speaks both languages: the protocol's types and Meno's values.

Diagnostics are written as ready JSON with gaps for the line numbers, because on the keystroke path nothing
else about them changes when text above them moves; the protocol library's converter would cost ten times as
much for each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lsprotocol import types

from meno_analyzers.findings import Edit, Finding, Note, Severity, Source, Span
from meno_analyzers.hints import notice_for
from meno_analyzers.source import Document, Encoding
from meno_server.lsp.capabilities import Client

_SEVERITY = {
    Severity.ERROR: 1,
    Severity.WARNING: 2,
    Severity.INFORMATION: 3,
    Severity.HINT: 4,
}
_PREVIEW = "meno"
_PUBLISHED_PAGES = "https://github.com/meno-lsp/meno/blob/main/docs/rules/"
_SOURCE_NAMES = {Source.STATIC: "Meno", Source.MODEL: "Meno (model)", Source.FAILURE: "meno (run)"}


@lru_cache(maxsize=1)
def _pages() -> str:
    """Where the rules' pages are: shipped beside the server, or in the checkout; links work offline."""
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "pages", here.parents[3] / "docs" / "rules"):
        if folder.is_dir():
            return folder.as_uri() + "/"
    return _PUBLISHED_PAGES


def _page(rule: str, site: str | None) -> str:
    """The address of a rule's page: of the site if there is one, else of the file on this machine."""
    if site is not None:
        return f"{site.rstrip('/')}/rules/{rule}.html"
    return f"{_pages()}{rule}.md"


def fingerprint(finding: Finding, line: str) -> str:
    """A short name for "this finding on this line of text", which survives moving up and down."""
    told = f"{finding.rule}\0{line.strip()}\0{finding.span.start_column}".encode("utf-8", "replace")
    return hashlib.blake2b(told, digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A diagnostic as JSON text with `%d` for each line number; `lines` are those, relative to the unit."""

    finding: Finding
    template: str
    lines: tuple[int, ...]
    fingerprint: str

    def at(self, first_line: int) -> str:
        """The JSON for a unit that begins at `first_line`."""
        return self.template % tuple(line + first_line for line in self.lines)


def render(
    finding: Finding,
    unit_lines: list[str],
    client: Client,
    column: Callable[[str, int], int],
    uri: str,
    language: str,
    site: str | None = None,
) -> Rendered:
    """Makes the JSON for a finding; `column` turns (line text, characters) into the client's units.

    `site` is where the rules' pages are published, if not on this machine.
    """
    lines: list[int] = []

    def text_of(line: int) -> str:
        return unit_lines[line] if 0 <= line < len(unit_lines) else ""

    def span(place: Span) -> str:
        lines.extend((place.start_line, place.end_line))
        start = column(text_of(place.start_line), place.start_column)
        end = column(text_of(place.end_line), place.end_column)
        return f'{{"start":{{"line":%d,"character":{start}}},"end":{{"line":%d,"character":{end}}}}}'

    def quoted(text: str) -> str:
        return json.dumps(text).replace("%", "%%")

    def place(note: Note) -> str:
        if note.path is None:
            return f'"uri":{quoted(uri)},"range":{span(note.span)}'
        line = f'{{"line":{note.span.start_line},"character":0}}'
        return f'"uri":{quoted(Path(note.path).as_uri())},"range":{{"start":{line},"end":{line}}}'

    mark = fingerprint(finding, text_of(finding.span.start_line))
    parts = [
        f'"range":{span(finding.span)}',
        f'"severity":{_SEVERITY[finding.severity]}',
        f'"code":{quoted(finding.rule)}',
        f'"source":{quoted(_SOURCE_NAMES[finding.source])}',
        f'"message":{quoted(notice_for(finding, language))}',
    ]
    if client.code_description and finding.source is Source.STATIC:
        parts.append(f'"codeDescription":{{"href":{quoted(_page(finding.rule, site))}}}')
    if client.related_information and finding.notes:
        notes = ",".join(
            f'{{"location":{{{place(note)}}},"message":{quoted(note.text)}}}' for note in finding.notes
        )
        parts.append(f'"relatedInformation":[{notes}]')
    if client.diagnostic_data or client.pulls_diagnostics:
        parts.append(f'"data":{{"rule":{quoted(finding.rule)},"fingerprint":"{mark}"}}')
    return Rendered(finding, "{" + ",".join(parts) + "}", tuple(lines), mark)


def to_range(span: Span, document: Document, encoding: Encoding) -> types.Range:
    """A span as the client's range."""
    return types.Range(
        types.Position(span.start_line, document.client_column(span.start_line, span.start_column, encoding)),
        types.Position(span.end_line, document.client_column(span.end_line, span.end_column, encoding)),
    )


def plain_range(place: types.Range) -> dict[str, dict[str, int]]:
    """A range as JSON has it, for messages of our own."""
    return {
        "start": {"line": place.start.line, "character": place.start.character},
        "end": {"line": place.end.line, "character": place.end.character},
    }


def to_workspace_edit(
    edits: Iterable[Edit],
    document: Document,
    encoding: Encoding,
    *,
    versioned: bool,
    previewed: str | None = None,
) -> types.WorkspaceEdit:
    """Edits of one document as the client applies them; versioned, it refuses them for another text.

    With `previewed`, which says what they are, the client shows them to a person before they are made.
    """
    changes = [types.TextEdit(to_range(edit.span, document, encoding), edit.text) for edit in edits]
    if not versioned:
        return types.WorkspaceEdit(changes={document.uri: changes})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    if previewed is None:
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, list(changes))])
    shown = [types.AnnotatedTextEdit(_PREVIEW, change.range, change.new_text) for change in changes]
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(identifier, list(shown))],
        change_annotations={_PREVIEW: types.ChangeAnnotation(previewed, needs_confirmation=True)},
    )


def to_position(position: types.Position, document: Document, encoding: Encoding) -> tuple[int, int]:
    """A client's position as (line, character column), clamped into the text."""
    return document.character_position(position.line, position.character, encoding)


def payload(uri: str, version: int, items: str) -> str:
    """The parameters of `publishDiagnostics` as JSON."""
    return f'{{"uri":{json.dumps(uri)},"version":{version},"diagnostics":{items}}}'
