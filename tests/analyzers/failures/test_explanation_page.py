"""How an explanation is shown: as Markdown, as plain text, and as SARIF."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzers.failures.failing_programs import evidence_of, load_pairs
from meno_analyzers.failures.cases import Program
from meno_analyzers.failures.explanation import (
    Evidence,
    Explanation,
    Situation,
    as_markdown,
    as_sarif,
    as_text,
    explain,
)
from meno_analyzers.failures.suspects import Suspect
from meno_analyzers.failures.tracebacks import read

PAIRS = load_pairs()
PAGES = Path(__file__).parent / "pages"
AVERAGE = "def average(items):\n    return sum(items) / len(items)\n\n\nprint(average([]))\n"
TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ada/shop/work.py", line 5, in <module>
    print(average([]))
  File "/home/ada/shop/work.py", line 2, in average
    return sum(items) / len(items)
ZeroDivisionError: division by zero
"""


def pasted() -> Explanation:
    evidence = Evidence(
        Program({"work.py": AVERAGE}, "work.py"),
        report=read(TRACEBACK),
        suspects=[Suspect(2, 0.9, ["trace", "static"]), Suspect(5, 0.1)],
        tried=3,
    )
    return explain(evidence)


EXPLANATIONS = {
    "verified_with_diff": explain(evidence_of(PAIRS[0], Situation.WRONG_ANSWER, 5)),
    "pasted_traceback": pasted(),
    "no_end": explain(
        replace(
            evidence_of(PAIRS[12], Situation.NO_END, 3, verified=False),
            suspects=[Suspect(4, 0.7, ["spectrum"])],
        )
    ),
}


@pytest.mark.parametrize("name", sorted(EXPLANATIONS))
def test_the_page_looks_as_it_was_laid_out(name: str) -> None:
    assert as_markdown(EXPLANATIONS[name]) == (PAGES / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(EXPLANATIONS))
def test_the_text_looks_as_it_was_laid_out(name: str) -> None:
    text = as_text(EXPLANATIONS[name])
    assert text == (PAGES / f"{name}.txt").read_text(encoding="utf-8")
    assert all(len(line) <= 88 for line in text.splitlines())
    assert "#" not in text
    assert "**" not in text


def test_the_change_is_folded_away() -> None:
    page = as_markdown(EXPLANATIONS["verified_with_diff"])
    start = page.index("<details>")
    assert "low <= high" not in page[:start]
    assert page.rstrip().endswith("</details>")
    assert "```diff\n--- a/work.py" in page[start:]


def test_what_is_only_possible_is_called_so() -> None:
    low = explain(evidence_of(PAIRS[0], Situation.WRONG_ANSWER, 3, verified=False))
    assert "## Possible causes" in as_markdown(low)
    assert "## Where to look" in as_markdown(EXPLANATIONS["verified_with_diff"])


def test_values_cannot_break_the_page() -> None:
    evidence = evidence_of(PAIRS[0], Situation.WRONG_ANSWER, 3)
    hostile = "`</details>`\n# [x](y)"
    (result,) = evidence.failing
    page = as_markdown(explain(replace(evidence, failing=[replace(result, observed=hostile)])))
    assert "\n# [x]" not in page
    assert "`` `</details>` # [x](y) ``" in page


def test_sarif_has_one_result_with_its_place_and_the_way_there() -> None:
    log = as_sarif(EXPLANATIONS["pasted_traceback"])
    assert json.loads(json.dumps(log)) == log
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "work.py"},
        "region": {"startLine": 2, "endLine": 2},
    }
    related = [place["physicalLocation"]["region"]["startLine"] for place in result["relatedLocations"]]
    assert related[:2] == [5, 2]
    assert "`" in result["message"]["text"]
    assert result["level"] == "warning"


def test_a_path_becomes_a_uri() -> None:
    evidence = Evidence(Program({"my shop/é.py": AVERAGE}, "my shop/é.py"), report=read(TRACEBACK))
    (run,) = as_sarif(explain(evidence))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20shop/%C3%A9.py"
