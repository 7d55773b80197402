"""What decides over a text is taken as it is or not at all.

The converter makes texts of numbers and of nothing, and numbers of texts: `{"text": null}` would replace a
file by the word None. For positions, addresses, versions and texts a value of another type is refused;
elsewhere clients are forgiven.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.protocol import default_converter

_STRICT: dict[type, dict[str, type]] = {
    types.Position: {"line": int, "character": int},
    types.TextDocumentContentChangePartial: {"text": str},
    types.TextDocumentContentChangeWholeDocument: {"text": str},
    types.TextDocumentItem: {"uri": str, "version": int, "text": str},
    types.TextDocumentIdentifier: {"uri": str},
    types.VersionedTextDocumentIdentifier: {"uri": str, "version": int},
    types.NotebookCellArrayChange: {"start": int, "deleteCount": int},
    types.NotebookCell: {"document": str},
}


def converter() -> Any:
    """pygls' converter with those types read strictly."""
    made: Any = default_converter()  # type: ignore[no-untyped-call]
    for kind, fields in _STRICT.items():
        made.register_structure_hook(kind, _reading(kind, fields, made.get_structure_hook(kind)))
    return made


def _reading(kind: type, fields: dict[str, type], as_ever: Any) -> Any:
    def read(value: Any, _: Any) -> Any:
        for name, wanted in fields.items():
            found = value[name]
            # A truth value counts as a number in Python, in JSON it is none; 3.0 is 3 in both.
            if type(found) is not wanted and not (
                wanted is int and type(found) is float and found.is_integer()
            ):
                raise TypeError(f"{name} is of another type")
        return as_ever(value, kind)

    return read
