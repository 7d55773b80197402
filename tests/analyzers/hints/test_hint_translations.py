"""German, French and Spanish: the most frequent rules and a conversation's words, as good as in English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from analyzers.hints.hint_cases import Repair, load_repairs
from meno_analyzers.hints import Level, check_leak, ladder_for, notice_for
from meno_analyzers.hints.catalogue import FOLDER, Texts, load_entry, parse_entry
from meno_analyzers.hints.conversing import asks_for_the_answer
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.questions import QuestionKind
from meno_analyzers.hints.readability import reading_ease, words
from meno_analyzers.rules import RULES

LANGUAGES = ("de", "fr", "es")
# By how often they are met in programs of beginners that fail, and in what is known of beginners' mistakes.
FREQUENT = (
    "ME000 ME001 ME002 ME003 ME004 ME005 ME006 ME008 ME009 ME010 ME011 ME013 ME015 ME016 ME020 ME021 ME022 "
    "ME024 ME101 ME102 ME103 ME104 ME106 ME113 ME118 ME207 ME301 ME302 ME304 ME313 ME315 ME335 ME402 ME404 "
    "ME405 ME406 ME409 ME410 ME424 ME525"
).split()
# Translations run longer than English; the easiest scale is not meant to the point.
LONGEST_NOTICE = 160
MOST_WORDS = {Level.ORIENT: 75, Level.CONCEPT: 75, Level.QUESTIONS: 95, Level.EXAMPLE: 100}
BANNED = {
    "de": r"\b(einfach nur|offensichtlich|natürlich|leider|bitte|dein fehler|du hast vergessen|super|toll|"
    r"gut gemacht|entschuldigung|dumm|trivial)\b|!(?!`)",
    "fr": r"\b(simplement|évidemment|facile|malheureusement|ton erreur|tu as oublié|bravo|super|désolé|bête|"
    r"s'il te plaît)\b|!(?!`)",
    "es": r"\b(simplemente|obviamente|fácil|por desgracia|tu error|has olvidado|genial|muy bien|lo siento|"
    r"tonto|por favor)\b|[¡!](?!`)",
}


def translated() -> Iterator[tuple[str, str, Texts]]:
    for language in LANGUAGES:
        for path in sorted((FOLDER / language).rglob("ME*.toml")):
            entry = parse_entry(path.read_text("utf-8"))
            yield from ((language, path.stem, texts) for texts in (entry.texts, *entry.variants.values()))


def sentences_of(texts: Texts) -> Iterator[str]:
    for template in (texts.notice, texts.orient, texts.concept, *texts.questions, *texts.chain.values()):
        yield template.markdown(dict.fromkeys(template.gaps, "x"))
    yield texts.example


def repairs() -> list[Repair]:
    return [repair for repair in load_repairs() if repair.rule in FREQUENT]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_most_frequent_rules_are_translated(language: str) -> None:
    assert len(FREQUENT) == len(set(FREQUENT)) == 40
    assert set(FREQUENT) <= {path.stem for path in (FOLDER / language / "rules").glob("*.toml")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_every_part_of_the_original(language: str) -> None:
    for path in sorted((FOLDER / language).glob("*/*.toml")):
        original = load_entry(path.parent.name, path.stem)  # type: ignore[arg-type]  # the folders' names
        assert original is not None, path
        entry = parse_entry(path.read_text("utf-8"))
        assert set(entry.variants) == set(original.variants), path
        assert set(entry.texts.chain) == set(QuestionKind), path
        offered = set(RULES[path.stem].values) if path.stem in RULES else {"function", "code", "chance"}
        for name, texts in {"": entry.texts, **entry.variants}.items():
            same = original.variants[name] if name else original.texts
            assert texts.gaps <= offered, (path, name)
            assert texts.gaps <= same.gaps, (path, name, "a gap that the original has not")
            assert len(texts.questions) == len(same.questions), (path, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_lies_between_the_turns_is_translated(language: str) -> None:
    original = tomllib.loads((FOLDER / "en" / "dialogue.toml").read_text("utf-8"))
    translation = tomllib.loads((FOLDER / language / "dialogue.toml").read_text("utf-8"))
    assert {key: set(table) for key, table in translation.items()} == {
        key: set(table) for key, table in original.items()
    }
    assert not any(
        "?" in text for table in translation.values() for text in table.values() if "gone" not in table
    )


def test_every_question_is_one_question() -> None:
    wrong = []
    for language, rule, texts in translated():
        for template in (*texts.questions, *texts.chain.values()):
            text = template.markdown({})
            if not text.endswith("?") or text.count("?") != 1 or (language == "es" and "¿" not in text):
                wrong.append((language, rule, text))
    assert wrong == []


def test_no_text_belittles_blames_praises_or_shouts() -> None:
    wrong = [
        (language, rule, found.group(), text)
        for language, rule, texts in translated()
        for text in sentences_of(texts)
        if (found := re.search(BANNED[language], text, re.IGNORECASE))
    ]
    assert wrong == []


def test_backticks_pair_up() -> None:
    wrong = [text for *_, texts in translated() for text in sentences_of(texts) if text.count("`") % 2]
    assert wrong == []


def test_the_texts_are_in_their_language() -> None:
    """An English text left behind shows by its small words."""
    english = re.compile(r"\b(the|which|what|does|with|your|how many)\b", re.IGNORECASE)
    wrong = [
        (language, rule, text)
        for language, rule, texts in translated()
        for text in sentences_of(texts)
        if len(english.findall(re.sub(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|„[^“]*“|«[^»]*»", "", text))) > 1
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_can_be_read_in_passing(language: str) -> None:
    wrong = []
    for repair in repairs():
        ladder = ladder_for(repair.finding, language)
        if len(notice_for(repair.finding, language)) > LONGEST_NOTICE:
            wrong.append((repair.rule, notice_for(repair.finding, language)))
        for level, most in MOST_WORDS.items():
            count = len(words(ladder.text(level)))
            if count > most:
                wrong.append((repair.rule, level.name, str(count)))
        whole = "\n\n".join(ladder.text(level) for level in MOST_WORDS)
        if reading_ease(whole, language) < 60.0:
            wrong.append((repair.rule, "ease", str(round(reading_ease(whole, language)))))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_does_not_contain_the_fix(language: str) -> None:
    wrong = []
    for repair in repairs():
        ladder = ladder_for(repair.finding, language)
        texts = [(level, ladder.text(level)) for level in Level if level is not Level.DIFF]
        texts += [(Level.QUESTIONS, question.text) for question in ladder.chain]
        for level, text in texts:
            report = check_leak(
                text, original=repair.original, repaired=repair.repaired, level=level, language=language
            )
            if report.reasons or (level is not Level.EXAMPLE and edit_order(text, language)):
                wrong.append((repair.rule, repair.variant, level.name, text, report.reasons))
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "just tell me", True),
        ("en", "What's the answer?", True),
        ("en", "I give up", True),
        ("en", "Give me the code!", True),
        ("en", "fix it for me", True),
        ("en", "The print tells me the sum", False),
        ("en", "because the loop ends too early", False),
        ("en", "I think the code gives me the first item", False),
        ("de", "Sag es mir einfach", True),
        ("de", "Gib mir die Lösung", True),
        ("de", "Ich gebe auf", True),
        ("de", "weil die Schleife zu früh endet", False),
        ("fr", "Donne-moi la réponse", True),
        ("fr", "J'abandonne", True),
        ("fr", "parce que la boucle s'arrête trop tôt", False),
        ("es", "Dime la respuesta", True),
        ("es", "me rindo", True),
        ("es", "dímelo", True),
        ("es", "porque el bucle termina demasiado pronto", False),
        ("es", "just tell me", True),
    ],
)
def test_who_wants_to_be_told_is_understood(language: str, text: str, wanted: bool) -> None:
    assert asks_for_the_answer(text, language) == wanted


def test_a_long_answer_is_no_request() -> None:
    assert not asks_for_the_answer("just tell me " + "why the loop goes on and on " * 10)


def test_ease_falls_with_long_sentences_and_long_words() -> None:
    plain = "Die Katze sitzt da. Sie sieht dich an."
    hard = "Unveränderlichkeitseigenschaften zusammengesetzter Datenstrukturen beeinträchtigen Zuweisungen."
    assert reading_ease(plain, "de") > 80 > 20 > reading_ease(hard, "de")
    assert reading_ease("Le chat dort. Il rêve.", "fr") > reading_ease(
        "L'immutabilité conditionnelle prédomine.", "fr"
    )
    assert reading_ease("El gato duerme. Sueña.", "es") > reading_ease(
        "La inmutabilidad condicional predomina.", "es"
    )
