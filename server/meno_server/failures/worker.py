"""The process that analyses one failure and ends: `python -P -m meno_server.failures.worker`.

It takes less of the processor than who types (`nice`), and it stops, with all that it started, when its
input ends: when the server is gone, nobody waits for the answer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from meno_analyzers.failures.cases import CaseResult, Verdict
from meno_analyzers.failures.collecting import Collected, CollectingError, collect, collect_sent
from meno_analyzers.failures.collecting.collected import WHOLE_RUN
from meno_analyzers.failures.explaining import Ending, Explained, Told, explain_failure, refusal
from meno_analyzers.failures.explanation import Explanation, as_markdown
from meno_analyzers.failures.marks import Seen, marks
from meno_analyzers.failures.reported import explain_report
from meno_analyzers.failures.sandbox import Limits, SandboxError
from meno_model.protocol import decode, encode
from meno_server.failures import running
from meno_server.failures.messages import (
    Answer,
    Request,
    answer_to_plain,
    request_from_plain,
)

PROBLEM = "problem"
_NICE = 10
# One core is left to who types; more than two make a search hardly faster.
_SIDE_BY_SIDE = max(1, min(2, (os.cpu_count() or 1) - 1))


def main() -> None:
    """Reads one request, answers it, and ends."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints by accident ends up among the messages
    if hasattr(os, "nice"):
        os.nice(_NICE)
    first, rest = _first_line()
    request = decode(first)
    if request is None:
        return
    cancel = threading.Event()
    if rest:
        cancel.set()
    threading.Thread(target=_watch, args=(cancel,), daemon=True).start()
    analysis = _Analysis(request_from_plain(request), cancel, sink)
    try:
        answer = analysis.answer()
    except (CollectingError, SandboxError) as error:
        answer = Answer(PROBLEM, problem=str(error))
    except BrokenPipeError:
        return
    analysis.send({"answer": answer_to_plain(answer)})


# Input is read past Python's own buffer: a thread that waits in there would hinder the end of the process.


def _first_line() -> tuple[bytes, bytes]:
    """The request, and what came with it: the server may want it to stop already."""
    line = b""
    while b"\n" not in line and (piece := os.read(0, 1 << 16)):
        line += piece
    first, _, rest = line.partition(b"\n")
    return first, rest


def _watch(cancel: threading.Event) -> None:
    """Waits for the request to stop, or for the end of the other side."""
    os.read(0, 64)
    cancel.set()


class _Analysis:
    def __init__(self, request: Request, cancel: threading.Event, sink: BinaryIO) -> None:
        self._request = request
        self._cancel = cancel
        self._sink = sink

    def send(self, message: dict[str, Any]) -> None:
        try:
            self._sink.write(encode(message))
            self._sink.flush()
        except BrokenPipeError:
            self._cancel.set()

    def answer(self) -> Answer:
        request = self._request
        if request.report is not None:
            return self._of_report(request.report, Path(request.root or "."))
        assert request.file is not None
        collected = _collected(request, request.file)
        limits = Limits()
        python = running.interpreter(request.interpreter)
        if refusal(collected) is None:
            self.send({"said": running.what_is_run(collected, python, limits)})
        explained = explain_failure(
            collected,
            interpreter=python,
            seconds=request.seconds,
            level=request.level,
            searching=request.searching,
            limits=limits,
            side_by_side=_SIDE_BY_SIDE,
            model=_of_lines(request.model, collected.runnable.source),
            progress=self._tell,
            early=lambda seen: self.send({"early": answer_to_plain(self._of_run(collected, seen))}),
            cancel=self._cancel,
        )
        return self._of_run(collected, explained)

    def _tell(self, told: Told) -> None:
        doing = {"doing": told.doing.value, "tried": told.tried, "passed": told.passed, "cases": told.cases}
        self.send(doing)

    def _of_run(self, collected: Collected, explained: Explained) -> Answer:
        main = str(collected.paths[collected.program.main])
        if explained.ended is Ending.NEEDS_INPUT:
            sentence = (
                f"{Path(main).name} reads input, and there is none here. Hand it some with "
                f"`meno explain {Path(main).name} --input FILE`, or write an example in meno.toml."
            )
            return Answer(PROBLEM, problem=sentence, main=main)
        results = _asked(explained.results)
        passed = sum(result.passed for result in results)
        failed = sum(not result.passed and result.verdict is not Verdict.NOT_RUN for result in results)
        alone = len(results) == 1 and results[0].id == WHOLE_RUN
        sentence = running.what_passed(passed, alone=alone) if explained.ended is Ending.PASSES else ""
        told = explained.explanation
        if told is None:
            return Answer(
                explained.ended.value,
                main=main,
                source=collected.program.source,
                passed=passed,
                failed=failed,
                sentence=sentence,
            )
        repair = explained.repair
        seen = Seen(
            source=collected.program.source,
            main=collected.program.main,
            cases=collected.cases,
            results=explained.results,
            explanation=told,
            paths=collected.paths,
            # What the page does not show is not made by an action either.
            changed=repair.source if repair is not None and told.diff is not None else None,
        )
        answer = self._explained(explained.ended.value, told, seen, main, passed, failed)
        return replace(answer, repaired=repair.source if repair is not None else None)

    def _of_report(self, text: str, root: Path) -> Answer:
        told = explain_report(text, root, level=self._request.level)
        if told is None:
            return Answer(
                PROBLEM,
                problem="This text holds no traceback and no test report; copy all that Python printed, "
                "from `Traceback` to the last line.",
            )
        main = (root / told.file_alias).resolve()
        source = main.read_text("utf-8", errors="replace") if main.is_file() else ""
        seen = Seen(source, told.file_alias, (), (), told, {told.file_alias: main})
        return self._explained(Ending.EXPLAINED.value, told, seen, str(main), 0, 0)

    def _explained(
        self, ended: str, told: Explanation, seen: Seen, main: str, passed: int, failed: int
    ) -> Answer:
        language = self._request.language
        return Answer(
            ended,
            main=main,
            source=seen.source,
            passed=passed,
            failed=failed,
            page=as_markdown(told, language),
            explanation=told.model_dump_json(),
            verified=told.test_impact.verified,
            line=told.root_cause.line_start,
            findings=tuple(marks(seen, language)),
        )


def _collected(request: Request, file: str) -> Collected:
    if request.sent:
        return collect_sent(request.sent, file, request.tests)
    unsaved = {Path(path): text for path, text in request.unsaved.items()}
    tests = Path(request.tests) if request.tests is not None else None
    return collect(Path(file), tests=tests, unsaved=unsaved)


def _of_lines(model: Mapping[int, float], text: str) -> Mapping[int, float]:
    """The model's scores without those of tests, which were taken out of the text that is run."""
    rows = text.split("\n")
    return {line: score for line, score in model.items() if line <= len(rows) and rows[line - 1].strip()}


def _asked(results: Sequence[CaseResult]) -> Sequence[CaseResult]:
    """The cases that a learner counts: that the script as a whole comes to its end is none beside others."""
    return [result for result in results if result.id != WHOLE_RUN or not result.passed] or results


if __name__ == "__main__":
    main()
