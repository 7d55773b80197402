"""What an explanation says: the cause with the best ground, the right lines, and honest limits."""

from __future__ import annotations

import builtins
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.failures.failing_programs import FILE, Pair, evidence_of, load_pairs
from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import (
    CallCase,
    CaseResult,
    CodeCase,
    FileCase,
    Program,
    RunCase,
    RunError,
    RunFrame,
    Verdict,
)
from meno_analyzers.failures.explanation import Evidence, Limit, Mechanism, Situation, explain
from meno_analyzers.failures.explanation.causes import CONFIDENCE, mechanism_of
from meno_analyzers.failures.explanation.error_table import BUILTIN_ERRORS, reading_of
from meno_analyzers.failures.explanation.places import Places
from meno_analyzers.failures.explanation.schema import CATEGORIES
from meno_analyzers.failures.explanation.scrub import scrub
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.failures.tracebacks import read
from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.rules import RULES

PAIRS = load_pairs()
AVERAGE = """\
def total(items):
    result = 0
    for item in items:
        result += item
    return result


def average(items):
    return total(items) / len(items)


print(average([]))
"""
TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ada/shop/work.py", line 12, in <module>
    print(average([]))
  File "/home/ada/shop/work.py", line 9, in average
    return total(items) / len(items)
ZeroDivisionError: division by zero
"""


def program(source: str = AVERAGE) -> Program:
    return Program({FILE: source}, FILE)


def crash(kind: str, message: str = "", line: int = 9, **names: str) -> CaseResult:
    frames = (RunFrame(FILE, 12, "<module>"), RunFrame(FILE, line, "average", names))
    return CaseResult("case-1", Verdict.ERROR, error=RunError(kind, message, frames))


@pytest.mark.parametrize("situation", list(Situation))
@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_every_mechanism_is_explained_in_every_situation(mechanism: Mechanism, situation: Situation) -> None:
    pair = next(pair for pair in PAIRS if pair.mechanism == mechanism)
    explanation = explain(evidence_of(pair, situation))
    assert explanation.root_cause.mechanism is mechanism
    assert explanation.situation is situation
    assert explanation.test_impact.verified
    assert explanation.confidence == CONFIDENCE["verified"]
    first, last = explanation.root_cause.line_start, explanation.root_cause.line_end
    assert first <= pair.lines[0] <= last
    named = Places(pair.source).names_on(first, last) or ["length", "add", "sign", "bark", "factorial"]
    assert any(f"`{name}`" in explanation.root_cause.statement for name in named)


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair.mechanism}-{n}" for n, pair in enumerate(PAIRS)])
def test_the_same_evidence_gives_the_same_explanation(pair: Pair) -> None:
    for verified in (True, False):
        evidence = evidence_of(pair, Situation.CRASH, 5, verified=verified)
        assert explain(evidence).model_dump_json() == explain(evidence).model_dump_json()


def test_a_pasted_traceback_alone_is_enough() -> None:
    explanation = explain(Evidence(program(), report=read(TRACEBACK), root="/home/ada/shop"))
    assert explanation.error is not None
    assert (explanation.error.type, explanation.error.line) == ("ZeroDivisionError", 9)
    assert [frame.line for frame in explanation.error.frames] == [12, 9]
    assert explanation.error.file_alias == FILE
    assert explanation.category == "ZeroDivisionError"
    assert explanation.root_cause.mechanism is Mechanism.BOUNDARY
    assert explanation.confidence == CONFIDENCE["message"]
    assert explanation.limits == (Limit.NO_TEST,)
    assert explanation.diff is None


def test_the_error_of_a_run_shows_the_value_of_a_name_on_the_line() -> None:
    result = crash("ZeroDivisionError", "division by zero", items="[]")
    explanation = explain(Evidence(program(), failing=[result]))
    assert "On line 9, `items` holds `[]` when it stops." in [part.detail for part in explanation.evidence]


def test_code_that_is_not_the_learners_is_left_out_and_said_so() -> None:
    frames = (RunFrame(FILE, 9, "average"), RunFrame(None, 300, "loads"))
    result = CaseResult("case-1", Verdict.ERROR, error=RunError("TypeError", "x", frames))
    explanation = explain(Evidence(program(), failing=[result]))
    assert explanation.limits == (Limit.THIRD_PARTY,)
    assert explanation.error is not None
    assert explanation.error.line == 9


def test_a_rule_on_the_failing_line_gives_cause_and_questions() -> None:
    source = "def first(items):\n    items = items.sort()\n    return items[0]\n"
    findings = [finding for finding in analyse(source) if finding.rule == "ME404"]
    result = CaseResult("case-1", Verdict.FAILED, observed="1", expected="2")
    evidence = Evidence(program(source), failing=[result], findings=findings, suspects=[Suspect(2, 0.9)])
    explanation = explain(evidence)
    assert (explanation.finding_id, explanation.category) == ("ME404", "WrongMethodCall")
    assert explanation.category_evidence is None
    assert explanation.pattern_key == "WrongMethodCall/ME404"
    assert explanation.root_cause.mechanism is Mechanism.API_MISUSE
    assert explanation.root_cause.statement == "After this line `items` holds none of the items."
    assert explanation.socratic[0] == "Which of the two kinds is `sort`?"
    assert explanation.confidence == CONFIDENCE["static_on_suspect"]
    assert "ME404" in [part.ref for part in explanation.evidence]


def test_what_the_model_says_is_no_cause() -> None:
    finding = Finding(
        "model/LogicError",
        "logic",
        Category.LOGIC_ERROR,
        Severity.HINT,
        0.9,
        Source.MODEL,
        Span(1, 0, 1, 5),
    )
    evidence = Evidence(
        program(),
        failing=[CaseResult("c", Verdict.FAILED)],
        findings=[finding],
        suspects=[Suspect(2, 0.9, ["model"])],
    )
    assert explain(evidence).finding_id is None


def test_without_a_change_that_works_the_suspects_are_ranked_and_the_search_is_told() -> None:
    evidence = Evidence(
        program(),
        cases=[CallCase("case-1", "total", [[1, 2]], 3)],
        failing=[CaseResult("case-1", Verdict.FAILED, observed="2", expected="3")],
        passing=[CaseResult("case-2", Verdict.PASSED, lines=frozenset({1, 2, 4}))],
        suspects=[Suspect(4, 0.8, ["spectrum"]), Suspect(2, 1.7, ["trace"]), Suspect(99, 0.5)],
        tried=31,
        level=5,
    )
    explanation = explain(evidence)
    assert [suspect.line for suspect in explanation.suspects] == [4, 2]
    assert explanation.suspects[1].score == 1.0
    assert explanation.tried == "31 small changes were run, and with none of them did every case pass."
    assert explanation.confidence == CONFIDENCE["suspect"] < 0.5
    assert not explanation.test_impact.verified
    assert explanation.test_impact.may_change == ("case-2",)
    assert explanation.diff is None
    assert explanation.steps[0].instruction.startswith("Run `total([1, 2])` by itself.")


def test_the_diff_comes_at_level_five_only() -> None:
    for level in range(6):
        explanation = explain(evidence_of(PAIRS[0], Situation.WRONG_ANSWER, level))
        assert (explanation.diff is not None) == (level == 5)
    assert explanation.diff is not None
    assert "+    while low <= high:" in explanation.diff


def test_a_dishonest_change_is_never_shown() -> None:
    pair = PAIRS[0]
    evidence = evidence_of(pair, Situation.WRONG_ANSWER, 5)
    assert evidence.repair is not None
    bad = replace(evidence.repair, source=pair.source.replace("return -1", "return 7"), lines=[11])
    assert explain(replace(evidence, repair=bad)).diff is None


def test_lower_levels_say_less() -> None:
    low, high = (explain(evidence_of(PAIRS[0], Situation.WRONG_ANSWER, level)) for level in (1, 3))
    assert low.root_cause.why != high.root_cause.why
    assert low.socratic != high.socratic
    assert low.root_cause.statement == high.root_cause.statement


def test_no_cause_is_claimed_when_two_runs_differ() -> None:
    evidence = replace(evidence_of(PAIRS[0], Situation.WRONG_ANSWER, 5), limits=frozenset({Limit.FLAKY}))
    explanation = explain(evidence)
    assert explanation.confidence == CONFIDENCE["flaky"]
    assert explanation.diff is None
    assert not explanation.test_impact.verified
    assert explanation.test_impact.not_run_reason == "two runs of the same program differed"


def test_of_several_failures_the_most_common_kind_is_explained() -> None:
    failing = [
        CaseResult("odd", Verdict.TIME),
        crash("KeyError", "'a'"),
        replace(crash("KeyError", "'b'"), id="case-2"),
    ]
    explanation = explain(Evidence(program(), failing=failing))
    assert explanation.error is not None
    assert explanation.error.type == "KeyError"
    assert explanation.test_impact.should_pass == ("odd", "case-1", "case-2")


@pytest.mark.parametrize(
    ("result", "case", "situation"),
    [
        (CaseResult("c", Verdict.TIME), None, Situation.NO_END),
        (CaseResult("c", Verdict.MEMORY), None, Situation.NO_END),
        (CaseResult("c", Verdict.OUTPUT), RunCase("c"), Situation.NO_END),
        (CaseResult("c", Verdict.EXIT), RunCase("c"), Situation.CRASH),
        (CaseResult("c", Verdict.FAILED), RunCase("c"), Situation.WRONG_OUTPUT),
        (CaseResult("c", Verdict.FAILED), CodeCase("c", "assert f()"), Situation.WRONG_ANSWER),
        (CaseResult("c", Verdict.FAILED), FileCase("c", "t.py", "t", "pytest"), Situation.WRONG_ANSWER),
        (CaseResult("c", Verdict.ERROR, error=RunError("KeyError", "1")), None, Situation.CRASH),
    ],
)
def test_the_situation_follows_from_how_the_case_ended(
    result: CaseResult, case: RunCase | CodeCase | FileCase | None, situation: Situation
) -> None:
    explanation = explain(Evidence(program(), cases=[case] if case else [], failing=[result]))
    assert explanation.situation is situation
    assert explanation.expected is None


def test_a_program_that_python_cannot_read_gets_texts_of_its_own() -> None:
    source = "def total(items)\n    return sum(items)\n"
    text = (
        "  File \"work.py\", line 1\n    def total(items)\n                    ^\nSyntaxError: expected ':'\n"
    )
    explanation = explain(Evidence(program(source), report=read(text)))
    assert explanation.category == "SyntaxError"
    assert explanation.takeaway_id == "syntax"
    assert explanation.confidence == CONFIDENCE["syntax"]
    with_rule = explain(Evidence(program(source), report=read(text), findings=analyse(source)))
    assert with_rule.finding_id == "ME001"
    assert with_rule.takeaway_id == "syntax"


def test_nothing_known_is_still_an_explanation() -> None:
    explanation = explain(Evidence(program("")))
    assert explanation.confidence == CONFIDENCE["none"]
    assert explanation.root_cause.line_start == 1
    assert explanation.evidence[0].detail == "Nothing was run; this goes by the text alone."


def test_a_crash_in_another_file_points_at_nothing_in_this_one_that_is_not_there() -> None:
    frames = (RunFrame("test_work.py", 300, "test_a"),)
    result = CaseResult("c", Verdict.ERROR, error=RunError("KeyError", "1", frames))
    two = Program({FILE: AVERAGE, "test_work.py": "x = 1\n" * 300}, FILE)
    explanation = explain(Evidence(two, failing=[result]))
    assert explanation.root_cause.line_end <= len(AVERAGE.splitlines())
    assert explanation.error is not None
    assert explanation.error.file_alias == "test_work.py"


def test_certainty_is_for_changes_that_were_run() -> None:
    assert all((value >= 0.9) == ground.startswith("verified") for ground, value in CONFIDENCE.items())


def test_every_builtin_error_has_a_reading() -> None:
    errors = {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    assert errors <= BUILTIN_ERRORS
    for name in BUILTIN_ERRORS:
        reading = reading_of(name, "")
        assert reading is not None
        assert reading.category in CATEGORIES
    assert reading_of("shop.Closed", "come back") is None


@pytest.mark.parametrize(
    ("kind", "message", "category", "mechanism"),
    [
        ("AttributeError", "'NoneType' object has no attribute 'append'", "AttributeError", "missing_return"),
        ("AttributeError", "module 'math' has no attribute 'root'", "AttributeError", "api_misuse"),
        ("AttributeError", "'function' object has no attribute 'x'", "MissingCall", "wrong_call"),
        ("AttributeError", "'list' object has no attribute 'add'", "AttributeError", "wrong_type"),
        ("AttributeError", "'Dog' object has no attribute 'nmae'", "AttributeError", "wrong_name"),
        ("TypeError", "'NoneType' object is not subscriptable", "TypeError", "missing_return"),
        ("TypeError", "f() takes 2 positional arguments but 5 were given", "WrongArgument", "wrong_call"),
        ("TypeError", "f() missing 1 required positional argument: 'x'", "WrongArgument", "wrong_call"),
        ("TypeError", "'int' object is not callable", "TypeError", "wrong_call"),
        ("TypeError", "'tuple' object does not support item assignment", "TypeError", "api_misuse"),
        ("TypeError", "'<' not supported between instances of 'str' and 'int'", "TypeError", "wrong_type"),
        ("ValueError", "invalid literal for int() with base 10: 'x'", "ValueError", "wrong_type"),
        ("ValueError", "max() arg is an empty sequence", "ValueError", "boundary"),
        ("ValueError", "list.remove(x): x not in list", "ValueError", "api_misuse"),
        ("RuntimeError", "dictionary changed size during iteration", "LogicError", "aliasing"),
        (
            "UnboundLocalError",
            "local variable 'x' referenced before assignment",
            "NameError",
            "initial_value",
        ),
        ("ImportError", "cannot import name 'sqr' from 'math'", "NameError", "wrong_name"),
        ("json.decoder.JSONDecodeError", "x", None, None),
        ("builtins.KeyError", "'a'", "KeyError", "wrong_name"),
    ],
)
def test_a_message_says_more_than_its_type(
    kind: str, message: str, category: str | None, mechanism: str | None
) -> None:
    reading = reading_of(kind, message)
    assert (reading.category if reading else None) == category
    assert (reading.mechanism if reading else None) == mechanism


def test_every_rule_has_a_mechanism() -> None:
    for rule in RULES.values():
        finding = Finding(
            rule.id, rule.name, rule.category, rule.severity, 0.9, Source.STATIC, Span(0, 0, 0, 1)
        )
        assert mechanism_of(finding) in Mechanism
        if rule.category is not Category.LOGIC_ERROR:
            assert mechanism_of(finding) is not Mechanism.SPEC_MISMATCH


@pytest.mark.parametrize(
    ("message", "scrubbed"),
    [
        ("division by zero", "division by zero"),
        ("'price'", "'price'"),
        ("'secret word'", "'…'"),
        ("name 'totl' is not defined", "name '…' is not defined"),
        ("name 'item' is not defined", "name 'item' is not defined"),
        ("'int' object is not iterable", "'int' object is not iterable"),
        ("invalid literal for int() with base 10: '4711'", "invalid literal for int() with base 10: '…'"),
        (
            "f() takes 2 positional arguments but 5 were given",
            "f() takes 2 positional arguments but 5 were given",
        ),
        (
            "not enough values to unpack (expected 3, got 2)",
            "not enough values to unpack (expected 3, got 2)",
        ),
        (
            "[Errno 2] No such file or directory: '/home/ada/x.txt'",
            "[Errno 2] No such file or directory: '…'",
        ),
        ("balance 1200.50 of ada@example.org is too low", "balance … of … is too low"),
        ("see https://example.org/a?b=c", "see …"),
        ("could not open /home/ada/x.txt, sorry", "could not open …, sorry"),
        ("<Dog object at 0x7f00aa> has no bark", "<Dog object at …> has no bark"),
        ("first\nsecond\x00third", "first second third"),
    ],
)
def test_a_message_loses_paths_and_values_and_keeps_its_words(message: str, scrubbed: str) -> None:
    assert scrub(message, 'item["price"]\n') == scrubbed


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_message_can_be_scrubbed(message: str, source: str) -> None:
    assert len(scrub(message, source)) <= 200


@given(st.data())
def test_any_program_and_any_place_can_be_explained(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    situation = data.draw(st.sampled_from(list(Situation)))
    broken = data.draw(st.text(max_size=80)) if data.draw(st.booleans()) else pair.source
    line = data.draw(st.integers(-3, 40))
    kind = data.draw(st.sampled_from(sorted(BUILTIN_ERRORS)) | st.text(min_size=1, max_size=200))
    message = data.draw(st.text(max_size=400))
    evidence = evidence_of(pair, situation, data.draw(st.integers(-1, 7)), verified=data.draw(st.booleans()))
    explain(
        replace(
            evidence,
            program=Program({FILE: broken}, FILE),
            suspects=[Suspect(line, 0.5, ["spectrum", "x" * 200])],
            failing=[*evidence.failing, crash(kind, message, line, x="`" * 90)],
        )
    )


def test_a_large_program_with_many_failures_keeps_its_limits() -> None:
    source = "".join(f"def f{n}(a):\n    return a + {n}\n" for n in range(300))
    chance = random.Random(1)
    failing = [
        replace(crash("KeyError", "x" * 3000, chance.randrange(1, 600)), id="c" * 300 + str(n))
        for n in range(120)
    ]
    explanation = explain(Evidence(program(source), failing=failing))
    assert len(explanation.test_impact.should_pass) == 50


RECORDED = sorted((Path(__file__).parent / "tracebacks" / "recorded").glob("*.txt"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_text_can_be_explained(path: Path) -> None:
    basket = Program({"basket.py": AVERAGE, "test_basket.py": "import basket\n"}, "basket.py")
    report = read(path.read_text(encoding="utf-8"))
    explanation = explain(Evidence(basket, report=report, root="/home/ada/shop"))
    assert explanation.root_cause.line_end <= len(AVERAGE.splitlines())
    assert "/home" not in explanation.model_dump_json()


def test_a_rule_about_a_line_that_the_failing_case_did_not_run_is_no_cause() -> None:
    source = "def first(items):\n    items = items.sort()\n    return items[0]\n"
    findings = [finding for finding in analyse(source) if finding.rule == "ME404"]
    result = CaseResult("case-1", Verdict.FAILED, observed="1", expected="2", lines=frozenset({1, 3}))
    evidence = Evidence(program(source), failing=[result], findings=findings, suspects=[Suspect(2, 0.9)])
    assert explain(evidence).finding_id is None


def test_the_text_speaks_of_the_name_that_the_error_speaks_of() -> None:
    source = "price = 3\ncount = 4\nprint(price * cuont)\n"
    error = RunError("NameError", "name 'cuont' is not defined", (RunFrame(FILE, 3, "<module>"),))
    explanation = explain(Evidence(program(source), error=error))
    assert "`cuont`" in explanation.root_cause.statement


def test_of_an_endless_loop_the_text_speaks_of_the_names_in_its_test() -> None:
    source = "def go(n):\n    seen = []\n    while n > 0:\n        seen.append(1)\n    return seen\n"
    evidence = Evidence(program(source), failing=[CaseResult("c", Verdict.TIME)], suspects=[Suspect(4, 0.9)])
    cause = explain(evidence).root_cause
    assert "`n`" in cause.statement
    assert (cause.line_start, cause.line_end) == (3, 4)


def test_without_suspects_the_only_loop_is_looked_at_and_of_two_none_is_chosen() -> None:
    one = "def go(n):\n    seen = []\n    while n > 0:\n        seen.append(1)\n    return seen\n"
    two = one.replace("    return", "    while seen:\n        n += 1\n    return")
    case = CallCase("c", "go", [3], 0)
    for source, ground in ((one, "no_end"), (two, "none")):
        failing = [CaseResult("c", Verdict.TIME)]
        explanation = explain(Evidence(program(source), cases=[case], failing=failing))
        assert explanation.confidence == CONFIDENCE[ground]
        assert ("still open" in explanation.root_cause.statement) == (ground == "none")


def test_a_crash_on_another_line_than_the_change_is_said_to_be_there() -> None:
    source = "def double(n):\n    n * 2\n\n\nprint(double(2) + 1)\n"
    error = RunError("TypeError", "x 'NoneType'", (RunFrame(FILE, 5, "<module>"),))
    evidence = Evidence(
        program(source),
        failing=[CaseResult("case-1", Verdict.ERROR, error=error)],
        repair=Repair(source.replace("n * 2", "return n * 2"), [2], "missing return", "missing_return"),
    )
    explanation = explain(evidence)
    assert explanation.root_cause.statement == (
        "Near line 2 of `double`, with `n`, some path has no answer for its caller; "
        "elsewhere the run stops with `TypeError`."
    )
    assert explanation.steps[0].instruction.endswith("line 5: `print(double(2) + 1)`")
    assert explanation.category == "MissingReturn"
    assert explanation.confidence == CONFIDENCE["verified_alone"]
