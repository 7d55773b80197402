"""What the hint tests are run over: every repair and every rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzers.hints.hint_cases import load_repairs, make_finding
from meno_analyzers.findings import Finding
from meno_analyzers.rules import RULES


@pytest.fixture
def finding() -> Callable[..., Finding]:
    return make_finding


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "repair" in metafunc.fixturenames:
        repairs = load_repairs()
        names = [f"{repair.rule}-{repair.variant or 'default'}-{n}" for n, repair in enumerate(repairs)]
        metafunc.parametrize("repair", repairs, ids=names)
    if "rule_id" in metafunc.fixturenames:
        metafunc.parametrize("rule_id", sorted(RULES))
