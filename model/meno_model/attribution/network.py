"""What is differentiated: a network that takes word embeddings, and the gradient of one of its answers.

A head is explained through `Explainable`: embeddings in, all its answers out as one row of numbers. The graph
made from it chooses among the answers when it runs (`target`), so that one file explains the bug model's
log-odds and each of its categories, and another encoder or head needs this one class only. Every answer is of
one sequence without padding: there is no mask. Needs the `[train]` extra; guarded by
`tests/model/test_attribution_graph.py`.
"""

from __future__ import annotations

from abc import abstractmethod

from meno_model.configuration import CATEGORIES, ModelShape
from meno_model.encoder import POSITION_OFFSET, BugEncoder
from meno_model.errors import TrainingExtraMissingError
from meno_model.tokenizer import END

try:
    import torch
    from torch import nn
except ImportError as problem:
    raise TrainingExtraMissingError("torch") from problem

_SILENT = -1e4


class Explainable(nn.Module):  # type: ignore[misc]  # torch is not followed, its classes are Any
    """A frozen network with eager attention whose answers are functions of its word embeddings.

    `answers` names what `outputs` returns, in order; `first_position` is the number of the first token.
    """

    answers: tuple[str, ...]
    first_position: int
    vocabulary: int

    @abstractmethod
    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Word embeddings [1, S, H] of token ids [1, S], without positions."""

    @abstractmethod
    def outputs(
        self, embeddings: torch.Tensor, ids: torch.Tensor, positions: torch.Tensor, place: torch.Tensor
    ) -> torch.Tensor:
        """Answers [K, T] for K versions of the embeddings [K, S, H] of one sequence.

        `ids` and `positions` [1, S] are those of the sequence itself; answers that belong to tokens are
        averaged with the weights `place` [1, S].
        """


class ExplainableBugModel(Explainable):
    """The bug model: answer 0 is the log-odds that something is wrong, the others are the categories'
    logits."""

    answers = ("odds", *(category.value for category in CATEGORIES))
    first_position = POSITION_OFFSET

    def __init__(self, model: BugEncoder) -> None:
        super().__init__()
        self.model = model
        self.vocabulary = model.shape.vocabulary

    @classmethod
    def of(cls, shape: ModelShape, state: dict[str, torch.Tensor]) -> ExplainableBugModel:
        """From a checkpoint's weights, in the attention that can be differentiated by the exporter."""
        model = BugEncoder(shape, attention="eager")
        model.load_state_dict(state)
        return cls(model.eval())

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        return self.model.encoder.embeddings.word_embeddings(ids)

    def outputs(
        self, embeddings: torch.Tensor, ids: torch.Tensor, positions: torch.Tensor, place: torch.Tensor
    ) -> torch.Tensor:
        hidden = self._hidden(embeddings, positions)
        tokens = self.model.location(hidden).squeeze(-1).masked_fill(ids == END, _SILENT)
        odds = torch.logsumexp(tokens[:, 1:], dim=1, keepdim=True) - self.model.clean(hidden[:, 0])
        categories = (self.model.category(hidden) * place.unsqueeze(-1)).sum(1)
        return torch.cat([odds, categories], dim=1)

    def _hidden(self, embeddings: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """RoBERTa's own layers, without the code around them that looks at ids and masks."""
        own = self.model.encoder.embeddings
        hidden = embeddings + own.position_embeddings(positions) + own.token_type_embeddings.weight[0]
        hidden = own.LayerNorm(hidden)
        for layer in self.model.encoder.encoder.layer:
            hidden = layer(hidden)
        return hidden


class IntegratedGradients(nn.Module):  # type: ignore[misc]  # torch is not followed, its classes are Any
    """All steps of Integrated Gradients (Sundararajan et al. 2017) in one batch.

    `attribution[s] = Σ_k weights[k] · ∂answer(x_k)/∂x_k[s] · (e[s] − e₀[s])`, where
    `x_k = e₀ + alphas[k]·(e − e₀)` and `answer = Σ_t target[t] · outputs[t]`.
    """

    def __init__(self, network: Explainable) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        ids: torch.Tensor,
        baseline: torch.Tensor,
        positions: torch.Tensor,
        place: torch.Tensor,
        target: torch.Tensor,
        alphas: torch.Tensor,
        weights: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """`ids`, `baseline`, `positions`, `place` [1, S]; `target` [1, T]; `alphas`, `weights` [K, 1, 1].

        Returns the attribution [S] and the answers along the way [K, T].
        """
        start, end = self.network.embed(baseline), self.network.embed(ids)
        with torch.enable_grad():
            points = (start + alphas * (end - start)).detach().requires_grad_()
            outputs = self.network.outputs(points, ids, positions, place)
            (gradient,) = torch.autograd.grad((outputs * target).sum(), points)
        return ((gradient * weights).sum(0) * (end - start)[0]).sum(-1), outputs.detach()
