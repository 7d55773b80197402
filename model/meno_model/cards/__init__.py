"""The model card and the data card, written from a run's records: no figure in them is typed by hand.

`write_cards` reads the manifest and calibration of the model, the figures that `meno model evaluate --out`
stored, and the run's `sources.json`. The one count that a person made, of corrections read, says so. The
prose around the figures is in `model.py` and `data.py`; it promises nothing that the tables do not show. No
code of any data set is quoted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meno_model.cards.data import data_card
from meno_model.cards.model import model_card
from meno_model.errors import CorpusError
from meno_model.weights import open_weights


def write_cards(folder: Path, figures: Path, run: Path, model: Path | None) -> None:
    """Write `model-card.md` and `dataset.md` into `folder`."""
    files = open_weights(model)
    measured = _json(figures)
    if measured.get("model_sha256") != files.graph_checksum:
        raise CorpusError(
            f"The figures in {figures} are of another model: run `meno model evaluate --out` again."
        )
    folder.mkdir(parents=True, exist_ok=True)
    sources = _json(run / "corpus" / "sources.json")
    protected = _json(run / "corpus" / "protected.json")
    read = run / "corpus" / "read.json"
    # {"read": how many corrections a person read, "mend": how many of them mend behaviour}
    if read.is_file():
        protected["corrections_read"] = _json(read)
    (folder / "model-card.md").write_text(model_card(files, measured["sets"]), encoding="utf-8")
    (folder / "dataset.md").write_text(data_card(sources, protected, files), encoding="utf-8")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise CorpusError(f"The file {path} is needed for the cards and cannot be read.") from problem
