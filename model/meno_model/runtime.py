"""The exported graph in onnxruntime: token windows in, location and category probabilities out.

Runs in the worker process only, with at most two threads unless more are asked for (which changes no bit of
an answer), on the first of `providers.py` that starts; `provider` says which. Never imports torch. Guarded by
`tests/model/test_runtime.py`.

On the processor each window is judged by itself, several side by side in threads. The 8-bit graph scales its
numbers by the whole batch, so that in a batch the answer about a function would move with what else is in its
file; and what a batch gains there, filling windows up to the longest loses again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meno_model.providers import AUTO, PROCESSOR, Session
from meno_model.tokenizer import PAD, CodeTokenizer
from meno_model.weights import ModelFiles
from meno_model.windows import Window

Floats = npt.NDArray[np.float32]
_BUCKETS = (32, 64, 96, 128, 192, 256, 384, 512)
"""Widths on an accelerator, which prepares itself for each that it has not met."""
_LARGEST_BATCH = 8


@dataclass(frozen=True, slots=True)
class Judgement:
    """Raw answers for one window: `location` [S] log-probabilities, the logits `category` [S, C] and
    `repair` [S, R].

    Index 0 of `location` means clean. A model without a repair head has R = 0.
    """

    location: Floats
    category: Floats
    repair: Floats

    @property
    def odds(self) -> float:
        """Uncalibrated log-odds that something is wrong."""
        clean = float(self.location[0])
        wrong = float(np.logaddexp.reduce(self.location[1:].astype(np.float64)))
        return wrong - clean


class Runtime:
    """One loaded model."""

    def __init__(self, files: ModelFiles, threads: int | None = None, provider: str = AUTO) -> None:
        self.files = files
        self.tokenizer = CodeTokenizer.load(files.tokenizer)
        self._session = Session(files, provider)
        self._threads = ThreadPoolExecutor(threads or default_threads(), thread_name_prefix="windows")

    @property
    def provider(self) -> str:
        """The word of `providers.py` for where the graph runs."""
        return self._session.provider.name

    def judge(self, windows: Sequence[Window]) -> list[Judgement]:
        """Judgements in the order of the windows; an accelerator gets batches of similar windows."""
        if self.provider == PROCESSOR:
            return self._one_by_one(windows)
        order = sorted(range(len(windows)), key=lambda k: len(windows[k].ids))
        answers: dict[int, Judgement] = {}
        for first in range(0, len(order), _LARGEST_BATCH):
            group = order[first : first + _LARGEST_BATCH]
            longest = len(windows[group[-1]].ids)
            bucket = next((size for size in _BUCKETS if size >= longest), longest)
            width = min(bucket, max(longest, self.files.longest))
            answers.update(zip(group, self._batch([windows[k] for k in group], width), strict=True))
        return [answers[k] for k in range(len(windows))]

    def _one_by_one(self, windows: Sequence[Window]) -> list[Judgement]:
        if len(windows) == 1:  # the most frequent: one function was changed
            return self._batch(windows, len(windows[0].ids))
        return list(self._threads.map(lambda window: self._batch([window], len(window.ids))[0], windows))

    def _batch(self, windows: Sequence[Window], width: int) -> list[Judgement]:
        ids = np.full((len(windows), width), PAD, dtype=np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
        mask = (ids != PAD).astype(np.int64)
        location, category, *others = self._session.run({"ids": ids, "mask": mask})
        repair = others[0] if others else np.zeros((*location.shape, 0), np.float32)
        normal = location - np.logaddexp.reduce(location.astype(np.float64), axis=1, keepdims=True)
        return [
            Judgement(
                normal[row, : len(window.ids)].astype(np.float32),
                category[row, : len(window.ids)],
                repair[row, : len(window.ids)],
            )
            for row, window in enumerate(windows)
        ]


def default_threads() -> int:
    """At most two threads, at most half of the cores, at least one."""
    return max(1, min(2, (os.cpu_count() or 2) // 2))
