"""Whether a file brings in objects from outside the standard library, whose operators and methods may do
anything: what is said about parameters by the look of their use is said only where it does not."""

from __future__ import annotations

import sys

from meno_analyzers.rules.registry import Subject


def knows_libraries(unit: Subject) -> bool:
    """Whether some module-level name of the file comes from a library, or may come from anywhere."""
    if unit.module.is_open():
        return True
    for name in unit.module.names():
        family, _, origin = (unit.module.type_of(name) or "").partition(":")
        if family not in {"module", "import"}:
            continue
        if origin.lstrip(".").partition(":")[0].partition(".")[0] not in sys.stdlib_module_names:
            return True
    return False
