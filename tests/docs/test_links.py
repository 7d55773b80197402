"""Every relative link in the documentation leads to a file of the repository, and to a heading in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINKS = (
    re.compile(r"(?<!\\)\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.MULTILINE),
    re.compile(r"\b(?:href|src)=\"([^\"]+)\""),
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def pages() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "editors").rglob("*.md")]
    return sorted([*found, ROOT / "vscode-client" / "README.md"])


def links(text: str) -> Iterator[str]:
    """The targets of all links, code left out."""
    prose = _CODE.sub("", _FENCE.sub("", text))
    for pattern in _LINKS:
        yield from pattern.findall(prose)


def anchors(text: str) -> set[str]:
    """The names of a page's headings, as GitHub and the site make them."""
    found = set()
    for heading in re.findall(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", _FENCE.sub("", text), re.MULTILINE):
        kept = re.sub(r"[^\w\s-]", "", heading.lower())
        found.add(re.sub(r"\s", "-", kept.strip()))
    return found


def leads_nowhere(page: Path, link: str) -> bool:
    target, _, anchor = unquote(link).partition("#")
    file = (page.parent / target).resolve() if target else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return True
    return bool(anchor) and file.suffix == ".md" and anchor not in anchors(file.read_text("utf-8"))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")

    assert [link for link in links(text) if not _ELSEWHERE.match(link) and leads_nowhere(page, link)] == []


def test_links_are_found_in_all_their_forms_and_not_in_code() -> None:
    text = '[a](b.md) ![c](d.svg "e") `[f](g)`\n```\n[h](i)\n```\n<img src="j.png">\n[k]: l.md\n'

    assert sorted(links(text)) == ["b.md", "d.svg", "j.png", "l.md"]


def test_a_link_to_a_file_or_a_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    readme = ROOT / "README.md"

    assert not leads_nowhere(readme, "docs/settings.md")
    assert not leads_nowhere(readme, "#set-up-your-editor")
    assert leads_nowhere(readme, "docs/nothing.md")
    assert leads_nowhere(readme, "#nothing")
    assert leads_nowhere(readme, "../elsewhere.md")
