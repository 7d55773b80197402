"""The page of a learner's patterns in a browser, after a term."""

from __future__ import annotations

from pathlib import Path

import pytest

from history.test_report import TERM, page, words
from pages.conftest import Look


@pytest.mark.editor
@pytest.mark.timeout(240)
def test_the_page_can_be_read_in_every_look_and_with_the_keyboard(look: Look, tmp_path: Path) -> None:
    html = page(TERM)
    file = tmp_path / "report.html"
    file.write_text(html, "utf-8")

    seen = look(file.as_uri(), "report")

    for heading in ("Today", "Worth remembering again", "The last four weeks", "Pattern by pattern"):
        assert heading in seen["text"]
        assert heading in words(html)
