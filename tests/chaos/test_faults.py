"""Every fault, under steady typing: each key is answered with the right findings, one plain sentence tells
what is degraded, it heals by itself where it can, and nothing is lost. Deadlines here are for what hangs; how
quickly keys are answered is for benchmarks/faults.py to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos import disk_faults, network_faults, process_faults, worker_faults
from chaos.desk import is_one_plain_sentence
from chaos.trial import Fault, Report, try_out
from chaos.typist import by_rules
from end_to_end.wire import Wire

FAULTS = [*worker_faults.FAULTS, *disk_faults.FAULTS, *process_faults.FAULTS, *network_faults.FAULTS]


@pytest.fixture(scope="module")
def well() -> Iterator[Wire]:
    """A server to which nothing has happened."""
    wire = Wire()
    wire.start()
    yield wire
    wire.stop()


@pytest.mark.timeout(150)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_keys_are_answered_and_one_sentence_is_told_when(fault: Fault, tmp_path: Path, well: Wire) -> None:
    if (reason := fault.why_not()) is not None:
        pytest.skip(reason)

    report = try_out(fault, tmp_path / "desk")

    assert report.everything.keys >= 45
    assert report.everything.unanswered == ()
    assert report.everything.wrong == ()
    assert [where(one) for one in report.found] == [where(one) for one in fresh(well, report)]
    assert [words in message for words, message in zip(fault.told, report.messages, strict=True)].count(
        False
    ) == 0, report.messages
    assert [message for message in report.messages if not is_one_plain_sentence(message)] == []
    if fault.told and fault.degrades:
        assert [f"Meno: {sentence}" for sentence in dict.fromkeys(report.degraded)] == report.messages
    assert [text for text in report.texts if "Traceback (most" in text or "Errno" in text] == []
    assert [line for line in report.log.splitlines() if " ERROR " in line] == []
    assert report.status == 0
    assert report.left == []


def where(finding: dict[str, object]) -> tuple[object, object, object]:
    return finding["code"], str(finding["range"]), finding["message"]


def fresh(well: Wire, report: Report) -> list[dict[str, object]]:
    """What a server to which nothing happened finds in the text that was typed."""
    uri = "file:///fresh.py"
    since = well.count()
    well.open(report.text, uri)
    well.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    found = well.diagnostics(1, lambda found: len(by_rules(found)) >= len(report.found), since)
    well.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return by_rules(found)
