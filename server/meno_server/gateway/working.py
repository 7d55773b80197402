"""The process that does what needs no model: `python -P -m meno_server.gateway.working`.

It reads one JSON object a line and answers each with one, in order: the rules and the mentor's words for a
text, the explanation of a report, what a tutor may know of a finding, and which walls the sandbox has. It is
ended from outside when an answer takes too long, so nothing here watches the time. When its input ends, so
does it, also in the middle of something. What goes wrong is answered with the name of the kind of problem
and nothing of the text.
"""

from __future__ import annotations

import gc
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from meno_analyzers.engine import Analysis, analyse
from meno_analyzers.findings import Finding, Source
from meno_analyzers.hints.catalogue import FOLDER, Kind, load_entry
from meno_analyzers.source import Document
from meno_model.protocol import decode, encode
from meno_server.adjusting import adjusted
from meno_server.gateway.findings import from_plain, settings_for, to_plain, view

Plain = dict[str, Any]
_REPORT = (
    'Traceback (most recent call last):\n  File "program.py", line 1, in <module>\n    print(1 / 0)\n'
    "ZeroDivisionError: division by zero\n"
)
MEMORY = 2 * 2**30
"""Bytes of addresses; a text that wants more ends the process instead of the machine."""
_COLLECT_EVERY = 1000
"""Answers; a collection goes through all facts that are remembered, for a tenth of a second."""
_SAMPLE = (
    "import math\n\n\nclass Shape:\n    def __init__(self, side=[]):\n        self.side = side\n\n"
    "    def area(self):\n        return self.sid ** 2\n\n\ndef total(values):\n    result = 0\n"
    "    for place in range(len(values) + 1):\n        result =+ values[place]\n    if result == None:\n"
    "        print('none' + 1)\n    while result > 0:\n        pass\n\n\nprint(total([1, 2]) + math.pi)\n"
)


def warm(_message: Plain) -> Plain:
    """Loads what the first texts would wait for."""
    kinds: tuple[Kind, ...] = ("rules", "categories")
    for kind in kinds:
        for path in sorted((FOLDER / "en" / kind).glob("*.toml")):
            load_entry(kind, path.stem)
    for number in range(3):
        static({"text": f"{_SAMPLE}\nprint({number})\n", "language": "en", "highest": 4})
    static({"text": "def broken(:\n    pass\n", "language": "en", "highest": 4})
    evidence({"text": _SAMPLE, "language": "en", "line": 4})
    report({"report": _REPORT, "files": {"program.py": "print(1 / 0)\n"}, "level": 3, "language": "en"})
    gc.collect()
    gc.freeze()
    return {}


def static(message: Plain) -> Plain:
    """Findings with their hints, and how long each of the two took."""
    began = time.perf_counter()
    settings = settings_for(message.get("profile", "student"))
    target = message.get("target")
    found = analyse(message["text"], tuple(target) if target else None)
    kept = [one for finding in found if (one := adjusted(finding, settings)) is not None]
    analysed = time.perf_counter()
    findings = [view(finding, message["language"], message["highest"]) for finding in kept]
    done = time.perf_counter()
    return {
        "findings": findings,
        "milliseconds": {"static": (analysed - began) * 1000, "hints": (done - analysed) * 1000},
    }


def report(message: Plain) -> Plain:
    """The explanation of what somebody's Python printed; nothing is run."""
    from meno_analyzers.failures.explanation import as_markdown
    from meno_analyzers.failures.reported import explain_sent

    told = explain_sent(message["report"], message["files"], main=message.get("main"), level=message["level"])
    if told is None:
        return {"explanation": None}
    page = as_markdown(told, message["language"])
    return {"explanation": told.model_dump(mode="json"), "page": page}


def evidence(message: Plain) -> Plain:
    """What a tutor may know of the finding at a line, or of the one that is given."""
    from meno_server.evidence import evidence_of

    began = time.perf_counter()
    settings = settings_for(message.get("profile", "student"))
    document = Document("", message["text"])
    target = message.get("target")
    analysis = Analysis(document, target=tuple(target) if target else None)
    finding = _chosen(message, analysis.findings(), settings)
    if finding is None:
        return {"finding": None}
    made = evidence_of(document, analysis, finding, message["language"])
    return {
        "finding": to_plain(finding),
        "view": view(finding, message["language"], 0),
        "function_source": made.function_source,
        "first_line": made.first_line,
        "repaired": made.repaired,
        "milliseconds": {"static": (time.perf_counter() - began) * 1000},
    }


def _chosen(message: Plain, found: list[Finding], settings: Any) -> Finding | None:
    if message.get("finding") is not None:
        return from_plain(message["finding"])
    line, rule = message["line"] - 1, message.get("rule")
    kept = (adjusted(finding, settings) for finding in found)
    here = [
        finding
        for finding in kept
        if finding is not None and finding.span.touches_lines(line, line) and rule in (None, finding.rule)
    ]
    return min(here, key=lambda finding: finding.order, default=None)


def hints(message: Plain) -> Plain:
    """The views of findings of the model."""
    findings = [from_plain({**one, "source": Source.MODEL}) for one in message["findings"]]
    return {"findings": [view(one, message["language"], message["highest"]) for one in findings]}


def walls(_message: Plain) -> Plain:
    """What the sandbox is granted on this machine, tried out with a program of ours."""
    from meno_server.failures.confining import granted

    held, problem = granted()
    return {"walls": sorted(held)} | ({} if problem is None else {"sentence": problem})


_WORK: dict[str, Callable[[Plain], Plain]] = {
    work.__name__: work for work in (warm, static, report, evidence, hints, walls)
}


def answer(message: Plain) -> Plain:
    """The answer to one request, never an exception."""
    reply: Plain = {"id": message.get("id")}
    try:
        return reply | _WORK[str(message.get("do"))](message)
    except Exception as problem:
        # Its text may quote the code, so only its kind is told.
        return reply | {"problem": type(problem).__name__}


def main() -> None:
    """Answers until the requests end."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory()
    waiting: queue.SimpleQueue[Plain | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(waiting,), daemon=True).start()
    gc.disable()  # facts hold no cycles; what libraries leave behind is collected between questions
    answered = 0
    while (message := waiting.get()) is not None:
        try:
            channel.write(encode(answer(message)))
            channel.flush()
        except BrokenPipeError:
            break
        answered += 1
        if answered % _COLLECT_EVERY == 0:
            gc.collect()
    os._exit(0)  # the reading thread may hold the lock of standard input


def _read(waiting: queue.SimpleQueue[Plain | None]) -> None:
    for line in sys.stdin.buffer:
        message = decode(line)
        if message is not None:
            waiting.put(message)
    waiting.put(None)
    time.sleep(5)  # nobody waits for the answer that is being made
    os._exit(0)


def _limit_memory() -> None:
    if sys.platform.startswith("linux"):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
