"""Code actions on our findings: the next hint, a question, the change itself, and "this is fine here".

They are made from the server's own state and the range that is asked about: editors send stale diagnostics
along. The question is lazy: it is resolved only when it is chosen, and a client that cannot resolve commands
gets a command at once that does the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from meno_analyzers.findings import Category, Finding, Source, insertion
from meno_analyzers.hints import Level
from meno_server.lsp import asking, changing, lenses, reasons, rewording
from meno_server.lsp.convert import to_position, to_workspace_edit
from meno_server.lsp.hover import highest_level, level_of

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

GONE = "The text has changed since; ask again."
RUN_KIND = "source.meno"
ASK_TITLE = "Ask me a question about this"
STOP_TITLE = "Stop the run"
_RUNGS = {
    Level.ORIENT: "where to look",
    Level.CONCEPT: "the idea behind it",
    Level.QUESTIONS: "questions to ask yourself",
    Level.EXAMPLE: "an example elsewhere",
}
_MOST_FINDINGS = 2
# Editors give a resolve up after 10 to 20 s; what is not ready by then goes on behind a command.
RESOLVE_SECONDS = 4.5


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, RUN_KIND],
            resolve_provider=True,
        ),
    )
    def code_actions(params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
        file = session.file(params.text_document.uri)
        only = params.context.only
        if file is None or not session.settings.enable:
            return []
        first, _ = to_position(params.range.start, file.document, session.encoding)
        last, _ = to_position(params.range.end, file.document, session.encoding)
        runs = _to_run(session, file, first, last) if _wanted(only, RUN_KIND) else []
        if not _wanted(only, "quickfix"):
            return runs
        findings = [f for f in file.findings(session.settings) if f.span.touches_lines(first, last)]
        findings.sort(key=session.guiding.current.order)
        actions = [
            action
            for finding in findings[:_MOST_FINDINGS]
            for action in _actions(session, file, finding, several=len(findings) > 1)
        ]
        return [*actions, *(_show_more(session, file) if actions else ()), *runs]

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        data = action.data
        if not isinstance(data, dict) or not {"uri", "version", "fingerprint"} <= set(data):
            return action
        file = session.file(str(data["uri"]))
        finding = session.find(file, str(data["fingerprint"])) if file is not None else None
        if file is None or finding is None:
            raise JsonRpcException(GONE, code=types.LSPErrorCodes.ContentModified.value)
        if data.get("does") == changing.CHANGE:
            if not changing.may_change(session, file, finding):
                raise JsonRpcException(GONE, code=types.LSPErrorCodes.ContentModified.value)
            session.episodes.asked(file.document.uri, session.fingerprint(file, finding), Level.DIFF)
            action.edit = changing.edit_for(session, file, finding)
            return action
        if data.get("does") == reasons.WHY:
            mark = str(data["fingerprint"])
            action.command = await reasons.resolved(session, file, finding, mark, RESOLVE_SECONDS)
            return action
        action.command = await _command_for(session, file, finding, str(data["fingerprint"]))
        return action


def _wanted(only: Any, kind: str) -> bool:
    """Whether the client asks for actions of a kind: for all, for that one, or for one that takes it in."""
    asked = [str(getattr(one, "value", one)) for one in only or ("",)]
    return any(not one or kind == one or kind.startswith(f"{one}.") for one in asked)


def _to_run(
    session: Session, file: OpenFile, first: int, last: int
) -> list[types.CodeAction | types.Command]:
    """The action that runs the tests, or stops a run that goes on; of a kind that shows no light bulb.

    Some editors show no progress that could be cancelled, and run no command of a server by its name.
    """
    uri = file.document.uri
    running = session.runs.is_running(uri)
    stop = types.Command(STOP_TITLE, "meno.stopRun", arguments=[uri])
    return [
        types.CodeAction(title=command.title, kind=RUN_KIND, command=command)
        if session.client.code_action_literals
        else command
        for command in ([stop] if running else lenses.command_to_run(file, first, last))
    ]


def _actions(
    session: Session, file: OpenFile, finding: Finding, *, several: bool
) -> list[types.CodeAction | types.Command]:
    uri = file.document.uri
    mark = session.fingerprint(file, finding)
    of = f" [{finding.name}]" if several else ""
    actions: list[types.CodeAction | types.Command] = []
    reached = level_of(session, file, finding)
    if reached < highest_level(session):
        following = Level(reached + 1)
        actions.append(
            types.CodeAction(
                title=f"Next hint: {_RUNGS[following]}{of}",
                kind=types.CodeActionKind.QuickFix,
                command=asking.hint_command(uri, mark, following),
            )
        )
    actions.append(_ask(session, file, finding, mark, of))
    if (why := reasons.offer(session, file, finding, mark, of)) is not None:
        actions.append(why)
    if (change := changing.offer(session, file, finding, mark, of)) is not None:
        actions.append(change)
    if finding.source is Source.FAILURE:
        actions += _of_run(session, file)
    if finding.source is Source.STATIC and (edit := _suppression(session, file, finding)) is not None:
        actions.append(
            types.CodeAction(
                title=f"This is fine here: add “# meno: ok {finding.rule}”",
                kind=types.CodeActionKind.QuickFix,
                edit=edit,
            )
        )
    if not session.client.code_action_literals:
        return [
            action.command for action in actions if isinstance(action, types.CodeAction) and action.command
        ]
    return actions


def _of_run(session: Session, file: OpenFile) -> list[types.CodeAction | types.Command]:
    """What more there is about a failing run."""
    uri = file.document.uri
    offered = [(lenses.EXPLAIN_TITLE, "meno.explainFailure"), ("Forget this run", "meno.forgetRun")]
    if not (file.run is not None and file.run.verified and file.run.is_of(file.document.text)):
        offered.insert(1, (lenses.SMALLEST_TITLE, "meno.smallestChange"))
    if rewording.may_reword(session, file):
        offered.insert(1, (rewording.TITLE, rewording.COMMAND))
    return [
        types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            command=types.Command(title, command, arguments=[uri]),
        )
        for title, command in offered
    ]


def _show_more(session: Session, file: OpenFile) -> list[types.CodeAction | types.Command]:
    """The action that shows what the limit for a screen holds back, if it holds anything back."""
    if not file.held_back:
        return []
    title = "Show one more finding" if file.held_back == 1 else f"Show {file.held_back} more findings"
    command = types.Command(title, "meno.showAll", arguments=[file.document.uri])
    if not session.client.code_action_literals:
        return [command]
    return [types.CodeAction(title=title, kind=types.CodeActionKind.QuickFix, command=command)]


def _ask(session: Session, file: OpenFile, finding: Finding, mark: str, of: str) -> types.CodeAction:
    """The lazy question; eager where the client could not resolve it."""
    uri = file.document.uri
    action = types.CodeAction(title=ASK_TITLE + of, kind=types.CodeActionKind.QuickFix)
    if session.settings.tutor_provider != "none" and session.client.tags_llm_actions:
        action.tags = [types.CodeActionTag.LlmGenerated]
    if session.client.resolves_commands:
        action.data = {
            "uri": uri,
            "version": file.document.version,
            "fingerprint": mark,
            "rule": finding.rule,
        }
    else:
        action.command = types.Command(ASK_TITLE, "meno.ask", arguments=[uri, mark])
    return action


async def _command_for(session: Session, file: OpenFile, finding: Finding, mark: str) -> types.Command:
    """What choosing the question does: go on with a dialogue, or show a rung where that is the last."""
    if not asking.may_ask(session):
        return asking.question_command(file.document.uri, mark, asking.next_level(session, file, finding))
    conversation = await session.dialogues.about(file, finding)
    await session.dialogues.prepare(conversation, RESOLVE_SECONDS)
    return types.Command(ASK_TITLE, "meno.showAnswer", arguments=[conversation.id])


def _suppression(session: Session, file: OpenFile, finding: Finding) -> types.WorkspaceEdit | None:
    """The edit that adds a comment behind the finding's first line, if that line can carry one."""
    if finding.category is Category.SYNTAX_ERROR:
        return None  # Python will not take it, whatever a comment says
    line = finding.span.start_line
    text = file.document.lines[line].rstrip("\r\n")
    if text.endswith("\\") or re.search(r"#\s*meno:", text) or text.count('"""') % 2 or text.count("'''") % 2:
        return None
    edit = insertion(line, len(text), f"  # meno: ok {finding.rule}")
    versioned = session.client.versioned_edits
    return to_workspace_edit([edit], file.document, session.encoding, versioned=versioned)
