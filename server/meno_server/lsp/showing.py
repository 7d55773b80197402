"""How an answer reaches the learner in each editor.

An editor that has a place of its own for hints says so (`experimental.meno.showHint`) and is sent
`meno/showHint`. Others open a small Markdown document, and those that cannot do that show a message.
"""

from __future__ import annotations

import atexit
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from meno_analyzers.hints import as_plain_text
from meno_server.lsp.document_names import file_name

if TYPE_CHECKING:
    from meno_server.lsp.session import Session

_folder: Path | None = None


def _hint_folder() -> Path:
    """A private folder for shown hints; gone when the server ends."""
    global _folder
    if _folder is None or not _folder.is_dir():
        import tempfile  # a slow import, off the way to the first answer

        _folder = Path(tempfile.mkdtemp(prefix="meno-hints-"))
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    return _folder


async def show(session: Session, title: str, markdown: str, *, name: str | None = None) -> Path | None:
    """Shows a text to the learner. `title` names it, and stands above it if it has no heading of its own.

    Returns the document, if it became one that the learner can write in; `name` is then its name.
    """
    client = session.client
    if client.shows_hints:
        session.server.protocol.notify_ready(
            "meno/showHint", json.dumps({"title": title, "markdown": markdown})
        )
        return None
    if client.shows_documents:
        try:
            path = _hint_folder() / f"{file_name(name or title)}.md"
            text = markdown if markdown.startswith("# ") else f"# {title}\n\n{markdown}"
            path.write_text(f"{text.rstrip()}\n", "utf-8")
            result = await session.server.window_show_document_async(
                types.ShowDocumentParams(uri=path.as_uri(), take_focus=False)
            )
            if result.success:
                return path
        except (OSError, JsonRpcException):
            pass  # a full disk is no reason to keep the hint back, nor is a client that refuses
    session.say(as_plain_text(markdown))
    return None
