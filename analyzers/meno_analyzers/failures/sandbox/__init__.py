"""The confined runner of the learner's program: the only place of Meno in which code of theirs is executed.

An `Arena` holds a process of the interpreter that the learner chose. It is started once, walled in as far as
the system allows, and forks for every version of the program that is to be tried; the fork is watched from
outside and never outlives its answer. What the program may not do ends in a verdict and one plain sentence;
what keeps anything from being run at all is a `SandboxError`, whose text is for the learner.

The walls protect against mistakes, and against what an automatic change makes of a program: endless loops,
full disks, lost files, forgotten processes. They are no defence against someone who means to break them."""

from meno_analyzers.failures.sandbox.arena import Arena
from meno_analyzers.failures.sandbox.limits import Limits, SandboxError

__all__ = ["Arena", "Limits", "SandboxError"]
