"""Which pairs a training step sees: by phase, the hardest mistakes again, the network's own guesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from meno_model.dataset import PairSet
from meno_model.lexicon import Lexicon
from meno_model.objectives import PairBatch
from meno_model.pair_sets import PairSets
from meno_model.phases import CORRECTIONS, DENSE, share_of_pairs
from meno_model.tokenizer import PAD, CodeTokenizer

if TYPE_CHECKING:
    from meno_model.configuration import Schedule
    from meno_model.encoder import BugEncoder

_TOO_HARD = 0.01
"""The hardest share of all mistakes is left out of replay: some of them are none."""


class Feed:
    """Batches for each phase; remembers how hard each mistake was."""

    def __init__(self, schedule: Schedule, pairs: PairSets, folder: Path, tokenizer: CodeTokenizer) -> None:
        self.schedule, self.pairs, self._folder = schedule, pairs, folder
        self.lexicon = Lexicon(tokenizer)
        self._train = pairs.train
        self._hardness = np.full(len(self._train), np.nan, dtype=np.float32)
        self._streams: dict[str, Iterator[list[int]]] = {}
        self._guessed = False

    @property
    def steps_per_epoch(self) -> int:
        """About how many steps it takes to see every pair once."""
        size = self.schedule.pairs_per_batch
        if size:
            return max(1, -(-len(self._train) // size))
        return max(1, int(2 * self._train.lengths.sum()) // self.schedule.tokens_per_batch)

    def next(
        self, phase: str, share: float, source: np.random.Generator, model: BugEncoder
    ) -> tuple[PairSet, list[int]]:
        """The pairs and the batch of the next step."""
        if phase == DENSE:
            return self._train, self._from("dense", self._train, source, factor=2)
        if not self._guessed:
            self._guess(model)
        corrections = self.pairs.corrections
        if phase == CORRECTIONS and corrections is not None and source.random() < 0.5:
            return corrections, self._from("corrections", corrections, source)
        if share_of_pairs(share, self.schedule) >= self.schedule.replay_from and source.random() < 0.5:
            return self._train, self._from("hardest", self._train, source)
        return self._train, self._from("all", self._train, source)

    def remember(self, pairs: PairSet, batch: Sequence[int], hardness: npt.NDArray[Any]) -> None:
        """Note how hard the mistakes of a batch were to find."""
        if pairs is self._train:
            self._hardness[list(batch)] = hardness

    def _from(self, name: str, pairs: PairSet, source: np.random.Generator, factor: int = 1) -> list[int]:
        if name not in self._streams:
            schedule = self.schedule
            self._streams[name] = pairs.batches(
                factor * schedule.tokens_per_batch,
                source,
                schedule.long_from,
                schedule.long_share,
                factor * schedule.pairs_per_batch,
                self._hardest if name == "hardest" else None,
            )
        return next(self._streams[name])

    def _hardest(self) -> npt.NDArray[np.int64]:
        """The hardest mistakes among those seen, but for the very hardest."""
        seen = np.flatnonzero(~np.isnan(self._hardness))
        if not len(seen):
            return np.arange(len(self._train))
        order = seen[np.argsort(-self._hardness[seen])]
        skipped = int(len(order) * _TOO_HARD)
        return order[skipped : skipped + max(1, int(len(order) * self.schedule.hardest_share))]

    def _guess(self, model: BugEncoder) -> None:
        """Add the mistakes that the network proposes, made once and kept in the run's folder."""
        self._guessed = True
        if not self.schedule.guessed_pairs or not self.schedule.dense_share:
            return
        path = self._folder / "pairs-guessed.npz"
        if not path.is_file():
            from meno_model.guessing import guessed_pairs

            guessed_pairs(
                model, self._train, self.schedule.guessed_pairs, self.lexicon, self.schedule.seed
            ).save(path)
        self._train = self._train + PairSet.load(path)
        self._hardness = np.full(len(self._train), np.nan, dtype=np.float32)
        self._streams.clear()


def padded(sequences: Sequence[Any], filler: int = PAD) -> torch.Tensor:
    """Sequences as one int64 tensor [B, S], padded on the right."""
    ids = np.full((len(sequences), max(len(s) for s in sequences)), filler, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
    return torch.from_numpy(ids)


def pair_batch(pairs: PairSet, batch: Sequence[int], device: torch.device) -> PairBatch:
    """Both sides of the pairs and the labels of the wrong ones, on the device."""
    ids = padded([pairs.clean(k) for k in batch] + [pairs.mutant(k) for k in batch])
    labels = torch.from_numpy(pairs.labels[list(batch)].astype(np.int64)).to(device)
    repairs = torch.from_numpy(pairs.repairs(batch)).to(device)
    ids = ids.to(device)
    return PairBatch(ids, (ids != PAD).long(), labels[:, 0], labels[:, 1], labels[:, 2], repairs)
