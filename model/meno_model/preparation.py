"""Everything before the first training step: corpus, vocabulary, pairs. Each part is made once and kept.

A run's folder holds `corpus/`, `tokenizer.json`, `pairs-<split>.npz`, later `checkpoint.pt`, `metrics.jsonl`
and `configuration.json`. Stopping and starting again goes on with what is there; a folder that was begun
with another configuration is refused rather than mixed.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from meno_model.configuration import Configuration, configuration_from
from meno_model.corpus.protection import read_contamination
from meno_model.corpus.reading import gather
from meno_model.corpus.snippets import (
    INSTALLED,
    Reading,
    Snippet,
    is_saved,
    load_corpus,
    load_fixes,
    save_corpus,
)
from meno_model.corpus.sources import installed, named
from meno_model.dataset import Draw, PairSet, correction_pairs, make_pairs, operator_rarity
from meno_model.errors import ConfigurationError
from meno_model.pair_sets import PairSets
from meno_model.rendering import render
from meno_model.tokenizer import CodeTokenizer, pretrained_tokenizer, train_tokenizer

Say = Callable[[str], None]
_SAMPLE_FOR_VOCABULARY = 25_000


def prepare(
    configuration: Configuration,
    folder: Path,
    say: Say = lambda _text: None,
    reading: Reading = INSTALLED,
) -> PairSets:
    """Everything to train and validate on in `folder`, made or read."""
    folder.mkdir(parents=True, exist_ok=True)
    remember(configuration, folder)
    make_corpus(configuration, folder, say, reading)
    snippets = load_corpus(folder / "corpus")
    vocabulary = folder / "tokenizer.json"
    if not vocabulary.is_file():
        say("learning the vocabulary")
        _vocabulary(configuration, snippets).save(vocabulary)
    train, validation = (
        _mistakes(split, snippets, configuration, folder, say) for split in ("train", "validation")
    )
    corrections = _corrections(configuration, folder)
    say(f"{len(train)} pairs to train on, {len(validation)} to validate")
    for split, pairs in corrections.items():
        say(f"{len(pairs)} corrections for {split}")
    validating = {"validation": validation}
    if "validation" in corrections:
        validating["real"] = corrections["validation"]
    return PairSets(train, corrections.get("train"), validating)


def _mistakes(
    split: str, snippets: Sequence[Snippet], configuration: Configuration, folder: Path, say: Say
) -> PairSet:
    path = folder / f"pairs-{split}.npz"
    if not path.is_file():
        say(f"making mistakes for {split}")
        draw = Draw(
            configuration.mutations,
            configuration.model.longest,
            configuration.training.unfinished_share,
            configuration.training.seed,
            operator_rarity(snippets, configuration.mutations.rarity_power, configuration.training.seed),
        )
        chosen = [snippet for snippet in snippets if snippet.split == split]
        processes = _processes() if len(chosen) > 2000 else 1
        make_pairs(chosen, folder / "tokenizer.json", draw, processes).save(path)
    return PairSet.load(path)


def _corrections(configuration: Configuration, folder: Path) -> dict[str, PairSet]:
    """Mined corrections by split, of those splits that have any; written once."""
    tokenizer = CodeTokenizer.load(folder / "tokenizer.json")
    fixes = load_fixes(folder / "corpus")
    found: dict[str, PairSet] = {}
    for split in ("train", "validation"):
        own = [fix for fix in fixes if fix.split == split]
        path = folder / f"corrections-{split}.npz"
        if own and not path.is_file():
            correction_pairs(own, tokenizer, configuration.model.longest).save(path)
        if own:
            found[split] = PairSet.load(path)
    return found


def remember(configuration: Configuration, folder: Path) -> None:
    """Write the configuration, or check that the folder was begun with the same one (budget excepted)."""
    path = folder / "configuration.json"
    if path.is_file():
        before = configuration_from(json.loads(path.read_text(encoding="utf-8")))
        if (before.corpus, before.mutations, before.model) != (
            configuration.corpus,
            configuration.mutations,
            configuration.model,
        ):
            raise ConfigurationError(
                f"The folder {folder} belongs to a run with other settings: name another folder or delete it."
            )
    path.write_text(json.dumps(configuration.as_dict(), indent=1) + "\n", encoding="utf-8")


def take_vocabulary(earlier: Path, folder: Path) -> None:
    """Give a new run in `folder` the vocabulary of an earlier run, without which its weights mean nothing."""
    if not (earlier / "tokenizer.json").is_file():
        raise ConfigurationError(f"There is no training run in {earlier}: name the folder of a run.")
    if not (folder / "tokenizer.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(earlier / "tokenizer.json", folder)


def recorded_configuration(folder: Path) -> Configuration:
    """The configuration of the run in `folder`."""
    path = folder / "configuration.json"
    if not path.is_file():
        raise ConfigurationError(f"There is no training run in {folder}: start one with `meno model train`.")
    return configuration_from(json.loads(path.read_text(encoding="utf-8")))


def make_corpus(
    configuration: Configuration,
    folder: Path,
    say: Say = lambda _text: None,
    reading: Reading = INSTALLED,
) -> None:
    """Read all code into `folder/corpus`, if that was not done before."""
    place = folder / "corpus"
    if is_saved(place):
        return
    protected = "reading the evaluation sets that must not be trained on"
    say(protected if reading.protect else "no evaluation sets named")
    contamination, checksum = read_contamination(reading.protect)
    say("reading code")
    sources = [source for source in installed() if reading.wants(source.licence.project)]
    snippets, fixes, records = gather(
        configuration.corpus,
        contamination,
        chain(sources, map(named, reading.sources)),
        lambda project, number: say(f"{project}: {number}"),
        _processes(),
    )
    place.mkdir(parents=True, exist_ok=True)
    facts = {"protected_programs": len(contamination), "protected_checksum": checksum}
    (place / "protected.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")
    save_corpus(snippets, records, place, fixes)
    say(f"{len(snippets)} functions and scripts, {len(fixes)} corrections")


def _processes() -> int:
    return min(8, os.cpu_count() or 1)


def _vocabulary(configuration: Configuration, snippets: Sequence[Snippet]) -> CodeTokenizer:
    if configuration.model.backbone:
        return pretrained_tokenizer(configuration.model.backbone)
    train = [snippet for snippet in snippets if snippet.split == "train"]
    sample = random.Random(configuration.training.seed).sample(train, min(_SAMPLE_FOR_VOCABULARY, len(train)))
    renderings = (render(snippet.text) for snippet in sample)
    pieces = (rendering.pieces for rendering in renderings if rendering is not None)
    return train_tokenizer(pieces, configuration.model.vocabulary)
