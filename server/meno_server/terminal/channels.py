"""Standard input, output and error of the terminal's commands, in whatever encoding they came to us.

On Windows, output that goes to a file or another program is in the encoding of the region (cp1252 and
others), which has no room for most of the learner's names and for some signs of ours; elsewhere a file's
name may hold bytes that are no text at all. What has no room is written as Python would escape it, and what
cannot be read is replaced: neither is a reason to stop. Whoever chose a way to deal with it keeps it. Guarded
by tests/platforms/test_encodings.py.
"""

from __future__ import annotations

import io
import sys


def make_forgiving() -> None:
    """Lets the three channels pass over what does not fit; those that are no longer the system's stay."""
    for channel, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(channel, io.TextIOWrapper) and channel.errors == "strict":
            channel.reconfigure(errors=errors)
