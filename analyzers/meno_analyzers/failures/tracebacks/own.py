"""Which frames of an error are the learner's own: not Python's library, not an installed package."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from meno_analyzers.failures.tracebacks.report import ErrorText, Frame

# Names in angle brackets under which the learner's own code runs.
_TYPED_IN = re.compile(
    r"<(?:stdin|string|console|input|unknown|module|ipython-input-|python-input-|doctest )"
)
_LIBRARY = re.compile(
    r"""(?:^|/)(?:site-packages|dist-packages|_pytest|\.pytest_cache)/
    | /lib(?:64)?/(?:python|pypy)\d[\d.]*/
    | /python\d[\d.]*\.zip/
    | /lib-python/\d
    | /lib_pypy/
    | ^[a-z]:/(?:.*/)?(?:python|pypy)[\d.\-]*/lib/
    | /versions/\d[\d.]*/lib/
    """,
    re.VERBOSE | re.IGNORECASE,
)


def own_frame(error: ErrorText, root: str | None = None) -> Frame | None:
    """The learner's own last frame: the place of a SyntaxError in their file, or else the innermost frame."""
    return next(iter(reversed(own_frames(error, root))), None)


def own_frames(error: ErrorText, root: str | None = None) -> list[Frame]:
    """The learner's own frames, outermost first. With a root, only files inside of it count."""
    return [frame for frame in error.places if frame.line and is_own(frame.path, root)]


def is_own(path: str, root: str | None = None) -> bool:
    """Whether code at that path is the learner's, going by the path alone."""
    if path.startswith("<"):
        return bool(_TYPED_IN.match(path))
    if path.startswith(("Cell In[", "Input In [")):
        return True
    neutral = _neutral(path)
    if not neutral or _LIBRARY.search(neutral):
        return False
    if root is None or not _is_absolute(neutral):
        return not neutral.startswith("../") or root is None
    home = _neutral(root).rstrip("/")
    if _is_windows(home):
        return neutral.lower().startswith(home.lower() + "/")
    return neutral.startswith(home + "/")


def _neutral(path: str) -> str:
    """The path with forward slashes and without steps that lead nowhere."""
    forward = path.replace("\\", "/").strip()
    parts = [part for part in forward.split("/") if part != "."]
    return "/".join(parts)


def _is_absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or _is_windows(path)


def _is_windows(path: str) -> bool:
    return len(path) > 1 and path[1] == ":" and path[0].isalpha()
