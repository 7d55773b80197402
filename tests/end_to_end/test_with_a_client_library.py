"""The same main job through pytest-lsp, with the recorded capabilities of editors."""

from __future__ import annotations

import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

URI = "file:///lesson.py"


@pytest_lsp.fixture(
    params=["neovim@0.11.0", "visual_studio_code", "emacs"],
    config=ClientServerConfig(server_command=[sys.executable, "-P", "-m", "meno_server", "lsp"]),
)
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient):  # type: ignore[no-untyped-def]
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def registered(params: types.RegistrationParams) -> None:
        """The library leaves this to its user."""

    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=client_capabilities(request.param))
    )
    yield
    await lsp_client.shutdown_session()


async def test_each_recorded_editor_sees_hovers_and_is_offered_help(client: LanguageClient) -> None:
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(URI, "python", 1, "print(nope)\n"))
    )
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (diagnostic,) = client.diagnostics[URI]
    document = types.TextDocumentIdentifier(URI)

    hover = await client.text_document_hover_async(types.HoverParams(document, types.Position(0, 7)))
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, diagnostic.range, types.CodeActionContext([]))
    )

    assert diagnostic.code == "ME101"
    assert hover is not None
    assert "nope" in getattr(hover.contents, "value", "")
    assert any("Ask me" in action.title for action in actions or ())
