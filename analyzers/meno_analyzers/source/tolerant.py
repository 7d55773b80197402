"""What can still be read from text that does not parse, by way of tree-sitter.

A broken unit is silent, but the rest of the file goes on using its names. Every identifier that the
error-tolerant tree shows counts as offered: too many rather than too few, so that a half-typed line never
makes another unit complain of an unknown name. The keywords that the tree could not fit in are left out.
"""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor


@lru_cache(maxsize=1)
def _tools() -> tuple[Parser, Query]:
    language = Language(tree_sitter_python.language())
    return Parser(language), Query(language, "(identifier) @name")


def names_in(text: str) -> frozenset[str]:
    """Every identifier of `text`, broken or not."""
    parser, query = _tools()
    tree = parser.parse(text.encode("utf-8", "replace"))
    captures = QueryCursor(query).captures(tree.root_node)
    names = {(node.text or b"").decode("utf-8", "replace") for node in captures.get("name", ())}
    return frozenset(name for name in names if not keyword.iskeyword(name))


_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def words_in(text: str) -> frozenset[str]:
    """Every word of a text that is too long to parse: a coarser answer to the same question."""
    return frozenset(_IDENTIFIER.findall(text))
