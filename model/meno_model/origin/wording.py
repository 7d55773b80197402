"""What a person reads about a judgement: a likelihood in words, its limits, and never an accusation."""

from __future__ import annotations

from meno_model.origin.values import Influence, Judgement, Verdict

LIMITS = (
    "This is about style, not about substance, and proves nothing about anybody: tidy people write code that"
    " looks LLM-written, and a few edits make LLM-written code look like a person's.",
    "The model knows short programs by a handful of language models from 2023 and 2024; of newer models,"
    " other kinds of programs and other courses it knows nothing, so there its likelihood drifts away from"
    " the truth.",
)
"""Two plain sentences that stand beside every judgement."""

TURNED_OFF = "Asking where code is from is switched off (meno.origin.enabled)."


def sentence(judgement: Judgement, least_tokens: int) -> str:
    """The judgement in one or two sentences."""
    if judgement.verdict is Verdict.SHORT:
        tokens = "1 token" if judgement.tokens == 1 else f"{judgement.tokens} tokens"
        return f"Too short to tell: {tokens}, and fewer than {least_tokens} say too little."
    if judgement.verdict is Verdict.LONG:
        return "Too long to be judged as a whole. Ask about its functions."
    chance = in_ten(judgement.likelihood)
    if judgement.verdict is Verdict.LLM:
        return f"The style resembles LLM-written code; likelihood {chance}."
    if judgement.verdict is Verdict.HUMAN:
        return f"The style resembles code that people write; likelihood of LLM-written code {chance}."
    return f"Meno cannot tell: the style fits both. Likelihood of LLM-written code {chance}."


def in_ten(likelihood: float | None) -> str:
    """A likelihood as people say it."""
    tenths = round(10 * (likelihood or 0.0))
    if tenths < 1:
        return "less than 1 in 10"
    if tenths > 9:
        return "more than 9 in 10"
    return f"{tenths} in 10"


def subject(judgement: Judgement) -> str:
    """What the judgement is about."""
    return "The whole file" if judgement.name is None else f"`{judgement.name}`"


def direction(influence: Influence) -> str:
    """Which way a token points."""
    return "towards LLM-written" if influence.amount > 0 else "towards a person's"


def markdown(judgement: Judgement, lines: list[str], least_tokens: int) -> str:
    """A page for an editor: the sentence, the limits, the strongest tokens and the heat map."""
    parts = [f"# Where is this code from?\n\n**{subject(judgement)}.** {sentence(judgement, least_tokens)}"]
    parts.append("\n\n".join(LIMITS))
    if judgement.influences:
        rows = [
            f"| {_code(item.text)} | line {item.line + 1} | {direction(item)} | {item.amount:+.2f} |"
            for item in judgement.strongest()
        ]
        parts.append(
            "## The five most influential tokens\n\n| token | where | points | amount |\n|---|---|---|---|\n"
            + "\n".join(rows)
        )
        heat = "\n".join(row for pair in heat_map(judgement, lines) for row in pair if row is not None)
        parts.append(
            "## Heat map\n\nBelow a line `+` stands under what points towards LLM-written code and `-` under"
            f" what points towards a person's; `#` and `=` where it is strong.\n\n````text\n{heat}\n````"
        )
    return "\n\n".join(parts) + "\n"


STRONG, WEAK = 0.5, 0.15
"""Shares of the largest amount from which a token is marked."""


def heat_map(judgement: Judgement, lines: list[str]) -> list[tuple[str, str | None]]:
    """Each line of the passage with the row of marks below it, or None where nothing is marked."""
    largest = max((abs(item.amount) for item in judgement.influences), default=0.0)
    marks: dict[int, list[str]] = {}
    for item in judgement.influences:
        share = abs(item.amount) / largest if largest else 0.0
        if share < WEAK or item.line >= len(lines):
            continue
        row = marks.setdefault(item.line, [" "] * len(lines[item.line]))
        end = item.end_column if item.end_line == item.line else len(row)
        sign = ("#" if item.amount > 0 else "=") if share >= STRONG else ("+" if item.amount > 0 else "-")
        row[item.column : end] = sign * max(0, min(end, len(row)) - item.column)
    shown = range(judgement.first_line, min(judgement.last_line + 1, len(lines)))
    return [(lines[k], "".join(marks[k]).rstrip() if k in marks else None) for k in shown]


def _code(text: str) -> str:
    """Text as code within a Markdown table."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', '&#124;') if '|' in text else text}{fence}"
