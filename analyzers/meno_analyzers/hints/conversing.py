"""What a conversation needs besides its questions: the words between them, and telling who wants no question.

Both are catalogue files, one for each language (`dialogue.toml`, and `[asking]` in `lexicon.toml`).
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, FOLDER, base_language
from meno_analyzers.hints.markdown import one_line
from meno_analyzers.hints.questions import QuestionKind

# Nobody who asks to be told writes a long text: what is longer is an answer that holds such words.
LONGEST_REQUEST = 160


def after_answer(kind: QuestionKind | None, language: str = DEFAULT_LANGUAGE) -> str:
    """What is said to an answer that nobody can read: a way for the learner to check it."""
    return one_line(_texts(language)["after"][str(kind or "other")])


def between_turns(name: str, language: str = DEFAULT_LANGUAGE) -> str:
    """A sentence that leads from one turn to the next; `KeyError` for a name that is not in the catalogue."""
    return one_line(_texts(language)["turns"][name])


def asks_for_the_answer(text: str, language: str = DEFAULT_LANGUAGE) -> bool:
    """Whether the learner wants to be told: "just tell me", in their language or in English."""
    flat = " ".join(text.lower().replace("’", "'").split())
    if not flat or len(flat) > LONGEST_REQUEST:
        return False
    languages = dict.fromkeys((base_language(language), DEFAULT_LANGUAGE))
    return any(pattern.search(flat) for one in languages for pattern in _requests(one))


@lru_cache(maxsize=16)
def _requests(language: str) -> tuple[re.Pattern[str], ...]:
    path = FOLDER / language / "lexicon.toml"
    if not path.is_file():
        return ()
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(re.compile(pattern) for pattern in data.get("asking", {}).get("answer", ()))


@lru_cache(maxsize=16)
def _texts(language: str) -> dict[str, Any]:
    path = FOLDER / base_language(language) / "dialogue.toml"
    if not path.is_file():
        path = FOLDER / DEFAULT_LANGUAGE / "dialogue.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
