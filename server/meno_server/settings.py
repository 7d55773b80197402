"""All settings with their defaults.

One flat model is the only list of settings: the editor extension's manifest, the documentation and the
checks are made from it. A project's file cannot choose where code is sent or which file is loaded, because a
cloned repository is not the learner's decision (`PERSONAL`). `layers.py` says where values come from.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from meno_server.remote.addresses import gateway_address
from meno_server.tutor_servers import one_more_server

Profile = Literal["student", "developer", "notebook", "contest"]
TutorProvider = Literal["none", "openai", "gemini", "anthropic", "compatible"]
SeverityWord = Literal["error", "warning", "information", "hint", "off"]


def without_password(address: str) -> str:
    """A database's address as it may stand in a settings file; `ValueError` if it holds a password."""
    if ":" in address.removeprefix("postgresql://").rpartition("@")[0] or "password=" in address:
        raise ValueError("put the password into ~/.pgpass; settings are no place for it")
    try:
        _ = urlsplit(address).port
    except ValueError:
        raise ValueError("an address such as postgresql://anna@db.example.org/meno is needed") from None
    return address


def translated(tag: str) -> str:
    """The tag of a language that hints are in, such as `de` or `de-AT`; `ValueError` for any other."""
    from meno_analyzers.hints.catalogue import FOLDER

    known = sorted(folder.name for folder in FOLDER.iterdir() if len(folder.name) in (2, 3))
    if re.split("[-_]", tag, maxsplit=1)[0].lower() not in known:
        raise ValueError(f"one of {', '.join(known)} is needed")
    return tag


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
        (),
        alias="disabledRules",
        examples=['["ME301"]'],
        description="Rules that stay silent, by id or name, such as `ME301`.",
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
        examples=['"3.9"'],
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
        examples=["https://example.org/meno/"],
        description="Where a finding's code leads: the address of a published site, such as "
        "`https://example.org/meno/`. Without it, to the pages on this machine.",
    )
    code_lens: bool = Field(
        True,
        alias="codeLens",
        description="Show “Run my tests and hint” above functions that have tests, and above the function of "
        "a failing run, or of one that the model finds suspicious, what is known of it. Nothing stands above "
        "other functions.",
    )
    notifications: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether Meno shows messages that you did not ask for, such as that the model could not "
        "be started. `auto`: only in an editor that has no other place for them. What you ask for is always "
        "answered.",
    )
    language: Annotated[str, AfterValidator(translated)] = Field(
        "en",
        description="The language of the hints: `en`, `de`, `es` or `fr`. What has no translation yet is "
        "shown in English.",
    )
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
    model_endpoint: Annotated[str, AfterValidator(gateway_address)] | None = Field(
        None,
        alias="model.endpoint",
        description="The address of a gateway whose model is asked when a file is saved, such as "
        "`https://meno.example.org`. Meno asks once for each folder whether its files may be sent. Where the "
        "gateway is slow or gone, the model on this machine answers. The key comes from `MENO_KEY` "
        "or the system's keyring.",
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
    history_enable: bool = Field(
        True,
        alias="history.enable",
        description="Keep, on this machine only, which patterns you met and how each ended, for “My "
        "patterns”; never code, names or file names. Off, nothing is kept, and nothing is read.",
    )
    history_database: Annotated[str, AfterValidator(without_password)] | None = Field(
        None,
        alias="history.database",
        pattern=r"^postgresql://[^\s]+$",
        examples=["postgresql://anna@db.example.org/meno"],
        description="A PostgreSQL database that keeps your history instead of the file on this machine, such "
        "as `postgresql://anna@db.example.org/meno`. The password belongs into `~/.pgpass`. It needs "
        '`pip install "meno-lsp[postgresql]"`.',
    )
    history_adapt: bool = Field(
        True,
        alias="history.adapt",
        description="Let your history change what you see: where a slip comes back, hints begin one rung "
        "higher, a reminder comes with them, and rules that you keep marking as fine are told on hover only.",
    )
    team_share: bool = Field(
        False,
        alias="team.share",
        description="Give to your class, by the gateway at `meno.team.endpoint`, which patterns you stumbled "
        "over this week and how that ended; no code, names or times. The class is shown counts that no "
        "single person changes noticeably. `meno history given` shows what would be given.",
    )
    team_endpoint: Annotated[str, AfterValidator(gateway_address)] | None = Field(
        None,
        alias="team.endpoint",
        description="The address of your class's gateway, such as `https://meno.example.org`.",
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
        examples=['["~/lessons"]'],
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
        examples=['[{"provider": "openai", "model": "gpt-3.5-turbo"}]'],
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

    tutor_mask_comments: bool = Field(
        False,
        alias="tutor.maskComments",
        description="Hide the words of comments in what is sent to a tutor.",
    )
    tutor_mask_strings: bool = Field(
        False,
        alias="tutor.maskStrings",
        description="Hide the contents of strings in what is sent to a tutor.",
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
        "history.adapt",
        "history.database",
        "history.enable",
        "model.endpoint",
        "model.path",
        "rulePages",
        "run.allow",
        "run.interpreter",
        "run.trustedFolders",
        "team.endpoint",
        "team.share",
        "tutor.baseUrl",
        "tutor.dailyCost",
        "tutor.dailyTokens",
        "tutor.fallbacks",
        "tutor.inputPrice",
        "tutor.maskComments",
        "tutor.maskStrings",
        "tutor.model",
        "tutor.outputPrice",
        "tutor.provider",
    }
)


def public_names() -> dict[str, str]:
    """Field name → the name under which users know the setting."""
    return {name: info.alias or name for name, info in Settings.model_fields.items()}
