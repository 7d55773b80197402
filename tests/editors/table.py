"""The table of editors and features in docs/editors/README.md: read, and written from what tests observed.

Each test in an editor leaves its row in build/editors; `scripts/editor-table` puts those rows into the page
and keeps the rows of editors that did not run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from editors.features import COLUMNS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/editors/README.md"
OBSERVED = ROOT / "build/editors"
BEGIN, END = "<!-- written by scripts/editor-table -->", "<!-- until here -->"
REMEDY = "the row in docs/editors/README.md is not what was just observed; run ./scripts/editor-table"
# The order of the rows, and the page of each.
EDITORS = {
    "VS Code": "vscode.md",
    "Neovim": "neovim.md",
    "Helix": "helix.md",
    "Emacs, eglot": "emacs.md",
    "Emacs, lsp-mode": "emacs.md",
    "Kate": "kate.md",
    "Vim, ALE": "vim.md",
    "JupyterLab": "jupyter.md",
}
Rows = dict[str, dict[str, str]]


def read(page: str) -> Rows:
    """The rows of the page's table, by editor. Features stand in rows there, editors in columns."""
    lines = [line for line in _between(page).split("\n") if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    if not cells:
        return {}
    editors = [name.partition("](")[0].lstrip("[") for name in cells[0][1:]]
    rows: Rows = {name: {"editor": name} for name in editors}
    for feature, *values in cells[1:]:
        for name, value in zip(editors, values, strict=True):
            rows[name][feature] = value
    return rows


def written(rows: Rows) -> str:
    """The table as Markdown."""
    editors = [name for name in EDITORS if name in rows]
    lines = ["| | " + " | ".join(f"[{name}]({EDITORS[name]})" for name in editors) + " |"]
    lines.append("| --- |" + " --- |" * len(editors))
    for feature in ("version", *COLUMNS):
        cells = [rows[name].get(feature, "not seen") for name in editors]
        lines.append(f"| {feature} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def renewed(page: str, observed: Rows) -> str:
    """The page with the rows that were observed in place of the older ones."""
    before, begin, rest = page.partition(BEGIN)
    return f"{before}{begin}\n\n{written({**read(page), **observed})}\n\n{END}{rest.partition(END)[2]}"


def _between(page: str) -> str:
    return page.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Writes the page."""
    observed = {}
    for path in sorted(OBSERVED.glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        observed[row["editor"]] = row
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), observed), "utf-8")
    print(f"{len(observed)} rows were observed: {', '.join(observed) or 'run the editor tests first'}.")


if __name__ == "__main__":
    sys.exit(main())
