"""`meno origin FILE`, as a person runs it: a likelihood, its limits, and sentences for unreadable files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from meno_model.origin.wording import LIMITS
from meno_server.terminal import app

TIDY = """def reverse_words(sentence):
    words = sentence.split()
    reversed_words = []
    for word in words:
        reversed_words.insert(0, word)
    return " ".join(reversed_words)


print(reverse_words("one two three"))
"""


def run(*arguments: str, input: bytes | None = None):  # type: ignore[no-untyped-def]  # click's result is not exported
    return CliRunner().invoke(app, ["origin", *arguments], input=input)


def test_a_file_gets_a_likelihood_its_limits_five_tokens_and_a_heat_map(tmp_path: Path) -> None:
    path = tmp_path / "words.py"
    path.write_text(TIDY)
    result = run(str(path))
    assert result.exit_code == 0
    assert "in 10" in result.stdout
    assert all(limit in result.stdout for limit in LIMITS)
    assert result.stdout.count("towards ") >= 10
    assert "   1  def reverse_words(sentence):" in result.stdout
    assert "####" in result.stdout or "====" in result.stdout


def test_json_holds_the_file_and_its_functions(tmp_path: Path) -> None:
    path = tmp_path / "words.py"
    path.write_text(TIDY)
    values = json.loads(run("--format", "json", str(path)).stdout)
    whole, function = values["judgements"]
    assert (whole["name"], function["name"]) == (None, "reverse_words")
    assert len(whole["strongest"]) == 5
    added = sum(item[5] for item in whole["influences"]) + whole["bias"]
    assert added == pytest.approx(whole["score"], abs=1e-3)


def test_standard_input_is_read() -> None:
    assert "cannot tell" in (text := run("-", input=TIDY.encode()).stdout) or "resembles" in text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"def f(:\n", "mend the syntax"),
        (b"\x80\x81\xff binary", "bytes do not fit"),
        (b"x = 1\n" * 100_000, "too long"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.py"
    path.write_bytes(content)
    result = run(str(path))
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_empty_file_is_too_short_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    result = run(str(tmp_path / "empty.py"))
    assert result.exit_code == 0
    assert "Too short to tell" in result.stdout


def test_a_missing_file_and_a_missing_model_say_what_to_do(tmp_path: Path) -> None:
    assert "no such file" in run(str(tmp_path / "none.py")).stderr
    path = tmp_path / "words.py"
    path.write_text(TIDY)
    result = run(str(path), "--model", str(tmp_path))
    assert (result.exit_code, "could not be started" in result.stderr) == (2, True)


def test_commands_stand_beside_files() -> None:
    result = run("--help")
    assert all(name in result.stdout for name in ("train", "evaluate", "card"))
    assert run("evaluate", "/nowhere.jsonl").exit_code == 2
