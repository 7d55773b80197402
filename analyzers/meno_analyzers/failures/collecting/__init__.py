"""What a failing program is asked: its cases, and the few files that it needs to be run.

`collect` reads files, `collect_sent` takes texts, and neither runs anything. Cases come from the examples
that a teacher hands out, from test files, from the doctests, asserts and tests of the file itself, and else
from running it as a script. What cannot be collected is a `CollectingError`, whose text is one sentence for
the learner.
"""

from meno_analyzers.failures.collecting.collected import Collected, CollectingError, expects
from meno_analyzers.failures.collecting.gather import collect, collect_sent

__all__ = ["Collected", "CollectingError", "collect", "collect_sent", "expects"]
