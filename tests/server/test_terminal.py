"""`meno doctor` and `meno demo`, as a person runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from meno_server import cli
from meno_server.terminal.doctor import runtime_advice


def run(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(cwd / "config"), **env},
        check=False,
    )


def test_doctor_says_what_holds_and_never_a_key(tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text("maxHintLevel = 3\n")

    result = run("doctor", "--json", cwd=tmp_path, OPENAI_API_KEY="sk-very-secret")
    facts = json.loads(result.stdout)

    assert "very-secret" not in result.stdout + result.stderr
    assert facts["keys"]["OPENAI_API_KEY"] is True
    assert facts["settings"]["maxHintLevel"]["value"] == 3
    assert facts["settings"]["maxHintLevel"]["origin"].endswith("meno.toml")
    assert facts["packages"]["pygls"]
    assert "provider" in facts["model"]
    assert facts["running"].startswith("Programs that you have run are confined")


def test_doctor_prints_tables_for_people(tmp_path: Path) -> None:
    result = run("doctor", cwd=tmp_path)

    assert "meno.maxHintLevel" in result.stdout
    assert "…" not in result.stdout, "a checksum that is cut short cannot be compared"
    assert "Traceback" not in result.stderr


def test_no_command_waits_for_what_only_another_one_needs() -> None:
    heavy = ["lsprotocol.types", "pygls", "sqlalchemy", "numpy", "onnxruntime", "httpx", "fastapi", "ray"]
    code = f"import sys, meno_server.terminal; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_fault_of_ours_is_told_in_words_and_shown_to_who_asks(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def failing() -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr(cli, "_run", failing)
    monkeypatch.delenv("MENO_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capfd.readouterr().err
    assert told.startswith("Something went wrong inside Meno (KeyError: 'a\\nb').")
    assert "Traceback" not in told

    monkeypatch.setenv("MENO_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main()


def test_an_interruption_while_a_command_is_loaded_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 130
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="a group of processes, as a terminal has it")
def test_a_demo_that_is_stopped_in_a_terminal_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "meno_server", "demo"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        while "one key at a time" not in process.stdout.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert told == "Stopped.\n"


def test_both_runtimes_at_once_are_told_apart() -> None:
    assert runtime_advice({"onnxruntime": "1", "onnxruntime-gpu": None}) == []
    assert runtime_advice({"onnxruntime": None, "onnxruntime-gpu": "1"}) == []
    (clash,) = runtime_advice({"onnxruntime": "1", "onnxruntime-gpu": "1"})
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in clash
    (missing,) = runtime_advice({"onnxruntime": None, "onnxruntime-gpu": None})
    assert "pip install onnxruntime" in missing


def test_the_demo_shows_the_whole_main_job(tmp_path: Path) -> None:
    result = run("demo", "--speed", "0", cwd=tmp_path, COLUMNS="100", XDG_DATA_HOME=str(tmp_path / "data"))

    assert result.returncode == 0, result.stderr
    shown = " ".join(result.stdout.split())
    for wanted in ("ME301", "ME404", "ME101", "Next hint: questions", "Ask me a question", "vim.lsp.enable"):
        assert wanted in shown
    assert "(Meno (model))" in shown
    assert "These words move that most" in shown
    assert "Look at line 3: Meno has checked that a small change there is enough." in shown
    assert "Step by step" in shown
    assert shown.index("All 2 cases passed") > shown.index("low <= high")
    assert "The style resembles" in shown
    assert not (tmp_path / "data/meno/history").exists(), "the slips are nobody's"
    assert "Traceback" not in result.stderr
