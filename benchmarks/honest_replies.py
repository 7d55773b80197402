"""Replies that lead without telling, for counting what the tutor's guard holds back for nothing.

Each template is one whole turn that a good teacher could write about any line: it quotes the learner, asks
what happens, and says nothing of what should stand there instead.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Iterator

from seeded_bugs import Bug

from meno_model.tutor import Reply

# observation, question, why it matters, try next. Gaps: function, line number, code of the line, two names.
TURNS = [
    (
        "Line {line} is where `{code}` stands, and the answer of `{function}` depends on it.",
        "What does `{name}` hold right before line {line} runs?",
        "A line can only be judged by the values that reach it.",
        "Put `print({name})` above line {line} and run it once with a small input.",
    ),
    (
        "`{function}` gives an answer for each input, and line {line} has a part in it.",
        "Which answer do you expect for the smallest input that makes sense?",
        "Small inputs show most mistakes, because you can follow each step by hand.",
        "Write the smallest input on paper and go through the lines one by one.",
    ),
    (
        "On line {line} the code says `{code}`.",
        "How would you explain this line to a friend who does not program?",
        "When the words for a line are hard to find, the line often does something else than you mean.",
        "Read the line aloud, word by word, and write down what you say.",
    ),
    (
        "The name `{name}` appears on line {line}.",
        "Where does `{name}` get the value that it has here?",
        "Following a value back to its source is often the shortest way to a surprise.",
        "Go up from line {line} and mark each place where `{name}` is set.",
    ),
    (
        "Both `{name}` and `{other}` play a part in `{function}`.",
        "What is the job of each of the two, in your own words?",
        "Names that are clear to you make it easier to see when one does the work of another.",
        "Write one sentence for each name and then read line {line} once more.",
    ),
    (
        "Line {line} runs each time that `{function}` gets that far.",
        "How many times does it run for an input of three items?",
        "Counting turns by hand and by machine shows whether you both see the same program.",
        "Predict the number first, then put a `print({name})` there and count.",
    ),
    (
        "Something may be off near line {line}, but this is a guess and no proof.",
        "Which input would show that this line is right, and which one that it is not?",
        "One example that fails says more than many that work.",
        "Look for an input at the very edge and predict what `{function}` gives.",
    ),
    (
        "The result of `{function}` is built step by step, and `{code}` is one of the steps.",
        "What do you expect to be true right after this step?",
        "If you can say what holds after a step, you can test it.",
        "Write down the values by hand, then run it and compare the two.",
    ),
    (
        "Your code reaches line {line} with some value in `{name}`.",
        "What kind of value is it: a number, a text, a list, or something else?",
        "What you can do with a value depends on its kind.",
        "Put `print(type({name}))` above the line and run it.",
    ),
    (
        "Here is the line again: `{code}`.",
        "What was this line meant to do when you wrote it?",
        "It helps to compare what a line does with what it was meant to do.",
        "Say the purpose in one sentence, then trace one run and see if it holds.",
    ),
    (
        "An empty input is a special guest for many functions, also for `{function}`.",
        "What happens on line {line} when there is nothing to work on?",
        "Many surprises live where there is nothing, one thing, or very many.",
        "Trace the empty input by hand up to line {line}.",
    ),
    (
        "Line {line} uses `{name}`, and other lines do so too.",
        "How does the value of `{name}` change from the first line to the last?",
        "A small table with one row for each step makes changes easy to see.",
        "Draw a table with a column for `{name}` and fill it for one run.",
    ),
    (
        "Python does exactly what `{code}` says, no more and no less.",
        "What would you see if you could stop the program right after it?",
        "The debugger lets you look at all values at once.",
        "Set a breakpoint on line {line} and look at the values.",
    ),
    (
        "`{function}` works for some inputs. The question is for which.",
        "What do the inputs have in common for which it gives the wrong answer?",
        "A pattern in the failures points to the cause.",
        "Make a list of five inputs with the answer you expect and the answer you get.",
    ),
    (
        "You have written `{code}` on line {line}.",
        "Which part of it are you least sure about, and why?",
        "It pays to look first at the part that you trust the least.",
        "Try this part alone in the Python prompt with values of your own.",
    ),
    (
        "The order in which things happen matters in `{function}`.",
        "Which line runs right before line {line}, and which right after it?",
        "To know what a line sees, you have to know what ran before.",
        "Number the lines in the order in which they run for one input.",
    ),
    (
        "A reader of `{function}` will wonder about line {line}.",
        "What promise does the name `{function}` make, and where is it kept?",
        "A function's name tells its users what they may count on.",
        "Write two examples of a call with the answers that the name promises.",
    ),
    (
        "The value of `{name}` decides what happens next.",
        "For which values of `{name}` does the program take the other way?",
        "Every choice in a program splits the inputs into groups.",
        "Name one input for each group and trace both.",
    ),
    (
        "Take a run that goes wrong and stop it at line {line}.",
        "Which of the values that you see there surprises you first?",
        "The first surprise is close to the cause, the later ones follow from it.",
        "Print `{name}` at the start and again at line {line}.",
    ),
    (
        "Line {line} holds more than one thing: `{code}`.",
        "In which order does Python work out its parts?",
        "Python works from the inside to the outside, and so can you.",
        "Underline the part that runs first, then the next, and note each value.",
    ),
]


def honest_replies(bug: Bug, generator: random.Random, count: int) -> Iterator[Reply]:
    """`count` different turns about the bug, the level and the finding right."""
    names = _names(bug)
    for turn in generator.sample(TURNS, count):
        gaps = {
            "function": _function(bug),
            "line": bug.line,
            "code": bug.old or bug.mutant.splitlines()[bug.line - 1].strip(),
            "name": generator.choice(names),
            "other": generator.choice(names),
        }
        observation, question, why, try_next = (part.format(**gaps) for part in turn)
        yield reply_about(bug, observation, question, why, try_next)


def reply_about(bug: Bug, observation: str, question: str, why: str, try_next: str) -> Reply:
    """The reply without the limits of length, which would hold back the long ones for the wrong reason."""
    return Reply.model_construct(
        level=3,
        finding_id=bug.finding.rule,
        observation=observation,
        question=question,
        why_it_matters=why,
        try_next=try_next,
        confidence=0.7,
        cites_lines=[bug.line],
    )


def _function(bug: Bug) -> str:
    return bug.mutant.split("(", 1)[0].removeprefix("def ")


def _names(bug: Bug) -> list[str]:
    """Names of the mutant: those on the line first, else any."""
    tree = ast.parse(bug.mutant)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in dir(builtins)]
    near = sorted({node.id for node in found if node.lineno == bug.line})
    return near or sorted({node.id for node in found}) or [_function(bug)]
