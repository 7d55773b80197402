"""A history as it comes about in a real server: how mistakes end, what is never written down, and what it
changes afterwards. Long, since all of it is the work of one `Learner` at one desk.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_notebook import BOOK, change_book, open_book, type_in
from end_to_end.wire import DEADLINE, FULL_CLIENT, Wire
from meno_analyzers.engine import Analysis
from meno_analyzers.findings import Finding
from meno_analyzers.hints import ladder_for
from meno_analyzers.source import Document
from meno_server.history.events import Event, Layer, Outcome
from meno_server.history.sqlite_store import SqliteStore

HINTS: dict[str, Any] = {**FULL_CLIENT, "experimental": {"meno": {"showHint": True}}}
MISSPELT = "total_price = 10\nprint(total_prise)\n"
URI = "file:///lesson.py"
OURS = {"model": {"enable": False}}


class Learner:
    """Somebody at work in an editor, whose data lie in a folder of the test."""

    def __init__(
        self, home: Path, settings: dict[str, Any], command: list[str] | None = None, **options: Any
    ) -> None:
        self.folder = home / "meno" / "history"
        self.wire = Wire(command, env={**os.environ, "XDG_DATA_HOME": str(home)})
        self.wire.answers["workspace/configuration"] = [settings]
        self.wire.start(HINTS, **options)
        self.version = 1
        self._configured()

    def _configured(self) -> None:
        """Waits until the server has the editor's settings."""
        end = time.monotonic() + DEADLINE
        while self.do("meno.effectiveSettings")["model.enable"]["origin"] != "editor":
            assert time.monotonic() < end

    def do(self, command: str, *arguments: Any) -> Any:
        return self.wire.request(
            "workspace/executeCommand", {"command": command, "arguments": list(arguments)}
        )

    def open(
        self, text: str, uri: str = URI, fewest: int = 0, *, watched: bool = True
    ) -> list[dict[str, Any]]:
        self.version = 1
        self.wire.open(text, uri)
        found = self.wire.diagnostics(1, lambda found: len(found) >= fewest)
        self.save(uri)
        self.until_watched(len(found) if watched else 0)
        return found

    def until_watched(self, count: int) -> None:
        """Waits until the server has seen so many mistakes."""
        end = time.monotonic() + DEADLINE
        while self.do("meno.debugInformation")["watched"] != count:
            assert time.monotonic() < end

    def edit(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        text: str,
        wanted: Callable[[list[dict[str, Any]]], bool] = lambda _: True,
        uri: str = URI,
    ) -> list[dict[str, Any]]:
        self.version += 1
        self.wire.change(self.version, start, end, text, uri)
        return self.wire.diagnostics(self.version, wanted)

    def save(self, uri: str = URI) -> None:
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def mend(self) -> None:
        """Mends the misspelt name, and saves."""
        self.edit((1, 6), (1, 17), "total_price", lambda found: not found)
        self.save()
        self.until_watched(0)

    def close(self, uri: str = URI) -> None:
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def patterns(self) -> dict[str, Any]:
        found: dict[str, Any] = self.do("meno.patterns")
        return found

    def outcomes(self) -> list[tuple[str, str, int]]:
        """(pattern, outcome, highest hint) of all that is kept, read past the server."""
        self.patterns()
        if not self.folder.exists():
            return []
        with sqlite3.connect(self.folder / "history.sqlite") as connection:
            rows = connection.execute("SELECT pattern, outcome, hint_level FROM events ORDER BY id")
            found = rows.fetchall()
        connection.close()
        return found

    def said(self) -> list[str]:
        return [
            message["params"]["message"]
            for message in self.wire.received
            if message.get("method") == "window/showMessage"
        ]


@pytest.fixture
def learners(tmp_path: Path) -> Iterator[Callable[..., Learner]]:
    began: list[Learner] = []

    def begin(settings: dict[str, Any] | None = None, **options: Any) -> Learner:
        began.append(Learner(tmp_path / "data", {**OURS, **(settings or {})}, **options))
        return began[-1]

    yield begin
    for learner in began:
        learner.wire.stop()
        assert learner.wire.errors == []


@pytest.fixture
def learner(learners: Callable[..., Learner]) -> Learner:
    return learners()


