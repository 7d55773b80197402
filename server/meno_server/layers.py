"""Settings from several places put together, and where each one that holds came from.

Sources are read from weak to strong: the default, the user's file, the project's file, the editor. An invalid
value is reported in one sentence and ignored; all others hold.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from meno_server.expected import expected
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


_NAME_RULES = frozenset({"disabledRules", "severity"})
_OF_OTHERS = ("model/", "possible-", "run/")
"""What the names of findings begin with that no rule makes."""
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
                    problems.append(f"Setting meno.{public} ({layer.origin}) {_not_known(public, names)}")
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
                needed = expected(error.errors()[0], Settings.model_fields[names[public]])
                problems.append(
                    f"Setting meno.{public} ({layer.origin}) has the value {_shown(value)}, but {needed}. "
                    + _holds(origins[public])
                )
                continue
            origins[public] = layer.origin
            if public in _NAME_RULES:
                problems += _strangers(f"Setting meno.{public} ({layer.origin})", value)
    return Resolved(Settings(**values), origins, tuple(problems))


def _holds(origin: str) -> str:
    """Which value stands instead of a refused one."""
    return "The default holds." if origin == "default" else f"The value of {origin} holds."


def _not_known(public: str, known: Iterable[str]) -> str:
    """The end of the sentence about a name that is no setting: the nearest that is one, if any is near."""
    near = get_close_matches(public, list(known), n=1, cutoff=0.8)
    meant = f" Did you mean meno.{near[0]}?" if near else ""
    return f"is not known; it is ignored.{meant}"


def _strangers(where: str, rules: Iterable[str]) -> list[str]:
    """A sentence for each name that is no rule's: what one meant to switch off would go on speaking."""
    from meno_analyzers.rules import RULES  # slow to load, and seldom needed here

    names = {rule.name for rule in RULES.values()}
    told = []
    for name in rules:
        if name in RULES or name in names or name.startswith(_OF_OTHERS):
            continue
        # Ids are all near each other, so one is meant only if the capitals alone are missing.
        near = [name.upper()] if name.upper() in RULES else get_close_matches(name, names, n=1)
        meant = f" Did you mean {near[0]}?" if near else " docs/rules has them all."
        told.append(f"{where} names {_shown(name)}, which is no rule.{meant}")
    return told


def _shown(value: Any) -> str:
    """A refused value as it may be read in a log: as it was written, without the password of an address."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    return re.sub(r"(?<=//)([^/@\s:]*):[^@\s]*@", r"\1:…@", written)


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
