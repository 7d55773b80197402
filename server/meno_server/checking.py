"""Looking at all Python files of a folder, in a process of its own: `python -m meno_server.checking`.

Reads one JSON object from standard input, `{"folder": …, "settings": {…}}`, and writes one JSON object a line
to standard output: `{"of": files}`, then for each file `{"path": …, "findings": [record, …]}` in the terms of
docs/check.md, or `{"path": …, "unreadable": sentence}`. Ends when its standard output is closed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from meno_analyzers.engine import analyse
from meno_server.adjusting import adjusted
from meno_server.records import as_record
from meno_server.settings import Settings
from meno_server.terminal.files import UnreadableError, python_files, read_python


def check_folder(folder: Path, settings: Settings, out: TextIO) -> None:
    """Looks at every file below the folder, one after the other, and says so."""

    def tell(message: dict[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    files = list(python_files([folder]))
    tell({"of": len(files)})
    for path in files:
        try:
            found = analyse(read_python(path), settings.target)
        except UnreadableError as error:
            tell({"path": str(path), "unreadable": str(error)})
            continue
        kept = [one for finding in found if (one := adjusted(finding, settings)) is not None]
        tell({"path": str(path), "findings": [as_record(str(path), finding) for finding in kept]})


def main() -> None:
    """Serves one request."""
    request = json.loads(sys.stdin.readline())
    try:
        check_folder(Path(request["folder"]), Settings.model_validate(request["settings"]), sys.stdout)
    except BrokenPipeError:
        sys.exit(1)  # nobody listens any more


if __name__ == "__main__":
    main()
