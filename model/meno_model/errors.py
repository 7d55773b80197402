"""What can go wrong in the model's package, as one tree.

    ModelError                     everything below; its text is one sentence with the next step
    ├── TrainingExtraMissingError  torch, transformers or onnx is not installed
    ├── ConfigurationError         a configuration file or an option makes no sense
    ├── CorpusError                there is nothing, or too little, to train or to evaluate on
    ├── WeightsError               the model's files are missing, damaged or do not belong together
    ├── ExportError                the exported graph does not agree with the trained network
    └── AttributionError           there is nothing to explain at the place that was named

The texts are shown to people as they are: no class names, no stacks.
"""

from __future__ import annotations


class ModelError(Exception):
    """An expected failure of the model layer; `str()` is a sentence for the user."""


class TrainingExtraMissingError(ModelError):
    """A module of the `[train]` extra cannot be imported."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"Training needs {module}, which is not installed: install the extra with"
            " `pip install 'meno-lsp[train]'` and start again."
        )


class ConfigurationError(ModelError):
    """The configuration cannot be used."""


class CorpusError(ModelError):
    """There is no usable code where it was expected."""


class WeightsError(ModelError):
    """The shipped or named model files cannot be used."""


class ExportError(ModelError):
    """The exported graph differs from the network it was made from."""


class AttributionError(ModelError):
    """What was asked about is nothing that the model reads."""
