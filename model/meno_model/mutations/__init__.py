"""Mistakes put into correct functions: operators that map to categories, as text edits from AST spans.

`edits_of(text)` lists every edit that the operators propose for one function or script; `apply` makes the
mutant. An edit is only returned when the mutant parses and its tree differs from the original's. The
operators imitate what people do (wrong neighbour, lost `self.`, bound moved by one); they are no proof
that the program fails, which is why the model that learns from them is calibrated and abstains.
"""

from meno_model.mutations.base import OPERATORS, Edit, Operator, apply, edits_of

__all__ = ["OPERATORS", "Edit", "Operator", "apply", "edits_of"]
