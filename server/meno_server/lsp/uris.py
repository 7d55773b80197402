"""What a document is known by: editors write the same place in several ways, and one editor in two.

`file:///C:/a%20b.py`, `file:///c%3A/a b.py` and `file:///c:/a%20b.py` are one file. Only what is never a
difference is taken away, so that a system which tells `A.py` from `a.py` still has both.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_DRIVE = re.compile(r"^(file:///)([A-Z])(?=:/)")


def key_of(uri: str) -> str:
    """A URI without escapes, and with a small letter for a Windows drive."""
    return _DRIVE.sub(lambda found: found[1] + found[2].lower(), unquote(uri))
