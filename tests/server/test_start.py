"""What an editor waits for: the server is imported without what only later answers need."""

from __future__ import annotations

import subprocess
import sys


def test_starting_imports_no_settings_model_and_nothing_that_learns() -> None:
    code = (
        "import sys, meno_server.lsp.server;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'pydantic', 'numpy', 'onnxruntime', 'tokenizers', 'torch', 'httpx', 'openai',"
        " 'sqlalchemy', 'alembic', 'sqlite3'}))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
