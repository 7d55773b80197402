"""The whole pipeline with a tiny network: train, resume, export, calibrate, evaluate, cards, commands."""

from __future__ import annotations

import gzip
import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from meno_model.cli import model_app
from meno_model.configuration import load_configuration
from meno_model.corpus.snippets import load_corpus
from meno_model.dataset import Draw, PairSet, pairs_of
from meno_model.tokenizer import MASK, CodeTokenizer
from meno_model.weights import GRAPH, open_weights

if TYPE_CHECKING:
    from meno_model.training import TrainingRun

TRAINING_EXTRA = all(find_spec(name) is not None for name in ("torch", "transformers", "onnx"))
pytestmark = [
    pytest.mark.train,
    pytest.mark.timeout(400),  # training and exporting are minutes where a machine is busy
    pytest.mark.skipif(not TRAINING_EXTRA, reason="the [train] extra is not installed"),
    # The legacy exporter and its tracer announce their age; onnxruntime's quantizer uses an old numpy call.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
cli = CliRunner()


def another_run(tiny_run: Path, folder: Path) -> TrainingRun:
    """A run with the tiny run's recipe and pairs in another folder."""
    from meno_model.pair_sets import PairSets
    from meno_model.training import TrainingRun

    train, validation = (PairSet.load(tiny_run / f"pairs-{split}.npz") for split in ("train", "validation"))
    pairs = PairSets(train, None, {"validation": validation})
    recipe = load_configuration(tiny_run.parent / "recipe.toml")
    return TrainingRun(recipe, folder, pairs, CodeTokenizer.load(tiny_run / "tokenizer.json"))


@pytest.fixture(scope="module")
def exported(export_of_tiny_run: tuple[Path, dict[str, Any]]) -> Path:
    out, facts = export_of_tiny_run
    assert facts["export"]["largest_difference"] < 1e-3
    assert facts["export"]["fused_attentions"] == 2
    return out


def test_a_pair_differs_only_by_its_mistake(tiny_run: Path) -> None:
    tokenizer = CodeTokenizer.load(tiny_run / "tokenizer.json")
    recipe = load_configuration(tiny_run.parent / "recipe.toml")
    draw = Draw(recipe.mutations, recipe.model.longest, 0.0, 1, {})
    number = 0
    for snippet in load_corpus(tiny_run / "corpus")[:60]:
        for pair in pairs_of(snippet, tokenizer, draw):
            start, end = pair.target
            assert 1 <= start < end < len(pair.mutant)
            assert pair.clean != pair.mutant
            assert max(len(pair.clean), len(pair.mutant)) <= recipe.model.longest
            number += 1
        assert pairs_of(snippet, tokenizer, draw) == pairs_of(snippet, tokenizer, draw)
    assert number > 50


def test_pairs_are_stored_and_drawn_in_batches_of_similar_length(tiny_run: Path, tmp_path: Path) -> None:
    import numpy as np

    pairs = PairSet.load(tiny_run / "pairs-train.npz")
    pairs.save(tmp_path / "again.npz")
    again = PairSet.load(tmp_path / "again.npz")
    assert (again.clean(3) == pairs.clean(3)).all()
    batches = pairs.batches(512, np.random.default_rng(0))
    for _ in range(50):
        batch = next(batches)
        longest = int(pairs.lengths[batch].max())
        assert len(batch) == 1 or 2 * len(batch) * longest <= 512


def test_training_resumes_and_is_reproducible(tiny_run: Path, tmp_path: Path) -> None:
    import torch

    from meno_model.checkpoints import load_checkpoint

    recipe = load_configuration(tiny_run.parent / "recipe.toml")
    weights = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run = another_run(tiny_run, tmp_path / name)
        assert not run.resume()
        run.run()
        weights.append(load_checkpoint(run.checkpoint)["model"])
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    again = another_run(tiny_run, tmp_path / "one")
    assert again.resume()
    assert again.step == recipe.training.steps


def test_a_run_begins_with_the_weights_of_an_earlier_one(tiny_run: Path, tmp_path: Path) -> None:
    import torch

    from meno_model.checkpoints import load_checkpoint
    from meno_model.errors import ConfigurationError
    from meno_model.preparation import take_vocabulary

    take_vocabulary(tiny_run, tmp_path)
    run = another_run(tiny_run, tmp_path)
    run.begin_with(tiny_run)
    earlier = load_checkpoint(tiny_run / "checkpoint.pt")
    assert all(torch.equal(earlier["model"][key], value) for key, value in run.model.state_dict().items())
    assert run.step == 0
    run.save(run.checkpoint)
    again = another_run(tiny_run, tmp_path)
    assert again.resume()
    assert again.earlier["tokens"] == earlier["tokens"] > 0
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="another vocabulary"):
        run.begin_with(tiny_run)
    with pytest.raises(ConfigurationError, match="no training run"):
        take_vocabulary(tmp_path / "absent", tmp_path / "new")


