"""A hint text with gaps, and the safe filling of the gaps with the learner's own names.

Catalogue texts write `{name}` for a value and `{{`, `}}` for braces. A gap inside a code span is quoted
together with the span; a gap in prose is escaped. A value is inserted once and never read again, so braces
in it mean nothing. Words of ours that begin a sentence get a capital letter.
Guarded by tests/analyzers/hints/test_hint_template.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from meno_analyzers.hints.markdown import code_span, escape, one_line, plain_code, shorten

# Values that a rule hands over ready-made, with their code spans: a list of names, a kind such as `None`.
READY = frozenset({"candidates", "feature", "given", "kind", "known", "names"})
# Values that stand for something without a name; a code span that holds nothing else loses its quotes.
PHRASES = frozenset({"this program", "the empty line"})

VALUE_LIMIT = 60

_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_GAP = re.compile(r"\{\{|\}\}|\{([a-z_]+)\}")
_SENTENCE_OVER = re.compile(r"[.?!] $")


class Words(str):
    """A value in words of ours that was translated: no code, so it loses its quotes as a phrase does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A place for the value of that name; words of ours there may be the first of a sentence."""

    name: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """A stretch of code: literal text and gaps."""

    parts: tuple[str | Gap, ...]


Piece = str | Gap | CodeSpan


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text, ready to be filled any number of times."""

    pieces: tuple[Piece, ...]
    gaps: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> Template:
        """The template of a catalogue text; line ends in it count as spaces."""
        flat = one_line(text)
        pieces: list[Piece] = []
        end = 0
        for match in _SPAN.finditer(flat):
            pieces.extend(_parts(flat[end : match.start()]))
            pieces.append(CodeSpan(tuple(_parts(match.group(2)))))
            end = match.end()
        pieces.extend(_parts(flat[end:]))
        return cls(tuple(_with_first_words(pieces)), frozenset(_gap_names(pieces)))

    def markdown(self, values: Mapping[str, str]) -> str:
        """The filled text as Markdown. A value that is missing is shown as an ellipsis."""
        return "".join(_markdown(piece, values) for piece in self.pieces)

    def plain(self, values: Mapping[str, str]) -> str:
        """The filled text for a client that shows it as it is."""
        return "".join([piece if type(piece) is str else _plain(piece, values) for piece in self.pieces])


def _parts(text: str) -> list[str | Gap]:
    """Literal stretches and gaps, in order; neighbouring literals are joined."""
    parts: list[str | Gap] = []
    literal = ""
    end = 0
    for match in _GAP.finditer(text):
        literal += text[end : match.start()]
        name = match.group(1)
        if name is None:
            literal += match.group(0)[0]
        else:
            if literal:
                parts.append(literal)
                literal = ""
            parts.append(Gap(name))
        end = match.end()
    literal += text[end:]
    if literal:
        parts.append(literal)
    return parts


def _gap_names(pieces: list[Piece]) -> list[str]:
    names: list[str] = []
    for piece in pieces:
        inner = piece.parts if isinstance(piece, CodeSpan) else (piece,)
        names.extend(part.name for part in inner if isinstance(part, Gap))
    return names


def _with_first_words(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, with those gaps marked that a sentence begins with."""
    before: Piece = ". "
    for piece in pieces:
        begins = isinstance(before, str) and _SENTENCE_OVER.search(before) is not None
        before = piece
        if begins and isinstance(piece, Gap):
            yield replace(piece, first=True)
        elif begins and isinstance(piece, CodeSpan):
            parts = [replace(part, first=True) if isinstance(part, Gap) else part for part in piece.parts]
            yield CodeSpan(tuple(parts))
        else:
            yield piece


def _value(gap: Gap, values: Mapping[str, str]) -> str:
    value = values.get(gap.name)
    return "…" if value is None else shorten(value, VALUE_LIMIT)


def _ready(gap: Gap, values: Mapping[str, str]) -> str:
    """What is ready keeps its code spans; cutting it could open one that nothing closes."""
    return one_line(values.get(gap.name, "…"))


def _code(span: CodeSpan, values: Mapping[str, str]) -> str:
    return "".join(part if isinstance(part, str) else _value(part, values) for part in span.parts)


def _phrase(span: CodeSpan, code: str, values: Mapping[str, str]) -> str | None:
    """The words that need no quotes, if that is what the span holds."""
    gap = span.parts[0]
    if len(span.parts) != 1 or not isinstance(gap, Gap):
        return None
    if code in PHRASES or isinstance(values.get(gap.name), Words):
        return _begun(gap, code)
    return None


def _begun(gap: Gap, words: str) -> str:
    return words[:1].upper() + words[1:] if gap.first else words


def _markdown(piece: Piece, values: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Gap):
        text = _ready(piece, values) if piece.name in READY else escape(_value(piece, values))
        return _begun(piece, text)
    code = _code(piece, values)
    phrase = _phrase(piece, code, values)
    return code_span(code) if phrase is None else escape(phrase)


def _plain(piece: Piece, values: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Gap):
        text = _ready(piece, values) if piece.name in READY else _value(piece, values)
        return _begun(piece, text)
    code = _code(piece, values)
    phrase = _phrase(piece, code, values)
    return plain_code(code) if phrase is None else phrase
