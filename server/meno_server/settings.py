"""All settings, their defaults, and where each one that holds came from.

One flat model is the only list of settings: the editor extension's manifest, the documentation and the
checks are made from it. Sources are read from weak to strong: the default, the user's file, the project's
file, the editor. A project's file cannot choose where code is sent or which file is loaded, because a
cloned repository is not the learner's decision. An invalid value is reported in one sentence and ignored;
all others hold.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from meno_server.places import PROJECT_FILES, USER_FILE
from meno_server.tutor_servers import one_more_server

Profile = Literal["student", "developer", "notebook", "contest"]
TutorProvider = Literal["none", "openai", "gemini", "anthropic", "compatible"]
SeverityWord = Literal["error", "warning", "information", "hint", "off"]


class Settings(BaseModel):
    """What a user may choose. The alias is the name in an editor, below `meno.`."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    enable: bool = Field(True, description="Analyse Python files at all.")
    profile: Profile = Field(
        "student",
        description="Who is writing. `student`: everything. `developer`: only what is certain, all of it. "
        "`notebook`: nothing about values that stand alone on a line. `contest`: nothing about style or "
        "about answers that are missing on some way.",
    )
    start_hint_level: int = Field(
        1,
        alias="startHintLevel",
        ge=0,
        le=4,
        description="The rung of the hint ladder that a hover shows at first: 0 notice, 1 where to look, "
        "2 the concept, 3 questions, 4 an example on another task.",
    )
    max_hint_level: int = Field(
        4,
        alias="maxHintLevel",
        ge=0,
        le=5,
        description="The highest rung that may be climbed to. Hints end at 4. With 5, and only then, a code "
        "action makes the smallest repair where a rule is certain of it, or where your tests passed with it; "
        "a hover never shows it.",
    )
    hover: bool = Field(True, description="Show hints when hovering over a finding.")
    disabled_rules: tuple[str, ...] = Field(
        (), alias="disabledRules", description="Rules that stay silent, by id or name, such as `ME301`."
    )
    severity: dict[str, SeverityWord] = Field(
        default_factory=dict,
        description="How loudly single rules speak, by id: `error`, `warning`, `information`, `hint`, `off`.",
    )
    max_findings: int = Field(
        100, alias="maxFindings", ge=1, le=1000, description="At most so many findings a file, worst first."
    )
    python_version: str | None = Field(
        None,
        alias="pythonVersion",
        pattern=r"^3\.\d{1,2}$",
        description="The Python that your programs run on, such as `3.9`. Syntax that it is too old for is "
        "reported; without it no syntax is too new.",
    )
    findings_per_screen: int = Field(
        3,
        alias="findingsPerScreen",
        ge=0,
        le=100,
        description="At most so many findings within forty lines, the weightiest first; an action shows the "
        "others. 0 shows all, and so does the profile `developer`.",
    )
    typing_pause: int = Field(
        400,
        alias="typingPauseMilliseconds",
        ge=0,
        le=5000,
        description="How long the line being typed must rest before new findings appear on it.",
    )
    rule_pages: str | None = Field(
        None,
        alias="rulePages",
        pattern=r"^(https?|file)://\S+$",
        description="Where a finding's code leads: the address of a published site, such as "
        "`https://example.org/meno/`. Without it, to the pages on this machine.",
    )
    code_lens: bool = Field(
        True,
        alias="codeLens",
        description="Show “Run my tests and hint” above functions that have tests, and above the function of "
        "a failing run what is known of it. Nothing stands above other functions.",
    )
    language: str = Field("en", description="The language of the hints.")
    log_level: Literal["error", "warning", "info", "debug"] = Field(
        "warning", alias="logLevel", description="How much the server writes to its log."
    )
    model_enable: bool = Field(
        True, alias="model.enable", description="Run the bug model when a file is saved."
    )
    model_path: str | None = Field(
        None, alias="model.path", description="A folder with a model of your own instead of the shipped one."
    )
    model_provider: Literal["auto", "tensorrt", "cuda", "coreml", "directml", "openvino", "cpu"] = Field(
        "auto",
        alias="model.provider",
        description="Where the bug model runs; `auto` takes the first that the installed onnxruntime can "
        "start. What cannot start is passed over, and the processor serves.",
    )
    origin_enabled: bool = Field(
        True,
        alias="origin.enabled",
        description="Let the command “Where is this code from?” answer. It is never asked unless you ask.",
    )
    origin_code_lens: bool = Field(
        False,
        alias="origin.codeLens",
        description="Show “Where is this code from?” above each function. It answers only when chosen.",
    )
    run_allow: Literal["ask", "always", "never"] = Field(
        "ask",
        alias="run.allow",
        description="Whether a command may run your program (on a copy, confined): `ask` asks once for each "
        "folder and session, unless the editor says that it trusts the folder; `always` does not ask; "
        "`never` runs nothing.",
    )
    run_trusted_folders: tuple[str, ...] = Field(
        (),
        alias="run.trustedFolders",
        description="Folders whose programs may be run without asking, with all that is below them.",
    )
    run_interpreter: str | None = Field(
        None,
        alias="run.interpreter",
        description="The Python that runs your programs. Without it, that of the environment that was "
        "switched on when the editor started (`VIRTUAL_ENV`), or Meno's own.",
    )
    run_seconds: float = Field(
        30.0,
        alias="run.seconds",
        ge=1,
        le=600,
        description="Time for the analysis of a failing run, with the search for the smallest change.",
    )
    tutor_provider: TutorProvider = Field(
        "none",
        alias="tutor.provider",
        description="Who answers questions: `none` (curated texts, offline), `openai`, `gemini`, `anthropic` "
        "or `compatible` for any OpenAI-compatible server at `meno.tutor.baseUrl`. The key comes from the "
        "environment, the system's keyring or the editor's secret storage, never from here.",
    )
    tutor_base_url: str | None = Field(
        None,
        alias="tutor.baseUrl",
        description="Address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`.",
    )
    tutor_model: str = Field(
        "gpt-3.5-turbo", alias="tutor.model", description="The model that the provider is asked for."
    )
    tutor_deadline: float = Field(
        8.0,
        alias="tutor.deadlineSeconds",
        gt=0,
        le=60,
        description="How long an answer may take before the curated question is shown instead.",
    )

    tutor_fallbacks: tuple[Annotated[dict[str, Any], AfterValidator(one_more_server)], ...] = Field(
        (),
        alias="tutor.fallbacks",
        description="Who is asked, in this order, when the first cannot answer: a list of `{provider, "
        "baseUrl, model}`, each also with `inputPrice` and `outputPrice` if it has its own.",
    )
    tutor_daily_tokens: int = Field(
        200_000,
        alias="tutor.dailyTokens",
        ge=0,
        description="So many tokens may be used in a day, questions and answers together; 0 for no limit.",
    )
    tutor_daily_cost: float = Field(
        0.0,
        alias="tutor.dailyCost",
        ge=0,
        description="So much may be spent in a day, in the currency of the two prices; 0 for no limit.",
    )
    tutor_input_price: float = Field(
        0.0, alias="tutor.inputPrice", ge=0, description="The price of a million tokens that are sent."
    )
    tutor_output_price: float = Field(
        0.0, alias="tutor.outputPrice", ge=0, description="The price of a million tokens that are answered."
    )

    @property
    def target(self) -> tuple[int, int] | None:
        """The Python that programs run on, as numbers."""
        if self.python_version is None:
            return None
        major, minor = self.python_version.split(".")
        return int(major), int(minor)


# What only the user may choose, never a file that comes with a repository.
PERSONAL = frozenset(
    {
        "model.path",
        "rulePages",
        "run.allow",
        "run.interpreter",
        "run.trustedFolders",
        "tutor.baseUrl",
        "tutor.dailyCost",
        "tutor.dailyTokens",
        "tutor.fallbacks",
        "tutor.inputPrice",
        "tutor.model",
        "tutor.outputPrice",
        "tutor.provider",
    }
)


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


def public_names() -> dict[str, str]:
    """Field name → the name under which users know the setting."""
    return {name: info.alias or name for name, info in Settings.model_fields.items()}


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
                    f"Setting meno.{public} ({layer.origin}) has the value {value!r}: {reason}. "
                    f"The {origins[public]} value holds."
                )
                continue
            origins[public] = layer.origin
    return Resolved(Settings(**values), origins, tuple(problems))


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
    return Path(platformdirs.user_config_dir("meno", appauthor=False)) / USER_FILE


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
