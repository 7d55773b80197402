"""Words are painted where they stand in the file: of several tokens, bytes, lines, and in several windows."""

from __future__ import annotations

import numpy as np
import pytest

from meno_model.attribution.explaining import unit_at
from meno_model.attribution.spans import influences_of
from meno_model.attribution.values import Attribution, from_plain, to_plain
from meno_model.errors import AttributionError
from meno_model.predictor import Predictor, read_unit
from meno_model.units import Unit, split_lines

MULTI_BYTE = '''# naïve
class Größe:
    def länge(self, wörter):
        zähler = "🐍🐍" + wörter[0]; länge_davon = 1
        text = """eins
zwei"""
        return zähler, länge_davon, text
'''


def painted(text: str, predictor: Predictor, unit: Unit) -> list[tuple[str, str]]:
    """For each word of each window: its text, and what stands at its span in the file."""
    read = read_unit(unit, predictor.runtime.tokenizer, predictor.files.longest)
    assert read is not None
    rendering, windows = read
    lines = split_lines(text)
    pairs = []
    for window in windows:
        influences, _ = influences_of(unit, rendering, window, np.ones(len(window.ids)))
        for item in influences:
            span = item.span
            if span.start_line == span.end_line:
                stands = lines[span.start_line][span.start_column : span.end_column]
            else:
                inner = lines[span.start_line + 1 : span.end_line]
                stands = "\n".join(
                    [
                        lines[span.start_line][span.start_column :],
                        *inner,
                        lines[span.end_line][: span.end_column],
                    ]
                )
            pairs.append((item.text, stands))
    return pairs


def test_words_of_many_bytes_and_of_many_lines_stand_where_they_are_said_to(shipped: Predictor) -> None:
    pairs = painted(MULTI_BYTE, shipped, unit_at(MULTI_BYTE, 3))
    assert "länge_davon" in [text for text, _ in pairs]
    assert '"""eins\nzwei"""' in [text for text, _ in pairs]
    assert all(text == stands for text, stands in pairs)


def test_every_window_of_a_long_function_is_painted_in_its_own_place(shipped: Predictor) -> None:
    body = "".join(f"    value_{n} = first[{n}] + second.method_{n}(third)\n" for n in range(18))
    text = f"x = 1\n\n\ndef long(first, second, third):\n{body}    return value_17\n"
    unit = unit_at(text, 10)
    read = read_unit(unit, shipped.runtime.tokenizer, shipped.files.longest)
    assert read is not None
    assert len(read[1]) > 2
    pairs = painted(text, shipped, unit)
    assert all(word == stands for word, stands in pairs)
    assert {"value_0", "value_17"} <= {word for word, _ in pairs}


def test_statements_around_a_function_are_one_unit_with_gaps(shipped: Predictor) -> None:
    text = "total = 0\n\n\ndef change(x):\n    return x\n\n\nfor item in [1, 2]:\n    total += change(item)\n"
    unit = unit_at(text, 8)
    assert unit.line_numbers[0] == 0
    assert all(word == stands for word, stands in painted(text, shipped, unit))


def test_the_tokens_of_a_word_add_up_and_nothing_is_lost(shipped: Predictor) -> None:
    text = "def f(some_remarkably_long_name):\n    return some_remarkably_long_name + 1234\n"
    unit = unit_at(text, 0)
    read = read_unit(unit, shipped.runtime.tokenizer, shipped.files.longest)
    assert read is not None
    rendering, (window,) = read
    effect = np.linspace(-1, 2, len(window.ids))
    influences, layout = influences_of(unit, rendering, window, effect)
    assert sum(item.effect for item in influences) + layout == pytest.approx(effect.sum())
    assert max(abs(item.weight) for item in influences) == pytest.approx(1.0)
    assert all(item.weight * item.effect >= 0 for item in influences)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("def f(:\n    pass\n", 0, "mend the syntax"),
        ("import os\n\n\nclass A:\n    x = 1\n", 3, "nothing on this line"),
        ("x = 1\n", 7, "nothing on this line"),
        ("", 0, "nothing on this line"),
    ],
)
def test_a_place_without_code_to_read_is_answered_with_a_sentence(text: str, line: int, says: str) -> None:
    with pytest.raises(AttributionError, match=says):
        unit_at(text, line)


def test_an_attribution_survives_the_way_between_processes() -> None:
    values = {
        "unit": "f", "lines": [3, 9], "target": "category", "category": "OffByOneError", "probability": 0.7,
        "influences": [["é", 3, 0, 3, 1, -1.0, -0.4], ["<", 4, 2, 4, 3, 0.5, 0.2]],
        "layout": 0.1, "gap": 0.02, "steps": 16, "approximate": False,
    }  # fmt: skip
    attribution = from_plain(values)
    assert isinstance(attribution, Attribution)
    assert to_plain(attribution) == values
    assert [item.text for item in attribution.most_influential()] == ["é", "<"]
