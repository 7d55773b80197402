"""The documentation page of every rule, made from the rule's data, its hint texts and one run on its example.

`python -m meno_analyzers.hints.pages docs/rules` writes them (scripts/rule-pages calls it). The pages are
kept in the repository, since diagnostics link to them; a test says whether they are up to date. The ladder
is shown folded, as the editor shows it: a page should not say more at once than the product does. The
attribute `markdown` on the folds is for the site (mkdocs.yml); other viewers pass it by.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from meno_analyzers.engine import analyse
from meno_analyzers.facts.newer import Version
from meno_analyzers.findings import Channel, Finding, Severity
from meno_analyzers.hints.catalogue import Entry, load_entry
from meno_analyzers.hints.ladder import Level, ladder_for, texts_for
from meno_analyzers.hints.listing import lines_for
from meno_analyzers.rules import RULES, Rule

RUNGS = {
    Level.ORIENT: "where to look",
    Level.CONCEPT: "the idea behind it",
    Level.QUESTIONS: "questions",
    Level.EXAMPLE: "an example from somewhere else",
}
DIFF = (
    "Level 5, the change itself, is in no catalogue. Where tests exist, Meno can look for the smallest "
    "change that passes them, and it shows that change only if your settings allow the last level."
)
CERTAIN_DIFF = (
    "Level 5, the change itself, is in no text either. This rule is certain of it here: if your settings "
    "allow the last level (`maxHintLevel` 5), a code action makes it."
)
UNHEARD = (
    "`meno check` says nothing of it: the evidence is too weak to speak by itself, and serves other parts of "
    "Meno. Who chooses a `severity` for the rule hears it."
)
MISCONCEPTIONS = "https://progmiscon.org/misconceptions/Python"
SECTIONS = {
    "ME0": "Syntax and layout",
    "ME1": "Names",
    "ME2": "Types and operators",
    "ME3": "Loops",
    "ME4": "Functions and calls",
    "ME5": "Collections and indexing",
    "ME6": "Texts and input",
    "ME7": "Conditions",
    "ME8": "Classes",
    "ME9": "Errors, files and modules",
}


def rule_page(rule: Rule) -> str:
    """The page of one rule as Markdown. Raises `LookupError` if its own example does not fire."""
    entry = load_entry("rules", rule.id)
    if entry is None:
        raise LookupError(f"{rule.id} has no catalogue file")
    page = entry.page
    finding = example_finding(rule.id, page["firing"])
    parts = [
        f"# {rule.id} {rule.name}",
        f"{page['title']}. Category {rule.category}, severity {rule.severity}, "
        f"aimed-at precision {rule.confidence:.2f}.",
        "## What it sees",
        _prose(page["sees"]),
        _code(page["firing"]),
        *_run(finding, page["firing"]),
        "## Why it matters",
        _prose(page["why"]),
        "## The hint ladder",
        *_rungs(finding, entry),
        "## What stays silent",
        _prose(page["silent"]),
        _code(page["silent_example"]),
        "## Known limits",
        _prose(page["limits"]),
        "## References",
        "\n".join(f"- {reference}" for reference in _references(rule, page)),
    ]
    return "\n\n".join(parts) + "\n"


def _run(finding: Finding, code: str) -> list[str]:
    """What a person types who has saved the example, and what is printed then."""
    if finding.channel is Channel.FEATURE:
        return [UNHEARD]
    target = target_of(code)
    setting = f' with `pythonVersion = "{target[0]}.{target[1]}"` in `meno.toml`' if target else ""
    quiet = " --severity information" if finding.severity is Severity.INFORMATION else ""
    printed = "\n".join(lines_for("example.py", finding))
    return [
        f"Saved as `example.py`{setting}:",
        f"```console\n$ meno check{quiet} example.py\n{printed}\n```",
    ]


def example_finding(rule_id: str, code: str) -> Finding:
    """The finding of that rule on its page's example. Raises `LookupError` if there is none."""
    for finding in analyse(code, target_of(code)):
        if finding.rule == rule_id:
            return finding
    raise LookupError(f"{rule_id} does not fire on the example of its page")


def target_of(code: str) -> Version | None:
    """The Python that an example is for, if its first line is `# for Python 3.9`."""
    found = re.match(r"# for Python (\d+)\.(\d+)\n", code)
    return (int(found.group(1)), int(found.group(2))) if found else None


def index_page() -> str:
    """The table of contents: every rule with its title, by family."""
    parts = [
        "# Rules",
        "One page for each rule: what it sees, what it says, and where it stays silent. "
        "`scripts/rule-pages` makes these pages from the rules and their texts.",
    ]
    for prefix, heading in SECTIONS.items():
        rows = [_index_row(rule) for _, rule in sorted(RULES.items()) if rule.id.startswith(prefix)]
        if rows:
            parts.append(f"## {heading}")
            parts.append("\n".join(["| Rule | | Severity |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def all_pages() -> dict[str, str]:
    """File name to text, the index included."""
    pages = {f"{rule.id}.md": rule_page(rule) for rule in RULES.values()}
    return {"README.md": index_page(), **pages}


def main(arguments: list[str]) -> int:
    """Writes the pages into the folder given, and removes those of rules that are gone."""
    folder = Path(arguments[0] if arguments else "docs/rules")
    folder.mkdir(parents=True, exist_ok=True)
    pages = all_pages()
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def _rungs(finding: Finding, entry: Entry) -> list[str]:
    ladder = ladder_for(finding)
    parts = ["In the example above, Meno says:", f"> {ladder.notice}"]
    for level, heading in RUNGS.items():
        summary = f"<summary>Level {level:d}, {heading}</summary>"
        parts += [f'<details markdown="1">\n{summary}', ladder.text(level), "</details>"]
    shown = texts_for(finding).notice
    notices = [texts.notice for texts in (entry.texts, *entry.variants.values())]
    if others := list(dict.fromkeys(notice.markdown({}) for notice in notices if notice != shown)):
        parts.append("Other forms of the mistake begin with:")
        parts.append("\n".join(f"- {notice}" for notice in others))
    return [*parts, CERTAIN_DIFF if finding.fix else DIFF]


def _references(rule: Rule, page: Mapping[str, list[str]]) -> list[str]:
    references = list(page["references"])
    if rule.misconception:
        references.append(f"progmiscon.org: [{rule.misconception}]({MISCONCEPTIONS}/{rule.misconception}/)")
    return references


def _index_row(rule: Rule) -> str:
    entry = load_entry("rules", rule.id)
    title = entry.page["title"] if entry else ""
    return f"| [{rule.id} {rule.name}]({rule.id}.md) | {title} | {rule.severity} |"


def _prose(text: str) -> str:
    return " ".join(text.split())


def _code(code: str) -> str:
    return f"```python\n{code.strip(chr(10))}\n```"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
