"""The argument `FILE:LINE`, as `meno ask` and `meno tutor preview` take it.

`FILE:LINE:COLUMN`, as `meno check` prints it and editors copy it, is the same place.
"""

from __future__ import annotations

import re
from pathlib import Path

from meno_server.terminal.files import UnreadableError

_PLACE = re.compile(r"(?P<name>.+?):(?P<line>\d+)(?::\d+)?:?")


def read_place(place: str) -> tuple[Path, int | None]:
    """The file and its line as a learner counts, or None without one. `UnreadableError` for a line that
    cannot be one. A file whose own name ends like a place comes first."""
    whole = Path(place)
    match = None if whole.exists() else _PLACE.fullmatch(place)
    if match is not None and (line := int(match["line"])) > 0:
        return Path(match["name"]), line
    before = place.partition(":")[0]
    if not whole.exists() and ":" in place and Path(before).is_file():
        raise UnreadableError(f"behind the colon stands a line, counted from 1, as in {before}:12")
    return whole, None
