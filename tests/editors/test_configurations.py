"""The files that learners copy: each can be read, and its page shows it as it is."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from pathlib import Path

import pytest

from editors import table
from editors.features import COLUMNS

ROOT = Path(__file__).parents[2]
SHOWN = {
    "helix.md": "helix/languages.toml",
    "kate.md": "kate/settings.json",
    "sublime.md": "sublime/LanguageServers.sublime-settings",
    "zed.md": "zed/settings.json",
    "jupyter.md": "jupyter/meno.json",
}
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def read(kind: str, text: str) -> object:
    return tomllib.loads(text) if kind == "toml" else json.loads(text)


@pytest.mark.parametrize("page", SHOWN)
def test_the_page_shows_the_file_that_is_shipped(page: str) -> None:
    text = (ROOT / "docs/editors" / page).read_text("utf-8")
    shipped = (ROOT / "editors" / SHOWN[page]).read_text("utf-8")

    _, kind, first = _FENCE.findall(text)[0]

    assert read(kind, textwrap.dedent(first)) == read(kind, shipped)


def test_every_other_file_that_is_copied_can_be_read() -> None:
    commands = json.loads((ROOT / "editors/sublime/Meno.sublime-commands").read_text("utf-8"))
    extension = tomllib.loads((ROOT / "editors/zed/extension.toml").read_text("utf-8"))

    assert {entry["args"]["session_name"] for entry in commands} == {"meno"}
    assert extension["language_servers"]["meno"]["languages"] == ["Python"]
    tomllib.loads((ROOT / "editors/zed/Cargo.toml").read_text("utf-8"))


def test_every_command_that_a_configuration_names_is_one_of_the_servers() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "server/meno_server").rglob("*.py"))
    known = set(re.findall(r"\"(meno\.\w+)\"", source))
    named = set()
    for path in (ROOT / "editors").rglob("*"):
        if path.suffix in {".lua", ".el", ".vim", ".sublime-commands"}:
            named |= set(re.findall(r"[\"'](meno\.\w+)[\"']", path.read_text("utf-8")))
    modules = {f"meno.{path.stem}" for path in (ROOT / "editors/neovim/lua/meno").iterdir()}

    assert named - modules - known == set()


def test_the_help_of_the_plugin_knows_every_command() -> None:
    folder = ROOT / "editors/neovim"
    commands = re.findall(
        r"^  (Meno\w+) = ", (folder / "lua/meno/commands.lua").read_text("utf-8"), re.MULTILINE
    )
    explained = re.findall(r"\*:(Meno\w+)\*", (folder / "doc/meno.txt").read_text("utf-8"))

    assert sorted(commands) == sorted(explained)


def test_the_table_of_editors_is_as_the_script_writes_it() -> None:
    page = table.PAGE.read_text("utf-8")
    rows = table.read(page)

    assert table.renewed(page, {}) == page
    assert list(rows) == list(table.EDITORS)
    assert all(set(row) == {"editor", "version", *COLUMNS} for row in rows.values())
