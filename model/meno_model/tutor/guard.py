"""The guard: rules that a reply has to keep, each one decided without a model.

A reply that fits the contract may still tell the answer, invent names, order an edit or be hard to read. The
guard returns the broken rules as sentences: for the second try they go back to the model. It also is what
makes an instruction hidden in the learner's code harmless, since an obedient reply breaks the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.disguise import decoded, disguises
from meno_analyzers.hints.ladder import Level, ladder_for
from meno_analyzers.hints.leak import PUBLIC_NAMES, check_leak, edit_order, loose_code, sentences
from meno_analyzers.hints.lexemes import lexemes, names
from meno_analyzers.hints.lexicon import Lexicon, load_lexicon
from meno_analyzers.hints.markdown import code_parts, prose, shorten
from meno_analyzers.hints.readability import reads_easily, words
from meno_analyzers.hints.telling import SET_AGAINST, sign_ordered, tellings
from meno_model.tutor.contract import Reply
from meno_model.tutor.guesses import guessed_repairs
from meno_model.tutor.values import Evidence

FEWEST_WORDS, MOST_WORDS = 20, 120

_LINE = re.compile(r"\blines? (\d+)(?:(?:,| and| to|-|–) ?(\d+))*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_SHOUT = re.compile(r"!(?!=)")
_ALTERNATIVES = re.compile(r"\b(alternatively|another option|or you could|you could also)\b", re.IGNORECASE)
_TELLING = re.compile(
    r"\b(the (fix|solution|correct (code|version|answer|line))|correct(ed)? code|the answer is|"
    r"should (be|read|say) `)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"```|~~~|\]\(|https?:|www\.|<[a-z/!]|&[a-z]+;|^ {0,3}#|^\|", re.IGNORECASE | re.MULTILINE
)
# Something of the learner's code, quoted or not.
_NAMED_PART = re.compile(
    r"`|\b(?:the|your|this|that) (?:loop|return|condition|test|index|sign|operator|call|print|line|"
    r"indentation|variable|name|bracket|colon|comparison|number|value)\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"([^\W\d]\w*)\((.*)\)\Z", re.DOTALL)
_SHOWING = frozenset({"print", "repr", "type", "len"})

Rule = Callable[[Reply, Evidence], Iterator[str]]


def violations(reply: Reply, evidence: Evidence) -> tuple[str, ...]:
    """The rules that the reply breaks, as sentences; empty if it may be shown."""
    return tuple(sentence for rule in RULES for sentence in rule(reply, evidence))


def _answers_the_request(reply: Reply, evidence: Evidence) -> Iterator[str]:
    if reply.level != int(evidence.level):
        yield f"level must be {int(evidence.level)}."
    if reply.finding_id != evidence.finding.rule:
        yield f"finding_id must be {evidence.finding.rule}."


def _asks_one_open_question(reply: Reply, evidence: Evidence) -> Iterator[str]:
    question = reply.question.strip()
    if not question.endswith("?") or prose(question).count("?") != 1:
        yield "question must be one question and end in a question mark."
    elif any(lexicon.closed.match(prose(question).strip()) for lexicon in lexicons_for(evidence.language)):
        yield "question must not be answerable by yes or no: begin with what, which, where, when, how or why."
    others = (reply.observation, reply.why_it_matters, reply.try_next)
    if any("?" in prose(text) for text in others):
        yield "Ask in question only; the other texts are statements."


def _is_short_and_plain(reply: Reply, evidence: Evidence) -> Iterator[str]:
    count = len(words(reply.prose))
    if not FEWEST_WORDS <= count <= MOST_WORDS:
        yield f"All texts together must have {FEWEST_WORDS} to {MOST_WORDS} words; they have {count}."
    if not reads_easily(reply.prose, evidence.language):
        yield "Use shorter sentences and shorter words, for a reader of fourteen."


def _is_calm(reply: Reply, evidence: Evidence) -> Iterator[str]:
    yield from is_calm(reply.prose, evidence.language)


def _is_text_only(reply: Reply, _: Evidence) -> Iterator[str]:
    yield from is_text_only(reply.prose)


def is_calm(text: str, language: str) -> Iterator[str]:
    """The rules of tone that a text breaks."""
    said = prose(text)
    if _SHOUT.search(said) or any(lexicon.tone.search(said.lower()) for lexicon in lexicons_for(language)):
        yield "No blame, no praise, no exclamation marks, and none of the words just, simply, obviously."
    if _ALTERNATIVES.search(said):
        yield "Stay with one idea and offer no alternatives."


def is_text_only(text: str) -> Iterator[str]:
    """Whether the text has forms that a hint does not have."""
    if _FOREIGN.search(text):
        yield "No blocks of code, headings, tables, links or HTML."


def _cites_lines_of_the_function(reply: Reply, evidence: Evidence) -> Iterator[str]:
    mentioned = [int(n) for m in _LINE.finditer(prose(reply.prose)) for n in _NUMBER.findall(m.group())]
    known = range(evidence.first_line, evidence.last_line + 1)
    if any(line not in known for line in (*reply.cites_lines, *mentioned)):
        yield f"Speak of lines {known.start} to {known.stop - 1} only."


def _quotes_the_learner(reply: Reply, evidence: Evidence) -> Iterator[str]:
    """Code in the reply is the learner's, letter by letter, or a way to look at it.

    Where no repair is known, nothing can be checked against it, so even public names have to be in the code.
    """
    source = evidence.function_source
    ladder = ladder_for(evidence.finding, evidence.language)
    said = code_parts("\n".join((ladder.notice, ladder.orient, ladder.concept, *ladder.questions)))
    public = PUBLIC_NAMES if evidence.repaired is not None else _SHOWING
    flat, known = " ".join(source.split()), names(source) | public
    for code in code_parts(reply.prose):
        if code in said:
            continue  # it stands in a text that was checked against repairs
        invented = sorted(names(code) - known)
        if invented:
            yield f"`{invented[0]}` is no name of this code."
        elif " ".join(code.split()) not in flat and not _only_looks(code, source, public):
            yield f"`{shorten(code)}` is not in the learner's code; quote it exactly or not at all."
    if bare := loose_code(reply.prose):
        yield f"Put code between backticks or leave it out: {shorten(bare[0])}"


def _only_looks(code: str, source: str, public: AbstractSet[str]) -> bool:
    """A public name, a `print` of the learner's own expressions, or a call of their function with values.

    Anything else that is not in the code, such as `range(len(xs) - 1)`, would be a piece of a repair.
    """
    found = lexemes(code)
    if len(found) == 1:
        return found[0] in public
    if not (call := _CALL.match(code.strip())):
        return False
    function, inside = call.groups()
    if function in _SHOWING and _only_looks(inside, source, public):
        return True
    if function in _SHOWING:
        flat = " ".join(source.split())
        return all(" ".join(part.split()) in flat for part in inside.split(","))
    own_functions = set(re.findall(r"\bdef\s+(\w+)", source))
    return function in own_functions and all(_is_literal(token) for token in lexemes(inside))


def _is_literal(token: str) -> bool:
    return token[0] in '0123456789"[](){},-.' or token in {"True", "False", "None"}


def _is_written_plainly(reply: Reply, evidence: Evidence) -> Iterator[str]:
    yield from disguises(reply.prose, evidence.function_source, evidence.language)


def _keeps_the_secret(reply: Reply, evidence: Evidence) -> Iterator[str]:
    if edit_order(reply.prose, evidence.language) or _TELLING.search(reply.prose):
        yield "Do not tell the learner what to write or to change; ask what they see."
    if evidence.repaired is None:
        yield from _claims_nothing(reply, evidence)
        return
    level = min(evidence.level, Level.QUESTIONS)
    report = check_leak(
        reply.prose,
        original=evidence.function_source,
        repaired=evidence.repaired,
        level=Level(level),
        language=evidence.language,
    )
    yield from report.reasons
    yield from tellings(reply.prose, evidence.function_source, evidence.repaired)
    for text in decoded(reply.prose, evidence.function_source, evidence.language):
        yield from tellings(text, evidence.function_source, evidence.repaired, hidden=True)


def _claims_nothing(reply: Reply, evidence: Evidence) -> Iterator[str]:
    """Where no repair is known, what a text claims about a piece of the code cannot be checked."""
    if sign_ordered(reply.prose):
        yield "Do not say in words what the code should be."
    lexicons = lexicons_for(evidence.language)
    stated = sentences("\n".join((reply.observation, reply.why_it_matters, reply.try_next)))
    for sentence in stated:
        about_code = _NAMED_PART.search(sentence) or any(lexicon.points(sentence) for lexicon in lexicons)
        if about_code and any(lexicon.stating.search(sentence) for lexicon in lexicons):
            yield "Nobody has tested what is wrong here: say what can be seen, and claim nothing."
            break
    if any(lexicon.supposing.search(prose(reply.prose)) for lexicon in lexicons):
        yield "Do not tell an edit as a case to think about."
    row = evidence.finding.span.start_line + 2 - evidence.first_line
    source, guesses = guessed_repairs(evidence.function_source, row)
    reasons = {reason for guess in guesses for reason in tellings(reply.prose, source, guess)}
    if reasons - {SET_AGAINST}:
        yield "Do not name a sign, a number or a name that the code might have instead."


def lexicons_for(language: str) -> list[Lexicon]:
    """That of the learner's language, and the English one."""
    return [load_lexicon(one) for one in dict.fromkeys((language, DEFAULT_LANGUAGE))]


FORM_RULES: tuple[Rule, ...] = (
    _answers_the_request,
    _asks_one_open_question,
    _is_short_and_plain,
    _is_calm,
    _is_text_only,
    _cites_lines_of_the_function,
    _quotes_the_learner,
)
CONTENT_RULES: tuple[Rule, ...] = (_is_written_plainly, _keeps_the_secret)
RULES = (*FORM_RULES, *CONTENT_RULES)
