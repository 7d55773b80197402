"""Who may come in: what the keys, the gate and the pages say, asked one by one."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.datastructures import Headers

from meno_server.doors.gate import KEY_PREFIX, Gate, key_in
from meno_server.doors.keys import Keys
from meno_server.playground.pages import NotBuiltError, Pages, policy
from meno_server.playground.serving import REFUSALS

PORT = 7667
OURS = f"127.0.0.1:{PORT}"


def headers(**changed: str) -> dict[str, str]:
    given = {"Host": OURS, "Origin": f"http://{OURS}", "Sec-WebSocket-Protocol": "meno.lsp"}
    return {**given, **{name.replace("_", "-"): value for name, value in changed.items()}}


def offering(key: str) -> str:
    return f"meno.lsp, {KEY_PREFIX}{key}"


def test_our_own_page_with_the_key_comes_in_by_both_names() -> None:
    keys = Keys()
    gate = Gate(keys, PORT, REFUSALS)

    for host in (OURS, f"localhost:{PORT}"):
        given = headers(
            Host=host, Origin=f"http://{host}", **{"Sec-WebSocket-Protocol": offering(keys.lasting)}
        )
        assert gate.of_conversation(given) is None


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.nip.io:{PORT}"],
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(host: str) -> None:
    keys = Keys()

    refused = Gate(keys, PORT, REFUSALS).of_conversation(
        headers(Host=host, **{"Sec-WebSocket-Protocol": offering(keys.lasting)})
    )

    assert refused is not None
    assert refused[0] is HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://127.0.0.1:1", f"https://{OURS}"]
)
def test_a_page_from_elsewhere_is_refused_even_with_the_key(origin: str) -> None:
    keys = Keys()

    refused = Gate(keys, PORT, REFUSALS).of_conversation(
        headers(Origin=origin, **{"Sec-WebSocket-Protocol": offering(keys.lasting)})
    )

    assert refused is not None
    assert refused[0] is HTTPStatus.FORBIDDEN


def test_a_header_that_stands_there_twice_counts_as_missing() -> None:
    keys = Keys()
    given = Headers(headers(**{"Sec-WebSocket-Protocol": offering(keys.lasting)}))
    given["Origin"] = "https://evil.example"

    assert Gate(keys, PORT, REFUSALS).of_conversation(given) is not None


@pytest.mark.parametrize("key", ["", "wrong", "ключ", "\udcff", "x" * 5000])
def test_a_wrong_key_is_refused(key: str) -> None:
    refused = Gate(Keys(), PORT, REFUSALS).of_conversation(
        headers(**{"Sec-WebSocket-Protocol": offering(key)})
    )

    assert refused is not None
    assert refused[0] is HTTPStatus.FORBIDDEN


def test_a_key_for_the_browser_opens_once_and_the_terminals_as_often_as_needed() -> None:
    keys = Keys()
    once = keys.once()

    assert [keys.opens(once), keys.opens(once)] == [True, False]
    assert [keys.opens(keys.lasting), keys.opens(keys.lasting)] == [True, True]
    assert len({keys.lasting, once, keys.once(), Keys().lasting}) == 4


def test_the_key_is_found_among_other_protocols() -> None:
    assert key_in({"Sec-WebSocket-Protocol": f"meno.lsp ,  {KEY_PREFIX}abc"}) == "abc"
    assert key_in({"Sec-WebSocket-Protocol": "meno.lsp, another"}) == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    static = tmp_path / "static"
    static.mkdir()
    for name in ("playground.js", "playground.css"):
        (static / name).write_text("/* */")
    (static / "index.html").write_text('<link nonce="__NONCE__">')
    return static


@pytest.mark.parametrize(
    "address",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/static/index.html",
        "/.",
        "/x",
    ],
)
def test_no_address_leads_out_of_the_folder(folder: Path, address: str) -> None:
    assert Pages(folder).at(address, OURS) is None


def test_the_page_has_a_fresh_nonce_each_time_and_its_policy_names_it(folder: Path) -> None:
    pages = Pages(folder)
    first, second = pages.at("/", OURS), pages.at("/index.html?again", OURS)

    assert first is not None
    assert second is not None
    nonce = first.body.decode().split('"')[1]
    assert f"'nonce-{nonce}'" in first.headers["Content-Security-Policy"]
    assert first.body != second.body


def test_the_policy_allows_no_script_in_the_page_and_no_other_host() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy(OURS, "n").split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert "unsafe" not in " ".join(rules.values())
    assert rules["connect-src"] == f"'self' ws://{OURS}"
    assert rules["frame-ancestors"] == "'none'"


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match=r"\./scripts/build-playground"):
        Pages(tmp_path / "nowhere")
    with pytest.raises(NotBuiltError):
        Pages(tmp_path)
