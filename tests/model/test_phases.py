"""The recipe's parts: phases, kinds of tokens, guesses of the network, the feed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from meno_model.configuration import Schedule
from meno_model.lexicon import ATTRIBUTE, COMPARISON, NAME, NUMBER, OPERATOR, OTHER, WORD, Lexicon
from meno_model.phases import CORRECTIONS, DENSE, PAIRS, SETTLE, learning_rate_factor, phase_at
from meno_model.rendering import render
from meno_model.tokenizer import CodeTokenizer, train_tokenizer

needs_torch = pytest.mark.skipif(
    find_spec("torch") is None or find_spec("transformers") is None, reason="the [train] extra is missing"
)
CODE = """\
def total(items, start):
    for item in items:
        start += item.price * 2
    return start >= 10
"""


@pytest.fixture(scope="module")
def tokenizer() -> CodeTokenizer:
    reading = render(CODE)
    assert reading is not None
    return train_tokenizer([reading.pieces] * 30, 420)


def test_phases_follow_one_another_and_a_share_of_nothing_leaves_one_out() -> None:
    schedule = Schedule(steps=1, dense_share=0.2, correction_share=0.2, settle_share=0.1)
    seen = [phase_at(share, schedule) for share in (0.0, 0.19, 0.2, 0.69, 0.71, 0.89, 0.91, 1.0)]
    assert seen == [DENSE, DENSE, PAIRS, PAIRS, CORRECTIONS, CORRECTIONS, SETTLE, SETTLE]
    plain = Schedule(steps=1, dense_share=0.0)
    assert {phase_at(share / 10, plain) for share in range(10)} == {PAIRS}


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    assert learning_rate_factor(0, 0.0, 100, 0.5) == pytest.approx(0.01)
    assert learning_rate_factor(500, 0.4, 100, 0.5) == 1.0
    assert learning_rate_factor(900, 0.75, 100, 0.5) == pytest.approx(0.5)
    assert learning_rate_factor(1000, 1.0, 100, 0.5) == 0.0


def test_tokens_have_kinds_in_their_place(tokenizer: CodeTokenizer) -> None:
    reading = render("total = items.price + 2\nif start >= 10 and item:\n    pass\n")
    assert reading is not None
    ids, words = tokenizer.encode(reading.pieces)
    kinds = Lexicon(tokenizer).kinds_of(ids)
    by_piece: dict[str, list[int]] = {}
    for kind, word in zip(kinds, words, strict=True):
        by_piece.setdefault(reading.pieces[word].strip(), []).append(int(kind))
    assert by_piece["total"] == [NAME]
    assert by_piece["price"] == [ATTRIBUTE]
    assert by_piece["+"] == [OPERATOR]
    assert by_piece[">="] == [COMPARISON]
    assert by_piece["2"] == [NUMBER]
    assert set(by_piece["10"]) == {OTHER}, "a digit of a longer number is no number"
    assert WORD not in by_piece["total"]


@needs_torch
def test_guesses_change_one_token_for_another_of_its_kind(tiny_run: Path) -> None:
    from meno_model.configuration import load_configuration
    from meno_model.dataset import PairSet
    from meno_model.encoder import BugEncoder
    from meno_model.guessing import guessed_pairs

    recipe = load_configuration(tiny_run.parent / "recipe.toml")
    pairs = PairSet.load(tiny_run / "pairs-train.npz")
    lexicon = Lexicon(CodeTokenizer.load(tiny_run / "tokenizer.json"))
    made = guessed_pairs(BugEncoder(recipe.model), pairs, 40, lexicon, seed=1)
    seen = set()
    for pair in range(len(made)):
        clean, mutant = made.clean(pair), made.mutant(pair)
        (place,) = np.flatnonzero(clean != mutant)
        assert made.labels[pair, 0] == place
        kind = lexicon.kinds_of(clean)[place]
        assert lexicon.kinds[mutant[place]] == (NAME if kind == ATTRIBUTE else kind)
        if kind == NAME:
            assert mutant[place] in clean, "a name is only taken from the same window"
        seen.add(made.operators[made.labels[pair, 3]])
    assert seen <= {"guessed-name", "guessed-attribute", "guessed-operator", "guessed-number"}


@needs_torch
def test_the_feed_replays_the_hardest_and_mixes_in_corrections(tiny_run: Path, tmp_path: Path) -> None:
    from meno_model.configuration import load_configuration
    from meno_model.dataset import PairSet
    from meno_model.encoder import BugEncoder
    from meno_model.feeding import Feed
    from meno_model.pair_sets import PairSets

    train, real = (PairSet.load(tiny_run / f"pairs-{split}.npz") for split in ("train", "validation"))
    schedule = Schedule(steps=1, dense_share=0.0, replay_from=0.0, hardest_share=0.1, tokens_per_batch=512)
    tokenizer = CodeTokenizer.load(tiny_run / "tokenizer.json")
    feed = Feed(schedule, PairSets(train, real, {}), tmp_path, tokenizer)
    model = BugEncoder(load_configuration(tiny_run.parent / "recipe.toml").model)
    hardness = np.arange(len(train), dtype=np.float32)
    feed.remember(train, list(range(len(train))), hardness)
    source = np.random.default_rng(0)
    drawn = [feed.next(PAIRS, 0.5, source, model)[1] for _ in range(60)]
    least = int(len(train) * 0.88)
    assert sum(min(batch) >= least for batch in drawn) > 15, "about half of the batches are the hardest"
    assert any(min(batch) < least for batch in drawn)
    mixed = {feed.next(CORRECTIONS, 0.5, source, model)[0] is real for _ in range(30)}
    assert mixed == {True, False}
