"""Settings from several places put together, and where each one that holds came from.

Sources are read from weak to strong: the default, the user's file, the project's file, the editor. An invalid
value is reported in one sentence and ignored; all others hold.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from meno_server.places import PROJECT_FILES, USER_FILE, config_folder
from meno_server.settings import PERSONAL, Settings, public_names


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one place; `trusted` says that personal settings may come from there."""

    origin: str
    values: Mapping[str, Any]
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings that hold, the origin of each by its public name, and what was wrong, in sentences."""

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[str, ...] = field(default=())


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(name: str) -> TypeAdapter[Any]:
    if name not in _ADAPTERS:
        info = Settings.model_fields[name]
        wanted: Any = info.annotation
        if info.metadata:
            wanted = Annotated[(wanted, *info.metadata)]
        _ADAPTERS[name] = TypeAdapter(wanted)
    return _ADAPTERS[name]


def resolve(layers: Iterable[Layer]) -> Resolved:
    """Merges layers from weak to strong."""
    names = {public: name for name, public in public_names().items()}
    values: dict[str, Any] = {}
    origins = dict.fromkeys(names, "default")
    problems: list[str] = []
    for layer in layers:
        for public, value in _flatten(layer.values).items():
            if public not in names:
                if not public.startswith("trace."):
                    problems.append(f"Setting meno.{public} ({layer.origin}) is not known; it is ignored.")
                continue
            if public in PERSONAL and not layer.trusted:
                problems.append(
                    f"Setting meno.{public} ({layer.origin}) may only be set by you, in your editor or in "
                    f"your own {USER_FILE}; it is ignored."
                )
                continue
            if value is None and Settings.model_fields[names[public]].default is not None:
                continue
            try:
                values[names[public]] = _adapter(names[public]).validate_python(value)
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                problems.append(
                    f"Setting meno.{public} ({layer.origin}) has the value {_shown(value)}: {reason}. "
                    f"The {origins[public]} value holds."
                )
                continue
            origins[public] = layer.origin
    return Resolved(Settings(**values), origins, tuple(problems))


def _shown(value: Any) -> str:
    """A refused value as it may be read in a log: without the password of an address."""
    return re.sub(r"(?<=//)([^/@\s:]*):[^@\s]*@", r"\1:…@", repr(value))


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested or dotted keys to dotted keys; the value of `severity` is a table of its own."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        public = f"{prefix}{key}"
        if isinstance(value, Mapping) and public != "severity":
            flat.update(_flatten(value, f"{public}."))
        else:
            flat[public] = value
    return flat


def user_file() -> Path:
    """Where a user keeps settings for every editor and the command line."""
    return config_folder() / USER_FILE


def file_layers(folder: Path | None) -> tuple[list[Layer], list[str]]:
    """The layers of the user's and the project's files, and a sentence for each unreadable file."""
    layers: list[Layer] = []
    problems: list[str] = []
    candidates: list[tuple[Path, bool]] = [(user_file(), True)]
    if folder is not None:
        candidates += [(folder / name, False) for name in PROJECT_FILES]
    for path, trusted in candidates:
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(f"{path} cannot be read ({error}); its settings are ignored.")
            continue
        if path.name == "pyproject.toml":
            table = table.get("tool", {}).get("meno", {})
        elif not trusted:
            table.pop("examples", None)  # what a teacher hands out with a project: no setting
        if isinstance(table, dict) and table:
            layers.append(Layer(str(path), table, trusted))
    return layers, problems
