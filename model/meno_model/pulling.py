"""Fetches a model by name from a hub, for who has network: graphs and JSON only, checked before it is used.

What arrives is laid beside its place first and opened as any model is (hashes, description, calibration);
only a whole one is moved to where it is used from. A half-finished download leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from platformdirs import user_data_path

from meno_model.errors import ModelError, WeightsError
from meno_model.weights import open_weights

KINDS = ("*.onnx", "*.onnx.*-of-*", "*.json")
"""What is fetched; never a pickle, which could run code."""
_NAME = re.compile(r"[\w.-]+/[\w.-]+")


class PullError(ModelError):
    """A model could not be fetched."""


def pull(name: str, revision: str | None = None, to: Path | None = None) -> Path:
    """The folder of the fetched model: `to`, or one named after it in the user's data folder."""
    if not _NAME.fullmatch(name):
        raise PullError(f"{name} is no name of a model: write OWNER/MODEL as the hub shows it.")
    place = to or user_data_path("meno", appauthor=False) / "models" / name.replace("/", "--")
    if place.exists() and not (place / "manifest.json").is_file():
        raise PullError(f"The folder {place} holds something else: name another with --to.")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=place.parent, prefix=".pulling-", ignore_cleanup_errors=True
    ) as folder:
        fetched = Path(folder) / "model"
        _fetch(name, revision, fetched)
        shutil.rmtree(fetched / ".cache", ignore_errors=True)
        try:
            open_weights(fetched)
        except WeightsError as problem:
            raise PullError(f"{name} was fetched, but it is no whole model of Meno's: {problem}") from problem
        shutil.rmtree(place, ignore_errors=True)
        try:
            fetched.replace(place)
        except OSError as problem:  # Windows removes no file that a running editor has open
            raise PullError(
                f"{name} was fetched, but cannot be laid in {place} ({problem.strerror}): close the editors "
                "that use it, or name another folder with --to."
            ) from problem
    return place


def _fetch(name: str, revision: str | None, folder: Path) -> None:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as problem:
        raise PullError(
            "Fetching a model needs huggingface_hub: install it with `pip install huggingface_hub`."
        ) from problem
    try:
        snapshot_download(name, revision=revision, local_dir=folder, allow_patterns=list(KINDS))
    except LocalEntryNotFoundError as problem:
        raise PullError(
            f"The hub cannot be reached, so {name} was not fetched: check the network."
        ) from problem
    except HfHubHTTPError as problem:
        raise PullError(
            f"The hub has no model {name} that you may read: check its name, and sign in if it is private."
        ) from problem
    except Exception as problem:  # whatever a hub answers, the user reads one sentence
        raise PullError(f"{name} could not be fetched ({type(problem).__name__}): try again.") from problem
