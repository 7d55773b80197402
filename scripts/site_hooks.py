"""Hooks of mkdocs: the rules' pages, which come and go with the rules, and links that leave the site."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from meno_analyzers.hints.pages import SECTIONS
from meno_analyzers.rules import RULES

_RELATIVE = re.compile(r"\[([^\]]+)\]\((\.\./[^)\s]+)\)")


def on_config(config: Any) -> Any:
    """Puts the rules, family by family, behind the settings."""
    families: list[Any] = ["rules/README.md"]
    for prefix, heading in SECTIONS.items():
        rules = [rule for id, rule in sorted(RULES.items()) if id.startswith(prefix)]
        families.append({heading: [{f"{rule.id} {rule.name}": f"rules/{rule.id}.md"} for rule in rules]})
    behind = next(index for index, entry in enumerate(config.nav) if "Settings" in entry) + 1
    config.nav.insert(behind, {"Rules": families})
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Names files of the repository that are not part of the site, in the place of a link to them."""

    def name(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), link[2]))
        return f"`{link[1]}`" if target.startswith("..") else link[0]

    return _RELATIVE.sub(name, markdown)
