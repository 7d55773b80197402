"""Values that are words of ours are said in the learner's language; the learner's own code never is."""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Callable
from itertools import product

import pytest

from analyzers.rules.test_fixtures import FIXTURES, read
from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding
from meno_analyzers.hints import ladder_for, notice_for
from meno_analyzers.hints.catalogue import FOLDER
from meno_analyzers.hints.pages import target_of
from meno_analyzers.hints.phrases import in_language, load_phrases
from meno_analyzers.hints.template import PHRASES, Template, Words
from meno_analyzers.rules import RULES, comparing, texts, wording
from meno_analyzers.rules.tokens import KINDS

MakeFinding = Callable[..., Finding]

LANGUAGES = ("de", "fr", "es")
# By gap, what the rules and the model put there in words of their own.
OURS: dict[str, list[str]] = {
    "chance": [*(f"{number} in 10" for number in range(1, 10)), "19 in 20", "99 in 100"],
    "function": ["this program"],
    "near": ["the empty line"],
    "kind": [*KINDS.values(), *(kind for kind in wording._KINDS.values() if "`" not in kind), "a value"],
    "given": [
        "none",
        *wording._NUMBERS[1:],
        *(k for k in wording._KINDS.values() if "`" not in k),
        "a value",
    ],
    "names": ["none", *wording._NUMBERS[1:], "1 to 2", "0 to 1", "2 to 3"],
    "count": [wording.count_in_words(number, "item") for number in range(12)],
    "wanted": [wording.count_in_words(number, "name") for number in range(12)],
    "left_kind": [*comparing._KINDS.values(), "truth value"],
    "right_kind": [*comparing._KINDS.values(), "truth value"],
    "size": list(texts._SIZES.values()),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_ours_is_translated(language: str) -> None:
    missing = [
        (gap, value)
        for gap, values in OURS.items()
        for value in values
        if not isinstance(in_language({gap: value}, language)[gap], Words)
    ]
    assert missing == []


def test_no_rule_has_other_words_of_its_own() -> None:
    """A value is code, and then it stands in the learner's text or is Python's, or every language has it."""
    unknown = set()
    for path in sorted(FIXTURES.glob("ME*.py")):
        for snippet in read(path):
            flat = " ".join(snippet.text.split())
            for found in analyse(snippet.text, target_of(snippet.text)):
                for gap, value in found.values.items():
                    words = re.sub(r"`[^`]*`|'.*'", "", value).rstrip("… ")
                    if not re.search(r"[a-z]{2}", words) or words in flat or keyword.iskeyword(words):
                        continue
                    if not all(
                        load_phrases(x).get(gap) and load_phrases(x)[gap].said(value) for x in LANGUAGES
                    ):
                        unknown.add((found.rule, gap, value))
    assert unknown == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_are_those_of_gaps_and_hold_what_the_others_hold(language: str) -> None:
    tables = tomllib.loads((FOLDER / language / "values.toml").read_text("utf-8"))
    assert (
        set(tables)
        == {*OURS, "feature"}
        <= {name for rule in RULES.values() for name in rule.values} | {"chance"}
    )
    german = tomllib.loads((FOLDER / "de" / "values.toml").read_text("utf-8"))
    assert {gap: set(table) - {"1 in 10"} for gap, table in tables.items()} == {
        gap: set(table) for gap, table in german.items()
    }


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [
        ("de", "7 in 10", "7 von 10"),
        ("de", "99 in 100", "99 von 100"),
        ("fr", "7 in 10", "7 chances sur 10"),
        ("fr", "1 in 10", "1 chance sur 10"),
        ("es", "19 in 20", "19 de cada 20"),
        ("en", "7 in 10", "7 in 10"),
        ("zz", "7 in 10", "7 in 10"),
    ],
)
def test_odds_are_said_in_the_language(language: str, value: str, said: str) -> None:
    assert in_language({"chance": value}, language)["chance"] == said


