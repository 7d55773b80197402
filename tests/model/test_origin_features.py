"""What the origin model counts: families of features, equally loud, each with the words it was read from."""

from __future__ import annotations

import zlib

import numpy as np

from meno_model.origin.features import WIDTH, bag_of, names_in
from meno_model.origin.flow import flow_of
from meno_model.origin.occurrences import Occurrences, counted
from meno_model.origin.reading import Word, read_words

LESSON = (
    "def total(marks):\n    result = 0\n    for mark in marks:\n        result += mark\n    return result\n"
)


def words_of(text: str) -> list[Word]:
    return list(read_words(text))


def test_a_bag_has_length_one_and_knows_its_words() -> None:
    words = words_of(LESSON)
    bag = bag_of(words)
    assert np.isclose(np.linalg.norm(bag.strengths), 1.0)
    assert len(set(bag.ids.tolist())) == len(bag.ids) == len(bag.lengths)
    assert bag.ids.min() >= 0
    assert bag.ids.max() < WIDTH
    assert bag.lengths.min() > 0
    assert bag.lengths.sum() == len(bag.places)
    assert set(bag.places.tolist()) == set(range(len(words)))


def test_the_families_weigh_alike_however_long_the_program_is() -> None:
    for text in (LESSON, LESSON * 3 + "print(total([1, 2]))\n"):
        bag = bag_of(words_of(text))
        names = bag.ids < (1 << 18)
        flow = (bag.ids >= (1 << 18)) & (bag.ids < (1 << 18) + (1 << 17))
        shares = [float((bag.strengths[own] ** 2).sum()) for own in (names, flow, ~(names | flow))]
        assert np.allclose(shares, 1 / 3)


def test_layout_and_comments_are_not_counted() -> None:
    spread = LESSON.replace(" = 0", "   =   0  # nothing yet").replace("(marks)", "( marks )")
    one, two = bag_of(words_of(LESSON)), bag_of(words_of(spread))
    assert np.array_equal(one.ids, two.ids)
    assert np.array_equal(one.strengths, two.strengths)


def test_lines_are_known_by_what_they_do() -> None:
    words = words_of(LESSON)
    spelt = [word.spelling for word in words]
    keys = {key for key, _ in flow_of(words, spelt, spelt)}
    assert ("heads", "def 0", "name = 1") in keys
    assert ("heads", "for 0", "name += 1", "return 0") in keys
    assert ("block", "for", "2") in keys
    assert ("depth", "for", "1") in keys
    assert list(flow_of([], [], [])) == []


def test_chosen_names_are_those_that_nobody_shares() -> None:
    assert set(names_in(words_of("import math\nside = math.sqrt(len(rows))\n"))) == {"side", "sqrt", "rows"}


def test_occurrences_are_counted_in_the_order_in_which_features_came_first() -> None:
    told = Occurrences.joined(
        [
            Occurrences.of([(7, (0,)), (3, (1, 2)), (7, (4,))]),
            Occurrences.of_runs([3, 9], np.array([5, 0]), np.array([3, 2])),
        ]
    )
    known = counted(told.marks, told)
    assert known.numbers.tolist() == [7, 3, 9]
    assert known.counts.tolist() == [2, 2, 1]
    assert known.lengths.tolist() == [2, 5, 2]
    assert known.places.tolist() == [0, 4, 1, 2, 5, 6, 7, 0, 1]


def test_a_run_is_hashed_as_its_words_put_together() -> None:
    """The weights were fitted to these places in the table, so they must not move."""
    bag = bag_of(words_of("é = 1\n"))
    runs = ("texts\x1fé\x1f=", "texts\x1fé\x1f=\x1f1", "shapes\x1fname:1plain\x1f=\x1f1")
    assert {zlib.crc32(run.encode()) % (1 << 18) for run in runs} <= set(bag.ids.tolist())
    assert (1 << 18) + (1 << 17) + zlib.crc32("é =".encode()) % (1 << 17) in bag.ids
