"""The byte-level BPE vocabulary: trained once, saved as one `tokenizer.json`, read by `tokenizers` alone.

Text arrives as the pieces of a `Rendering`, and a token never straddles two pieces: the model can point at
an operator, and a number is cut into single digits. Special tokens stand in RoBERTa's order, so that the
encoder's configuration is RoBERTa's own. Without torch; guarded by `tests/model/test_tokenizer.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, cast

from meno_model.errors import ConfigurationError, TrainingExtraMissingError, WeightsError

START, PAD, END, UNKNOWN, MASK = range(5)
SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_LEXEMES = r"\n *| ?[^\W\d]+| ?\d|[+\-*/%@&|^<>=!:]+| ?\p{P}|\s+| ?."


class _Encoding(Protocol):
    ids: list[int]
    word_ids: list[int | None]


class _Library(Protocol):
    """The part of `tokenizers.Tokenizer` used here (the library ships no types we can follow)."""

    def encode(
        self, sequence: Sequence[str], *, is_pretokenized: bool, add_special_tokens: bool
    ) -> _Encoding: ...
    def get_vocab_size(self) -> int: ...
    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str: ...
    def token_to_id(self, token: str) -> int | None: ...
    def save(self, path: str) -> None: ...


class CodeTokenizer:
    """Pieces in, token ids and the piece of each token out."""

    def __init__(self, library: _Library) -> None:
        self._library = library

    @classmethod
    def load(cls, path: Path) -> CodeTokenizer:
        """Read `tokenizer.json`; a `WeightsError` says so when it is missing or damaged."""
        from tokenizers import Tokenizer

        try:
            return cls(cast(_Library, Tokenizer.from_file(str(path))))
        except Exception as problem:  # the library raises bare Exception
            raise WeightsError(
                f"The model's vocabulary {path.name} cannot be read: reinstall meno-lsp, or name another"
                " model directory."
            ) from problem

    @property
    def size(self) -> int:
        """Number of entries, special tokens included."""
        return self._library.get_vocab_size()

    @property
    def mask(self) -> int:
        """The id of `<mask>`: the last special token here, the last entry of all in CodeBERT's vocabulary."""
        found = self._library.token_to_id("<mask>")
        return MASK if found is None else found

    def text_of(self, token: int) -> str:
        """What one token stands for; "" for a special one."""
        return self._library.decode([token], skip_special_tokens=True)

    def encode(self, pieces: Sequence[str]) -> tuple[list[int], list[int]]:
        """Token ids without specials, and for each the index of its piece."""
        encoding = self._library.encode(list(pieces), is_pretokenized=True, add_special_tokens=False)
        return encoding.ids, [-1 if word is None else word for word in encoding.word_ids]

    def save(self, path: Path) -> None:
        self._library.save(str(path))


def train_tokenizer(texts: Iterable[Sequence[str]], size: int) -> CodeTokenizer:
    """Learn `size` entries from renderings' pieces (byte-level, split at lexemes)."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    library = Tokenizer(models.BPE(unk_token="<unk>"))
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_LEXEMES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    library.train_from_iterator(("".join(pieces) for pieces in texts), trainer)
    library.decoder = decoders.ByteLevel()
    return CodeTokenizer(cast(_Library, library))


def pretrained_tokenizer(backbone: str) -> CodeTokenizer:
    """The vocabulary of a pretrained encoder, by folder or by name (needs the `[train]` extra)."""
    try:
        from transformers import AutoTokenizer
    except ImportError as problem:
        raise TrainingExtraMissingError("transformers") from problem
    try:
        loaded = AutoTokenizer.from_pretrained(backbone)
    except (OSError, ValueError) as problem:
        raise ConfigurationError(
            f"The vocabulary of {backbone} cannot be loaded: name a folder with a RoBERTa checkpoint and its"
            " tokenizer, or connect to the network so that it can be fetched by name."
        ) from problem
    library = loaded.backend_tokenizer
    if [library.token_to_id(token) for token in SPECIAL_TOKENS[:3]] != [START, PAD, END]:
        raise ConfigurationError(f"{backbone} is no RoBERTa checkpoint: its special tokens differ.")
    return CodeTokenizer(cast(_Library, library))
