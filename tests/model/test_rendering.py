"""The one spelling that the model reads."""

import pytest

from meno_model.rendering import LONGEST_STRING, render


def spelled(text: str) -> str:
    rendering = render(text)
    return "" if rendering is None else "".join(rendering.pieces)


def test_spacing_comments_docstrings_and_quotes_make_no_difference() -> None:
    neat = 'def f(a, b):\n    """Say."""\n    # why\n    return a + \'x\'\n'
    dense = 'def f(a,b):\n\n  return a+"x"'
    assert spelled(neat) == spelled(dense) == ' def f( a, b):\n     return a+ "x"'


def test_an_indented_method_reads_like_a_function() -> None:
    assert spelled("    def f(self):\n        return 1") == spelled("def f(self):\n    return 1")


def test_every_piece_but_line_breaks_leads_to_its_place() -> None:
    text = "    def f(self, größe):\n        return größe <= 10\n"
    rendering = render(text)
    assert rendering is not None
    lines = text.split("\n")
    for piece, origin in zip(rendering.pieces, rendering.origins, strict=True):
        if origin >= 0:
            lexeme = rendering.lexemes[origin]
            assert lines[lexeme.line][lexeme.column : lexeme.end_column] == lexeme.text
            assert piece.strip() == lexeme.text
        else:
            assert piece.startswith("\n")


@pytest.mark.parametrize("text", ['x = f"{a} and {b!r:>{w}}"', "x = f'{a} and {b!r:>{w}}'"])
def test_an_f_string_is_one_piece_in_every_version_of_python(text: str) -> None:
    assert spelled(text) == ' x= f"{a} and {b!r:>{w}}"'


def test_long_strings_are_cut_and_put_on_one_line() -> None:
    assert spelled(f'x = """{"ab " * 40}\n"""') == ' x= "' + ("ab " * 40)[:LONGEST_STRING] + '"'


@pytest.mark.parametrize("text", ["", "# only a comment\n", '"""words"""', "x = ("])
def test_what_cannot_be_read_has_no_rendering(text: str) -> None:
    assert render(text) is None
