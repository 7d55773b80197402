"""The explanation of the last run in other words: a model's sentences around facts that were measured.

Offered where a tutor is chosen and the text is still the one that was run. Whatever goes wrong, the
explanation as Meno wrote it is shown again, with a sentence that says why.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

from meno_server.lsp.progress import under_progress
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

COMMAND = "meno.reword"
TITLE = "Explain this failure in other words"
HEADING = "Why it fails, in other words"
GONE = "The text has changed since the run. Run it again first."


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.command(COMMAND)
    async def reword(uri: str) -> None:
        file = session.file(uri)
        if file is None or not may_reword(session, file):
            session.say(GONE)
        else:
            await _reword(session, file)


def may_reword(session: Session, file: OpenFile) -> bool:
    """Whether there is an explanation of this very text, and somebody who could reword it."""
    run = file.run
    chosen = session.settings.tutor_provider != "none"
    return chosen and run is not None and run.explanation is not None and run.is_of(file.document.text)


async def _reword(session: Session, file: OpenFile) -> None:
    await asyncio.to_thread(importlib.import_module, "meno_model.tutor")
    from meno_analyzers.failures.explanation import Explanation, as_markdown
    from meno_model.tutor import Answered, FailureEvidence

    run = file.run
    assert run is not None
    assert run.explanation is not None
    language = session.settings.language
    told = Explanation.model_validate_json(run.explanation)
    evidence = FailureEvidence(told, run.text, run.repaired, language)
    allowed, notice = await session.sending.allowed(file, evidence)
    page = run.page
    if allowed:
        question = session.run(session.tutor.reworded(evidence))
        async with under_progress(session, "Meno is looking for other words", lambda: _cancel(question)):
            await asyncio.wait({question})
        if question.cancelled() or question.exception() is not None:
            return
        outcome = question.result()
        if isinstance(outcome, Answered):
            page = as_markdown(outcome.reply, language)
        else:
            notice = outcome.instead("explanation")
    await show(session, HEADING, page if notice is None else f"{page.rstrip()}\n\n*{notice}*\n")


def _cancel(question: asyncio.Task[Any]) -> None:
    question.cancel()
