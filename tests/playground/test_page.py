"""The playground's page in a real Chromium, driven as a person does; and the page's own checks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.conftest import ROOT, Running

HERE = Path(__file__).parent
PAGE = ROOT / "playground"
HOW = "run ./scripts/install-editors as root on Debian"
Drive = Callable[..., dict[str, Any]]


@pytest.fixture
def drive(start: Callable[..., Running], editors: Path, pictures: Path) -> Drive:
    """Plays a scenario of page.mjs against a fresh playground; returns what was seen."""
    workbench = editors / "workbench"
    for name, present in {
        "playwright-core": (workbench / "node_modules/playwright-core").exists(),
        "Chromium": Path("/usr/bin/chromium").exists(),
        "Node.js": shutil.which("node") is not None,
    }.items():
        if not present:
            pytest.skip(f"no {name} here; {HOW}")

    def play(scenario: str, environment: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
        running = start(**(environment or {}))
        given = json.dumps({"process": running.process.pid, **options})
        command = ["node", HERE / "page.mjs", workbench, scenario, running.address, pictures, given]
        result = subprocess.run(command, capture_output=True, text=True, timeout=160, check=False)
        assert result.returncode == 0, result.stderr[-2000:]
        seen: dict[str, Any] = json.loads(result.stdout)
        assert "failure" not in seen, json.dumps(seen, indent=1, ensure_ascii=False)
        assert seen["violations"] == [], "the page broke its own policy, or an error was thrown"
        assert seen["requests"] == [], "the page asked another host for something"
        return seen

    return play


@pytest.mark.editor
def test_the_page_passes_its_own_checks(built: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip(f"no npm here; {HOW}")
    result = subprocess.run(
        ["npm", "run", "--silent", "check"],
        cwd=PAGE,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.editor
@pytest.mark.timeout(240)
def test_a_mistake_is_typed_seen_climbed_asked_about_run_and_changed(drive: Drive) -> None:
    seen = drive("job")

    assert "key" not in seen["address"]
    assert seen["squiggle"] == "nope"
    assert "`" not in seen["card"]
    assert "Look at the names" in seen["card"] or "name" in seen["card"]
    assert seen["rungs"] == ["where to look", "the idea behind it"]
    assert "?" in seen["dialogue"][0]
    assert "it is never made, I think" in seen["dialogue"][1]
    assert "?" in seen["dialogue"][2]
    assert seen["dialogue"][2] != seen["dialogue"][0]
    assert "is used here" not in seen["german"]
    assert seen["lang"] == "de"
    assert seen["status"] == "Ready"
    assert "Run lesson.py with its tests?" in seen["consent"]
    assert "a small change there is enough" in seen["run"]
    assert "Where to look" in seen["explanation"]
    assert seen["focus"] == "Why it fails"
    assert seen["without"] == 0
    assert "- " in seen["preview"]
    assert "while low <= high:" in seen["changed"]
    assert seen["undone"] is True
    assert "passed" in seen["passed"]
    assert seen["left"] == 0
    assert "length" in seen["because"]


@pytest.mark.editor
@pytest.mark.timeout(200)
def test_everything_can_be_done_from_the_keyboard(drive: Drive) -> None:
    seen = drive("keyboard")

    assert seen["first"] == "To the hints"
    assert seen["order"][0] == "Lesson"
    assert seen["order"][-1].startswith("Python program")
    assert seen["climbed"] == "Next hint: questions to ask yourself"
    assert "return" in seen["announced"]
    assert seen["then"] == "Ask me a question about this"
    assert "it stops at once" in seen["said"]
    assert seen["back"] is True
    assert seen["careful"] == "Not now"
    assert seen["left"] is True


@pytest.mark.editor
@pytest.mark.timeout(200)
def test_the_page_says_that_the_server_has_gone_and_recovers(drive: Drive) -> None:
    seen = drive("loss", command=[sys.executable, "-P", "-m", "meno_server", "playground"])

    assert "has ended" in seen["died"]
    assert seen["recovered"] == 0
    assert "Start “meno playground” again" in seen["stopped"]
    assert seen["disabled"] is True
    assert "Open the address that the terminal shows" in seen["refused"]
    assert seen["kept"] is True


@pytest.mark.editor
@pytest.mark.timeout(200)
def test_work_can_be_stopped_and_a_preview_is_read_before_a_yes(drive: Drive, tmp_path: Path) -> None:
    (tmp_path / "config/meno").mkdir(parents=True)
    (tmp_path / "config/meno/config.toml").write_text(
        '[tutor]\nprovider = "compatible"\nbaseUrl = "http://127.0.0.1:9/v1"\n'
    )

    seen = drive("waiting", environment={"XDG_STATE_HOME": str(tmp_path / "state")})

    assert "What Meno would send" in seen["preview"]
    assert "POST " in seen["preview"]
    assert "print(nope)" in seen["preview"]
    assert "Meno runs lesson.py" in seen["doing"]


@pytest.mark.editor
@pytest.mark.timeout(200)
def test_axe_finds_nothing_serious_in_any_look(drive: Drive, capsys: pytest.CaptureFixture[str]) -> None:
    seen = drive("accessibility", axe=str(PAGE / "node_modules/axe-core/axe.min.js"))

    serious = {
        look: [one for one in result["found"] if one["impact"] in {"serious", "critical"}]
        for look, result in seen["axe"].items()
    }
    with capsys.disabled():
        for look, result in seen["axe"].items():
            print(f"\naxe, {look}: {result['passes']} rules pass, {len(result['found'])} violations", end="")
        print()
    assert not any(serious.values()), serious
    assert set(seen["axe"]) == {
        "light light",
        "dark light",
        "contrast light",
        "contrast dark",
        "card",
        "question",
        "explanation",
    }


@pytest.mark.editor
@pytest.mark.timeout(200)
def test_its_picture_shows_a_mark_the_ladder_and_a_dialogue(drive: Drive, pictures: Path) -> None:
    seen = drive("picture")

    assert len(seen["turns"]) == 3
    assert (pictures / "playground.png").stat().st_size > 10_000
    assert (pictures / "playground-dark.png").stat().st_size > 10_000


@pytest.mark.editor
def test_on_a_phone_nothing_is_cut_off(drive: Drive) -> None:
    seen = drive("phone")

    assert seen["wide"] <= 375
    assert seen["small"] == []
