"""Figures of a run in a local MLflow store, only where one is asked for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from meno_model.configuration import load_configuration
from meno_model.errors import ConfigurationError
from meno_model.tracking import tracked


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with tracked(None, load_configuration(None)) as note:
        note(1, {"loss": 2.0})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_spec("mlflow") is None, reason="MLflow is not installed")
@pytest.mark.filterwarnings("ignore")
def test_settings_and_figures_are_kept_in_the_folder(tmp_path: Path) -> None:
    import mlflow

    with tracked(tmp_path / "runs", load_configuration(None)) as note:
        note(1, {"validation_loss": 2.5})
        note(2, {"validation_loss": 1.5})
    (run,) = mlflow.search_runs(experiment_names=["meno"], output_format="list")
    assert run.info.run_name == "default"
    assert run.data.params["model.layers"] == "4"
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "validation_loss")
    assert [(item.step, item.value) for item in history] == [(1, 2.5), (2, 1.5)]
    assert (tmp_path / "runs").is_dir()


def test_without_mlflow_the_flag_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "mlflow":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(builtins, "__import__", without)
    with (
        pytest.raises(ConfigurationError, match="pip install mlflow"),
        tracked(tmp_path, load_configuration(None)),
    ):
        pass
