"""Everything before the first training step: corpus, vocabulary, pairs. Each part is made once and kept.

A run's folder holds `corpus/`, `tokenizer.json`, `pairs-<split>.npz`, later `checkpoint.pt`, `metrics.jsonl`
and `configuration.json`. Stopping and starting again goes on with what is there; a folder that was begun
with another configuration is refused rather than mixed.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from meno_model.configuration import Configuration, configuration_from
from meno_model.corpus import Snippet, gather, load_corpus, read_contamination, save_corpus
from meno_model.dataset import Draw, PairSet, make_pairs, operator_rarity
from meno_model.errors import ConfigurationError
from meno_model.rendering import render
from meno_model.tokenizer import CodeTokenizer, train_tokenizer

Say = Callable[[str], None]
_SAMPLE_FOR_VOCABULARY = 25_000


def prepare(
    configuration: Configuration,
    folder: Path,
    say: Say = lambda _text: None,
    protect: Sequence[Path] = (),
    only: Sequence[str] | None = None,
) -> tuple[PairSet, PairSet]:
    """Training and validation pairs of the run in `folder`, made or read.

    `protect` names folders of evaluation sets whose near copies must not be trained on; `only` limits the
    projects that are read (for rehearsals and tests).
    """
    folder.mkdir(parents=True, exist_ok=True)
    remember(configuration, folder)
    snippets = _corpus(configuration, folder, say, protect, only)
    vocabulary = folder / "tokenizer.json"
    if not vocabulary.is_file():
        say("learning the vocabulary")
        _vocabulary(configuration, snippets).save(vocabulary)
    draw = Draw(
        configuration.mutations,
        configuration.model.longest,
        configuration.training.unfinished_share,
        configuration.training.seed,
        operator_rarity(snippets, configuration.mutations.rarity_power, configuration.training.seed),
    )
    sets = []
    for split in ("train", "validation"):
        path = folder / f"pairs-{split}.npz"
        if not path.is_file():
            say(f"making mistakes for {split}")
            chosen = [snippet for snippet in snippets if snippet.split == split]
            processes = min(2, os.cpu_count() or 1) if len(chosen) > 2000 else 1
            make_pairs(chosen, vocabulary, draw, processes).save(path)
        sets.append(PairSet.load(path))
    say(f"{len(sets[0])} pairs to train on, {len(sets[1])} to validate")
    return sets[0], sets[1]


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


def recorded_configuration(folder: Path) -> Configuration:
    """The configuration of the run in `folder`."""
    path = folder / "configuration.json"
    if not path.is_file():
        raise ConfigurationError(f"There is no training run in {folder}: start one with `meno model train`.")
    return configuration_from(json.loads(path.read_text(encoding="utf-8")))


def _corpus(
    configuration: Configuration, folder: Path, say: Say, protect: Sequence[Path], only: Sequence[str] | None
) -> list[Snippet]:
    place = folder / "corpus"
    if not (place / "corpus.jsonl.gz").is_file():
        say(
            "reading the evaluation sets that must not be trained on"
            if protect
            else "no evaluation sets named"
        )
        contamination, checksum = read_contamination(protect)
        say("reading installed code")
        snippets, records = gather(
            configuration.corpus,
            contamination,
            lambda project, number: say(f"{project}: {number}"),
            only,
        )
        save_corpus(snippets, records, place)
        facts = {"protected_programs": len(contamination), "protected_checksum": checksum}
        (place / "protected.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")
    return load_corpus(place)


def _vocabulary(configuration: Configuration, snippets: Sequence[Snippet]) -> CodeTokenizer:
    train = [snippet for snippet in snippets if snippet.split == "train"]
    sample = random.Random(configuration.training.seed).sample(train, min(_SAMPLE_FOR_VOCABULARY, len(train)))
    renderings = (render(snippet.text) for snippet in sample)
    pieces = (rendering.pieces for rendering in renderings if rendering is not None)
    return train_tokenizer(pieces, configuration.model.vocabulary)
