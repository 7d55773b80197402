"""Writes the extension's settings into package.json, from the server's own model of them.

Run with the project's Python: `.venv/bin/python vscode-client/scripts/generate-settings.py`. With `--check`
it writes nothing and fails if package.json is not up to date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from meno_server.settings import PERSONAL, Settings

MANIFEST = Path(__file__).parent.parent / "package.json"
SECTION = "meno"

# What only the client reads. These choose what is run, so a repository must not choose them: machine scope.
CLIENT: dict[str, dict[str, Any]] = {
    "path": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "scope": "machine",
        "markdownDescription": "The command line that starts the server, such as "
        '`["/opt/meno/bin/meno", "lsp"]`. Empty: a Python that has Meno (`#meno.interpreter#`, then the one '
        "selected in the Python extension), "
        "then `meno` on PATH.",
    },
    "interpreter": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "A Python, 3.11 or newer, in which Meno is installed. "
        "Empty: the selected one.",
    },
    "trace.server": {
        "type": "string",
        "enum": ["off", "messages", "compact", "verbose"],
        "default": "off",
        "scope": "window",
        "markdownDescription": "How much of the conversation with the server is written to the log.",
    },
}


def properties() -> dict[str, dict[str, Any]]:
    """The settings by full name: the client's own, then the server's in the order of its model."""
    described = dict(CLIENT)
    for name, schema in Settings.model_json_schema(by_alias=True)["properties"].items():
        described[name] = _property(name, schema)
    return {f"{SECTION}.{name}": {"order": number, **p} for number, (name, p) in enumerate(described.items())}


def _property(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One setting as VS Code describes it. What is personal cannot be set by a workspace."""
    other = {"title", "description", "anyOf", "examples"}
    kept = {key: value for key, value in schema.items() if key not in other}
    if "anyOf" in schema:
        kept["type"] = [option["type"] for option in schema["anyOf"]]
    kept.setdefault("default", {} if kept.get("type") == "object" else None)
    if isinstance(kept["default"], float) and kept["default"].is_integer():
        kept["default"] = int(kept["default"])  # as npm writes it, when it writes the file
    kept["scope"] = "machine" if name in PERSONAL else "window"
    kept["markdownDescription"] = schema["description"]
    return kept


def updated(text: str) -> str:
    """The manifest with its settings made anew."""
    manifest = json.loads(text)
    described = properties()
    manifest["contributes"]["configuration"]["properties"] = described
    manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        name for name, setting in described.items() if setting["scope"] == "machine"
    ]
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Writes or checks; the exit status says whether package.json was up to date."""
    before = MANIFEST.read_text("utf-8")
    after = updated(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            print("vscode-client/package.json is old: run vscode-client/scripts/generate-settings.py.")
        return int(before != after)
    MANIFEST.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
