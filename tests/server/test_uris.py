"""One file, however an editor writes its place."""

from __future__ import annotations

import pytest
from pygls.uris import from_fs_path

from meno_server.lsp.uris import key_of


@pytest.mark.parametrize(
    "written",
    [
        "file:///C:/lab%20(1)/a.py",
        "file:///c:/lab (1)/a.py",
        "file:///c%3A/lab%20%281%29/a.py",
        "file:///C%3A/lab%20(1)/a.py",
    ],
)
def test_a_file_on_windows_is_the_same_however_it_is_written(written: str) -> None:
    assert key_of(written) == "file:///c:/lab (1)/a.py"


@pytest.mark.parametrize("path", ["/tmp/lab (1)/a.py", "/tmp/C++/ä 😀.py", "/tmp/a@b,c.py"])
def test_what_we_write_ourselves_is_the_same_as_what_an_editor_wrote(path: str) -> None:
    ours = from_fs_path(path)
    assert ours is not None

    assert key_of(ours) == key_of(f"file://{path}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file:///home/A.py", "file:///home/a.py"),  # two files on Linux
        ("file:///C/a.py", "file:///c/a.py"),  # folders, and no drives
        ("untitled:C:/1", "untitled:c:/1"),
    ],
)
def test_what_may_be_two_documents_stays_two(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)
