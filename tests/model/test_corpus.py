"""What is trained on: licences, duplicates, evaluation programs, splits."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from meno_model.configuration import CATEGORIES, configuration_from, load_configuration
from meno_model.corpus.deduplication import Contamination, NearDuplicates, normalised
from meno_model.corpus.licences import is_permissive, licence_of_text
from meno_model.corpus.protection import read_contamination
from meno_model.corpus.reading import gather
from meno_model.corpus.snippets import CorpusPlan, is_saved, load_corpus, load_fixes, save_corpus
from meno_model.corpus.sources import installed
from meno_model.errors import ConfigurationError, CorpusError
from meno_model.rendering import render

ORIGINAL = """
def tally(words, start):
    result = {}
    for word in words:
        if word.isalpha() and len(word) > start:
            result[word] = result.get(word, 0) + 1
        else:
            result["other"] = 1
    while start < len(words):
        start += 2
    return sorted(result), start
"""
RENAMED = ORIGINAL.replace("tally", "count").replace("words", "xs").replace("result", "seen")
UNRELATED = (
    "def area(w, h):\n    if w < 0 or h < 0:\n        raise ValueError('negative')\n    return w * h / 2\n"
)


def words(text: str) -> list[str]:
    rendering = render(text)
    assert rendering is not None
    return normalised(rendering.lexemes)


@pytest.mark.parametrize(
    ("stated", "permitted"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("BSD-3-Clause AND MIT AND Zlib", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("PSF-2.0", True),
        ("MPL-2.0", False),
        ("MPL-2.0 AND MIT", False),
        ("GPL-3.0-or-later", False),
        ("LGPL-3.0", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_only_permissive_licences_are_read(stated: str, permitted: bool) -> None:
    assert is_permissive(stated) is permitted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining\na copy",
            "MIT",
        ),
        ("Apache License\n  Version 2.0, January 2004", "Apache-2.0"),
        (
            "Redistribution and use in source and binary\nforms ... endorse or promote products",
            "BSD-3-Clause",
        ),
        ("GNU GENERAL PUBLIC LICENSE Version 3. The Apache License Version 2.0 is ...", "GPL"),
        ("All rights reserved.", "not recognised"),
    ],
)
def test_a_licence_is_known_by_its_words_and_the_strictest_counts(text: str, name: str) -> None:
    assert licence_of_text(text) == name


def test_a_renamed_copy_is_a_duplicate() -> None:
    seen = NearDuplicates()
    assert seen.is_new(words(ORIGINAL))
    assert not seen.is_new(words(RENAMED))
    assert seen.is_new(words(UNRELATED))


def test_a_slightly_changed_copy_is_a_duplicate() -> None:
    body = "".join(f"    value = step(value, {n})\n    if value:\n        log(value)\n" for n in range(20))
    seen = NearDuplicates()
    assert seen.is_new(words("def f(value):\n" + body + "    return value\n"))
    assert not seen.is_new(words("def f(value):\n" + body + "    return value + 1\n"))


def test_near_copies_of_evaluation_programs_and_their_names_are_left_out() -> None:
    protected = Contamination([words(ORIGINAL)], ["quicksort"])
    assert protected.touches("anything", words(RENAMED))
    assert protected.touches("anything", words(RENAMED + UNRELATED))
    assert protected.touches("quicksort", words(UNRELATED))
    assert not protected.touches("anything", words(UNRELATED))


def test_evaluation_sets_are_found_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "names.txt").write_text("flatten\n", encoding="utf-8")
    with gzip.open(tmp_path / "set" / "bugs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"buggy": ORIGINAL, "fixed": None}) + "\n")
    protected, checksum = read_contamination([tmp_path])
    assert len(protected) == 1
    assert protected.touches("flatten", words(UNRELATED))
    assert len(checksum) == 12
    with pytest.raises(CorpusError, match="There is no folder"):
        read_contamination([tmp_path / "absent"])


def test_the_corpus_is_split_by_project_and_can_be_read_again(tmp_path: Path) -> None:
    plan = CorpusPlan(programs_per_exercise=2, test=("iniconfig",), calibration=("exercises/sum",))
    chosen = [source for source in installed() if source.licence.project in ("iniconfig", "hypothesis")]
    assert len(chosen) == 2
    snippets, fixes, records = gather(plan, Contamination([]), chosen)
    projects = {snippet.project: snippet.split for snippet in snippets}
    assert projects["iniconfig"] == "test"
    assert projects["exercises/sum"] == "calibration"
    assert "hypothesis" not in projects, "its licence is not permissive"
    assert {record.project for record in records} >= {"iniconfig", "exercises/sum"}
    assert not is_saved(tmp_path)
    save_corpus(snippets, records, tmp_path, fixes)
    assert is_saved(tmp_path)
    assert load_corpus(tmp_path) == snippets
    assert load_fixes(tmp_path) == []


def test_a_repository_belongs_with_the_installed_project_of_its_name() -> None:
    plan = CorpusPlan(calibration=("Pip", "exercises/sum"), test=("owner/thing",))
    assert plan.split_of("pip") == plan.split_of("pypa/pip") == "calibration"
    assert plan.split_of("owner/thing") == "test"
    assert plan.split_of("other/thing") == "train"
    assert plan.split_of("sum") == plan.split_of("some/sum") == "train", "an exercise is no project"


def test_a_damaged_corpus_is_one_sentence(tmp_path: Path) -> None:
    for name, read in (("corpus.jsonl.gz", load_corpus), ("fixes.jsonl.gz", load_fixes)):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(CorpusError, match="cannot be read"):
            read(tmp_path)


def test_the_shipped_recipe_is_valid_and_names_held_out_projects() -> None:
    recipe = load_configuration(None)
    assert recipe.corpus.calibration
    assert recipe.corpus.test
    assert not set(recipe.corpus.calibration) & set(recipe.corpus.test)
    assert configuration_from(recipe.as_dict()) == recipe
    assert len(CATEGORIES) == 23


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"training": {"minutes": 1, "stepz": 3}}, "no setting training.stepz"),
        ({"trainin": {}}, "no setting trainin"),
        ({"training": {"minutes": 1, "steps": 2}}, "Set exactly one of"),
        ({"training": {}}, "Set exactly one of"),
        ({"training": {"steps": "many"}}, "training.steps must be a int"),
        ({"training": {"steps": 1}, "model": {"hidden": 10, "heads": 3}}, "multiple of"),
        ({"training": {"steps": 1}, "mutations": {"weights": {"Typo": 1}}}, "mutations.weights.Typo"),
        ({"training": 3}, "must be a table"),
    ],
)
def test_a_wrong_recipe_is_refused_by_name(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        configuration_from(values)
