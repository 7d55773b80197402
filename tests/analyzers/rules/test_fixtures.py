"""Every rule against its fixtures: what must fire, on which line, and what must stay silent.

A fixture file holds snippets under headings `# --- fires: why` and `# --- silent: why`. A line that must
carry a finding ends in `#: ME301`; where a comment cannot stand (broken strings, say) the heading names the
lines instead: `# --- fires at 2: why`. The findings of a snippet must be exactly the expected ones, other
rules included.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from meno_analyzers.engine import analyse
from meno_analyzers.hints.pages import target_of
from meno_analyzers.rules import RULES

FIXTURES = Path(__file__).parent / "fixtures"
HEADING = re.compile(r"# --- (?P<kind>fires|silent)(?: at (?P<lines>[\d, ]+))?: (?P<why>.+)")
MARK = re.compile(r"#: ?(ME\d{3})\s*$")
LEAST_FIRING, LEAST_SILENT = 5, 8


@dataclass(frozen=True)
class Snippet:
    rule: str
    kind: str
    why: str
    text: str
    expected: frozenset[tuple[int, str]]


def read(path: Path) -> list[Snippet]:
    snippets: list[Snippet] = []
    heading: re.Match[str] | None = None
    lines: list[str] = []

    def close() -> None:
        if heading is None:
            return
        expected = {
            (number, match.group(1)) for number, line in enumerate(lines, 1) if (match := MARK.search(line))
        }
        expected |= {(int(n), path.stem) for n in re.findall(r"\d+", heading["lines"] or "")}
        text = "".join(re.sub(r"\s*#: ?ME\d{3}\s*$", "\n", line) for line in lines)
        snippets.append(Snippet(path.stem, heading["kind"], heading["why"], text, frozenset(expected)))

    for line in path.read_text("utf-8").splitlines(keepends=True):
        match = HEADING.match(line)
        if match:
            close()
            heading, lines = match, []
        else:
            lines.append(line)
    close()
    return snippets


ALL = [snippet for path in sorted(FIXTURES.glob("*.py")) for snippet in read(path)]


@pytest.mark.parametrize("snippet", ALL, ids=lambda s: f"{s.rule}-{s.kind}-{s.why}"[:80])
def test_a_snippet_has_exactly_the_findings_that_it_names(snippet: Snippet) -> None:
    found = frozenset((f.span.start_line + 1, f.rule) for f in analyse(snippet.text, target_of(snippet.text)))

    assert found == snippet.expected
    assert (snippet.kind == "fires") == any(rule == snippet.rule for _, rule in snippet.expected)


def test_every_rule_has_firing_and_silent_fixtures() -> None:
    firing = Counter(snippet.rule for snippet in ALL if snippet.kind == "fires")
    silent = Counter(snippet.rule for snippet in ALL if snippet.kind == "silent")
    thin = {
        rule: (firing[rule], silent[rule])
        for rule in RULES
        if firing[rule] < LEAST_FIRING or silent[rule] < LEAST_SILENT
    }

    assert thin == {}
