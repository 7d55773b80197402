"""How JupyterLab finds Meno: jupyter-lsp asks this entry point of every package in its own environment.

Source: the documentation of jupyterlab-lsp, on the entry point group jupyter_lsp_spec_v1.
"""

from __future__ import annotations

import sys
from typing import Any


def specification(_manager: object) -> dict[str, dict[str, Any]]:
    """The command and the documents that it is for, as jupyter-lsp wants them described."""
    return {
        "meno": {
            "version": 2,
            "display_name": "Meno",
            "argv": [sys.executable, "-P", "-m", "meno_server", "lsp"],
            "languages": ["python"],
            "mime_types": ["text/x-python", "text/x-ipython", "text/python"],
            # What is in the editor is enough: nothing has to be written to the disk for Meno.
            "requires_documents_on_disk": False,
        }
    }
