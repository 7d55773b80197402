"""Settings: which source wins, what is refused, and that one bad value spoils no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from meno_analyzers.engine import analyse
from meno_server import settings_page
from meno_server.adjusting import adjusted
from meno_server.layers import Layer, file_layers, resolve
from meno_server.settings import Settings, public_names


def test_later_sources_win_and_origins_are_kept() -> None:
    resolved = resolve(
        [
            Layer("file", {"maxHintLevel": 2, "hover": False}),
            Layer("editor", {"maxHintLevel": 3, "tutor": {"provider": "openai"}}),
        ]
    )

    assert (resolved.settings.max_hint_level, resolved.settings.hover) == (3, False)
    assert resolved.settings.tutor_provider == "openai"
    assert resolved.origins["maxHintLevel"] == "editor"
    assert resolved.origins["hover"] == "file"
    assert resolved.origins["language"] == "default"
    assert resolved.problems == ()


@pytest.mark.parametrize(
    "bad", [{"maxHintLevel": 9}, {"enable": "perhaps"}, {"severity": {"ME301": "loud"}}, {"nonsense": 1}]
)
def test_a_bad_value_is_told_in_a_sentence_and_spoils_no_other(bad: dict[str, object]) -> None:
    resolved = resolve([Layer("editor", {"language": "fr", **bad})])

    assert resolved.settings == Settings(language="fr")
    (problem,) = resolved.problems
    assert problem.startswith(f"Setting meno.{next(iter(bad))} (editor)")
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"disabledRules": ["ME101", "me301"]}, "Did you mean ME301?"),
        ({"severity": {"mutable-default": "off"}}, "Did you mean mutable-default-argument?"),
        ({"disabledRules": ["E501"]}, "docs/rules has them all."),
    ],
)
def test_a_name_that_is_no_rules_is_told_and_the_others_hold(values: dict[str, object], meant: str) -> None:
    resolved = resolve([Layer("meno.toml", values)])

    (problem,) = resolved.problems
    assert problem.startswith(f"Setting meno.{next(iter(values))} (meno.toml) names ")
    assert problem.endswith(f", which is no rule. {meant}")
    assert resolved.origins[next(iter(values))] == "meno.toml"


def test_rules_go_by_id_and_name_and_what_others_find_by_its_kind() -> None:
    names = ["ME301", "mutable-default-argument", "model/NameError", "possible-name-error", "run/error"]

    assert resolve([Layer("editor", {"disabledRules": names})]).problems == ()


@pytest.mark.parametrize("public", sorted(public_names().values()))
def test_every_setting_tells_in_plain_words_what_it_needs(public: str) -> None:
    wrong: object = 7 if public.endswith(("enable", "enabled")) else [{"no": "value"}]

    resolved = resolve([Layer("config.toml", {public: wrong})])

    (problem,) = resolved.problems
    assert problem.startswith(f"Setting meno.{public} (config.toml) has the value ")
    assert problem.endswith(" The default holds.")
    assert " needed" in problem or "it is missing" in problem
    for word in ("Input should", "tuple", "dictionary", "pattern", "Value error", "parse", "valid"):
        assert word not in problem


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"maxHintLevel": 9}, "has the value 9, but a number from 0 to 5 is needed."),
        ({"maxHintLevel": "high"}, 'has the value "high", but a whole number from 0 to 5 is needed.'),
        ({"tutor": {"dailyCost": -1}}, "but a number that is 0 or more is needed."),
        ({"tutor": {"deadlineSeconds": 0}}, "but a number above 0, 60 at most, is needed."),
        ({"profile": "pro"}, "but 'student', 'developer', 'notebook' or 'contest' is needed."),
        ({"pythonVersion": "3"}, 'such as "3.9".'),
        ({"disabledRules": "ME301"}, 'but a list is needed, such as ["ME301"].'),
        ({"language": "deutsch"}, "but one of de, en, es, fr is needed."),
        ({"maxHintLevell": 3}, "is not known; it is ignored. Did you mean meno.maxHintLevel?"),
        ({"modle": {"enable": False}}, "Did you mean meno.model.enable?"),
    ],
)
def test_a_wrong_value_or_name_is_told_with_what_would_be_right(values: dict[str, object], says: str) -> None:
    (problem,) = resolve([Layer("config.toml", values)]).problems
    assert says in problem


def test_a_value_that_held_before_is_named_by_its_place() -> None:
    resolved = resolve([Layer("config.toml", {"hover": False}), Layer("editor", {"hover": "no way"})])

    assert resolved.settings.hover is False
    assert resolved.problems[0].endswith("The value of config.toml holds.")


def test_a_language_may_name_a_region() -> None:
    resolved = resolve([Layer("editor", {"language": "de-AT"})])

    assert resolved.problems == ()
    assert resolved.settings.language == "de-AT"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"provider": "nobody", "model": "m"}, "provider"),
        ({"provider": "openai"}, "model"),
        ({"provider": "compatible", "model": "m"}, "needs an address"),
        ({"provider": "openai", "model": "m", "key": "k"}, "key"),
        ({"provider": "openai", "model": "m", "inputPrice": -1}, "inputPrice"),
        ("openai", "a table"),
    ],
)
def test_a_server_that_cannot_be_asked_is_told_and_the_list_left_out(entry: object, says: str) -> None:
    good = {"provider": "compatible", "baseUrl": "http://127.0.0.1:8000/v1", "model": "m"}
    resolved = resolve([Layer("editor", {"tutor": {"fallbacks": [good, entry]}})])

    assert resolved.settings.tutor_fallbacks == ()
    (problem,) = resolved.problems
    assert says in problem
    assert "tutor.fallbacks" in problem
    assert resolve([Layer("editor", {"tutor": {"fallbacks": [good]}})]).settings.tutor_fallbacks == (good,)


def test_a_project_cannot_choose_where_code_is_sent(tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text('maxHintLevel = 2\n[tutor]\nbaseUrl = "http://192.0.2.1/v1"\n')

    layers, problems = file_layers(tmp_path)
    resolved = resolve(layers)

    assert problems == []
    assert resolved.settings.max_hint_level == 2
    assert resolved.settings.tutor_base_url is None
    assert "tutor.baseUrl" in resolved.problems[0]


def test_a_broken_file_is_named_and_ignored(tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text("maxHintLevel = = 2")
    (tmp_path / "pyproject.toml").write_text("[tool.meno]\nhover = false\n")

    layers, problems = file_layers(tmp_path)

    assert resolve(layers).settings.hover is False
    assert len(problems) == 1
    assert "meno.toml" in problems[0]


def test_rules_can_be_silenced_or_made_quieter_by_id_or_name() -> None:
    (finding,) = analyse("print(nope)\n")

    assert adjusted(finding, Settings()) is finding
    assert adjusted(finding, Settings(disabled_rules=("misspelled-name",))) is None
    assert adjusted(finding, Settings(severity={"ME101": "off"})) is None
    quieter = adjusted(finding, Settings(severity={"ME101": "hint"}))
    assert quieter is not None
    assert quieter.severity == "hint"


def test_every_setting_has_a_description_and_an_editors_name() -> None:
    for name, public in public_names().items():
        assert Settings.model_fields[name].description
        assert "_" not in public


def test_the_page_of_settings_is_up_to_date() -> None:
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page()


def test_a_project_cannot_switch_somebodys_history_on_or_off(tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text("[history]\nenable = false\n")

    resolved = resolve(file_layers(tmp_path)[0])

    assert resolved.settings.history_enable is True
    assert "meno.history.enable" in resolved.problems[0]
