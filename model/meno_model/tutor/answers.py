"""What a server sent, read without trust: the text of the first choice, a refusal, or no completion."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from meno_model.tutor.outcomes import Malformed, Refused, Unreachable

Unanswered = Refused | Unreachable | Malformed
NO_COMPLETION = Malformed(("The server's answer is no chat completion.",))
MOST_CHARACTERS = 20_000
LONGEST_WAIT = 86_400
# Without a count from the server, a token is taken for so many characters; for code it is about three.
CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Completion:
    """The text of an answer, and the tokens of question and answer, estimated if the server did not say."""

    text: str
    input_tokens: int
    output_tokens: int


def read_completion(sent: bytes, asked: str) -> Completion | Unanswered:
    """The completion in the bytes that a server sent in answer to the request `asked`."""
    try:
        answer = json.loads(sent)
        message = answer["choices"][0]["message"]
        refusal, content = message.get("refusal"), message["content"]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return NO_COMPLETION
    if refusal:
        return Refused()
    text = content if isinstance(content, str) else ""
    if len(text) > MOST_CHARACTERS:
        return NO_COMPLETION
    usage = answer.get("usage")
    return Completion(text, _tokens(usage, "prompt_tokens", asked), _tokens(usage, "completion_tokens", text))


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return len(text) // CHARACTERS_PER_TOKEN + 1


def retry_after(headers: Mapping[str, str]) -> int | None:
    """The seconds of a Retry-After header, given as a number or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0, round(seconds)) if seconds < LONGEST_WAIT else None


def _tokens(usage: Any, name: str, text: str) -> int:
    count = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 10_000_000:
        return count
    return estimated_tokens(text)
