"""What a session has that learns: the models, their explanations, the tutor, and what the history advises.

Each is made when it is first needed, made anew when the settings change, and asked beside the loop.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from typing import TYPE_CHECKING

from meno_model.client import ModelClient
from meno_model.process import STOPPED
from meno_server.history.events import Layer
from meno_server.lsp.dialogues import Dialogues
from meno_server.lsp.giving import Giving
from meno_server.lsp.guiding import Guiding
from meno_server.lsp.housekeeping import Housekeeping
from meno_server.lsp.progress import under_progress
from meno_server.lsp.reasons import Reasons
from meno_server.lsp.sending import Sending
from meno_server.lsp.shared_model import SharedModel
from meno_server.lsp.status import Status
from meno_server.lsp.uris import key_of
from meno_server.models import model_client

if TYPE_CHECKING:
    from meno_model.client import ModelAnswer
    from meno_model.tutor import Keys, Tutor
    from meno_server.lsp.notebooks import Notebook
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

log = logging.getLogger("meno.session")
PATIENCE = 0.7
"""Seconds after which an answer is waited for under progress: as a rule it takes a tenth of that."""


class Learned(Housekeeping):
    """The model and the tutor of one session."""

    def _begin_learned(self, session: Session) -> None:
        self._session = session
        self._model: ModelClient | None = None
        self._model_tasks: dict[str, asyncio.Task[None]] = {}
        self._tutor: Tutor | None = None
        self._tutor_keys: Keys | None = None
        self.reasons = Reasons(session)
        self.sending = Sending(session)
        self.dialogues = Dialogues(session)
        self.status = Status(session)
        self.shared_model = SharedModel(session)
        self.guiding = Guiding(session)
        self.giving = Giving(session)

    @property
    def model(self) -> ModelClient:
        if self._model is None:
            self._model = model_client(self._session.settings, log.warning)
            self._model.on_state_changed = lambda _: self.status.tell()
        return self._model

    @property
    def model_state(self) -> str:
        return "not started" if self._model is None else self._model.state

    @property
    def ready_model(self) -> ModelClient | None:
        """The model, if it runs already and is switched on."""
        wanted = self._session.settings.model_enable and self.model_state == "ready"
        return self._model if wanted else None

    async def restart_model(self) -> None:
        """Ends the model's processes; the next save or question starts a new one."""
        await self.reasons.stop()
        model, self._model = self._model, None
        if model is not None:
            await model.stop()

    def load_tutor(self) -> None:
        """Reads the tutor's code beside the loop, if one is chosen: no question should wait for it."""
        if self._session.settings.tutor_provider != "none":
            self.run(asyncio.to_thread(importlib.import_module, "meno_model.tutor"))

    @property
    def tutor(self) -> Tutor:
        if self._tutor is None:
            from meno_model.tutor import Tutor
            from meno_server.tutoring import tutor_settings

            self._tutor = Tutor(tutor_settings(self._session.settings), self.tutor_keys)
        return self._tutor

    @property
    def tutor_counts(self) -> dict[str, int]:
        """How often each outcome of asking was met since the settings last changed."""
        return {} if self._tutor is None else dict(self._tutor.counts)

    @property
    def tutor_keys(self) -> Keys:
        """The keys of this session; those that the editor handed over outlive a change of settings."""
        if self._tutor_keys is None:
            from meno_model.tutor import Keys

            self._tutor_keys = Keys()
        return self._tutor_keys

    def ask_model(self, file: OpenFile | Notebook) -> None:
        """Asks about the text as it was saved; a newer save replaces an older one."""
        key = key_of(file.document.uri)
        running = self._model_tasks.get(key)
        if running is not None:
            running.cancel()
        self._model_tasks[key] = self.run(self._ask_model(file, file.edits))

    async def _predict(self, file: OpenFile | Notebook, asked: ModelClient) -> ModelAnswer:
        """What the gateway's model says, or else the model here."""
        answer = await self.shared_model.predict(file)
        return await asked.predict(file.program) if answer is None else answer

    async def _ask_model(self, file: OpenFile | Notebook, edits: int) -> None:
        started = time.perf_counter()
        asked = self.model
        question = asyncio.ensure_future(self._predict(file, asked))
        try:
            await asyncio.wait({question}, timeout=PATIENCE)
            if not question.done():
                title = "Meno's model is reading the file"
                async with under_progress(self._session, title, lambda: _cancel(question)):
                    await asyncio.wait({question})
        finally:
            question.cancel()
        if question.cancelled():
            return
        answer = question.result()
        if answer.unavailable == STOPPED and asked is not self._model and not self.closing:
            # Settings have changed meanwhile, and with them the model: the new one is asked instead.
            await self._ask_model(file, edits)
            return
        self.note("model", time.perf_counter() - started)
        self.status.trouble("model", answer.unavailable)
        if answer.unavailable is not None:
            self.tell_once(answer.unavailable)
        if self._session.stands(file, edits) and not self.closing:
            file.model_said(answer.findings)
            if answer.unavailable is None:
                for one in file.together:
                    self._session.episodes.look(one, Layer.MODEL)
            self._session.refresh(file)
            await self._session.refresh_lenses()

    def forget_learned(self) -> None:
        """Lets go of what was made with older settings."""
        self.status.trouble("model", None)
        if self._tutor is not None:
            self.run(self._tutor.close())
            self._tutor = None
        if self._model is not None:
            self.run(self._model.stop())
            self._model = None
        self.run(self.reasons.stop())
        self.run(self.shared_model.close())
        self.guiding.follow_settings()
        self.giving.follow_settings()

    async def close_learned(self) -> None:
        """Ends all processes and connections."""
        await self.guiding.close()
        await self.reasons.stop()
        if self._model is not None:
            await self._model.stop()
        if self._tutor is not None:
            await self._tutor.close()
        await self.shared_model.close()
        await self.giving.close()


def _cancel(question: asyncio.Future[ModelAnswer]) -> None:
    question.cancel()
