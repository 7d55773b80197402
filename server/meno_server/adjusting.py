"""What settings make of a finding. Apart from the settings themselves, so that starting stays quick."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from meno_analyzers.findings import Finding, Severity

if TYPE_CHECKING:
    from meno_server.settings import Settings


def adjusted(finding: Finding, settings: Settings) -> Finding | None:
    """The finding as the settings want it, or None if they switch it off."""
    if finding.rule in settings.disabled_rules or finding.name in settings.disabled_rules:
        return None
    word = settings.severity.get(finding.rule) or settings.severity.get(finding.name)
    if word is None:
        return finding
    if word == "off":
        return None
    return replace(finding, severity=Severity(word))
