"""Whatever a client does, over whatever channel: the server holds its text, finds what a fresh one finds, and
answers every request once.

Hypothesis chooses what happens in which order and makes failures small; sessions from seeds then bring the
edits to their number. `benchmarks/protocol_fuzz.py` goes on to a million. What once failed is played again
from `fixtures/`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from end_to_end.lines import CHANNELS
from fuzz import moves, notebook_moves
from fuzz.model import ENCODINGS, edited, offset
from fuzz.playing import played
from fuzz.session import KINDS, Session, load, play

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))
# Together 50,400 edits, and those of the chosen sessions besides.
SEEDED_SESSIONS = 6
EDITS_OF_A_SESSION = 2_800
EXAMPLES, STEPS = 5, 14
_SEEDS = st.integers(0, 2**32 - 1)


class Conversation(RuleBasedStateMachine):
    """One session, of which hypothesis chooses the steps; what a step does follows from its seed."""

    channel = "stdio"
    edits = 0

    @initialize(
        encoding=st.sampled_from(ENCODINGS),
        kind=st.sampled_from(KINDS),
        learning=st.sampled_from(("", "history")),
    )
    def begin(self, encoding: str, kind: str, learning: str) -> None:
        self.session = Session(self.channel, encoding, kind, learning)

    def _all(self, made: list[list[object]]) -> None:
        for move in made:
            self.session.perform(move)

    @rule(seed=_SEEDS)
    def open(self, seed: int) -> None:
        self._all(moves.opening(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def close_or_rename(self, seed: int) -> None:
        self._all(moves.closing(self.session, Random(seed)))

    @rule(seed=_SEEDS, count=st.integers(1, 120))
    def edit(self, seed: int, count: int) -> None:
        self._all(moves.typing(self.session, Random(seed), count))

    @rule(seed=_SEEDS)
    def configure(self, seed: int) -> None:
        self._all(moves.configuring(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def open_a_notebook(self, seed: int) -> None:
        self._all(notebook_moves.opening(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def move_cells(self, seed: int) -> None:
        self._all(notebook_moves.restructuring(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def save_or_close_a_notebook(self, seed: int) -> None:
        self._all(notebook_moves.closing(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def ask_and_cancel(self, seed: int) -> None:
        self._all(moves.asking(self.session, Random(seed)))

    @rule(seed=_SEEDS)
    def blunder(self, seed: int) -> None:
        self._all(moves.blundering(self.session, Random(seed)))

    @rule()
    def a_second_editor_knocks(self) -> None:
        self._all(moves.intruding(self.session, Random(0)))

    @rule()
    def rest(self) -> None:
        self.session.check()

    def teardown(self) -> None:
        if not hasattr(self, "session"):
            return
        try:
            self.session.end()
        finally:
            type(self).edits += self.session.edits
            self.session.abandon()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("channel", CHANNELS)
def test_client_and_server_agree_whatever_is_chosen(channel: str) -> None:
    machine = type("ConversationOver" + channel, (Conversation,), {"channel": channel, "edits": 0})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Explaining a failure would start hundreds of servers.
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        ),
    )

    assert machine.edits > 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("channel", CHANNELS)
def test_client_and_server_agree_after_thousands_of_edits(channel: str) -> None:
    first = CHANNELS.index(channel) * SEEDED_SESSIONS
    done = [
        played(number * 5, seed=2026, edits=EDITS_OF_A_SESSION, channel=channel)
        for number in range(first, first + SEEDED_SESSIONS)
    ]

    assert [one.failure for one in done if one.failure] == []
    edits = sum(one.edits for one in done)
    assert edits * len(CHANNELS) >= 50_000
    assert all(one.requests and one.checks for one in done)
    assert any(one.kept for one in done)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_what_once_failed_does_not_fail_again(fixture: Path) -> None:
    play(load(fixture))


@pytest.mark.parametrize(
    ("encoding", "units", "place"),
    [
        ("utf-8", 4, 1),
        ("utf-8", 6, 2),
        ("utf-16", 1, 1),
        ("utf-16", 2, 1),
        ("utf-16", 3, 2),
        ("utf-32", 2, 2),
    ],
)
def test_the_model_itself_counts_as_the_protocol_says(encoding: str, units: int, place: int) -> None:
    assert offset("a😀é\r\nx\ry", 0, units, encoding) == place
    assert offset("a😀é\r\nx\ry", 0, 99, encoding) == 3
    assert offset("a😀é\r\nx\ry", 1, 0, encoding) == 5
    assert offset("a😀é\r\nx\ry", 2, 0, encoding) == 7
    assert offset("a😀é\r\nx\ry", 9, 9, encoding) == 8


def test_the_model_itself_joins_halves_and_turns_ranges_round() -> None:
    span = {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 1}}

    assert edited("abcd", {"range": span, "text": "\ud83d"}, "utf-16") == "a\ud83dd"
    assert (
        edited(
            "a\ud83d", {"range": {"start": span["start"], "end": span["start"]}, "text": "\ude00"}, "utf-16"
        )
        == "a😀"
    )
