"""Where would you look first? The lines of a program in an order, when somebody asks.

The network's suspicion is one witness; how dense a line is with operators, what the static rules say and
what kind of line it is are others. Their weights are a conditional logit, fitted by problem on shared
evaluation sets (never on one that is for testing only) by `meno model fit-ranker`, and kept beside the
network as `ranker.json`. Nothing is held back by a threshold here: who asks gets the likeliest lines.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meno_analyzers.engine import analyse
from meno_analyzers.failures.localisation import standing, static_lines
from meno_model.baselines import code_lines, density_of
from meno_model.errors import WeightsError
from meno_model.predictor import Predictor
from meno_model.suspicion import suspicion

RANKER = "ranker.json"
WITNESSES = ("model", "model share", "density", "length", "static", "header", "quiet", "depth", "late")
ONLY_MODEL = [1.0, *([0.0] * (len(WITNESSES) - 1))]
_FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Line:
    """A line (0-based) with its share of all suspicion, 0 to 1."""

    line: int
    share: float


def said_of(predictor: Predictor, text: str) -> tuple[list[int], list[list[float]]]:
    """The code lines (0-based) of a program, and what each of `WITNESSES` says of each of them."""
    lines = code_lines(text)
    said = zip(said_by_model(lines, suspicion(predictor, text)), said_without_model(lines, text), strict=True)
    return lines, [[*model, *others] for model, others in said]


def said_by_model(lines: Sequence[int], suspected: Mapping[int, float]) -> list[list[float]]:
    """The first two of `WITNESSES`, for each of the lines, from the suspicion of 1-based lines."""
    total = sum(suspected.values()) or 1.0
    loudest = max(suspected.values(), default=0.0) or 1.0
    own = [suspected.get(line + 1, 0.0) for line in lines]
    return [[math.log(share / total + _FLOOR) - math.log(_FLOOR), share / loudest] for share in own]


def said_without_model(lines: Sequence[int], text: str) -> list[list[float]]:
    """All but the first two of `WITNESSES`, for each of the lines."""
    rows = text.split("\n")
    static, plain = static_lines(analyse(text)), standing(text)
    densest = max((density_of(rows[line]) for line in lines), default=0) or 1
    longest = max((len(rows[line].strip()) for line in lines), default=0) or 1
    deepest = max((_depth(rows[line]) for line in lines), default=0) or 1
    return [
        [
            density_of(rows[line]) / densest,
            len(rows[line].strip()) / longest,
            static.get(line + 1, 0.0),
            float(plain.get(line + 1) == "header"),
            float(plain.get(line + 1) == "quiet"),
            _depth(rows[line]) / deepest,
            place / max(1, len(lines) - 1),
        ]
        for place, line in enumerate(lines)
    ]


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip())


def ranked(predictor: Predictor, text: str) -> list[Line]:
    """The code lines of a program, the likeliest place of a mistake first; shares add up to 1."""
    lines, said = said_of(predictor, text)
    return by_weights(lines, said, weights_of(predictor.files.folder))


def by_weights(lines: Sequence[int], said: Sequence[Sequence[float]], weights: Sequence[float]) -> list[Line]:
    """Lines by the weighted sum of what is said of them."""
    heights = [sum(w * s for w, s in zip(weights, row, strict=True)) for row in said]
    top = max(heights, default=0.0)
    chances = [math.exp(height - top) for height in heights]
    total = sum(chances) or 1.0
    found = [Line(line, chance / total) for line, chance in zip(lines, chances, strict=True)]
    return sorted(found, key=lambda item: (-item.share, item.line))


def weights_of(folder: Path) -> list[float]:
    """The weights beside a network, in the order of `WITNESSES`; the network alone where there are none."""
    path = folder / RANKER
    if not path.is_file():
        return list(ONLY_MODEL)
    try:
        weights: Mapping[str, float] = json.loads(path.read_text(encoding="utf-8"))["weights"]
        return [float(weights[name]) for name in WITNESSES]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise WeightsError(
            f"The file {RANKER} of the model is damaged: reinstall meno-lsp, or name another model directory."
        ) from problem
