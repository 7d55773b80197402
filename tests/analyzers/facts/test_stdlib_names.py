"""The table of names that modules of the standard library have."""

from __future__ import annotations

import importlib

import pytest

from meno_analyzers.facts.stdlib_names import names_of


@pytest.mark.parametrize("module", ["math", "random", "os", "os.path", "datetime", "string", "itertools"])
def test_the_table_has_every_public_name_of_the_running_python(module: str) -> None:
    known = names_of(module)
    assert known is not None
    assert {n for n in dir(importlib.import_module(module)) if not n.startswith("_")} <= known


def test_names_of_other_platforms_and_versions_count() -> None:
    assert "startfile" in (names_of("os") or ())
    assert "batched" in (names_of("itertools") or ())


def test_a_slip_is_in_no_table() -> None:
    assert "randInt" not in (names_of("random") or ())


def test_other_modules_are_unknown() -> None:
    assert names_of("numpy") is None
