"""Files that Windows does not let go: read by somebody, or protected from writing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from meno_analyzers.failures.sandbox.child import folder as child_folder
from meno_analyzers.failures.sandbox.process import remove_folder
from meno_model import private_file, pulling
from meno_model.private_file import write_private


def refusing(times: int, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Lets `Path.replace` fail so often as it does on Windows while another program reads the target."""
    real, tried = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        tried.append(self)
        if len(tried) <= times:
            raise PermissionError(13, "Access is denied", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(private_file, "_PAUSE", 0.0)
    return tried


def test_an_answer_is_kept_although_another_editor_reads_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: the first two tries are refused."""
    refusing(2, monkeypatch)

    assert write_private(tmp_path / "consent.json", "new")
    assert (tmp_path / "consent.json").read_text("utf-8") == "new"


def test_an_answer_that_cannot_be_kept_leaves_nothing_beside_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: every try is refused."""
    (tmp_path / "consent.json").write_text("old", "utf-8")
    tried = refusing(99, monkeypatch)

    assert not write_private(tmp_path / "consent.json", "new")
    assert len(tried) > 1
    assert [path.name for path in tmp_path.iterdir()] == ["consent.json"]


def test_a_fetched_model_that_an_editor_still_uses_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: the folder cannot be replaced, and nothing is fetched."""
    refusing(99, monkeypatch)
    monkeypatch.setattr(pulling, "_fetch", lambda _name, _revision, folder: folder.mkdir())
    monkeypatch.setattr(pulling, "open_weights", lambda folder: folder)

    with pytest.raises(pulling.PullError, match=r"cannot be laid in .*: close the editors that use it, or "):
        pulling.pull("somebody/model", to=tmp_path / "model")


@pytest.mark.skipif(os.name == "nt", reason="there a link needs a privilege")
@pytest.mark.parametrize("remove", [remove_folder, None], ids=["from outside", "from inside"])
def test_what_a_program_protected_is_removed_and_what_its_links_lead_to_is_not_touched(
    remove: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: a removal that, as on Windows, refuses any file that may not be written."""
    outside = tmp_path / "outside"
    outside.write_text("", "utf-8")
    outside.chmod(0o444)
    folder = tmp_path / "run"
    (folder / "inner").mkdir(parents=True)
    for name in ("kept.txt", "inner/kept.txt"):
        (folder / name).write_text("", "utf-8")
        (folder / name).chmod(0o444)
    (folder / "link").symlink_to(outside)
    real = shutil.rmtree

    def rmtree(path: str, ignore_errors: bool = False) -> None:
        kept = [file for file in Path(path).rglob("*") if file.is_file() and not file.is_symlink()]
        if all(file.stat().st_mode & 0o200 for file in kept):
            real(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    if remove is None:
        child_folder._remove(str(folder), True, freeing=True)
    else:
        remove_folder(str(folder), "nt")

    assert not folder.exists()
    assert outside.stat().st_mode & 0o777 == 0o444
