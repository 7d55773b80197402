"""The structured explanation of a failure: built from evidence, checked by a schema, shown in three forms.

`explain` makes it, `as_markdown`, `as_text` and `as_sarif` show it, and its JSON is `model_dump_json()`. It
hints like all of Meno: below level 5 no text tells the repair.
"""

from meno_analyzers.failures.explanation.build import explain
from meno_analyzers.failures.explanation.evidence import Evidence
from meno_analyzers.failures.explanation.markdown import as_markdown, as_text
from meno_analyzers.failures.explanation.sarif import as_sarif
from meno_analyzers.failures.explanation.schema import Explanation, Limit, Mechanism, Situation

__all__ = [
    "Evidence",
    "Explanation",
    "Limit",
    "Mechanism",
    "Situation",
    "as_markdown",
    "as_sarif",
    "as_text",
    "explain",
]
