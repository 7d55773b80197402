"""Names that one system takes and another does not, and names that are two here and one there."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from meno_analyzers.failures.collecting import collect
from meno_server.lsp.document_names import file_name
from meno_server.terminal.files import uri_of

REFUSED = set('<>:"/\\|?*')
# What the documentation of Windows lists as names of devices.
DEVICES = ["CON", "prn", "Aux", "nul.md", "COM1", "lpt9.txt", "con .x"]


@pytest.mark.parametrize(
    "title",
    [
        "Why does `f(a/b)` end?",
        "Hint: <1>",
        'say "no" | yes',
        "ends.",
        "a\\b\n",
        "\ud83d",
        "x" * 300,
        "",
        "..",
        "日" * 300,
    ],
)
def test_a_shown_text_has_a_name_that_every_system_takes(title: str, tmp_path: Path) -> None:
    name = file_name(title)

    assert name
    assert not REFUSED & set(name)
    assert name == name.strip(" .")
    (tmp_path / f"{name}.md").write_text("text", "utf-8")


@pytest.mark.parametrize("device", DEVICES)
def test_a_shown_text_is_not_sent_to_a_device(device: str) -> None:
    assert file_name(device) == f"Meno {device}"
    assert file_name(f"{device.split('.')[0].strip()}sole") == f"{device.split('.')[0].strip()}sole"


def test_titles_that_are_names_already_stay() -> None:
    assert file_name("return-on-first-iteration 2") == "return-on-first-iteration 2"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PureWindowsPath(r"C:\Users\Ä b\work.py"), "file:///C:/Users/%C3%84%20b/work.py"),
        (PureWindowsPath(r"lab 1\work.py"), "lab%201/work.py"),
        (PurePosixPath("/home/a b/work.py"), "file:///home/a%20b/work.py"),
        (PurePosixPath("-"), "-"),
    ],
)
def test_a_report_names_files_by_uri(path: PurePosixPath | PureWindowsPath, uri: str) -> None:
    """Simulated: a Windows path on whatever system this is."""
    assert uri_of(path) == uri


@pytest.mark.parametrize("spelt", ["HELPERS.py", unicodedata.normalize("NFD", "hélpers.py")])
def test_an_open_file_counts_however_the_editor_spells_it(spelt: str, tmp_path: Path) -> None:
    """Simulated: a second name of one file stands for a disk that makes no difference between the two."""
    module = unicodedata.normalize("NFC", spelt).casefold()
    (tmp_path / module).write_text("answer = 1\n", "utf-8")
    if not (tmp_path / spelt).exists():
        (tmp_path / spelt).hardlink_to(tmp_path / module)
    main = tmp_path / "work.py"
    main.write_text(f"from {module.removesuffix('.py')} import answer\nassert answer == 2\n", "utf-8")

    collected = collect(main, unsaved={tmp_path / spelt: "answer = 2\n"})

    assert collected.program.files[module] == "answer = 2\n"


def test_files_that_differ_by_capitals_stay_two_where_they_are_two(tmp_path: Path) -> None:
    """Where the disk tells them apart."""
    (tmp_path / "helpers.py").write_text("answer = 1\n", "utf-8")
    (tmp_path / "HELPERS.py").write_text("answer = 3\n", "utf-8")
    if (tmp_path / "helpers.py").read_text("utf-8") != "answer = 1\n":
        pytest.skip("this disk makes no difference between capitals")
    main = tmp_path / "work.py"
    main.write_text("from helpers import answer\nassert answer == 2\n", "utf-8")

    collected = collect(main, unsaved={tmp_path / "HELPERS.py": "answer = 2\n"})

    assert collected.program.files["helpers.py"] == "answer = 1\n"
