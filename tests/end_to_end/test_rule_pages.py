"""Where a finding's code leads: to a page on this machine or on a site; the server asks no network for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pygls.uris import to_fs_path

from end_to_end.test_typing import HAS_EVEN, hover
from end_to_end.wire import Wire

# A server that ends at its first look at a network; an address of a test network, where nobody answers.
ALONE = """
import os, runpy, sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}:
        os._exit(77)
sys.addaudithook(refuse)
sys.argv = ["meno", "lsp"]
runpy.run_module("meno_server", run_name="__main__")
"""
SITE = "http://192.0.2.1/meno/"


@pytest.fixture
def alone() -> Iterator[Wire]:
    wire = Wire([sys.executable, "-P", "-c", ALONE])
    yield wire
    assert wire.stop() == 0


def test_without_a_site_the_code_leads_to_a_page_on_this_machine(alone: Wire) -> None:
    alone.start()
    alone.open(HAS_EVEN)

    (item,) = alone.diagnostics(1)

    page = Path(to_fs_path(item["codeDescription"]["href"]) or "")
    assert page.read_text("utf-8").startswith("# ME301")
    assert "ME301" in hover(alone, 2, 10)["contents"]["value"]


def test_with_a_site_the_code_leads_there_and_nobody_looks(alone: Wire) -> None:
    alone.answers["workspace/configuration"] = [{"rulePages": SITE}]
    alone.start(initializationOptions={"rulePages": SITE})
    alone.open(HAS_EVEN)

    (item,) = alone.diagnostics(1)

    assert item["codeDescription"]["href"] == "http://192.0.2.1/meno/rules/ME301.html"
    assert "ME301" in hover(alone, 2, 10)["contents"]["value"]


def test_an_address_that_is_none_is_refused_in_one_sentence(alone: Wire) -> None:
    alone.start(initializationOptions={"rulePages": "javascript:alert(1)"})
    alone.open(HAS_EVEN)

    (item,) = alone.diagnostics(1)

    assert item["codeDescription"]["href"].startswith("file://")
    complaint = alone.wait(lambda m: m.get("method") == "window/showMessage")
    assert "meno.rulePages" in complaint["params"]["message"]


def test_a_projects_file_cannot_choose_where_the_code_leads(alone: Wire, tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text(f'rulePages = "{SITE}"\n')
    alone.start(rootUri=tmp_path.as_uri())
    alone.open(HAS_EVEN, uri=(tmp_path / "lesson.py").as_uri())

    (item,) = alone.diagnostics(1)

    assert item["codeDescription"]["href"].startswith("file://")
