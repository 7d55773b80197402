"""What the file of a shown text is called, so that every system can make it.

A title is for people: it may ask a question, name a rung with a colon or quote a line of code. Windows
refuses some of its characters, ends of names that are dots or blanks, and names that mean a device, and all
systems refuse what is too long. Guarded by tests/platforms/test_names_of_files.py.
"""

from __future__ import annotations

import re

_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]+')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=[. ]|$)", re.IGNORECASE)
_LONGEST = 60
"""Characters: at most 240 bytes, which leaves room for the ending in the 255 of most file systems."""


def file_name(title: str) -> str:
    """A name for the file, without an ending."""
    name = " ".join(_REFUSED.sub(" ", title).split())[:_LONGEST].strip(" .")
    if not name:
        return "Meno"
    return f"Meno {name}" if _DEVICE.match(name) else name
