"""The last rung: a change that a rule is certain of, or that was seen to make all tests pass, offered only
where the settings allow level 5.

It is a code action like the others and nothing that a hover shows: whoever reads on does not stumble over
the answer. The title says where the change is and not what it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lsprotocol import types

from meno_analyzers.findings import Finding, Source
from meno_analyzers.hints import Level
from meno_server.evidence import rule_vouches
from meno_server.lsp.convert import plain_range, to_range, to_workspace_edit

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

CHANGE = "change"
COMMAND = "meno.previewChange"
METHOD = "meno/previewChange"
PREVIEW = "The smallest change with which all cases passed"
CERTAIN = "The smallest change after which this is no longer said"
GONE = "The text has changed since; ask again."


def offer(session: Session, file: OpenFile, finding: Finding, mark: str, of: str) -> types.CodeAction | None:
    """The action that makes the change; its edit is worked out when it is chosen, if the client can wait."""
    if not may_change(session, file, finding):
        return None
    action = types.CodeAction(
        title=f"Change it: {_place(finding)}{of}", kind=types.CodeActionKind.QuickFix, is_preferred=False
    )
    if session.client.previews_changes:
        action.command = types.Command("Show the change", COMMAND, arguments=[file.document.uri, mark])
    elif session.client.resolves_edits:
        action.data = {
            "uri": file.document.uri,
            "version": file.document.version,
            "fingerprint": mark,
            "rule": finding.rule,
            "does": CHANGE,
        }
    else:
        action.edit = edit_for(session, file, finding)
    return action


def may_change(session: Session, file: OpenFile, finding: Finding) -> bool:
    """Whether the settings allow the change, and the text at hand can be read after it."""
    if session.settings.max_hint_level < Level.DIFF or not finding.fix:
        return False
    if finding.source is Source.FAILURE:
        # It was run as it stands: of a text that has changed since nothing is known.
        return file.run is not None and file.run.is_of(file.document.text)
    return rule_vouches(file.document, file.analysis, finding)


def edit_for(session: Session, file: OpenFile, finding: Finding) -> types.WorkspaceEdit:
    """The change as the client applies it."""
    ran = finding.source is Source.FAILURE and session.client.previews_edits
    return to_workspace_edit(
        finding.fix,
        file.document,
        session.encoding,
        versioned=session.client.versioned_edits,
        previewed=PREVIEW if ran else None,
    )


def preview(session: Session, uri: str, mark: str) -> None:
    """Sends the change to a client that shows it beside the text before it makes it."""
    file = session.file(uri)
    finding = session.find(file, mark) if file is not None else None
    if file is None or finding is None or not may_change(session, file, finding):
        session.say(GONE)
        return
    session.episodes.asked(uri, mark, Level.DIFF)
    edits = [
        {
            "range": plain_range(to_range(edit.span, file.document, session.encoding)),
            "newText": edit.text,
        }
        for edit in finding.fix
    ]
    body = {
        "uri": uri,
        "version": file.document.version,
        "title": PREVIEW if finding.source is Source.FAILURE else CERTAIN,
        "edits": edits,
    }
    session.server.protocol.notify_ready(METHOD, json.dumps(body))


def _place(finding: Finding) -> str:
    spans = [edit.span for edit in finding.fix]
    lines = sorted({line for span in spans for line in range(span.start_line, span.end_line + 1)})
    if len(lines) == 1:
        return f"make the smallest repair on line {lines[0] + 1}"
    return f"make the smallest repair on {len(lines)} lines"
