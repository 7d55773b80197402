"""Fine-tuning a pretrained RoBERTa encoder: everything but the download is real.

The checkpoint is a small one of the class of microsoft/codebert-base, with random weights and a vocabulary
of its own in RoBERTa's format, saved to a folder as a hub would hand it out.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from meno_model.cli import model_app
from meno_model.configuration import load_configuration
from meno_model.corpus.exercises import FAMILIES, write_exercises
from meno_model.predictor import Predictor
from meno_model.runtime import Runtime
from meno_model.weights import open_weights

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(
        not all(find_spec(name) for name in ("torch", "transformers", "onnx")),
        reason="the [train] extra is not installed",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
cli = CliRunner()
RECIPE = """
name = "fine-tuned"
[corpus]
programs_per_exercise = 2
validation = ["exercises/filter"]
calibration = ["exercises/count-if"]
[mutations]
per_snippet = 1
[model]
longest = 96
[training]
epochs = 1
pairs_per_batch = 4
learning_rate = 5e-5
warm_up_steps = 0
decay_from = 0.0
dense_share = 0.0
keep_best = true
"""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny RoBERTa checkpoint and its tokenizer."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizerFast

    folder = tmp_path_factory.mktemp("codebert")
    library = ByteLevelBPETokenizer()
    texts = [text for family in sorted(FAMILIES)[:8] for text in write_exercises(family, 2, 1)]
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    library.train_from_iterator(texts, vocab_size=600, special_tokens=special, show_progress=False)
    library.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    shape = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        type_vocab_size=1,
    )
    RobertaModel(shape, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def run(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fine-tuning")
    (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    result = cli.invoke(
        model_app,
        [
            *("train", "--config", str(folder / "recipe.toml"), "--no-installed"),
            *("--backbone", str(checkpoint), "--out", str(folder / "run")),
        ],
    )
    assert result.exit_code == 0, result.output
    return folder / "run"


def test_it_trains_by_epochs_and_keeps_the_best_checkpoint(run: Path) -> None:
    from meno_model.checkpoints import load_checkpoint

    best, last = load_checkpoint(run / "checkpoint.pt"), load_checkpoint(run / "last.pt")
    losses = [
        json.loads(line)["validation_loss"] for line in (run / "metrics.jsonl").read_text().splitlines()
    ]
    assert best["best"] == pytest.approx(min(losses), abs=1e-3)
    assert best["step"] <= last["step"]
    assert last["step"] > 20


def test_the_fine_tuned_encoder_is_exported_and_answers(run: Path, checkpoint: Path, tmp_path: Path) -> None:
    result = cli.invoke(
        model_app, ["export", "--run", str(run), "--out", str(tmp_path / "model"), "--no-calibrate"]
    )
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)["export"]
    assert facts["largest_difference"] < 1e-3
    assert facts["fused_attentions"] == 2
    predictor = Predictor(Runtime(open_weights(tmp_path / "model")))
    judged = predictor.predict_units([_unit("def f(a, b):\n    return a + b\n")])[0]
    assert judged is not None
    assert 0.0 < judged[1].probability < 1.0
    shape = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    assert predictor.runtime.tokenizer.size == shape["vocab_size"]


def _unit(text: str):  # type: ignore[no-untyped-def]
    from meno_model.scoring import unit_of

    return unit_of(text)


def test_a_checkpoint_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    result = cli.invoke(
        model_app,
        [
            *("train", "--config", str(tmp_path / "recipe.toml"), "--no-installed"),
            *("--backbone", str(tmp_path / "absent"), "--out", str(tmp_path / "run")),
        ],
    )
    assert result.exit_code == 2
    assert "connect to the network" in result.output
    assert "Traceback" not in result.output


def test_the_preset_has_the_published_settings() -> None:
    preset = load_configuration(Path("codebert"))
    schedule = preset.training
    assert preset.model.backbone == "microsoft/codebert-base"
    assert (schedule.epochs, schedule.pairs_per_batch, schedule.learning_rate) == (4, 4, 5e-5)
    assert (preset.model.longest, schedule.decay_from, schedule.keep_best) == (512, 0.0, True)
