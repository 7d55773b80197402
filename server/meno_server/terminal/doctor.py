"""`meno doctor`: what is installed, which provider runs the model, how programs are confined here, which
settings hold and where each came from."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from meno_server import __version__
from meno_server.failures.confining import in_words
from meno_server.layers import Resolved, file_layers, resolve, user_file
from meno_server.models import model_client

_PACKAGES = (
    "pygls lsprotocol tree-sitter tree-sitter-python pydantic onnxruntime onnxruntime-gpu tokenizers numpy "
    "sqlalchemy alembic openai httpx torch transformers".split()
)
_KEYS = ("MENO_TUTOR_API_KEY", "OPENAI_API_KEY")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Show how Meno is set up here, and what to do where something is wrong."""
    layers, problems = file_layers(Path.cwd())
    resolved = resolve(layers)
    advice = [*problems, *resolved.problems]
    installed = {name: _version(name) for name in _PACKAGES}
    advice += runtime_advice(installed)
    model = asyncio.run(_model(resolved))
    if "unavailable" in model:
        advice.append(str(model["unavailable"]))
    facts = {
        "meno": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": platform.platform(),
        "packages": installed,
        "model": model,
        "running": in_words(),
        "settings": _settings(resolved),
        "settingsFile": str(user_file()),
        # Whether a key is there, never what it is.
        "keys": {name: bool(os.environ.get(name)) for name in _KEYS},
        "advice": advice,
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2, default=str))
    else:
        _print(facts)
    raise typer.Exit(1 if advice else 0)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def runtime_advice(installed: dict[str, str | None]) -> list[str]:
    """What to do about the ONNX runtime: none, or both of the packages that share one folder."""
    cpu, gpu = installed.get("onnxruntime"), installed.get("onnxruntime-gpu")
    if cpu and gpu:
        return [
            "Both onnxruntime and onnxruntime-gpu are installed; they put their files into the same folder "
            "and whichever came last wins. To use the GPU: pip uninstall -y onnxruntime onnxruntime-gpu, "
            "then pip install onnxruntime-gpu."
        ]
    if not cpu and not gpu:
        return ["No ONNX runtime is installed, so the model cannot run: pip install onnxruntime."]
    return []


async def _model(resolved: Resolved) -> dict[str, Any]:
    if not resolved.settings.model_enable:
        return {"state": "off, by the setting meno.model.enable"}
    client = model_client(resolved.settings)
    try:
        return dict(await client.info())
    finally:
        await client.stop()


def _settings(resolved: Resolved) -> dict[str, dict[str, Any]]:
    values = resolved.settings.model_dump(by_alias=True, mode="json")
    return {name: {"value": values[name], "origin": origin} for name, origin in resolved.origins.items()}


def _print(facts: dict[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]Meno {facts['meno']}[/bold] on Python {facts['python']}, {facts['platform']}")
    packages = Table("package", "version", title="Installed", title_justify="left")
    for name, version in facts["packages"].items():
        packages.add_row(name, version or "[dim]not installed[/dim]")
    console.print(packages)
    model = Table("fact", "value", title="Model", title_justify="left")
    for name, value in facts["model"].items():
        # `meno model info` has the figures; here it matters that it runs, where, and what it speaks about.
        if name == "thresholds":
            model.add_row("speaks about", Text(", ".join(value), overflow="fold"))
        elif not isinstance(value, dict):
            # A checksum that is cut short cannot be compared with another.
            model.add_row(str(name).replace("_", " "), Text(str(value), overflow="fold"))
    console.print(model)
    settings = Table("setting", "value", "from", title="Settings", title_justify="left")
    for name, entry in facts["settings"].items():
        settings.add_row(f"meno.{name}", json.dumps(entry["value"]), entry["origin"])
    console.print(settings)
    console.print(facts["running"])
    console.print(f"Your settings for all editors and the terminal: {facts['settingsFile']}")
    for name, present in facts["keys"].items():
        console.print(f"{name}: {'set' if present else 'not set'}")
    for sentence in facts["advice"]:
        console.print(f"[bold]To do:[/bold] {sentence}", markup=True)
    if not facts["advice"]:
        console.print("Everything that Meno needs is in place.")