# Gaps that hold the learner's code in some rule.
@pytest.mark.parametrize(
    ("gap", "value"),
    [
        *product(
            ("name", "items", "function", "near", "word", "code"),
            ("text", "list", "one", "two items", "number"),
        ),
        ("near", "the end"),
        ("kind", "lists"),
        ("names", "`one`, `none`"),
        ("count", "3 items + 1"),
        ("chance", "x in 10"),
        ("chance", "7 in 10 or 3 in 10"),
        ("function", "this programme"),
        ("code", "1 in 10"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_code_of_the_learner_with_the_same_letters_is_left_alone(language: str, gap: str, value: str) -> None:
    assert in_language({gap: value}, language) == {gap: value}
    assert not isinstance(in_language({gap: value}, language)[gap], Words)


def test_english_values_are_handed_back_untouched() -> None:
    values = {"chance": "7 in 10", "function": "this program"}
    assert in_language(values, "en") is values


def test_a_german_notice_of_the_model_has_no_english_in_it(finding: MakeFinding) -> None:
    values = {"function": "this program", "code": "total / count", "chance": "8 in 10"}
    assert notice_for(finding("model/LogicError", values), "de") == (
        "`total / count` sieht für dieses Programm ungewöhnlich aus "
        "(Chance etwa 8 von 10, dass hier etwas nicht stimmt)."
    )
    named = notice_for(finding("model/LogicError", {**values, "function": "grade"}), "de")
    assert "für `grade` ungewöhnlich" in named


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_is_not_translated_keeps_its_values_in_english(
    finding: MakeFinding, language: str
) -> None:
    values = {"receiver": "words", "kind": "a list", "call": 'words.join(", ")'}
    notice = notice_for(finding("ME605", values), language)
    if not (FOLDER / language / "rules" / "ME605.toml").is_file():
        assert notice == "`words` is a list, and a list has no `join`."


@pytest.mark.parametrize(
    ("language", "source", "notice"),
    [
        (
            "de",
            "xs = [1, 2\nprint(xs)\n",
            "Die eckige Klammer `[`, die hier aufgeht, trifft nie auf ihr Gegenstück.",
        ),
        ("de", "print(1))\n", "Diese Klammer `)` schließt nichts: Hier ist keine runde Klammer offen."),
        (
            "de",
            "len()\n",
            "`len` nimmt einen Wert in seinen Klammern, aber dieser Aufruf übergibt keinen Wert.",
        ),
        (
            "de",
            "isinstance(1)\n",
            "`isinstance` nimmt zwei Werte in seinen Klammern, aber dieser Aufruf übergibt einen Wert.",
        ),
        ("fr", "xs = [1, 2\nprint(xs)\n", "Ce `[` ouvre un crochet qui ne rencontre jamais son partenaire."),
        ("fr", "print(1))\n", "Ce `)` ferme une parenthèse là où rien de cette forme n'est ouvert."),
        (
            "fr",
            "sum()\n",
            "Entre ses parenthèses, `sum` prend de 1 à 2 valeurs, mais cet appel donne zéro valeur.",
        ),
    ],
)
def test_what_a_rule_counts_or_names_is_said_in_the_language(language: str, source: str, notice: str) -> None:
    assert [notice_for(found, language) for found in analyse(source)] == [notice]


def test_a_function_of_the_learner_called_like_a_number_stays_code() -> None:
    [found] = analyse("def area(one):\n    return one\n\n\narea()\n")
    assert notice_for(found, "de") == "`area` braucht `one`, aber dieser Aufruf übergibt keinen Wert."


def test_a_phrase_loses_its_quotes_in_every_language() -> None:
    template = Template.parse("the rest of `{function}`")
    for phrase in PHRASES:
        assert template.markdown({"function": phrase}) == f"the rest of {phrase}"
    for language in LANGUAGES:
        values = in_language({"function": "this program"}, language)
        assert template.markdown(values) == template.plain(values) == f"the rest of {values['function']}"


def test_words_of_ours_that_begin_a_sentence_get_a_capital_and_code_does_not() -> None:
    template = Template.parse("`{function}` ends. {kind} is no error: {kind} has no name.")
    values = {"function": "this program", "kind": "a list"}
    assert template.markdown(values) == "This program ends. A list is no error: a list has no name."
    assert template.plain(values) == template.markdown(values)
    assert template.markdown({"function": "grade", "kind": "`None`"}).startswith("`grade` ends. `None` is")


def test_backticks_in_a_known_value_do_not_end_its_quotes() -> None:
    [found] = [f for f in analyse("k = 'a`b'\nwhile k == 'c':\n    k = k + 'x'\n") if f.rule == "ME327"]
    notice = ladder_for(found).notice
    assert notice.startswith("With `k = 'a\\x60b'`, `k == 'c'` is false")
    assert notice.count("`") == 4


@pytest.mark.parametrize(
    ("source", "notice"),
    [
        (
            "i = 0\nwhile i > 10:\n    i += 1\n",
            "With `i = 0`, `i > 10` is false at the start, so the loop takes no turn.",
        ),
        ("xs = [1]\nprint(xs[3])\n", "`xs` has one item, and `xs[3]` asks for one that is not there."),
        ("(a,) = [1, 2]\n", "The left side offers one name, but `[1, 2]` has two items."),
        ("', '.join([None])\n", "`join` puts texts together, and in `[None]` it meets `None`."),
        (
            "if x:\n    y = 1\n      (a, b) = 2\n",
            "The line with `(a, b) = 2` starts further right than the one above, and nothing there opened "
            "a block.",
        ),
        ("if x > 1:\\\n\n", "This `if` line opens a block, and no line below it belongs to that block."),
    ],
)
def test_english_notices_read_as_sentences(source: str, notice: str) -> None:
    found = [f for f in analyse(source) if f.rule != "ME101"]
    assert [notice_for(f) for f in found] == [notice]


def test_no_article_stands_before_a_name_that_may_begin_with_a_vowel() -> None:
    # Words of a closed list that all begin with a consonant, and signs.
    closed = {"word", "bracket"}
    wrong = [
        (path.name, match.group())
        for path in sorted((FOLDER / "en").glob("*/*.toml"))
        for match in re.finditer(r"\b[Aa]n? (?:new )?`?\{([a-z_]+)\}", path.read_text("utf-8"))
        if match.group(1) not in closed
    ]
    assert wrong == []


def test_blocks_of_code_keep_their_lines_and_backslashes_are_single() -> None:
    wrong = []
    for path in sorted(FOLDER.glob("*/*/*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        for texts_of in (data, *data.get("variants", {}).values()):
            example = texts_of.get("example", "")
            collapsed = any(re.search(r":\s{2,}\S", block) for block in _lines_of_code(example))
            if collapsed or "\\\\" in example:
                wrong.append(path)
    assert wrong == []


def _lines_of_code(text: str) -> list[str]:
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]
