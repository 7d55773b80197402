"""The page of all settings, written from the one list that there is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from meno_server.settings import PERSONAL, Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
_HEAD = """\
# Settings

Written by `./scripts/settings-page` from the settings model; not to be edited by hand. Names stand below
`meno.` in an editor, and as they are in `config.toml`, `meno.toml` and `[tool.meno]`. Sources from weak to
strong: the default, your own file, the project's file, the editor. A setting marked *yours* is not read from
a project's file, because a cloned repository must not choose where your code goes. `meno doctor` prints which
value holds and where it came from; a value that does not fit is told in one sentence and ignored.

| setting | default | what it does |
| --- | --- | --- |
"""


def page() -> str:
    """The page's text."""
    rows = []
    defaults = Settings.model_validate({}).model_dump(mode="json")
    for name, info in Settings.model_fields.items():
        public = info.alias or name
        default = json.dumps(defaults[name])
        yours = " *Yours.*" if public in PERSONAL else ""
        rows.append(f"| `{public}` | `{default}` | {info.description}{yours} |")
    return _HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Writes the page, or with --check says whether it is up to date."""
    if "--check" in sys.argv[1:]:
        fresh = PAGE.is_file() and PAGE.read_text("utf-8") == page()
        sys.exit(None if fresh else "docs/settings.md is out of date: run ./scripts/settings-page")
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
