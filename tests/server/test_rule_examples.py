"""The rules' pages: saved and checked, each example prints what its page says that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from meno_analyzers.hints.pages import UNHEARD
from meno_analyzers.rules import RULES
from meno_server.terminal import app

PAGES = Path(__file__).parents[2] / "docs" / "rules"
RUN = re.compile(
    r"```python\n(.*?)```\n\n(Saved as [^\n]*)\n\n```console\n\$ meno ([^\n]*)\n(.*?)```", re.DOTALL
)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_an_example_prints_what_its_page_says(
    rule_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (PAGES / f"{rule_id}.md").read_text("utf-8")
    found = RUN.search(page)
    if found is None:
        assert UNHEARD in page
        return
    code, saved, command, printed = found.groups()
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    if setting := re.search(r"with `([^`]*)` in `meno.toml`", saved):
        (tmp_path / "meno.toml").write_text(setting.group(1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    result = CliRunner().invoke(app, command.split())

    assert result.stdout == printed
    assert result.exit_code == 1
