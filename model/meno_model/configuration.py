"""A training run's settings: read from TOML, checked, and stored beside the weights.

The shipped recipes lie in `configurations/`. An unknown key or a value of the wrong type is a
`ConfigurationError` that names the key: a silently ignored setting would make a run irreproducible.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from meno_analyzers.findings import Category
from meno_model.corpus.snippets import CorpusPlan
from meno_model.errors import ConfigurationError

Section = TypeVar("Section")

CATEGORIES: tuple[Category, ...] = tuple(
    category for category in Category if category not in (Category.SYNTAX_ERROR, Category.CLEAN)
)
"""The categories that the model's head tells apart, in the order of its logits."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The RoBERTa encoder's dimensions."""

    vocabulary: int = 8192
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 1024
    positions: int = 512
    initial_spread: float = 0.05
    """Standard deviation of the first weights: the 0.02 of larger models leaves this attention flat."""
    longest: int = 192
    """Tokens of one window, `<s>` and `</s>` included."""
    backbone: str = ""
    """A pretrained RoBERTa encoder by name or folder (such as `microsoft/codebert-base`), whose vocabulary
    and dimensions then count instead of the ones above; empty: from nothing."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how to train. One of `minutes` (wall clock), `steps` and `epochs` is the budget."""

    minutes: float = 0.0
    steps: int = 0
    epochs: float = 0.0
    dense_share: float = 0.2
    """Share of the budget for masked-language and replaced-token pre-training."""
    correction_share: float = 0.0
    """Share of the budget in which half of the pairs are real mistakes and their corrections."""
    settle_share: float = 0.0
    """Share of the budget, at the end, in which correct code weighs `settle_weight` times as much."""
    settle_weight: float = 8.0
    replay_from: float = 1.0
    """From this share of the budget behind the dense phase on, half of the mutants are the hardest so far."""
    hardest_share: float = 0.2
    guessed_pairs: int = 0
    """How many mistakes the network itself proposes at the end of the dense phase."""
    decay_from: float = 0.55
    learning_rate: float = 1e-3
    warm_up_steps: int = 200
    weight_decay: float = 0.05
    tokens_per_batch: int = 2304
    pairs_per_batch: int = 0
    """0: as many as `tokens_per_batch` allows."""
    long_from: int = 112
    long_share: float = 0.4
    """Of the pairs longer than `long_from` tokens this share takes part in a round: short code is the aim."""
    category_weight: float = 0.5
    repair_weight: float = 0.3
    margin_weight: float = 0.3
    unfinished_share: float = 0.1
    checkpoint_minutes: float = 3.0
    keep_best: bool = False
    """Export the checkpoint with the smallest loss on the validation pairs instead of the last one."""
    threads: int = 0
    """0: as many as torch chooses."""
    bf16: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class MutationPlan:
    """How many mistakes to make and which: weights of categories, 0 leaves one out."""

    per_snippet: int = 3
    rarity_power: float = 0.5
    weights: dict[str, float] = field(default_factory=dict)
    operators: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole run."""

    name: str = "unnamed"
    corpus: CorpusPlan = field(default_factory=CorpusPlan)
    mutations: MutationPlan = field(default_factory=MutationPlan)
    model: ModelShape = field(default_factory=ModelShape)
    training: Schedule = field(default_factory=Schedule)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `configuration_from` reads them."""
        return asdict(self)


def load_configuration(path: Path | None) -> Configuration:
    """Read a TOML file, or a shipped recipe by its name; None reads that of the shipped default model."""
    return configuration_from(read_recipe(Path("default") if path is None else path))


def read_recipe(place: Path) -> dict[str, Any]:
    """The values of a TOML file, or of a shipped recipe by its name; unchecked."""
    shipped = resources.files("meno_model") / "configurations" / f"{place}.toml"
    if not place.suffix and shipped.is_file():
        return tomllib.loads(shipped.read_text(encoding="utf-8"))
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(
            f"The configuration {place} cannot be read: name an existing TOML file."
        ) from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigurationError(
            f"The configuration {place} is not valid TOML ({problem}): correct that line."
        ) from problem


def configuration_from(values: dict[str, Any]) -> Configuration:
    """A checked configuration from plain values."""
    known = {"name", "corpus", "mutations", "model", "training"}
    _refuse_unknown(set(values) - known, "")
    configuration = Configuration(
        name=str(values.get("name", "unnamed")),
        corpus=_section(CorpusPlan, values.get("corpus", {}), "corpus"),
        mutations=_section(MutationPlan, values.get("mutations", {}), "mutations"),
        model=_section(ModelShape, values.get("model", {}), "model"),
        training=_section(Schedule, values.get("training", {}), "training"),
    )
    budgets = (configuration.training.minutes, configuration.training.steps, configuration.training.epochs)
    if sum(budget > 0 for budget in budgets) != 1:
        raise ConfigurationError(
            "Set exactly one of training.minutes, training.steps and training.epochs to more than 0."
        )
    if configuration.model.hidden % configuration.model.heads:
        raise ConfigurationError("model.hidden must be a multiple of model.heads: change one of them.")
    _refuse_unknown(
        set(configuration.mutations.weights) - {c.value for c in CATEGORIES}, "mutations.weights."
    )
    return configuration


def _section(kind: type[Section], values: Any, name: str) -> Section:
    if not isinstance(values, dict):
        raise ConfigurationError(f"The setting {name} must be a table: write [{name}] above its keys.")
    allowed = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]  # all four are dataclasses
    _refuse_unknown(set(values) - set(allowed), f"{name}.")
    defaults = kind()
    checked: dict[str, Any] = {}
    for key, value in values.items():
        expected = type(getattr(defaults, key))
        converted = tuple(value) if expected is tuple and isinstance(value, list) else value
        if expected is float and type(converted) is int:
            converted = float(converted)
        if type(converted) is not expected:
            raise ConfigurationError(
                f"The setting {name}.{key} must be a {expected.__name__}: correct its value."
            )
        checked[key] = converted
    return kind(**checked)


def _refuse_unknown(names: set[str], prefix: str) -> None:
    if names:
        raise ConfigurationError(f"There is no setting {prefix}{min(names)}: remove it or correct its name.")
