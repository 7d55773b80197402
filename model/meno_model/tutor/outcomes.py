"""How asking the tutor can end. Each outcome is a value with one plain sentence for the learner.

    Answered      the reply kept to the contract and passed the guard
    Malformed     it did not, twice
    Unreachable   nobody there, the connection broke, or the server has a fault of its own
    Refused       the server or the model declined: the key, the model's name, the rate, the request
    TimedOut      the deadline passed
    OverBudget    the day's tokens or money are spent, so nothing was sent
    NotSetUp      no provider, no address or no key

The sentences hold nothing that came from outside: a server's error text may repeat the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from meno_model.tutor.contract import Reply

Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Answered(Generic[Wanted]):
    """A reply that may be shown."""

    reply: Wanted
    name: str = "answered"

    @property
    def sentence(self) -> None:
        return None


class _Failed:
    """An outcome without an answer: each says in `reason` what happened."""

    __slots__ = ()

    @property
    def reason(self) -> str:
        raise NotImplementedError

    @property
    def sentence(self) -> str:
        """What the learner reads below the curated question."""
        return self.instead("question")

    def instead(self, thing: str) -> str:
        """The reason, and whose `thing` is shown in the answer's place."""
        return f"{self.reason}, so this is Meno's own {thing}."


@dataclass(frozen=True, slots=True)
class Malformed(_Failed):
    """Two replies in a row broke the rules in `violations`, the last reply's."""

    violations: tuple[str, ...]
    name: str = "malformed"

    @property
    def reason(self) -> str:
        return "The tutor's answer did not keep to Meno's rules"


@dataclass(frozen=True, slots=True)
class Unreachable(_Failed):
    """No answer came. `status` is the HTTP status of a server that reported a fault."""

    status: int | None = None
    retry_after_seconds: int | None = None
    name: str = "unreachable"

    @property
    def reason(self) -> str:
        if self.status is not None:
            return f"The tutor's server reported a fault of its own (status {self.status})"
        return "The tutor's server could not be reached"


@dataclass(frozen=True, slots=True)
class Refused(_Failed):
    """The server or the model said no. `status` is None when it was the model."""

    status: int | None = None
    retry_after_seconds: int | None = None
    name: str = "refused"

    @property
    def reason(self) -> str:
        if self.status is None:
            return "The tutor declined to answer"
        if self.status in {401, 403}:
            return "The tutor's server did not accept the key"
        if self.status == 404:
            return "The tutor's server does not know the model or the address in the settings"
        if self.status == 429 and self.retry_after_seconds:
            return f"The tutor's server asks for a pause of {self.retry_after_seconds} seconds"
        if self.status == 429:
            return "The tutor's server has had too many questions for now"
        return f"The tutor's server did not accept the question (status {self.status})"


@dataclass(frozen=True, slots=True)
class TimedOut(_Failed):
    """The deadline of the settings passed."""

    seconds: float
    name: str = "timed-out"

    @property
    def reason(self) -> str:
        return f"The tutor took longer than {self.seconds:g} seconds"


@dataclass(frozen=True, slots=True)
class OverBudget(_Failed):
    """The question does not fit into what is left of the day's `limit`, in words."""

    limit: str
    name: str = "over-budget"

    @property
    def reason(self) -> str:
        return f"The tutor's budget for today ({self.limit}) is spent and starts anew tomorrow"


@dataclass(frozen=True, slots=True)
class NotSetUp(_Failed):
    """Nothing was sent, since `missing` is not there."""

    missing: str = "a provider in the settings"
    name: str = "not-set-up"

    @property
    def reason(self) -> str:
        return f"The tutor needs {self.missing}"


Failure = Malformed | Unreachable | Refused | TimedOut | OverBudget | NotSetUp
Outcome = Answered[Reply] | Failure