def test_an_interrupt_leaves_a_checkpoint_to_go_on_from(tiny_run: Path, tmp_path: Path) -> None:
    from meno_model.training import Progress

    run = another_run(tiny_run, tmp_path)
    step = run._one_step

    def interrupted(share: float) -> None:
        if run.step == 5:
            raise KeyboardInterrupt
        step(share)

    run._one_step = interrupted  # type: ignore[method-assign]  # the user presses Ctrl-C here
    with pytest.raises(KeyboardInterrupt):
        run.run()
    again = another_run(tiny_run, tmp_path)
    assert again.resume()
    assert again.step == 5
    seen: list[Progress] = []
    again.run(seen.append)
    assert seen[-1].share == 1.0


def test_the_dense_objective_runs(tiny_run: Path) -> None:
    import torch

    from meno_model.encoder import BugEncoder
    from meno_model.objectives import dense_loss

    recipe = load_configuration(tiny_run.parent / "recipe.toml")
    ids = torch.randint(5, recipe.model.vocabulary, (3, 20))
    kinds = torch.randint(0, 7, (3, 20))
    random = torch.Generator().manual_seed(0)
    loss, facts = dense_loss(BugEncoder(recipe.model), ids, kinds, MASK, 2, random)
    assert loss.isfinite()
    assert set(facts) == {"restore", "replaced"}


def test_the_exported_model_is_whole_and_evaluates(exported: Path, tiny_run: Path, tmp_path: Path) -> None:
    files = open_weights(exported)
    assert files.name == "test"
    assert files.full_graph is not None
    assert files.half_graph is not None
    with gzip.open(tmp_path / "set.jsonl.gz", "wt", encoding="utf-8") as file:
        for record in (
            {
                "buggy": "def f(a):\n    b = a + 1\n    return b\n",
                "fixed": "def f(a):\n    b = a + 2\n    return b\n",
            },
            {"buggy": "def f(:\n", "fixed": None, "bug_lines": [1]},
            {"buggy": "x = 1\nprint(y)\n", "fixed": None, "bug_lines": [2], "label_quality": "high"},
            {"code": "def g(a):\n    return a\n"},
        ):
            file.write(json.dumps(record) + "\n")
    figures = tmp_path / "figures.json"
    result = cli.invoke(
        model_app,
        [
            *("evaluate", "--model", str(exported), "--run", str(tiny_run)),
            *(str(tmp_path / "set.jsonl.gz"), "--out", str(figures)),
        ],
    )
    assert result.exit_code == 0, result.output
    assert "operator density" in result.stdout
    programs, clean = (item["figures"] for item in json.loads(figures.read_text())["sets"][-2:])
    assert programs["with_lines"] == 2
    assert programs["lines"]["model"][2] == 1.0
    assert clean["units"] == 1

    card = cli.invoke(
        model_app,
        [
            *("card", "--model", str(exported), "--run", str(tiny_run)),
            *("--figures", str(figures), "--out", str(tmp_path / "docs")),
        ],
    )
    assert card.exit_code == 0, card.output
    page = (tmp_path / "docs" / "model-card.md").read_text(encoding="utf-8")
    assert "operator density" in page
    assert "print(y)" not in page
    assert "| sum |" in (tmp_path / "docs" / "dataset.md").read_text(encoding="utf-8")


def written_set(folder: Path, name: str, *records: dict[str, object]) -> Path:
    path = folder / name
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return path


