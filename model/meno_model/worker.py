"""The worker process: reads requests on standard input, answers on standard output, dies with its parent.

`python -m meno_model.worker [--model DIRECTORY]`. Standard output is put aside at the start and file
descriptor 1 sent to standard error, so that a stray print of any library cannot break the channel. A
request that fails is answered with a sentence; only a native crash ends the process, and the client deals
with that. When standard input ends, so does the worker.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from meno_model.errors import ModelError, WeightsError
from meno_model.protocol import decode, encode, finding_to_plain

if TYPE_CHECKING:
    from meno_model.origin.detector import Detector
    from meno_model.predictor import Predictor

_FAILED = "The model could not read this file. Static hints go on; `meno doctor` shows how to report it."


def protect_output() -> BinaryIO:
    """The real standard output, after everything else was redirected to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


class Worker:
    """Answers messages; loads the model at the first one that needs it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._predictor: Predictor | None = None
        self._detector: Detector | None = None

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request, never an exception."""
        reply: dict[str, Any] = {"id": message.get("id")}
        try:
            if message.get("do") == "predict":
                findings = self.predictor().findings(str(message.get("text", "")))
                reply["findings"] = [finding_to_plain(finding) for finding in findings]
            elif message.get("do") == "suspicion":
                reply["suspicion"] = self._suspicion(str(message.get("text", "")))
            elif message.get("do") == "origin":
                reply["origin"] = self._origin(str(message.get("text", "")))
            elif message.get("do") == "info":
                reply["info"] = self._information()
            else:
                reply["unavailable"] = "The model does not know this request: restart the editor."
        except ModelError as problem:
            reply["unavailable"] = str(problem)
        except Exception as problem:
            print(f"model worker: {type(problem).__name__}: {problem}", file=sys.stderr)
            reply["unavailable"] = _FAILED
        return reply

    def predictor(self) -> Predictor:
        """The loaded model; a `WeightsError` says what to do when there is none."""
        if self._predictor is None:
            from meno_model.weights import open_weights

            files = open_weights(self._folder)
            try:
                from meno_model.predictor import Predictor
                from meno_model.runtime import Runtime
            except ImportError as problem:
                raise WeightsError(
                    f"The model could not be started: {problem.name} is not installed. Static hints go on;"
                    " reinstall meno-lsp to repair it."
                ) from problem
            self._predictor = Predictor(Runtime(files))
        return self._predictor

    def _suspicion(self, text: str) -> list[tuple[int, float]]:
        predictor = self.predictor()
        from meno_model.suspicion import suspicion

        return list(suspicion(predictor, text).items())

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
            except ImportError as problem:
                raise WeightsError(
                    f"The origin model could not be started: {problem.name} is not installed; reinstall"
                    " meno-lsp to repair it."
                ) from problem
        return self._detector

    def _information(self) -> dict[str, Any]:
        from meno_model.information import describe

        predictor = self.predictor()
        return describe(predictor.files, predictor.runtime.provider)


def serve(folder: Path | None, requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until the requests end."""
    worker = Worker(folder)
    for line in requests:
        message = decode(line)
        if message is None:
            continue
        try:
            replies.write(encode(worker.answer(message)))
            replies.flush()
        except (BrokenPipeError, ValueError):
            return


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="meno_model.worker", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=None, help="a model directory; default: the shipped one"
    )
    chosen = parser.parse_args(arguments)
    channel = protect_output()
    try:
        serve(chosen.model, sys.stdin.buffer, channel)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
