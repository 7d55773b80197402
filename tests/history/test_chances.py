"""Places that went well, and findings that grew quiet: what is counted, and what must not be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meno_analyzers.engine import Analysis
from meno_analyzers.source import Document
from meno_server.history.events import Kept, Layer
from meno_server.history.guidance import Advice, Guidance
from meno_server.history.recorder import Recorder
from meno_server.lsp.chances import Chances
from meno_server.lsp.episodes import Episode, Episodes
from meno_server.lsp.open_file import OpenFile
from meno_server.lsp.server import MenoServer
from meno_server.lsp.session import Session

URI = "file:///lesson.py"
LOOP = "for number in range(3):\n    print(number)\n"


def lesson(text: str) -> OpenFile:
    return OpenFile(Document(URI, text), 1)


def waiting(recorder: Recorder) -> dict[str, int]:
    return dict(recorder._waiting.chances)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(lambda _: None)


async def test_what_a_file_holds_when_it_is_opened_again_at_once_is_nobodys_chance(
    recorder: Recorder,
) -> None:
    chances, before, after = Chances(recorder), lesson(LOOP), lesson(LOOP * 3)
    chances.opened(before)
    places = chances.places(before)
    chances.closed(before)
    chances.opened(after)
    await chances.went_well(places, before.document.text, ["ME301"])
    await chances.went_well(chances.places(after), after.document.text, ["ME301"])

    assert waiting(recorder) == {}
    await chances.went_well(chances.places(after), LOOP * 5, ["ME301"])
    assert waiting(recorder) == {"ME301": 2}, "written since"


async def test_what_was_written_while_the_history_was_paused_is_not_counted(recorder: Recorder) -> None:
    chances, file = Chances(recorder), lesson("")
    chances.opened(file)
    chances.forget()
    file.document.replace_all(LOOP * 4)
    chances.opened(file)
    await chances.went_well(chances.places(file), file.document.text, ["ME301"])

    assert waiting(recorder) == {}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    made = MenoServer().session
    made.configured.set()
    yield made
    made.closing = True


@pytest.mark.parametrize("closing", [False, True])
async def test_a_finding_that_became_quiet_was_not_mended_and_not_ignored(
    session: Session, closing: bool
) -> None:
    file = lesson("print(totl)\n")
    file.analysis.work(10)
    (finding,) = Analysis(Document(URI, "print(totl)\n")).findings()
    episodes: Episodes = session.episodes
    mark = session.fingerprint(file, finding)
    episodes._open[URI] = [Episode(finding, finding.rule, Layer.RULES, mark, True, 0.0, 0)]
    episodes.look(file)
    assert episodes.watched == 1

    session.guiding.current = file.guidance = Guidance({finding.rule: Advice(doubted=True)})
    if closing:
        episodes.closed(file)
    else:
        episodes.look(file)

    assert (episodes.watched, episodes.recorder._waiting.events) == (0, [])


async def test_advice_that_was_read_before_everything_was_deleted_is_not_taken(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.guiding.current = Guidance({"ME301": Advice(raised=True)})
    guiding, recorder = session.guiding, session.episodes.recorder

    async def advice(_today: int) -> Guidance:
        guiding.forget()  # while the answer was on its way
        return Guidance({"ME301": Advice(raised=True)}, frozenset({"ME301"}))

    monkeypatch.setattr(recorder, "advice", advice)
    await guiding.write()

    assert await recorder.read() == Kept()
    assert guiding.current == Guidance()
