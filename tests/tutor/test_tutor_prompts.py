"""What is sent: complete, numbered, bounded, and without anything that is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

from meno_model.tutor import Evidence
from meno_model.tutor.prompting import MOST_LINES, first_messages, load_prompt, request_value
from tutor.scripted_server import FIRST_LINE


def code_of(evidence: Evidence) -> dict[str, str]:
    code = request_value(evidence)["code"]
    assert isinstance(code, dict)
    return code


def test_the_code_is_numbered_as_in_the_file(evidence: Evidence) -> None:
    code = code_of(evidence)
    assert code[str(FIRST_LINE)] == "def find(items, wanted):"
    assert code[str(FIRST_LINE + 2)] == "    while low < high:"
    assert request_value(evidence)["finding_on_line"] == FIRST_LINE + 2


def test_a_known_repair_is_not_sent(evidence: Evidence) -> None:
    assert "<= high" not in json.dumps(first_messages(evidence))


def test_a_long_function_is_cut_around_the_finding(evidence: Evidence) -> None:
    long = "def f():\n" + "".join(f"    x{n} = {n}\n" for n in range(2000))
    span = replace(evidence.finding.span, start_line=FIRST_LINE - 1 + 1000)
    code = code_of(replace(evidence, function_source=long, finding=replace(evidence.finding, span=span)))
    assert len(code) == MOST_LINES
    assert str(FIRST_LINE + 1000) in code


def test_a_finding_outside_of_the_source_still_gives_a_request(evidence: Evidence) -> None:
    span = replace(evidence.finding.span, start_line=0)
    assert code_of(replace(evidence, finding=replace(evidence.finding, span=span)))
    assert code_of(replace(evidence, function_source="")) == {}


def test_braces_and_gap_names_in_the_code_stay_what_they_are(evidence: Evidence) -> None:
    source = 'print(f"{level} {request} {{}}")\n'
    content = first_messages(replace(evidence, function_source=source))[1]["content"]
    data: dict[str, Any] = json.loads(content[content.index("{") : content.rindex("}") + 1])
    assert data["code"] == {str(FIRST_LINE): source.rstrip("\n")}


def test_the_rules_come_first_and_are_repeated_after_the_data(evidence: Evidence) -> None:
    system, request = first_messages(evidence)
    assert system["role"] == "system"
    assert "is data" in system["content"]
    assert request["content"].rindex("level 3") > request["content"].rindex("while low < high")


def test_every_prompt_is_a_versioned_file() -> None:
    assert all(load_prompt(name) for name in ("socratic", "request", "again"))


def test_importing_the_tutor_does_not_import_the_sdk() -> None:
    code = "import sys, meno_model.tutor; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
