"""The vocabulary and the windows."""

from pathlib import Path

import pytest

from meno_model.corpus.exercises import FAMILIES, write_exercises
from meno_model.errors import WeightsError
from meno_model.rendering import Rendering, render
from meno_model.tokenizer import END, SPECIAL_TOKENS, START, CodeTokenizer, train_tokenizer
from meno_model.windows import windows_of


def rendered(text: str) -> Rendering:
    rendering = render(text)
    assert rendering is not None
    return rendering


@pytest.fixture(scope="module")
def tokenizer() -> CodeTokenizer:
    texts = [text for family in FAMILIES for text in write_exercises(family, 4, 1)]
    return train_tokenizer([rendered(text).pieces for text in texts], 600)


def test_the_size_is_the_one_asked_for(tokenizer: CodeTokenizer) -> None:
    assert tokenizer.size == 600


def test_the_special_tokens_stand_in_robertas_order() -> None:
    assert SPECIAL_TOKENS == ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def test_no_token_straddles_two_lexemes_and_digits_stand_alone(tokenizer: CodeTokenizer) -> None:
    pieces = rendered("total_sum = total_sum + 1024 <= größe").pieces
    ids, words = tokenizer.encode(pieces)
    assert len(ids) == len(words)
    assert sorted(set(words)) == list(range(len(pieces)))
    assert words.count(pieces.index(" 1024")) == 4


def test_any_text_can_be_encoded(tokenizer: CodeTokenizer) -> None:
    ids, _ = tokenizer.encode([" 日本", ' "\U0001f40d"', " \udcff".encode("utf-8", "replace").decode()])
    assert ids
    assert 3 not in ids


def test_it_can_be_stored_and_read_again(tokenizer: CodeTokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "tokenizer.json")
    pieces = rendered("for x in xs:\n    print(x)").pieces
    assert CodeTokenizer.load(tmp_path / "tokenizer.json").encode(pieces) == tokenizer.encode(pieces)


def test_a_damaged_vocabulary_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(WeightsError, match="cannot be read"):
        CodeTokenizer.load(tmp_path / "tokenizer.json")


def test_short_code_is_one_window(tokenizer: CodeTokenizer) -> None:
    (window,) = windows_of(rendered("def f(x):\n    return x"), tokenizer, 64)
    assert (window.ids[0], window.ids[-1]) == (START, END)
    assert (window.pieces[0], window.pieces[-1]) == (-1, -1)


@pytest.mark.parametrize("longest", [24, 40, 64])
def test_windows_of_long_code_cover_it_and_fit(tokenizer: CodeTokenizer, longest: int) -> None:
    body = "".join(f"    value_{n} = compute(value_{n}, {n})\n" for n in range(30))
    rendering = rendered("def f(x):\n" + body + "    return x")
    windows = windows_of(rendering, tokenizer, longest)
    assert len(windows) > 2
    assert all(len(window.ids) <= longest for window in windows)
    covered = {piece for window in windows for piece in window.pieces if piece >= 0}
    assert covered == set(range(len(rendering.pieces)))


def test_windows_repeat_a_short_signature(tokenizer: CodeTokenizer) -> None:
    rendering = rendered("def f(x):\n" + "    x = x + 1\n" * 40)
    for window in windows_of(rendering, tokenizer, 60):
        assert window.pieces[1] == 0


def test_one_endless_line_is_still_cut(tokenizer: CodeTokenizer) -> None:
    rendering = rendered("x = [" + ", ".join(str(n) for n in range(300)) + "]")
    windows = windows_of(rendering, tokenizer, 50)
    assert all(len(window.ids) <= 50 for window in windows)
    assert {p for w in windows for p in w.pieces if p >= 0} == set(range(len(rendering.pieces)))
