"""Names and signatures that come from other files of the workspace."""

from __future__ import annotations

from pathlib import Path

from end_to_end.wire import Wire

HELPER = "def area(width, height):\n    return width * height\n\n\ndef show(text):\n    print(text)\n"


def found(session: Wire, version: int, *codes: str) -> list[str]:
    items = session.diagnostics(version, lambda items: {item["code"] for item in items} == set(codes))
    return [item["code"] for item in items]


def test_a_call_of_a_function_from_another_file_is_held_against_its_definition(
    session: Wire, tmp_path: Path
) -> None:
    (tmp_path / "helper.py").write_text(HELPER, "utf-8")
    uri = (tmp_path / "main.py").as_uri()

    session.open("from helper import area\nprint(area(3))\n", uri)

    assert found(session, 1, "ME409") == ["ME409"]


def test_a_module_of_the_workspace_is_looked_into_as_well(session: Wire, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(HELPER, "utf-8")
    uri = (tmp_path / "main.py").as_uri()

    session.open("import helper\nprint(helper.show('a') + 1)\n", uri)

    assert found(session, 1, "ME401") == ["ME401"]


def test_saving_the_other_file_makes_the_open_one_look_again(session: Wire, tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_text(HELPER, "utf-8")
    uri = (tmp_path / "main.py").as_uri()
    session.open("from helper import area\nprint(area(3))\n", uri)
    assert found(session, 1, "ME409") == ["ME409"]

    helper.write_text(HELPER.replace("height)", "height=1)"), "utf-8")
    session.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    assert found(session, 1) == []


def test_what_cannot_be_read_is_left_alone(session: Wire, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_bytes(b"caf\xe9 = 1\ndef area(a): pass\n")
    uri = (tmp_path / "main.py").as_uri()

    session.open(
        "from helper import area\nfrom missing import other\nprint(area(1, 2), other(), nope)\n", uri
    )

    assert found(session, 1, "ME101") == ["ME101"]
