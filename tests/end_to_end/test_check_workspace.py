"""Looking at a whole folder: a page with links, progress meanwhile, and an end when somebody cancels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from end_to_end.wire import FULL_CLIENT, Wire

OWN = {"meno": {"showHint": True}}


def begin(wire: Wire, root: Path | None) -> None:
    uri = None if root is None else root.as_uri()
    wire.answers["window/workDoneProgress/create"] = None
    wire.start({**FULL_CLIENT, "experimental": OWN}, rootUri=uri)
    wire.request("workspace/executeCommand", {"command": "meno.checkWorkspace"})


def page(wire: Wire) -> str:
    text: str = wire.wait(lambda m: m.get("method") == "meno/showHint")["params"]["markdown"]
    return text


def progress(wire: Wire, kind: str) -> dict[str, Any]:
    return wire.wait(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == kind)


def test_every_file_is_looked_at_and_what_is_certain_stands_first(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/deep.py").write_text("print(nope)\n")
    (tmp_path / "fine.py").write_text("print('fine')\n")
    (tmp_path / "odd.py").write_bytes(b"name = 'caf\xe9'\n")

    begin(wire, tmp_path)

    told = page(wire)
    assert "3 files looked at, 1 finding." in told
    where = (tmp_path / "pkg/deep.py").as_uri()
    assert f"[line 1]({where}#L1): `nope` is used here" in told
    assert f"[pkg/deep.py]({where})" in told
    assert told.index("Look here first") < told.index("Not read") < told.index("odd.py")
    progress(wire, "end")


def test_settings_hold_for_the_whole_folder(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(nope)\n")
    wire.answers["workspace/configuration"] = [{"disabledRules": ["ME101"]}]

    begin(wire, tmp_path)

    assert "nothing to ask about this folder" in page(wire)


def test_a_person_can_stop_it_and_sees_what_was_found_by_then(wire: Wire, tmp_path: Path) -> None:
    slow = "".join(f"def f{n}(a):\n    return a + nope{n}\n\n\n" for n in range(220))
    for number in range(300):
        (tmp_path / f"m{number:03}.py").write_text(slow)
    begin(wire, tmp_path)
    token = progress(wire, "report")["params"]["token"]

    wire.notify("window/workDoneProgress/cancel", {"token": token})

    told = page(wire)
    assert "You stopped before all files were looked at." in told
    assert "of 300 files looked at" in told
    assert "And " in told


def test_without_a_folder_it_says_what_to_do(wire: Wire) -> None:
    begin(wire, None)

    said = wire.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
    assert said.startswith("Open a folder first")
