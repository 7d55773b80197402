"""The recipe of the origin model: a TOML file, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from meno_model.configuration import read_recipe
from meno_model.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Recipe:
    """`strength`: inverse ridge penalty. `counted`: how much of the logarithm of how differently often the
    classes have a feature is added to its fitted weight; `smoothing`: added to both counts of that.
    `paired`: how many times as much programs of problems weigh that both classes have solved.
    `least_problems`: rarer features are left out. `set_scale`: how freely each suite may have its own
    intercept while fitting. `folds`: parts by problem for figures and calibration. `accused`: the largest
    share of certain humans that may be called LLM-like, as the mean over the suites. `missed`: the largest
    share of LLM-written programs that may be called human-like. `least_tokens`: shorter code is not judged.
    """

    name: str = "origin"
    strength: float = 15.0
    counted: float = 0.08
    smoothing: float = 0.06
    paired: float = 2.0
    least_problems: int = 3
    set_scale: float = 1.0
    iterations: int = 80
    folds: int = 5
    least_tokens: int = 30
    accused: float = 0.005
    missed: float = 0.05

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load_recipe(path: Path | None) -> Recipe:
    """Read a TOML file; None reads the shipped model's."""
    return recipe_from(read_recipe(Path("origin") if path is None else path))


def recipe_from(values: dict[str, Any]) -> Recipe:
    """A checked recipe from plain values."""
    kinds = {item.name: type(item.default) for item in fields(Recipe)}
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in kinds:
            raise ConfigurationError(f"There is no setting {key}: remove it or correct its name.")
        converted = float(value) if kinds[key] is float and type(value) is int else value
        if type(converted) is not kinds[key]:
            raise ConfigurationError(f"The setting {key} must be a {kinds[key].__name__}: correct its value.")
        checked[key] = converted
    recipe = Recipe(**checked)
    if recipe.folds < 2 or min(recipe.strength, recipe.iterations, recipe.smoothing, recipe.paired) <= 0:
        raise ConfigurationError(
            "folds must be 2 or more, strength, smoothing, paired and iterations more than 0: correct them."
        )
    return recipe
