"""What settings make of a finding. Apart from the settings themselves, so that starting stays quick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from meno_analyzers.findings import Category, Channel, Finding, Severity, Source
from meno_server.history.guidance import NO_GUIDANCE, Guidance

if TYPE_CHECKING:
    from meno_server.settings import Settings

# What a profile does not want to hear, unless a severity is set for the rule.
_SILENT = {
    # The last line of a cell shows its value, and looking at a value is what cells are for.
    "notebook": frozenset({"ME213", "ME214", "ME405", "ME406", "ME416"}),
    "contest": frozenset({"ME113", "ME402", "ME422", "ME706", "ME901"}),
}
_SCREEN_LINES = 40


def adjusted(finding: Finding, settings: Settings, guidance: Guidance = NO_GUIDANCE) -> Finding | None:
    """The finding as the settings want it, or None if they switch it off. What this learner has shown to be
    wrong for them is told on hover only, unless a severity is set for the rule."""
    if finding.rule in settings.disabled_rules or finding.name in settings.disabled_rules:
        return None
    word = settings.severity.get(finding.rule) or settings.severity.get(finding.name)
    if word is not None:
        return None if word == "off" else replace(finding, severity=Severity(word))
    if finding.channel is Channel.FEATURE or finding.rule in _SILENT.get(settings.profile, ()):
        return None
    if settings.profile == "developer" and finding.channel is Channel.HINT:
        return finding if finding.source is Source.FAILURE else None
    if _may_be_doubted(finding) and guidance.about(finding).doubted:
        return replace(finding, severity=Severity.INFORMATION)
    return finding


def _may_be_doubted(finding: Finding) -> bool:
    """What a rule says of text that Python can read. Nobody can call the rest wrong."""
    return finding.source is Source.STATIC and finding.category is not Category.SYNTAX_ERROR


def is_marked(finding: Finding, settings: Settings) -> bool:
    """Whether an adjusted finding is marked in the text, and not only told to who hovers or asks."""
    return (
        finding.channel is not Channel.HOVER
        or finding.rule in settings.severity
        or finding.name in settings.severity
    )


def on_screens(
    places: Iterable[tuple[Finding, int]], settings: Settings, guidance: Guidance = NO_GUIDANCE
) -> list[bool]:
    """For each (finding, line): whether it is among the weightiest of the screen around it.

    Of equally weighty ones those that the learner keeps meeting come first. What a run has
    shown was asked for, and is always seen.
    """
    listed = list(places)
    most = 0 if settings.profile == "developer" else settings.findings_per_screen
    if not most or len(listed) <= most:
        return [True] * len(listed)
    kept = [False] * len(listed)
    taken: list[int] = []
    order = sorted(
        range(len(listed)),
        key=lambda i: (
            listed[i][0].severity.rank,
            not guidance.about(listed[i][0]).recurring,
            -listed[i][0].confidence,
            listed[i][1],
        ),
    )
    for index in order:
        line = listed[index][1]
        if listed[index][0].source is Source.FAILURE:
            kept[index] = True
        elif sum(abs(line - other) < _SCREEN_LINES for other in taken) < most:
            taken.append(line)
            kept[index] = True
    return kept
