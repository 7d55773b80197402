"""How our own processes are started on Windows: without a window, and some with less of the processor.

An editor without a console of its own would otherwise show a black window for each of them, and an interrupt
from a terminal (Ctrl+C) would reach them beside the one who ends them in order: a process without a window
has a console of its own, which is what a session of its own is elsewhere. On other systems both are 0, which
is all that `creationflags` may be there. Guarded by tests/platforms/test_own_processes.py.
"""

from __future__ import annotations

import subprocess

NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
LOW_PRIORITY: int = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""What `os.nice` is elsewhere."""
