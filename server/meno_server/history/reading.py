"""`python -m meno_server.history.reading`: what the history advises today, as one line of JSON.

A server asks this of a process of its own when it starts: the database's library takes half a second to
import, in which no key is to wait. What cannot be read is nothing here; the server tells of it when it
writes.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from meno_server.history.events import Kept
from meno_server.history.guidance import guidance
from meno_server.history.opening import open_store


def main() -> None:
    """Prints the advice for the history in the folder that is named, or at the address behind it."""
    folder, *address = sys.argv[1:]
    kept = open_store(Path(folder), address[0] if address else None).read() or Kept()
    print(json.dumps(guidance(kept, date.today().toordinal()).to_plain()))


if __name__ == "__main__":
    main()
