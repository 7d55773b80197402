"""Which lines are to blame: the lines that failing cases ran and passing ones did not, and what else
speaks of them.

A line's suspicion is the product of what its witnesses add to it, so that the shares are the chances of a
conditional logit model; `Weights` are its coefficients. Guarded by tests/analyzers/failures/
test_localisation.py; measured and fitted by benchmarks/localisation.py.

The spectrum formulas are the standard ones; with e_f, n_f the numbers of failing cases that ran a line and
that did not, and e_p, n_p those of passing ones (Wong et al., A Survey on Software Fault Localization, 2016).
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from meno_analyzers.failures.cases import CaseResult
from meno_analyzers.failures.suspects import Suspect
from meno_analyzers.findings import Finding, Severity

Formula = Callable[[int, int, int, int], float]  # e_f, n_f, e_p, n_p
# The bug model's score of each line, or what is asked for it once it is needed.
ModelScores = Mapping[int, float] | Callable[[], Mapping[int, float]] | None

_HEADERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_QUIET = (ast.Break, ast.Continue, ast.Pass, ast.Global, ast.Nonlocal)
_SINGLED_OUT = 2.0  # times an even share among the lines


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
    """By how much each witness raises the logarithm of a line's suspicion, where it speaks with full voice.

    Fitted by `benchmarks/localisation.py --fit` on the sets refactory, dublin, newcaledonia, socratic and
    humanevalpack (2,326 failing programs of 170 problems). Fitted without the problem that is asked about,
    they put a line that has to change first for 83.0 % of these programs and among three for 95.7 %; without
    the model 80.9 % and 94.6 %, by Ochiai alone 54.8 % and 83.8 %, by chance 42.2 % and 74.1 %.
    """

    spectrum: float = 2.2
    trace: float = 1.0
    static: float = 4.1
    model: float = 1.4
    header: float = -3.2  # a `def`, `class` or `import`: nearly every case runs it, and few slips are there
    quiet: float = -2.1  # `else`, `break`, `pass`, the further lines of a statement


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
    model: ModelScores = None,
    *,
    source: str | None = None,
    formula: str = "ochiai",
    weights: Weights | None = None,
) -> list[Suspect]:
    """The lines of the main file under suspicion, most suspect first; their scores sum up to 1.

    `findings` are those of the static rules, `model` the bug model's score of each 1-based line, and `source`
    the text, by which lines that hold no statement of their own are less suspect. A line that no witness
    speaks of is no suspect.
    """
    weights = weights or Weights()
    scores = (model() if callable(model) else model) or {}
    total = sum(scores.values()) or 1.0
    witnesses = {
        "spectrum": (weights.spectrum, spectrum(results, formula)),
        "trace": (weights.trace, traced_lines(results, path)),
        "static": (weights.static, static_lines(findings)),
        "model": (weights.model, {line: score / total for line, score in scores.items()}),
    }
    # The model has an opinion of every line: it is named as a witness of those that it singles out.
    least = {"model": min(0.5, _SINGLED_OUT / max(1, len(scores)))}
    logarithms: dict[int, float] = {}
    reasons: dict[int, list[str]] = {}
    for name, (weight, lines) in witnesses.items():
        for line, score in lines.items():
            if score > 0 and weight:
                logarithms[line] = logarithms.get(line, 0.0) + weight * score
                reasons.setdefault(line, []).extend([name] if score >= least.get(name, 0.0) else [])
    plain = {} if source is None else standing(source)
    for line in logarithms:
        logarithms[line] += {"header": weights.header, "quiet": weights.quiet}.get(plain.get(line, ""), 0.0)
    return _ranked(logarithms, reasons)


def _ranked(logarithms: Mapping[int, float], reasons: Mapping[int, Sequence[str]]) -> list[Suspect]:
    most = max(logarithms.values(), default=0.0)
    scores = {line: math.exp(value - most) for line, value in logarithms.items()}
    total = sum(scores.values())
    suspects = [Suspect(line, score / total, tuple(reasons[line])) for line, score in scores.items()]
    return sorted(suspects, key=lambda suspect: (-suspect.score, suspect.line))


def standing(source: str) -> dict[int, str]:
    """Line → "header" for a `def`, `class` or `import`, "quiet" for a line on which no statement begins that
    does something. All other lines are absent, and so is every line of a text that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found = dict.fromkeys(range(1, source.count("\n") + 2), "quiet")
    for node in ast.walk(tree):
        if isinstance(node, _HEADERS):
            found[node.lineno] = "header"
        elif isinstance(node, ast.stmt | ast.ExceptHandler) and not isinstance(node, _QUIET):
            found.pop(node.lineno, None)
    return found


def static_lines(findings: Iterable[Finding]) -> dict[int, float]:
    """Line → how loudly a rule speaks of it."""
    worth = {Severity.ERROR: 1.0, Severity.WARNING: 1.0, Severity.HINT: 0.7, Severity.INFORMATION: 0.3}
    found: dict[int, float] = {}
    for finding in findings:
        line = finding.span.start_line + 1
        found[line] = max(found.get(line, 0.0), worth.get(finding.severity, 0.2))
    return found
