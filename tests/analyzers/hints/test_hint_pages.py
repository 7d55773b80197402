"""The pages in docs/rules are up to date, and the examples on them do what the pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.hints.hint_cases import Repair
from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding
from meno_analyzers.hints.catalogue import load_entry
from meno_analyzers.hints.pages import all_pages, example_finding, main, rule_page, target_of
from meno_analyzers.rules import RULES

DOCS = Path(__file__).parents[3] / "docs" / "rules"
HEADINGS = [
    "## What it sees",
    "## Why it matters",
    "## The hint ladder",
    "## What stays silent",
    "## Known limits",
    "## References",
]


def findings(code: str) -> list[Finding]:
    return analyse(code, target_of(code))


def example(rule_id: str, key: str) -> str:
    entry = load_entry("rules", rule_id)
    assert entry is not None
    code = entry.page[key]
    assert isinstance(code, str)
    return code


def test_the_firing_example_gives_the_rule_and_nothing_else(rule_id: str) -> None:
    assert [finding.rule for finding in findings(example(rule_id, "firing"))] == [rule_id]


def test_the_silent_example_gives_no_finding(rule_id: str) -> None:
    assert [finding.rule for finding in findings(example(rule_id, "silent_example"))] == []


def test_the_finding_offers_every_value_that_the_rule_declares(rule_id: str) -> None:
    finding = example_finding(rule_id, example(rule_id, "firing"))
    assert set(finding.values) <= set(RULES[rule_id].values)
    assert all(finding.values.values())


def test_the_analyzer_makes_the_finding_of_each_repair_with_its_values(repair: Repair) -> None:
    """The repairs that the texts are measured against are about findings as they really are."""
    found = [finding for finding in findings(repair.original) if finding.rule == repair.rule]
    assert [finding.variant for finding in found] == [repair.variant]
    assert {**found[0].values, **repair.values} == found[0].values
    assert repair.rule not in {finding.rule for finding in findings(repair.repaired)}


def test_a_page_has_the_fixed_headings_in_order(rule_id: str) -> None:
    page = rule_page(RULES[rule_id])
    assert [line for line in page.splitlines() if line.startswith("## ")] == HEADINGS


def test_the_pages_in_the_repository_are_up_to_date() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    made = all_pages()
    assert sorted(on_disk) == sorted(made)
    stale = [name for name, text in made.items() if on_disk[name] != text]
    assert stale == [], "run scripts/rule-pages"


def test_the_index_links_to_every_page() -> None:
    index = all_pages()["README.md"]
    assert all(f"({rule}.md)" in index for rule in RULES)


def test_an_example_that_no_longer_fires_is_named() -> None:
    with pytest.raises(LookupError, match="ME001"):
        example_finding("ME001", "x = 1\n")


def test_writing_the_pages_removes_those_of_rules_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "ME998.md").write_text("old", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert not (tmp_path / "ME998.md").exists()
    assert (tmp_path / "ME301.md").exists()
