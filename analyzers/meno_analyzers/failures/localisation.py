"""Which lines are to blame: the lines that failing cases ran and passing ones did not, and what else
speaks of them.

The spectrum formulas are the standard ones; with e_f, n_f the numbers of failing cases that ran a line and
that did not, and e_p, n_p those of passing ones (Wong et al., A Survey on Software Fault Localization, 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from meno_analyzers.failures.cases import CaseResult
from meno_analyzers.failures.suspects import Suspect
from meno_analyzers.findings import Finding, Severity

Formula = Callable[[int, int, int, int], float]  # e_f, n_f, e_p, n_p


def ochiai(e_f: int, n_f: int, e_p: int, _n_p: int) -> float:
    return e_f / math.sqrt((e_f + n_f) * (e_f + e_p)) if e_f else 0.0


def tarantula(e_f: int, n_f: int, e_p: int, n_p: int) -> float:
    failing = e_f / (e_f + n_f) if e_f else 0.0
    passing = e_p / (e_p + n_p) if e_p else 0.0
    return failing / (failing + passing) if failing else 0.0


def jaccard(e_f: int, n_f: int, e_p: int, _n_p: int) -> float:
    return e_f / (e_f + n_f + e_p) if e_f else 0.0


def dstar(e_f: int, n_f: int, e_p: int, _n_p: int) -> float:
    """D* with the usual exponent 2, brought to 0 to 1."""
    value = e_f * e_f / (e_p + n_f) if e_p + n_f else float(e_f * e_f + 1)
    return value / (value + 1)


def barinel(e_f: int, _n_f: int, e_p: int, _n_p: int) -> float:
    return 1 - e_p / (e_p + e_f) if e_f else 0.0


FORMULAS: Mapping[str, Formula] = {
    "ochiai": ochiai,
    "tarantula": tarantula,
    "jaccard": jaccard,
    "dstar": dstar,
    "barinel": barinel,
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What each witness adds to a line's suspicion."""

    spectrum: float = 1.0
    trace: float = 0.8
    static: float = 0.9
    model: float = 0.6


def spectrum(results: Iterable[CaseResult], formula: str = "ochiai") -> dict[int, float]:
    """Line → how well having run it goes with failing."""
    chosen = FORMULAS[formula]
    traced = [result for result in results if result.lines is not None]
    failing = [result.lines or frozenset() for result in traced if not result.passed]
    passing = [result.lines or frozenset() for result in traced if result.passed]
    found = {}
    for line in set[int]().union(*failing) if failing else ():
        e_f = sum(line in lines for lines in failing)
        e_p = sum(line in lines for lines in passing)
        found[line] = chosen(e_f, len(failing) - e_f, e_p, len(passing) - e_p)
    return found


def traced_lines(results: Iterable[CaseResult], path: str) -> dict[int, float]:
    """Line → 1 where an error was raised, less for the calls that led there."""
    found: dict[int, float] = {}
    for result in results:
        frames = [frame for frame in (result.error.frames if result.error else ()) if frame.path == path]
        for distance, frame in enumerate(reversed(frames)):
            found[frame.line] = max(found.get(frame.line, 0.0), 0.5**distance)
    return found


def localise(
    results: Sequence[CaseResult],
    path: str,
    findings: Sequence[Finding] = (),
    model: Mapping[int, float] | None = None,
    *,
    formula: str = "ochiai",
    weights: Weights | None = None,
) -> list[Suspect]:
    """The lines of the main file under suspicion, most suspect first; their scores sum up to 1.

    `findings` are those of the static rules, `model` the bug model's score of each 1-based line.
    """
    weights = weights or Weights()
    witnesses = {
        "spectrum": (weights.spectrum, spectrum(results, formula)),
        "trace": (weights.trace, traced_lines(results, path)),
        "static": (weights.static, _static(findings)),
        "model": (weights.model, dict(model or {})),
    }
    scores: dict[int, float] = {}
    reasons: dict[int, list[str]] = {}
    for name, (weight, lines) in witnesses.items():
        for line, score in lines.items():
            if score > 0:
                scores[line] = scores.get(line, 0.0) + weight * score
                reasons.setdefault(line, []).append(name)
    total = sum(scores.values())
    suspects = [Suspect(line, score / total, tuple(reasons[line])) for line, score in scores.items()]
    return sorted(suspects, key=lambda suspect: (-suspect.score, suspect.line))


def _static(findings: Iterable[Finding]) -> dict[int, float]:
    worth = {Severity.ERROR: 1.0, Severity.WARNING: 1.0, Severity.HINT: 0.7, Severity.INFORMATION: 0.3}
    found: dict[int, float] = {}
    for finding in findings:
        line = finding.span.start_line + 1
        found[line] = max(found.get(line, 0.0), worth.get(finding.severity, 0.2))
    return found
