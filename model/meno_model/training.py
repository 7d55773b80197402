"""The training loop: phases under one budget of minutes, steps or epochs; it can be resumed.

A checkpoint is written every few minutes and when the run is interrupted, by replacing the old file, so that
a kill at any moment leaves a usable one. With a budget in steps or epochs a run is reproducible from its
configuration on one machine; with a budget in minutes the machine's speed decides how far it gets, and
`metrics.jsonl` records it. What each phase trains on is `phases.py`'s and `feeding.py`'s business.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meno_model.checkpoints import load_checkpoint, save_checkpoint
from meno_model.configuration import Configuration
from meno_model.encoder import BugEncoder
from meno_model.errors import ConfigurationError
from meno_model.feeding import Feed, padded, pair_batch
from meno_model.objectives import PairWeights, dense_loss, pair_loss
from meno_model.pair_sets import PairSets
from meno_model.phases import DENSE, SETTLE, learning_rate_factor, phase_at
from meno_model.tokenizer import PAD, CodeTokenizer

Report = Callable[["Progress"], None]
Track = Callable[[int, Mapping[str, float]], None]
_VALIDATION_PAIRS = 400
_OFFSETS = 48  # how far the positions of a sequence are shifted at most


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
        self,
        configuration: Configuration,
        folder: Path,
        pairs: PairSets,
        tokenizer: CodeTokenizer,
        track: Track = lambda _step, _facts: None,
    ) -> None:
        self.configuration, self.folder, self._track = configuration, folder, track
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
        self.feed = Feed(schedule, pairs, folder, tokenizer)
        self.earlier: dict[str, Any] = {}
        """What the run was spent on whose weights this one began with; empty: it began with nothing."""
        self._best = float("inf")
        self._recent: dict[str, float] = {}

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one. Draws begin anew from the seed and the step."""
        newest = self.folder / "last.pt" if (self.folder / "last.pt").is_file() else self.checkpoint
        if not newest.is_file():
            return False
        state = load_checkpoint(newest)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.tokens = state["step"], state["seconds"], state["tokens"]
        self._best = state.get("best", self._best)
        self.earlier = state.get("earlier", {})
        self.random = torch.Generator().manual_seed(self.configuration.training.seed + self.step)
        self.source = np.random.default_rng(self.configuration.training.seed + self.step)
        return True

    def begin_with(self, folder: Path) -> None:
        """Take the weights of another run of the same shape and vocabulary; the budget begins at nothing."""
        state = load_checkpoint(folder / "checkpoint.pt")
        ours, theirs = (self.folder / "tokenizer.json", folder / "tokenizer.json")
        if ours.read_bytes() != theirs.read_bytes():
            raise ConfigurationError(f"The run in {folder} has another vocabulary: begin in an empty folder.")
        try:
            self.model.load_state_dict(state["model"])
        except RuntimeError as problem:
            raise ConfigurationError(
                f"The network of the run in {folder} has another shape: train with its recipe."
            ) from problem
        self.earlier = {name: state[name] for name in ("step", "seconds", "tokens")}
        if state.get("earlier"):
            self.earlier["earlier"] = state["earlier"]

    def run(self, report: Report = lambda _progress: None) -> BugEncoder:
        """Train to the end of the budget. An interrupt saves a checkpoint and is raised again."""
        schedule = self.configuration.training
        saved = self.seconds
        self.model.train()
        try:
            while (share := self._share()) < 1.0:
                began = time.monotonic()
                self._one_step(share)
                self.seconds += time.monotonic() - began
                if self.step % 20 == 0:
                    report(self.progress())
                if self.seconds - saved > schedule.checkpoint_minutes * 60:
                    self._keep()
                    saved = self.seconds
        except KeyboardInterrupt:
            self.save(self.folder / "last.pt" if schedule.keep_best else self.checkpoint)
            raise
        self._keep()
        report(self.progress())
        return self.model

    def progress(self) -> Progress:
        share = self._share()
        phase = phase_at(share, self.configuration.training)
        return Progress(self.step, min(share, 1.0), self.seconds, self.tokens, phase, dict(self._recent))

    def _share(self) -> float:
        schedule = self.configuration.training
        if schedule.epochs:
            return self.step / max(1.0, schedule.epochs * self.feed.steps_per_epoch)
        return self.step / schedule.steps if schedule.steps else self.seconds / (schedule.minutes * 60)

    def _one_step(self, share: float) -> None:
        schedule = self.configuration.training
        phase = phase_at(share, schedule)
        pairs, batch = self.feed.next(phase, share, self.source, self.model)
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.learning_rate * learning_rate_factor(
                self.step, share, schedule.warm_up_steps, schedule.decay_from
            )
        room = self.model.shape.positions - int(pairs.lengths[batch].max()) - 1
        offset = int(self.source.integers(0, max(1, min(room, _OFFSETS))))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=schedule.bf16):
            if phase == DENSE:
                clean = [pairs.clean(pair) for pair in batch]
                ids = padded(clean).to(self.device)
                kinds = padded([self.feed.lexicon.kinds_of(side) for side in clean], 0).to(self.device)
                loss, facts = dense_loss(self.model, ids, kinds, self.feed.lexicon.mask, offset, self.random)
            else:
                made = pair_batch(pairs, batch, self.device)
                ids = made.ids
                loss, facts, hardness = pair_loss(self.model, made, offset, self._weights(phase))
                self.feed.remember(pairs, batch, hardness.cpu().numpy())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.tokens += int((ids != PAD).sum())
        for name, value in facts.items():
            self._recent[name] = 0.98 * self._recent.get(name, value) + 0.02 * value

    def _weights(self, phase: str = "") -> PairWeights:
        schedule = self.configuration.training
        clean = schedule.settle_weight if phase == SETTLE else 1.0
        return PairWeights(schedule.category_weight, schedule.repair_weight, schedule.margin_weight, clean)

    def validate(self) -> dict[str, float]:
        """Losses and hit rates on fixed validation pairs; real corrections apart where there are any."""
        facts: dict[str, float] = {}
        self.model.eval()
        for name, pairs in self.feed.pairs.validation.items():
            chosen = np.random.default_rng(0).permutation(len(pairs))[:_VALIDATION_PAIRS]
            order = sorted(chosen.tolist(), key=lambda pair, own=pairs: int(own.lengths[pair]))  # type: ignore[misc]
            sums: dict[str, float] = {}
            with torch.no_grad():
                for first in range(0, len(order), 16):
                    batch = order[first : first + 16]
                    made = pair_batch(pairs, batch, self.device)
                    loss, found, _ = pair_loss(self.model, made, 0, self._weights())
                    for key, value in {"loss": float(loss), **found}.items():
                        sums[key] = sums.get(key, 0.0) + value * len(batch)
            facts.update({f"{name}_{key}": value / len(order) for key, value in sums.items()})
        self.model.train()
        return facts

    def _keep(self) -> None:
        """Validate, note and save; with `keep_best` the checkpoint is the best one so far."""
        facts = {**self._recent, **self.validate()}
        self._note(facts)
        if not self.configuration.training.keep_best:
            self.save(self.checkpoint)
            return
        self.save(self.folder / "last.pt")
        if facts["validation_loss"] < self._best:
            self._best = facts["validation_loss"]
            self.save(self.checkpoint)

    def save(self, path: Path) -> None:
        """Replace a checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "configuration": self.configuration.as_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "tokens": self.tokens,
            "best": self._best,
            "earlier": self.earlier,
        }
        save_checkpoint(state, path)

    def _note(self, facts: Mapping[str, float]) -> None:
        line: dict[str, Any] = {"step": self.step, "seconds": round(self.seconds, 1), "tokens": self.tokens}
        rounded = {name: round(value, 4) for name, value in facts.items()}
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, **rounded}) + "\n")
        self._track(self.step, facts)
