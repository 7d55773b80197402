"""The model card's section on training and export."""

# ruff: noqa: E501  (the prose of the cards)
from __future__ import annotations

from typing import Any

from meno_model.cards.wording import EXPORT, percent
from meno_model.weights import ModelFiles


def training_section(files: ModelFiles) -> str:
    """What the model was trained with, and how faithful its graphs are to the network."""
    facts = files.facts
    check = facts.get("export", {})
    return "\n".join(
        [
            "## Training and export",
            "",
            f"{facts.get('steps', 0):,} steps, {facts.get('tokens', 0):,} tokens, {facts.get('minutes', 0)} minutes "
            f"(`meno model train`). {_earlier(facts)}{_phases(facts)} Each step behind the first phase reads pairs: a piece of correct "
            "code, and the same piece with one mistake. The loss asks for the place (or for `clean`), for the "
            "category, for the kind of change that would undo it, and that the mistake looks worse than its own "
            "correct version.",
            "",
            f"The full-precision graph differs from the network by at most {check.get('largest_difference', 0):.1e} in "
            f"logits; int8 points at the same token in {percent(check.get('same_place'))} and names the same category "
            f"in {percent(check.get('same_category'))} of the checks; P(clean) differs by at most "
            f"{check.get('largest_clean_difference', 0):.3f} (`{EXPORT}`).",
            *([_attribution(check["attribution"])] if "attribution" in check else ()),
        ]
    )


def _earlier(facts: dict[str, Any]) -> str:
    """The runs whose weights this one began with."""
    runs = facts.get("earlier", [])
    spent = " and ".join(f"{run['tokens']:,} tokens in {run['minutes']} minutes" for run in runs)
    return f"It began with the weights of an earlier run of {spent} (`--start`). " if runs else ""


def _phases(facts: dict[str, Any]) -> str:
    """What share of the budget went to what."""
    plan = facts.get("configuration", {}).get("training", {})
    dense, real, calm = (plan.get(f"{name}_share", 0.0) for name in ("dense", "correction", "settle"))
    return (
        f"Of the budget {dense:.0%} restored masked and judged replaced tokens, {1 - dense - real - calm:.0%} told "
        f"made mistakes from correct code ({plan.get('guessed_pairs', 0):,} of the mistakes were the network's own "
        f"guesses), {real:.0%} mixed in real corrections, and {calm:.0%} weighed correct code heavily."
    )


def _attribution(check: dict[str, Any]) -> str:
    return (
        "\nThe graph that says why ([guide](guides/attribution.md)) differs from torch's gradients by at most "
        f"{check['largest_difference']:.1e} in logits; storing its weights as int8 ({check['mebibytes']} MiB) "
        f"leaves attributions that correlate by {check['correlation']:.4f} with those of full weights."
    )
