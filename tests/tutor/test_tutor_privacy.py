"""What is taken out before anything is sent, and what stays."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from meno_analyzers.hints import FindingWithLadder, Ladder
from meno_model.tutor import Evidence, Masks, Turn
from meno_model.tutor.privacy import private, private_source, without_secrets
from meno_model.tutor.prompting import first_messages
from tutor.scripted_server import FIRST_LINE

OPEN = Masks()


@pytest.mark.parametrize(
    ("code", "secret"),
    [
        ('password = "hunter2"', "hunter2"),
        ("PASSWORD: str = 'hunter2'", "hunter2"),
        ('db_passwd="p w d"', "p w d"),
        ('login(user="u", password="letmein")', "letmein"),
        ('config = {"api_key": "a1b2c3"}', "a1b2c3"),
        ('config["secret"] = "abc"', '"abc"'),
        ('if passwort == "geheim":', "geheim"),
        ('auth_token = "abc12345"', "abc12345"),
        ('key = "sk-proj-abcdefghijklmnopqrst"', "sk-proj"),
        ('x = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"', "ghp_"),
        ('x = "AKIAIOSFODNN7EXAMPLE"', "AKIA"),
        ('x = "xoxb-1234567890-abcdef"', "xoxb"),
        ('h = {"Authorization": "Bearer abcdef0123456789.xyz"}', "abcdef0123456789"),
        ('x = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"', "eyJ"),
        ('x = "d41d8cd98f00b204e9800998ecf8427e"', "d41d8cd9"),
        ('x = "Zk3vQ9xR7tLp2WmB8nYc4HsD"', "Zk3vQ9"),
        ('url = "postgres://anna:pw123@db/x"', "pw123"),
        ('mail = "anna.b+x@uni.example.org"', "anna"),
        ("# ask anna@example.org about it", "anna"),
        ('open("/home/anna/list.txt")', "anna"),
        ('open("/data/course/list.txt")', "course"),
        ('open("/lab7/anna/list.txt")', "anna"),
        (r'open("C:\\Users\\Anna\\list.txt")', "Anna"),
        ('open("C:/Users/Anna/list.txt")', "Anna"),
        (r'open("\\\\server\\share\\anna")', "anna"),
        ('open("~/secret/plan.txt")', "plan"),
        ("# see file:///home/anna/x", "anna"),
        ('x = "half typed /home/anna/x', "anna"),
        ('k = """-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----"""', "MIIE"),
    ],
)
def test_secrets_addresses_and_paths_are_taken_out(code: str, secret: str) -> None:
    sent = private_source(f"def f():\n    {code}\n    return 1\n", OPEN)
    assert secret not in sent
    assert sent.count("\n") >= 3
    assert "return 1" in sent


@pytest.mark.parametrize(
    "code",
    [
        "x = a /b/c",
        "x = a/b/c",
        'if token == "+":',
        'tokens = ["(", ")"]',
        'password = input("Password: ")',
        'password = ""',
        "def login(password):",
        'x = "https://example.org/a/b"',
        'x = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"',
        'x = "abcdefghijklmnopqrstuvwxyz"',
        'x = "the_quick_brown_fox_jumps_over_the_lazy_dog"',
        'x = "data/list.txt"',
        'print(f"{a / b:.2f} and {c}")',
        "x = 3 @ y",
        "@decorator",
        'x = "10/12/2024"',
    ],
)
def test_ordinary_code_stays_as_it_is(code: str) -> None:
    assert private_source(code, OPEN) == code


def test_comments_and_strings_are_masked_if_wanted() -> None:
    source = 'def f(x):\n    """Adds Anna\'s\n    marks."""\n    # for Anna\n    return f"{x + 1} Anna"\n'
    sent = private_source(source, Masks(comments=True, strings=True))
    assert "Anna" not in sent
    assert "x + 1" in sent
    assert sent.count("\n") == source.count("\n")
    assert "Anna's" in private_source(source, Masks(comments=True))
    assert "for Anna" in private_source(source, Masks(strings=True))


def test_a_long_secret_keeps_the_lines_below_in_place() -> None:
    source = 'k = """-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"""\nx = 1\n'
    assert private_source(source, OPEN).count("\n") == source.count("\n")


def test_values_and_turns_are_cleaned_too(evidence: Evidence) -> None:
    finding = replace(
        evidence.finding, values={"code": 'open("/home/anna/x")', "text": "geheim", "function": "f"}
    )
    source = 'def f():\n    x = "geheim"\n    open("/home/anna/x")\n'
    whole = replace(
        evidence,
        finding=finding,
        function_source=source,
        repaired=None,
        turns=(Turn("learner", "mail me at anna@example.org, key sk-abcdefghijklmnopqrstu"),),
    )
    sent = json.dumps(first_messages(private(whole, Masks(strings=True))))
    assert "anna" not in sent
    assert "geheim" not in sent
    assert "sk-abc" not in sent
    assert finding.values["text"] == "geheim", "the learner goes on seeing their own names"


def test_the_values_of_a_run_are_cleaned_and_masked_too(evidence: Evidence) -> None:
    told = "`read('/home/anna/list')` gives `'geheim'`."
    ladder = Ladder(notice=told, orient=told, concept=told, questions=(told,), example="")
    plain = {field.name: getattr(evidence.finding, field.name) for field in fields(evidence.finding)}
    finding = FindingWithLadder(**plain, ladder=ladder)
    whole = replace(evidence, finding=finding)
    assert "anna" not in json.dumps(first_messages(private(whole, OPEN)))
    assert "geheim" in json.dumps(first_messages(private(whole, OPEN)))
    assert "geheim" not in json.dumps(first_messages(private(whole, Masks(strings=True))))


def test_without_anything_to_hide_nothing_changes(evidence: Evidence) -> None:
    assert private(evidence, OPEN) == evidence
    assert private(evidence, OPEN).first_line == FIRST_LINE


def test_a_text_is_cleaned_of_what_stands_in_it() -> None:
    assert without_secrets("it is in /lab7/anna/list.txt") == "it is in <path>"
    assert without_secrets("either/or and 3/4 of it") == "either/or and 3/4 of it"
