"""Where a text of Python holds words for people: its comments, and the contents of its strings.

Found by tree-sitter, so that a half-typed function has them too. The library is loaded when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Part = Literal["comment", "string"]

_KINDS: dict[str, Part] = {"comment": "comment", "string_content": "string"}


def with_parts(source: str, change: Callable[[Part, str], str]) -> str:
    """The text with each comment (its `#` included) and each string's content as `change` returns it.

    What stands between the braces of an f-string is code, and left alone but for the strings in it.
    """
    data = source.encode("utf-8", "replace")
    pieces: list[bytes] = []
    end = 0
    for kind, node in sorted(_parts(_parser().parse(data).root_node), key=lambda part: part[1].start_byte):
        text = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
        pieces += [data[end : node.start_byte], change(kind, text).encode("utf-8", "replace")]
        end = node.end_byte
    return b"".join([*pieces, data[end:]]).decode("utf-8", "replace")


def _parts(root: Node) -> list[tuple[Part, Node]]:
    found: list[tuple[Part, Node]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if kind := _KINDS.get(node.type):
            found.append((kind, node))
        else:
            waiting += node.children
    return found


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_python
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_python.language()))