def test_the_promise_is_kept_on_further_correct_programs_too(
    export_of_tiny_run: tuple[Path, dict[str, Any]],
) -> None:
    out, facts = export_of_tiny_run
    calibration = facts["calibration"]
    (units,) = [one["units"] for name, one in calibration["strata"].items() if name.endswith("/right")]
    assert units == 3
    assert 0.0 <= calibration["bound_upper_95"] <= 1.0
    gate = calibration.get("gate", {"least_gain": 0.0})
    assert open_weights(out).calibration.least_gain == gate["least_gain"]


@pytest.mark.parametrize(
    ("name", "record", "sentence"),
    [
        ("set_TEST_ONLY.jsonl.gz", {"code": "x = 1\n"}, "for testing only"),
        ("buggy.jsonl.gz", {"buggy": "x = 1\n"}, "no correct programs"),
    ],
)
def test_a_set_that_is_no_correct_code_is_refused(
    tiny_run: Path, tmp_path: Path, name: str, record: dict[str, object], sentence: str
) -> None:
    data = written_set(tmp_path, name, record)
    export = ["export", "--run", str(tiny_run), "--out", str(tmp_path / "model"), "--correct", str(data)]
    result = cli.invoke(model_app, export)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert not (tmp_path / "model").exists()  # it is refused before minutes of exporting


def test_the_network_before_its_first_step_is_exported_as_a_baseline(tiny_run: Path, tmp_path: Path) -> None:
    export = ["export", "--run", str(tiny_run), "--out", str(tmp_path / "model"), "--untrained"]
    result = cli.invoke(model_app, export)
    assert result.exit_code == 0, result.output
    assert open_weights(tmp_path / "model").facts["steps"] == 0


def test_figures_of_another_model_make_no_card(exported: Path, tiny_run: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text('{"model_sha256": "0", "sets": []}', encoding="utf-8")
    result = cli.invoke(
        model_app,
        [
            *("card", "--model", str(exported), "--run", str(tiny_run)),
            *("--figures", str(figures), "--out", str(tmp_path)),
        ],
    )
    assert result.exit_code == 2
    assert "of another model" in result.output


def test_the_train_command_goes_on_with_a_run_and_refuses_another_recipe(
    tiny_run: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "other.toml"
    begun = (tiny_run.parent / "recipe.toml").read_text(encoding="utf-8")
    recipe.write_text(begun.replace("hidden = 32", "hidden = 48"), encoding="utf-8")
    refused = cli.invoke(model_app, ["train", "--config", str(recipe), "--out", str(tiny_run)])
    assert refused.exit_code == 2
    assert "other settings" in refused.output
    recipe.write_text(begun, encoding="utf-8")
    again = cli.invoke(model_app, ["train", "--config", str(recipe), "--out", str(tiny_run)])
    assert again.exit_code == 0, again.output
    assert "Training is done" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--out", "x", "--config", "absent.toml"], "cannot be read"),
        (["train", "--out", "x", "--steps", "3", "--minutes", "4"], "only one of --minutes"),
        (["export", "--run", "absent", "--out", "x"], "There is no corpus in absent"),
        (["evaluate"], "Name evaluation sets"),
        (["evaluate", "absent.jsonl.gz"], "There is no evaluation set"),
        (["evaluate", "--format", "xml"], "`table` or `json`"),
        (["evaluate", "--beside", "nothing"], "NAME=DIRECTORY"),
        (["suspects", "absent.py"], "absent.py is not there"),
        (["suspects", "."], "is a folder: name a Python file"),
        (["why", "absent.py:3:9"], "absent.py cannot be read"),
        (["fit-ranker", "--model", "x", "quix_TEST_ONLY.jsonl.gz"], "for testing only"),
        (["info", "--model", "absent"], "meno doctor"),
    ],
)
def test_a_wrong_command_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli.invoke(model_app, arguments)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_missing_extra_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "torch" else real(name, *a)
    )
    result = cli.invoke(model_app, ["train", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "pip install 'meno-lsp[train]'" in result.output


def test_info_reads_well_and_as_json() -> None:
    spoken = cli.invoke(model_app, ["info"])
    assert spoken.exit_code == 0
    assert "speaks about" in spoken.stdout
    values = json.loads(cli.invoke(model_app, ["info", "--json"]).stdout)
    assert values["model_sha256"] == open_weights().graph_checksum
    assert GRAPH == "model.int8.onnx"
