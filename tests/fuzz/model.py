r"""What an open text must be after an edit, said once more and differently from the server.

The text is one string here, searched from its beginning at every edit; the server splices lines. The rules:

- A line ends at `\n`, `\r\n` or `\r`, and nowhere else. A position past the end of its line is the place
  before the line's end; one past the last line is the end of the text.
- A position within a character (half of a surrogate pair, a byte within a letter) is the place before it.
- A range whose end stands before its start is the range between the two.
- Two halves of a pair that come to stand side by side are one character, as in the editor's own text.
- A change that does not fit the protocol (a negative line, a text that is a number) changes nothing at all,
  and neither do the others of its notification.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

_LINE_END = re.compile("\r\n|\r|\n")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
ENCODINGS = ("utf-8", "utf-16", "utf-32")


def width(character: str, encoding: str) -> int:
    """How many units of an encoding a character takes."""
    code = ord(character)
    if encoding == "utf-32":
        return 1
    if encoding == "utf-16":
        return 2 if code >= 0x10000 else 1
    return 1 + sum(code >= bound for bound in (0x80, 0x800, 0x10000))


def offset(text: str, line: int, units: int, encoding: str) -> int:
    """Where in the text a client's position is."""
    place = 0
    if line:
        end = next(islice(_LINE_END.finditer(text), line - 1, line), None)
        if end is None:
            return len(text)
        place = end.end()
    end = _LINE_END.search(text, place)
    line_end = end.start() if end else len(text)
    if text[place:line_end].isascii():
        return min(place + units, line_end)
    while place < line_end:
        units -= width(text[place], encoding)
        if units < 0:
            break
        place += 1
    return place


def edited(text: str, change: dict[str, Any], encoding: str) -> str:
    """The text after one change of a notification."""
    if "range" in change:
        places = sorted(
            offset(text, at["line"], at["character"], encoding)
            for at in (change["range"]["start"], change["range"]["end"])
        )
        text = text[: places[0]] + change["text"] + text[places[1] :]
    else:
        text = change["text"]
    return whole(text)


def whole(text: str) -> str:
    """The text with pairs of halves joined."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)


@dataclass
class OpenText:
    """One text that the editor has open."""

    uri: str
    version: int
    text: str
    touched: bool = True  # since it was last compared

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
