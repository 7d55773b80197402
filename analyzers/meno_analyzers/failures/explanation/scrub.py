"""An error's message without what may be private: paths, addresses and the values of the run.

A quoted word stays if the program itself has it, or if every Python has it; numbers stay where CPython counts
arguments or items. Everything else gives way to an ellipsis.
"""

from __future__ import annotations

import re

from meno_analyzers.hints.leak import PUBLIC_NAMES
from meno_analyzers.hints.lexemes import lexemes, names
from meno_analyzers.hints.markdown import ELLIPSIS, one_line, shorten

MESSAGE_LIMIT = 200

_LONGEST = 2_000
# Characters that no message has stand for the pieces that stay as they are.
_FIRST_PRIVATE = 0xE000
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/|\\\\)[^\s'\",;:)]*")
_MAIL = re.compile(r"\S+@\S+")
_LINK = re.compile(r"\b\w+://\S+")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d_.,]*(?:[eE][+-]?\d+)?\b%?")
_COUNTED = re.compile(
    r"""takes\ .*?\ given | (?:expected|got)(?:\ at\ (?:most|least)|\ exactly)?\ \d+ | missing\ \d+\ required
    | base\ \d+ | argument\ \d+ | from\ \d+\ to\ \d+ | \(\d+\ sub-exceptions?\) | item\ \d+:?\ expected
    | line\ \d+\ column\ \d+ | line\ \d+ | \[Errno\ -?\d+\] | element\ \#\d+\ has\ length\ \d+;\ \d+
    | range\(\)\ arg\ \d | length-\d
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_KINDS = frozenset(
    {"NoneType", "function", "method", "builtin_function_or_method", "module", "generator", "type", "range"}
    | {"dict_keys", "dict_values", "dict_items", "range_iterator", "list_iterator", "coroutine"}
)


def scrub(message: str, source: str) -> str:
    """The message on one line, cut to its limit, with nothing of the run's data in it."""
    flat = _PRIVATE.sub("", one_line(message[:_LONGEST]))
    known = words_of(source) | PUBLIC_NAMES | _KINDS
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return chr(_FIRST_PRIVATE + len(kept) - 1)

    def quoted(match: re.Match[str]) -> str:
        inner = match.group(1) if match.group(1) is not None else match.group(2)
        quote = match.group()[0]
        return keep(f"{quote}{inner if _is_known(inner, known) else ELLIPSIS}{quote}")

    text = _LINK.sub(ELLIPSIS, flat)
    text = _QUOTED.sub(quoted, text)
    for pattern in (_MAIL, _PATH, _ADDRESS):
        text = pattern.sub(ELLIPSIS, text)
    text = _COUNTED.sub(lambda match: keep(match.group()), text)
    text = _NUMBER.sub(ELLIPSIS, text)
    return shorten(_put_back(text, kept), MESSAGE_LIMIT)


def _put_back(text: str, kept: list[str]) -> str:
    """Later pieces may hold earlier ones, never the other way round."""
    for number in range(len(kept) - 1, -1, -1):
        text = text.replace(chr(_FIRST_PRIVATE + number), kept[number])
    return text


def words_of(source: str) -> set[str]:
    """The names of the program, and the words that it has in quotes."""
    quoted = {token[1:-1] for token in lexemes(source) if token.startswith('"')}
    return names(source) | {word for word in quoted if _WORD.match(word)}


def _is_known(inner: str, known: frozenset[str] | set[str]) -> bool:
    if _WORD.match(inner):
        return all(part in known for part in inner.split("."))
    return bool(inner) and len(inner) <= 3 and not any(character.isalnum() for character in inner)
