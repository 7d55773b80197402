"""The main job in a real Emacs, with the package that is shipped: through eglot, and through lsp-mode."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.tee import Tee

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "editors/emacs"
COMPILE = f"""(progn (setq byte-compile-error-on-warn t
      byte-compile-dest-file-function (lambda (_) (make-temp-file "meno" nil ".elc")))
  (unless (byte-compile-file "{PACKAGE}/meno.el") (kill-emacs 1))
  (require 'checkdoc)
  (setq checkdoc-diagnostic-buffer "*style*")
  (checkdoc-file "{PACKAGE}/meno.el"))"""


@pytest.mark.editor
def test_the_package_compiles_and_reads_without_a_warning(emacs: str) -> None:
    result = subprocess.run(
        [emacs, "--batch", "--eval", COMPILE], capture_output=True, text=True, check=False, timeout=60
    )

    assert result.returncode == 0, result.stderr
    assert "meno.el:" not in result.stderr


@pytest.mark.editor
@pytest.mark.parametrize("client", ["eglot", "lsp-mode"])
def test_a_learner_climbs_answers_changes_runs_and_stops(
    emacs: str, client: str, tmp_path: Path, tee: Tee, recorded: Callable[[Tee, str, str], None]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "lesson.py").write_text("")
    subprocess.run(["git", "init", "-q", project], check=True, timeout=20)
    seen_at = tmp_path / "seen.json"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "MENO_CLIENT": client,
        "MENO_COMMAND": json.dumps(tee.command),
        "MENO_PACKAGE": str(PACKAGE),
        "MENO_FILE": str(project / "lesson.py"),
        "MENO_LOG": str(tee.log),
        "MENO_SEEN": str(seen_at),
    }

    result = subprocess.run(
        [emacs, "--batch", "-l", str(HERE / "emacs.el")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert seen_at.exists(), result.stderr[-3000:]
    seen = json.loads(seen_at.read_text("utf-8"))

    assert "problem" not in seen, (seen, result.stderr[-1500:])
    assert "`nope` is used here" in seen["message"]
    assert "misspelled-name" in seen["hover"]
    assert seen["first"].startswith("# misspelled-name")
    assert "?" in seen["question"]
    assert "> It is never given a value." in seen["dialogue"]
    assert "total += price" in seen["changed"]
    assert "total =+ price" in seen["undone"]
    assert seen["asked"] == "Run it"
    recorded(tee, f"Emacs, {client}", seen["version"])
