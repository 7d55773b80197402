"""Who speaks unasked, and where: the static rules, the model, and both together.

A program counts once, however many findings it has. A finding is right if it begins on a line that has to
change; on a correct program every finding is a false alarm. Findings of every loudness count, hints included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from meno_analyzers.engine import analyse
from meno_analyzers.failures.localisation import static_lines
from meno_analyzers.findings import Channel
from meno_model.baselines import code_lines

Lines = frozenset[int]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The lines (0-based) of a text that are marked, by who marks them."""

    static: Lines
    model: Lines

    def by(self, speaker: str) -> Lines:
        return self.static | self.model if speaker == "both" else getattr(self, speaker)


SPEAKERS = ("static", "model", "both")


def spoken_of(text: str, model: Lines) -> Spoken:
    """What is marked in a text, given what the model marks."""
    findings = (finding for finding in analyse(text) if finding.channel is not Channel.FEATURE)
    return Spoken(frozenset(finding.span.start_line for finding in findings), model)


def loudest_first(text: str) -> list[int]:
    """The code lines (0-based), those first of which the rules speak loudest; the others as they stand."""
    said = static_lines(finding for finding in analyse(text) if finding.channel is not Channel.FEATURE)
    return sorted(code_lines(text), key=lambda number: -said.get(number + 1, 0.0))


def speaking(
    wrong: Sequence[tuple[Spoken, Lines]], correct: Sequence[Spoken]
) -> dict[str, tuple[float, float, float]]:
    """By speaker the shares of wrong programs marked on a right line, and at all, and of correct ones marked.

    `wrong` holds with each program the lines that have to change.
    """
    return {
        speaker: (
            _share([bool(spoken.by(speaker) & right) for spoken, right in wrong]),
            _share([bool(spoken.by(speaker)) for spoken, _ in wrong]),
            _share([bool(spoken.by(speaker)) for spoken in correct]),
        )
        for speaker in SPEAKERS
    }


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else math.nan
