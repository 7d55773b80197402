"""The site builds without a complaint, holds every page, and asks nobody else for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from meno_analyzers.rules import RULES

ROOT = Path(__file__).parents[2]
# What a browser fetches by itself; a link that a reader may follow is something else.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=\"?(?:https?:)?//"
    r"|<link\b(?=[^>]*\brel=\"?(?:stylesheet|preload|preconnect|icon))[^>]*\bhref=\"?(?:https?:)?//"
)

pytestmark = pytest.mark.skipif(
    find_spec("material") is None, reason="mkdocs-material is not installed (MENO_EXTRAS=dev,docs)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_rule_has_a_page_under_the_address_that_diagnostics_name(site: Path) -> None:
    for rule in RULES.values():
        assert f"{rule.id} {rule.name}" in (site / "rules" / f"{rule.id}.html").read_text("utf-8")


def test_the_rungs_are_folded_and_their_texts_are_read_as_markdown(site: Path) -> None:
    page = (site / "rules" / "ME301.html").read_text("utf-8")

    assert page.count("<details>") == 4
    assert page.count("<summary>Level") == 4
    assert "<code>contains</code> in your head" in page


def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    fetching = [page.name for page in site.rglob("*.html") if _FETCHED.search(page.read_text("utf-8"))]

    assert fetching == []
    assert not list(site.rglob("*.woff*"))


def test_a_link_that_leaves_the_site_is_the_name_of_a_file(site: Path) -> None:
    page = (site / "editors" / "neovim.html").read_text("utf-8")

    assert "<code>editors/neovim/lsp/meno.lua</code>" in page
