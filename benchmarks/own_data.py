"""Imported by what starts servers: they keep what they keep in a folder that goes with the program.

A benchmark types thousands of mistakes, which must not become the history of whoever runs it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

FOLDER = tempfile.mkdtemp(prefix="meno-benchmark-")
os.environ["XDG_DATA_HOME"] = FOLDER
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
