"""The tutor: one more Socratic question from a language model, only when asked and only if set up.

Nothing is sent by default. What is sent is what `Tutor.preview` shows. The answer is untrusted: it has to
fit a strict contract and pass the guard, with one second try, or the curated question takes its place. An
outcome is a value, never an exception; only cancellation goes through. The SDK is imported on the first
question, off the event loop. Guarded by tests/tutor, which talk to a real server on the loopback address.
"""

from meno_model.tutor.contract import Reply
from meno_model.tutor.dialogue import Dialogue, Said
from meno_model.tutor.keys import Keys
from meno_model.tutor.outcomes import (
    Answered,
    Malformed,
    NotSetUp,
    Outcome,
    OverBudget,
    Refused,
    TimedOut,
    Unreachable,
)
from meno_model.tutor.providers import Endpoint
from meno_model.tutor.tutor import Tutor
from meno_model.tutor.values import Evidence, Masks, Turn, TutorReply, TutorSettings
from meno_model.tutor.wording import FailureEvidence

__all__ = [
    "Answered",
    "Dialogue",
    "Endpoint",
    "Evidence",
    "FailureEvidence",
    "Keys",
    "Malformed",
    "Masks",
    "NotSetUp",
    "Outcome",
    "OverBudget",
    "Refused",
    "Reply",
    "Said",
    "TimedOut",
    "Turn",
    "Tutor",
    "TutorReply",
    "TutorSettings",
    "Unreachable",
]