def test_a_mistake_that_is_mended_alone_is_fixed_unaided(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.mend()

    assert learner.outcomes() == [("ME101", "fixed_unaided", 0)]
    seen = learner.patterns()
    assert seen["state"] == "on"
    assert seen["today"]["fixedUnaided"] == 1
    assert [(p["key"], p["name"], p["slips"], p["verdict"]) for p in seen["patterns"]] == [
        ("ME101", "misspelled-name", 1, "seen")
    ]
    assert seen["today"]["takeaways"][0]["takeaway"].startswith("Python joins a use to an assignment")
    assert seen["since"] == seen["days"][0]["day"] == seen["patterns"][0]["lastSeen"]
    assert len(seen["patterns"][0]["weeks"]) == 8


def test_the_highest_hint_that_was_asked_for_is_noted(learner: Learner) -> None:
    (mistake,) = learner.open(MISSPELT)
    learner.do("meno.nextHint", URI, mistake["data"]["fingerprint"])
    learner.do("meno.nextHint", URI, mistake["data"]["fingerprint"])
    learner.mend()

    assert learner.outcomes() == [("ME101", "fixed_hinted", 3)]


def test_a_question_that_was_asked_is_help_too(learner: Learner) -> None:
    (mistake,) = learner.open(MISSPELT)
    learner.do("meno.ask", URI, mistake["data"]["fingerprint"])
    learner.mend()

    assert learner.outcomes() == [("ME101", "fixed_hinted", 3)]


def test_rewriting_the_line_is_no_repair_as_long_as_the_mistake_is_there(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.edit((1, 0), (1, 0), "x = 1; ", lambda found: len(found) == 1)
    learner.save()
    learner.edit((0, 0), (0, 0), "\n\n")
    learner.save()

    assert learner.outcomes() == []


def test_a_long_function_that_was_not_read_again_yet_mends_nothing(learner: Learner) -> None:
    body = "    print(total)\n" * 80
    learner.open(f"def show(total):\n{body}", watched=False)
    learner.edit((40, 10), (40, 15), "totle", lambda found: [one["code"] for one in found] == ["ME101"])
    learner.save()
    learner.until_watched(1)

    learner.edit((40, 4), (40, 4), " ")  # the finding on the line is not shown until the function is read
    learner.edit((40, 4), (40, 5), "")
    learner.close()

    assert learner.outcomes() == []


def test_saying_that_it_is_meant_is_no_slip(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.edit((1, 18), (1, 18), "  # meno: ok ME101", lambda found: not found)
    learner.save()
    learner.until_watched(0)

    assert learner.outcomes() == [("ME101", "dismissed", 0)]
    seen = learner.patterns()
    assert seen["patterns"] == []
    assert seen["today"]["slips"] == 0


def test_what_was_made_here_and_left_is_ignored_and_what_was_there_before_is_nobodys(
    learner: Learner,
) -> None:
    learner.open(MISSPELT)
    learner.edit((2, 0), (2, 0), "numbers = [3, 1]\nnumbers = numbers.sort()\n", lambda found: len(found) > 1)
    learner.save()
    learner.until_watched(2)
    learner.close()

    assert learner.outcomes() == [("ME404", "ignored", 0)]


def test_a_mistake_that_comes_back_was_not_mended_for_good(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.mend()
    assert learner.outcomes() == [("ME101", "fixed_unaided", 0)], "it is written down already"
    learner.edit((1, 6), (1, 17), "total_prise", lambda found: len(found) == 1)
    learner.save()
    learner.until_watched(1)

    assert learner.outcomes() == [("ME101", "reverted", 0)]


def test_who_mends_and_closes_at_once_has_mended(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.edit((1, 6), (1, 17), "total_price")
    learner.close()

    assert learner.outcomes() == [("ME101", "fixed_unaided", 0)]


def test_a_line_that_is_still_being_written_is_no_mistake(learner: Learner) -> None:
    learner.open("")
    learner.edit((0, 0), (0, 0), "print(", lambda found: len(found) == 1)  # after the short pause
    learner.edit((0, 6), (0, 6), "1)\n", lambda found: not found)
    learner.save()

    assert learner.outcomes() == []


def test_while_a_file_cannot_be_read_nothing_counts_as_mended(learner: Learner) -> None:
    def is_broken(found: list[dict[str, Any]]) -> bool:
        return any(one["code"].startswith("ME0") for one in found)

    learner.open(f"def greet(name):\n    print(nmae)\n\n\n{MISSPELT}", fewest=2)
    learner.edit((1, 4), (1, 4), "if (", is_broken)
    learner.save()
    learner.until_watched(3)
    assert learner.outcomes() == []
    learner.edit((1, 4), (1, 8), "", lambda found: len(found) == 2)
    learner.save()
    learner.until_watched(2)

    assert [outcome for outcome in learner.outcomes() if outcome[0] == "ME101"] == []


def test_an_emptied_file_is_no_repair(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.edit((0, 0), (2, 0), "", lambda found: not found)
    learner.save()

    assert learner.outcomes() == []


def test_what_waits_is_written_when_the_editor_is_closed(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.mend()
    learner.wire.stop()

    with sqlite3.connect(learner.folder / "history.sqlite") as connection:
        assert connection.execute("SELECT outcome FROM events").fetchall() == [("fixed_unaided",)]
    connection.close()


# A server for which a tenth of a second is a long time without a key.
HASTY = (
    "import sys, meno_server.lsp.housekeeping as it; it.QUIET_BEFORE_COLLECTING = 0.1;"
    "from meno_server.cli import main; sys.argv[1:] = ['lsp']; main()"
)


def test_what_waits_is_written_by_itself_when_nobody_types(learners: Callable[..., Learner]) -> None:
    learner = learners(command=[sys.executable, "-P", "-c", HASTY])
    learner.open(MISSPELT)
    learner.mend()

    end = time.monotonic() + DEADLINE
    while not list(learner.folder.glob("history.sqlite")) or not rows_in(learner):
        assert time.monotonic() < end
        learner.do("meno.debugInformation")
    assert rows_in(learner) == 1


def rows_in(learner: Learner) -> int:
    try:
        with sqlite3.connect(learner.folder / "history.sqlite") as connection:
            (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
    except sqlite3.OperationalError:  # its tables are being made
        return 0
    finally:
        connection.close()
    return int(count)


def test_a_cell_that_is_taken_out_of_its_notebook_is_no_repair(learners: Callable[..., Learner]) -> None:
    learner = learners()
    open_book(learner.wire, {"one": "total_price = 10\n", "two": "print(total_prise)\n"})
    learner.wire.diagnostics(1, lambda found: len(found) == 1)
    learner.wire.notify("notebookDocument/didSave", {"notebookDocument": {"uri": BOOK}})
    learner.until_watched(1)
    change_book(learner.wire, 2, structure={"array": {"start": 1, "deleteCount": 1}})
    learner.wire.notify("notebookDocument/didSave", {"notebookDocument": {"uri": BOOK}})

    assert learner.outcomes() == []


def test_a_mistake_in_a_cell_is_a_mistake(learners: Callable[..., Learner]) -> None:
    learner = learners()
    open_book(learner.wire, {"one": "total_price = 10\n", "two": "print(total_prise)\n"})
    learner.wire.diagnostics(1, lambda found: len(found) == 1)
    learner.wire.notify("notebookDocument/didSave", {"notebookDocument": {"uri": BOOK}})
    learner.until_watched(1)
    type_in(learner.wire, "two", 2, (0, 6, 0, 17), "total_price")
    learner.wire.diagnostics(2, lambda found: not found)
    learner.wire.notify("notebookDocument/didSave", {"notebookDocument": {"uri": BOOK}})

    assert learner.outcomes() == [("ME101", "fixed_unaided", 0)]


def test_switched_off_nothing_is_written_or_read(learners: Callable[..., Learner]) -> None:
    learner = learners({"history": {"enable": False}})
    learner.open(MISSPELT, watched=False)
    learner.mend()

    assert learner.patterns()["state"] == "off"
    learner.do("meno.stored")
    learner.wire.stop()
    assert not learner.folder.exists()


def test_a_pause_holds_for_every_session_until_it_is_over(learners: Callable[..., Learner]) -> None:
    first, second = learners(), learners()
    assert first.do("meno.pauseHistory") == "paused"
    for learner in (first, second):
        learner.open(MISSPELT, watched=False)
        learner.mend()
        assert learner.patterns()["state"] == "paused"
    assert not (first.folder / "history.sqlite").exists()

    assert second.do("meno.resumeHistory") == "on"
    first.edit((1, 6), (1, 17), "total_prise", lambda found: len(found) == 1)
    first.save()
    first.until_watched(1)
    first.mend()
    assert first.outcomes() == [("ME101", "fixed_unaided", 0)]


def test_two_servers_keep_one_history(learners: Callable[..., Learner]) -> None:
    both = learners(), learners()
    for learner in both:
        learner.open(MISSPELT)
        learner.mend()
    asked = [
        learner.wire.ask("workspace/executeCommand", {"command": "meno.patterns", "arguments": []})
        for learner in both
    ]
    for learner, id in zip(both, asked, strict=True):
        assert "result" in learner.wire.reply(id)

    assert both[0].patterns()["patterns"][0]["slips"] == 2


def test_everything_that_is_kept_is_shown_in_words_and_deleted_on_request(learner: Learner) -> None:
    learner.open(MISSPELT)
    learner.mend()
    learner.do("meno.stored")
    shown = learner.wire.wait(lambda m: m.get("method") == "meno/showHint")["params"]["markdown"]
    assert "Misspelt or unknown name (ME101, seen by a rule), mended without hints" in shown

    assert learner.do("meno.forgetStored") is True
    assert learner.outcomes() == []
    assert learner.patterns()["patterns"] == []
    assert learner.said() == ["Everything that Meno kept about your patterns is deleted."]


def test_a_damaged_history_is_told_once_in_a_sentence(learners: Callable[..., Learner]) -> None:
    learner = learners()
    learner.folder.mkdir(parents=True)
    (learner.folder / "history.sqlite").write_bytes(b"damaged" * 1000)

    assert learner.patterns()["patterns"] == []
    assert learner.patterns()["patterns"] == []
    (sentence,) = learner.said()
    assert sentence.startswith("Meno: Your history was damaged. It was set aside as")
    learner.wire.errors.clear()  # the sentence is in the log, too


SECRETS = {
    "function": "zyxquotient",
    "parameter": "krambamboli",
    "class": "Wolpertinger",
    "error": "QuietschenteError",
    "text": "a string about Ottokar",
    "comment": "call Adelheid on 555-0199",
    "file": "hausaufgabe_seventeen",
    "folder": "schulordner_mmxxvi",
}


def test_nothing_of_the_learners_own_words_is_ever_written(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    s = SECRETS
    work = tmp_path / s["folder"]
    work.mkdir()
    file = work / f"{s['file']}.py"
    program = (
        f"# {s['comment']}\nclass {s['class']}:\n    pass\n\n\nclass {s['error']}(Exception):\n    pass\n\n\n"
        f"def {s['function']}({s['parameter']}):\n    for item in {s['parameter']}:\n        if item > 0:\n"
        f"            return True\n        else:\n            return False\n\n\n"
        f'print("{s["text"]}", {s["function"]}x)\nraise {s["error"]}("{s["text"]}")\n'
    )
    file.write_text(program)
    uri = file.as_uri()
    learner = learners({"run": {"allow": "always"}, "model": {"enable": True}}, rootUri=work.as_uri())
    found = learner.open(program, uri, 2)
    for mistake in found:
        learner.do("meno.nextHint", uri, mistake["data"]["fingerprint"])
        learner.do("meno.ask", uri, mistake["data"]["fingerprint"])
    line = program[: program.index("print(")].count("\n")
    end = len(program.splitlines()[line])
    learner.edit((line, end - 2), (line, end - 1), "", uri=uri)  # the misspelt name
    learner.save(uri)
    learner.do("meno.explainFailure", uri)
    learner.wire.wait(
        lambda m: (
            m.get("method") == "textDocument/publishDiagnostics"
            and any(one["code"].startswith("run/") for one in m["params"]["diagnostics"])
        )
    )
    learner.save(uri)
    learner.edit((line + 1, 0), (line + 2, 0), "", uri=uri)  # what it raised
    since = learner.wire.count()
    learner.do("meno.explainFailure", uri)
    learner.wire.wait(lambda m: "without an error" in json.dumps(m.get("params", "")), since)
    learner.edit((0, 0), (0, 0), f"{s['parameter']} = {s['parameter']}s\n", lambda d: bool(d), uri)
    learner.save(uri)
    learner.do("meno.patterns")
    with sqlite3.connect(learner.folder / "history.sqlite") as held:  # so that the log of changes stays
        held.execute("SELECT * FROM events").fetchall()
        learner.close(uri)
        kept = learner.outcomes()
        assert kept == [
            ("ME101", "fixed_hinted", 3),
            ("run/LogicError", "fixed_hinted", 1),
            ("ME101", "ignored", 0),
        ]
        tables = [name for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert set(tables) == {"events", "counts", "alembic_version"}
        values = {
            str(value) for name in tables for row in held.execute(f"SELECT * FROM {name}") for value in row
        }
        raw = {path.name: path.read_bytes() for path in learner.folder.iterdir()}
    held.close()
    learner.wire.stop()
    raw |= {f"after/{path.name}": path.read_bytes() for path in learner.folder.iterdir()}

    assert "history.sqlite-wal" in raw
    pieces = [*s.values(), *(word for secret in s.values() for word in secret.split() if len(word) > 5)]
    for piece in pieces:
        assert not any(piece.lower() in value.lower() for value in values), piece
        for name, data in raw.items():
            for encoding in ("utf-8", "utf-16-le"):
                assert piece.lower().encode(encoding) not in data.lower(), (piece, name)
    marks = [mistake["data"]["fingerprint"] for mistake in found]
    assert not any(mark.encode() in data for mark in marks for data in raw.values()), "no hashes either"


def _remembers(tmp_path: Path, outcomes: list[Outcome], pattern: str = "ME101", ago: int = 3) -> None:
    """Lets the learner's history hold that a pattern was met some days ago."""
    day = date.today().toordinal() - ago
    events = [Event(day - n, pattern, Layer.RULES, 1, outcome, 1, 1, 7) for n, outcome in enumerate(outcomes)]
    assert SqliteStore(tmp_path / "data" / "meno" / "history").add(reversed(events))


def _guided(learner: Learner) -> None:
    """Waits until the server has read what earlier sessions left."""
    end = time.monotonic() + DEADLINE
    while not learner.do("meno.debugInformation")["guided"]:
        assert time.monotonic() < end


def _findings(text: str) -> list[Finding]:
    return list(Analysis(Document(URI, text)).findings())


def _hover(learner: Learner, line: int = 1, column: int = 8) -> str:
    place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": column}}
    answer = learner.wire.request("textDocument/hover", place)
    return str(answer["contents"]["value"])


def test_what_comes_back_is_helped_with_sooner_and_brings_its_takeaway(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    before = learners()
    before.open(MISSPELT, fewest=1)
    first = _hover(before)
    _remembers(tmp_path, [Outcome.FIXED_HINTED] * 6)
    after = learners()
    _guided(after)
    after.open(MISSPELT, fewest=1)
    second = _hover(after)

    concept = ladder_for(_findings(MISSPELT)[0]).concept
    assert concept not in first
    assert "You met this" not in first
    assert concept in second, "one rung more"
    assert "*You met this 3 days ago, too.*" in second


def test_what_was_met_once_is_brought_back_with_its_takeaway(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    _remembers(tmp_path, [Outcome.FIXED_HINTED])
    learner = learners()
    _guided(learner)
    learner.open(MISSPELT, fewest=1)

    assert "You met this 3 days ago, too. What was worth remembering: " in _hover(learner)


def test_a_rule_that_was_called_wrong_again_and_again_is_told_on_hover_only(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    _remembers(tmp_path, [Outcome.DISMISSED] * 3)
    learner = learners()
    _guided(learner)
    learner.open(MISSPELT, watched=False)

    assert learner.wire.diagnostics(1, lambda _: True) == []
    assert "ME101" in _hover(learner)


def test_with_adapting_off_the_history_changes_nothing(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    _remembers(tmp_path, [Outcome.DISMISSED] * 3)
    learner = learners({"history": {"adapt": False}})

    assert learner.open(MISSPELT, fewest=1)
    assert not learner.do("meno.debugInformation")["guided"]


def test_deleting_the_history_takes_its_advice_back_at_once(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    _remembers(tmp_path, [Outcome.DISMISSED] * 3)
    learner = learners()
    _guided(learner)
    learner.open(MISSPELT, watched=False)

    assert learner.do("meno.forgetStored")
    assert learner.wire.diagnostics(1, lambda found: len(found) == 1)


def test_what_is_written_without_the_mistake_counts_as_a_chance(
    learners: Callable[..., Learner], tmp_path: Path
) -> None:
    _remembers(tmp_path, [Outcome.FIXED_HINTED], ago=0)
    learner = learners()
    end = time.monotonic() + DEADLINE
    while not learner.do("meno.debugInformation")["known"]:
        assert time.monotonic() < end
    learner.open("first = 1\nsecond = 2\n")
    learner.edit((2, 0), (2, 0), "third = 3\nfourth = 4\nfifth = 5\n")
    learner.save()
    learner.save()
    learner.close()

    learner.wire.stop()
    with sqlite3.connect(learner.folder / "history.sqlite") as connection:
        (count,) = connection.execute("SELECT slips, opportunities FROM counts").fetchall()
    connection.close()
    assert count == (1, 1 + 3), "the lines that were there count for nothing, and no line counts twice"
