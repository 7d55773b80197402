"""The training loop: a dense phase, then pairs, under one budget of minutes or steps; it can be resumed.

The learning rate warms up, stays, and falls to nothing at the end of the budget. A checkpoint is written
every few minutes and when the run is interrupted, by replacing the old file, so that a kill at any moment
leaves a usable one. With a budget in steps a run is reproducible from its configuration on one machine;
with a budget in minutes the machine's speed decides how far it gets, and `metrics.jsonl` records it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meno_model.configuration import Configuration
from meno_model.dataset import PairSet
from meno_model.encoder import BugEncoder
from meno_model.errors import ConfigurationError, WeightsError
from meno_model.objectives import PairBatch, dense_loss, pair_loss
from meno_model.tokenizer import PAD

Report = Callable[["Progress"], None]
_VALIDATION_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; `share` is the spent part of the budget, `facts` the last losses."""

    step: int
    share: float
    seconds: float
    tokens: int
    phase: str
    facts: dict[str, float]


class TrainingRun:
    """One run in one folder; `run` trains until the budget is spent and returns the network."""

    def __init__(
        self, configuration: Configuration, folder: Path, train: PairSet, validation: PairSet
    ) -> None:
        self.configuration, self.folder = configuration, folder
        self.train, self.validation = train, validation
        schedule = configuration.training
        if schedule.threads:
            torch.set_num_threads(schedule.threads)
        torch.manual_seed(schedule.seed)
        self.model = BugEncoder(configuration.model)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=schedule.learning_rate,
            betas=(0.9, 0.98),
            weight_decay=schedule.weight_decay,
        )
        self.step, self.seconds, self.tokens = 0, 0.0, 0
        self.random = torch.Generator().manual_seed(schedule.seed)
        self.source = np.random.default_rng(schedule.seed)
        self._recent: dict[str, float] = {}

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one."""
        if not self.checkpoint.is_file():
            return False
        state = load_checkpoint(self.checkpoint)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.tokens = state["step"], state["seconds"], state["tokens"]
        self.random = torch.Generator().manual_seed(self.configuration.training.seed + self.step)
        self.source = np.random.default_rng(self.configuration.training.seed + self.step)
        return True

    def run(self, report: Report = lambda _progress: None) -> BugEncoder:
        """Train to the end of the budget. An interrupt saves a checkpoint and is raised again."""
        schedule = self.configuration.training
        batches, dense = (
            self.train.batches(budget, self.source, schedule.long_from, schedule.long_share)
            for budget in (schedule.tokens_per_batch, 2 * schedule.tokens_per_batch)
        )
        saved = self.seconds
        self.model.train()
        try:
            while (share := self._share()) < 1.0:
                began = time.monotonic()
                self._one_step(next(dense if share < schedule.dense_share else batches), share)
                self.seconds += time.monotonic() - began
                if self.step % 20 == 0:
                    report(self.progress())
                if self.seconds - saved > schedule.checkpoint_minutes * 60:
                    self.save()
                    self._note({**self._recent, **self.validate()})
                    saved = self.seconds
        except KeyboardInterrupt:
            self.save()
            raise
        self.save()
        self._note({**self._recent, **self.validate()})
        report(self.progress())
        return self.model

    def progress(self) -> Progress:
        share = self._share()
        phase = "dense" if share < self.configuration.training.dense_share else "pairs"
        return Progress(self.step, min(share, 1.0), self.seconds, self.tokens, phase, dict(self._recent))

    def _share(self) -> float:
        schedule = self.configuration.training
        return self.step / schedule.steps if schedule.steps else self.seconds / (schedule.minutes * 60)

    def _one_step(self, batch: list[int], share: float) -> None:
        schedule = self.configuration.training
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.learning_rate * learning_rate_factor(
                self.step, share, schedule.warm_up_steps, schedule.decay_from
            )
        room = self.configuration.model.positions - int(self.train.lengths[batch].max()) - 1
        offset = int(self.source.integers(0, max(1, min(room, 48))))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=schedule.bf16):
            if share < schedule.dense_share:
                clean = [self.train.clean(pair) for pair in batch]
                ids = padded(clean)
                loss, facts = dense_loss(self.model, ids, offset, self.random)
            else:
                pairs = pair_batch(self.train, batch)
                ids = pairs.ids
                loss, facts = pair_loss(
                    self.model, pairs, offset, schedule.category_weight, schedule.margin_weight
                )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.tokens += int((ids != PAD).sum())
        for name, value in facts.items():
            self._recent[name] = 0.98 * self._recent.get(name, value) + 0.02 * value

    def validate(self) -> dict[str, float]:
        """Losses and hit rates on fixed validation pairs."""
        schedule = self.configuration.training
        chosen = np.random.default_rng(0).permutation(len(self.validation))[:_VALIDATION_PAIRS]
        order = sorted(chosen.tolist(), key=lambda pair: int(self.validation.lengths[pair]))
        sums: dict[str, float] = {}
        self.model.eval()
        with torch.no_grad():
            for first in range(0, len(order), 16):
                batch = order[first : first + 16]
                pairs = pair_batch(self.validation, batch)
                _, facts = pair_loss(self.model, pairs, 0, schedule.category_weight, schedule.margin_weight)
                for name, value in facts.items():
                    sums[name] = sums.get(name, 0.0) + value * len(batch)
        self.model.train()
        return {f"validation_{name}": value / len(order) for name, value in sums.items()}

    def save(self) -> None:
        """Replace the checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "configuration": self.configuration.as_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "tokens": self.tokens,
        }
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def _note(self, facts: dict[str, float]) -> None:
        line = {"step": self.step, "seconds": round(self.seconds, 1), "tokens": self.tokens}
        rounded = {name: round(value, 4) for name, value in facts.items()}
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, **rounded}) + "\n")


def learning_rate_factor(step: int, share: float, warm_up: int, decay_from: float) -> float:
    """Linear warm-up in steps, then 1, then linear decay to 0 over the rest of the budget."""
    rising = min(1.0, (step + 1) / max(1, warm_up))
    falling = min(1.0, (1.0 - share) / (1.0 - decay_from)) if decay_from < 1.0 else 1.0
    return rising * max(0.0, falling)


def padded(sequences: list[Any]) -> Any:
    """Sequences as one int64 tensor [B, S], padded on the right."""
    ids = np.full((len(sequences), max(len(s) for s in sequences)), PAD, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
    return torch.from_numpy(ids)


def pair_batch(pairs: PairSet, batch: list[int]) -> PairBatch:
    """Both sides of the pairs and the mutants' labels."""
    ids = padded([pairs.clean(k) for k in batch] + [pairs.mutant(k) for k in batch])
    labels = torch.from_numpy(pairs.labels[batch].astype(np.int64))
    return PairBatch(ids, (ids != PAD).long(), labels[:, 0], labels[:, 1], labels[:, 2])


def load_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's values; tensors and plain data only."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:  # torch raises many kinds for a damaged file
        raise WeightsError(f"The checkpoint {path} cannot be read: delete it and train again.") from problem
    if not {"model", "configuration", "step"} <= set(state):
        raise ConfigurationError(f"The file {path} is no checkpoint of `meno model train`.")
    return state
