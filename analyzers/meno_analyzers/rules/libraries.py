"""Whether a file brings in objects from outside the standard library, whose operators and methods may do
anything: what is said about parameters by the look of their use is said only where it does not."""

from __future__ import annotations

from meno_analyzers.rules.registry import Subject


def knows_libraries(unit: Subject) -> bool:
    """Whether some import of the file brings in a library, or names may come from anywhere."""
    return unit.module.is_open() or unit.module.imports_libraries()
