"""Commands: what code actions run, and what a person asks the server about itself."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_server import __version__
from meno_server.lsp import asking, changing
from meno_server.lsp.runs import Purpose

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.command("meno.nextHint")
    async def next_hint(uri: str, mark: str, *level: int) -> None:
        await asking.show_hint(session, uri, mark, level[0] if level else None)

    @server.command("meno.climb")
    def climb(uri: str, mark: str) -> types.Position | None:
        return asking.climb(session, uri, mark)

    @server.command("meno.hintAt")
    async def hint_at(uri: str, line: int, column: int) -> None:
        found = asking.at_cursor(session, uri, line, column)
        if found is not None:
            await asking.show_hint(session, uri, found[0], None)

    @server.command("meno.askAt")
    async def ask_at(uri: str, line: int, column: int) -> None:
        found = asking.at_cursor(session, uri, line, column)
        if found is not None:
            await session.dialogues.ask(uri, found[0])

    @server.command("meno.previewChange")
    def preview_change(uri: str, mark: str) -> None:
        changing.preview(session, uri, mark)

    @server.command("meno.askCurated")
    async def ask_curated(uri: str, mark: str, level: int) -> None:
        await asking.show_hint(session, uri, mark, level, asked=True)

    @server.command("meno.ask")
    async def ask(uri: str, mark: str) -> None:
        await session.dialogues.ask(uri, mark)

    @server.command("meno.showAnswer")
    async def show_answer(id: str) -> None:
        await session.dialogues.show(id)

    @server.command("meno.answer")
    async def answer(id: str, words: str) -> None:
        await session.dialogues.answer(id, words)

    @server.command("meno.endDialogue")
    def end_dialogue(id: str) -> None:
        session.dialogues.end(id)

    @server.command("meno.forgetConsent")
    async def forget_consent() -> None:
        session.say(await session.sending.forget())

    @server.command("meno.runTests")
    def run_tests(*uris: str) -> None:
        session.runs.start(_first(uris), Purpose.HINT)

    @server.command("meno.explainFailure")
    def explain_failure(*uris: str) -> None:
        session.runs.start(_first(uris), Purpose.EXPLAIN)

    @server.command("meno.smallestChange")
    def smallest_change(*uris: str) -> None:
        session.runs.start(_first(uris), Purpose.SMALLEST)

    @server.command("meno.stopRun")
    def stop_run(*uris: str) -> None:
        session.runs.stop(_first(uris))

    @server.command("meno.explainReport")
    def explain_report(text: str) -> None:
        session.run(session.runs.report(text))

    @server.command("meno.forgetRun")
    async def forget_run(uri: str) -> None:
        file = session.file(uri)
        if file is not None:
            file.run = None
            session.refresh(file)
            await session.refresh_lenses()

    @server.command("meno.showAll")
    async def show_all(uri: str) -> None:
        file = session.file(uri)
        if file is not None:
            file.shows_all = True
            session.refresh(file)

    @server.command("meno.restartModel")
    async def restart_model() -> None:
        await session.restart_model()

    @server.command("meno.effectiveSettings")
    def effective_settings() -> dict[str, Any]:
        resolved = session.resolved
        values = resolved.settings.model_dump(by_alias=True, mode="json")
        return {name: {"value": values[name], "origin": origin} for name, origin in resolved.origins.items()}

    @server.command("meno.debugInformation")
    async def debug_information() -> dict[str, Any]:
        return {
            "version": __version__,
            "python": sys.version.split()[0],
            "platform": platform.platform(),
            "process": os.getpid(),
            "encoding": session.encoding.value,
            "channel": "pull" if session.client.pulls_diagnostics else "push",
            "openFiles": len(session.files),
            "modelState": session.model_state,
            "tutor": session.tutor_counts,
            "watched": session.episodes.watched,
            "guided": len(session.guiding.current.patterns),
            "known": len(session.guiding.current.known),
            "milliseconds": {stage: _milliseconds(times) for stage, times in session.timings.items()},
        }


def _first(uris: tuple[str, ...]) -> str | None:
    """The file that is meant, if one is named; pygls knows no optional argument but the rest of them."""
    return str(uris[0]) if uris else None


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    # Imported here: it takes longer than the whole of our own start.
    import statistics

    ordered = sorted(seconds)
    return {
        "count": len(ordered),
        "p50": round(1000 * statistics.median(ordered), 3),
        "p99": round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3),
    }
