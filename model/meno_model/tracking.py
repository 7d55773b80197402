"""A run's figures in a local MLflow store, for those who ask for it; nothing otherwise.

MLflow belongs to no installation of Meno: it is imported only when a folder is named, and a sentence says how
to get it. It is kept from the network: the store is a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meno_model.errors import ConfigurationError

if TYPE_CHECKING:
    from meno_model.configuration import Configuration

Note = Callable[[int, Mapping[str, float]], None]


@contextmanager
def tracked(folder: Path | None, configuration: Configuration) -> Iterator[Note]:
    """Yields what is called with a step and its figures; without a folder it does nothing."""
    if folder is None:
        yield lambda _step, _facts: None
        return
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # it begins when it is imported
    try:
        import mlflow
    except ImportError as problem:
        raise ConfigurationError(
            "The flag --track needs MLflow: install it (`pip install mlflow-skinny`) or leave it out."
        ) from problem
    folder.mkdir(parents=True, exist_ok=True)
    # A store of files needs no database, and so no more than MLflow's small package.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(folder.resolve().as_uri())
    mlflow.set_experiment("meno")
    with mlflow.start_run(run_name=configuration.name):
        for section in ("corpus", "mutations", "model", "training"):
            values = configuration.as_dict()[section]
            mlflow.log_params({f"{section}.{key}": str(value)[:500] for key, value in values.items()})
        yield lambda step, facts: mlflow.log_metrics(dict(facts), step=step)
