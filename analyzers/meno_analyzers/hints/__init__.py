"""The mentor's texts: a ladder of hints for every finding, in the learner's own names.

`ladder_for` gives the whole ladder as Markdown, `notice_for` the one plain sentence of the diagnostic.
`leak` checks that no text below the last level contains the fix, for the catalogue as a test and for
a language model's reply at run time. This package refuses to know editors, networks and models.
"""

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.ladder import FindingWithLadder, Ladder, Level, ladder_for, notice_for
from meno_analyzers.hints.leak import ConversationBudget, LeakReport, check_leak
from meno_analyzers.hints.markdown import as_plain_text, code_span, shorten
from meno_analyzers.hints.questions import Question, QuestionKind, Rotation

__all__ = [
    "DEFAULT_LANGUAGE",
    "ConversationBudget",
    "FindingWithLadder",
    "Ladder",
    "LeakReport",
    "Level",
    "Question",
    "QuestionKind",
    "Rotation",
    "as_plain_text",
    "check_leak",
    "code_span",
    "ladder_for",
    "notice_for",
    "shorten",
]
