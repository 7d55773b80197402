"""The worker process: reads requests on standard input, answers on standard output, dies with its parent.

`python -m meno_model.worker [--model DIRECTORY] [--provider NAME] [--threads NUMBER]`. Standard output is
put aside at the start and file descriptor 1 sent to standard error, so that a stray print of any library
cannot break the channel.
A request that fails is answered with a sentence; only a native crash ends the process, and the client deals
with that; so does a lack of memory, once it is told, since that gives back what is held. When standard input
ends, so does the worker. Requests are read on a thread of their own, so that a
cancelled one is given up, before it begins or on its way, and answered by nothing.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from meno_model.errors import ModelError, WeightsError
from meno_model.protocol import decode, encode, finding_to_plain

if TYPE_CHECKING:
    from meno_model.attribution.explaining import Explainer
    from meno_model.origin.detector import Detector
    from meno_model.predictor import Predictor

_FAILED = "The model could not read this file. Static hints go on; `meno doctor` shows how to report it."
_NO_MEMORY = "The model ran out of memory. Static hints go on; close other programs and save again."


def protect_output() -> BinaryIO:
    """The real standard output, after everything else was redirected to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


class Worker:
    """Answers messages; loads the model at the first one that needs it."""

    def __init__(self, folder: Path | None, provider: str = "auto", threads: int | None = None) -> None:
        """`threads` are those of the graph on a processor; by default half of the cores, two at most."""
        self._folder, self._provider, self._threads = folder, provider, threads
        self._predictor: Predictor | None = None
        self._explainer: Explainer | None = None
        self._detector: Detector | None = None
        self.is_starved = False  # there was not enough memory: whoever starts anew begins with more

    def answer(
        self, message: dict[str, Any], is_cancelled: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        """The answer to one request, never an exception; nobody reads that of a cancelled one."""
        reply: dict[str, Any] = {"id": message.get("id")}
        try:
            if message.get("do") == "predict":
                findings = self.predictor().findings(str(message.get("text", "")))
                reply["findings"] = [finding_to_plain(finding) for finding in findings]
            elif message.get("do") == "predict_many":
                reply["many"] = self._many(message)
            elif message.get("do") == "suspicion":
                reply["suspicion"] = self._suspicion(str(message.get("text", "")))
            elif message.get("do") == "attribution":
                reply["attribution"] = self._attribution(message, is_cancelled)
            elif message.get("do") == "ranked":
                reply["ranked"] = self._ranked(str(message.get("text", "")))
            elif message.get("do") == "origin":
                reply["origin"] = self._origin(str(message.get("text", "")))
            elif message.get("do") == "info":
                reply["info"] = self._information()
            else:
                reply["unavailable"] = "The model does not know this request: restart the editor."
        except ModelError as problem:
            reply["unavailable"] = str(problem)
        except Exception as problem:
            self.is_starved = _is_lack_of_memory(problem)
            if not self.is_starved:
                print(f"model worker: {type(problem).__name__}: {problem}", file=sys.stderr)
            reply["unavailable"] = _NO_MEMORY if self.is_starved else _FAILED
        return reply

    def predictor(self) -> Predictor:
        """The loaded model; a `WeightsError` says what to do when there is none."""
        if self._predictor is None:
            from meno_model.weights import open_weights

            files = open_weights(self._folder)
            try:
                from meno_model.predictor import Predictor
                from meno_model.runtime import Runtime
            except ModuleNotFoundError as problem:
                raise WeightsError(
                    f"The model could not be started: {problem.name} is not installed. Static hints go on;"
                    " reinstall meno-lsp to repair it."
                ) from problem
            self._predictor = Predictor(Runtime(files, self._threads, self._provider))
        return self._predictor

    def _many(self, message: dict[str, Any]) -> list[list[dict[str, Any]]]:
        texts = [str(text) for text in message.get("texts", ())]
        answers = self.predictor().findings_of_many(texts)
        return [[finding_to_plain(finding) for finding in findings] for findings in answers]

    def _suspicion(self, text: str) -> list[tuple[int, float]]:
        predictor = self.predictor()
        from meno_model.suspicion import suspicion

        return list(suspicion(predictor, text).items())

    def _attribution(
        self, message: dict[str, Any], is_cancelled: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """The attribution as plain values; None when it was cancelled."""
        predictor = self.predictor()
        from meno_model.attribution.explaining import Explainer
        from meno_model.attribution.steps import CancelledError
        from meno_model.attribution.values import Target, to_plain

        self._explainer = self._explainer or Explainer(predictor)
        target = Target(message.get("target", Target.MISTAKE))
        try:
            return to_plain(
                self._explainer.explain(
                    str(message.get("text", "")), int(message["line"]), target, is_cancelled=is_cancelled
                )
            )
        except CancelledError:
            return None

    def _ranked(self, text: str) -> list[tuple[int, float]]:
        predictor = self.predictor()
        from meno_model.ranker import ranked

        return [(item.line, item.share) for item in ranked(predictor, text)]

    def _origin(self, text: str) -> dict[str, Any]:
        """Judgements of the file and its functions, or in `unreadable` why there are none."""
        from meno_model.origin.reading import UnreadableCode
        from meno_model.origin.values import judgement_to_plain

        detector = self.detector()
        least = detector.files.calibration.least_tokens
        try:
            judgements = [judgement_to_plain(item) for item in detector.judge(text)]
        except UnreadableCode as problem:
            return {"judgements": [], "least_tokens": least, "unreadable": str(problem)}
        return {"judgements": judgements, "least_tokens": least, "unreadable": None}

    def detector(self) -> Detector:
        """The loaded origin model, always the shipped one; a `WeightsError` says what to do without it."""
        if self._detector is None:
            from meno_model.origin.weights import open_origin

            files = open_origin()
            try:
                from meno_model.origin.detector import Detector

                self._detector = Detector(files)
            except ModuleNotFoundError as problem:
                raise WeightsError(
                    f"The origin model could not be started: {problem.name} is not installed; reinstall"
                    " meno-lsp to repair it."
                ) from problem
        return self._detector

    def _information(self) -> dict[str, Any]:
        from meno_model.information import describe

        predictor = self.predictor()
        return describe(predictor.files, predictor.runtime.provider)


class Requests:
    """Requests as they come in, in order, and which of them nobody waits for any more."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._waiting: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._cancelled: set[Any] = set()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self._source:
                message = decode(line)
                if message is None:
                    continue
                if message.get("do") == "cancel":
                    self._cancelled.add(message.get("cancels"))
                else:
                    self._waiting.put(message)
        except (MemoryError, OSError, ValueError):
            pass  # whoever cannot be read any more is not waited for
        finally:
            self._waiting.put(None)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (message := self._waiting.get()) is not None:
            if not self.is_cancelled(message):
                yield message
            self._cancelled.discard(message.get("id"))

    def is_cancelled(self, message: dict[str, Any]) -> bool:
        """Whether the answer to a request would be read by nobody."""
        return message.get("id") in self._cancelled


def serve(worker: Worker, source: BinaryIO, replies: BinaryIO) -> None:
    """Answer until the requests end."""
    requests = Requests(source)
    for message in requests:
        reply = worker.answer(message, partial(requests.is_cancelled, message))
        if requests.is_cancelled(message):
            continue
        try:
            replies.write(encode(reply))
            replies.flush()
        except (BrokenPipeError, ValueError):
            return
        if worker.is_starved:
            return


def _is_lack_of_memory(problem: BaseException | None) -> bool:
    """Python says so by its own exception; ONNX Runtime and the dynamic loader do in words."""
    words = (
        "allocate memory",
        "bad_alloc",
        "bad allocation",
        "failed to map segment",
        "can't start new thread",
    )
    while problem is not None:
        if isinstance(problem, MemoryError) or any(one in str(problem) for one in words):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="meno_model.worker", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=None, help="a model directory; default: the shipped one"
    )
    parser.add_argument("--provider", default="auto", help="where the graph runs")
    parser.add_argument("--threads", type=int, default=None, help="threads of the graph on a processor")
    chosen = parser.parse_args(arguments)
    channel = protect_output()
    worker = Worker(chosen.model, chosen.provider, chosen.threads)
    # The reading thread holds standard input's lock, over which an orderly end would stumble.
    try:
        serve(worker, sys.stdin.buffer, channel)
    except KeyboardInterrupt:
        os._exit(130)
    if worker.is_starved:
        os._exit(1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
