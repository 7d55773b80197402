"""Reads tracebacks and test reports as people paste them, or as a run printed them.

`read` takes any text and never raises. `own_frame` says which frame of an error is the learner's own last
one. What a text does not tell stays empty; nothing is guessed, and no file is opened.
"""

from meno_analyzers.failures.tracebacks.own import is_own, own_frame, own_frames
from meno_analyzers.failures.tracebacks.reader import read
from meno_analyzers.failures.tracebacks.report import Earlier, ErrorText, Frame, Link, Mark, Origin, Report

__all__ = [
    "Earlier",
    "ErrorText",
    "Frame",
    "Link",
    "Mark",
    "Origin",
    "Report",
    "is_own",
    "own_frame",
    "own_frames",
    "read",
]
