"""What another file offers: its functions, and what making an object of its classes asks for."""

from __future__ import annotations

import pytest

from meno_analyzers.engine import Analysis
from meno_analyzers.outline import outline
from meno_analyzers.source import Document

ZOO = '''
import enum
from dataclasses import dataclass


class Animal:
    """Something that eats."""

    kind = "animal"

    def __init__(self, name, legs=4):
        self.name = name
        self.legs = legs

    def eat(self, food):
        return f"{self.name} eats {food}"


class Dog(Animal):
    def bark(self):
        return "wuff"


class Plain:
    pass


@dataclass
class Cage:
    length: int


class Size(enum.Enum):
    SMALL = 1


class Strange(Missing):
    def __init__(self):
        pass


def feed(animal, food):
    return animal.eat(food)
'''


def rules(text: str) -> list[str]:
    analysis = Analysis(Document("", text))
    analysis.know_others({"zoo": outline(ZOO)})
    analysis.work()
    return [finding.rule for finding in analysis.findings()]


@pytest.mark.parametrize(
    "call",
    ["zoo.feed(1)", "zoo.Animal()", "zoo.Animal(1, 2, 3)", "zoo.Dog()", "zoo.Plain(1)", "zoo.Dog(nam='Rex')"],
)
def test_a_call_that_does_not_fit_its_definition_elsewhere_is_found(call: str) -> None:
    assert rules(f"import zoo\n\nprint({call})\n") == ["ME409"]
    assert rules(f"from zoo import {call[4:].split('(')[0]}\n\nprint({call[4:]})\n") == ["ME409"]


@pytest.mark.parametrize(
    "call",
    [
        *(
            "zoo.feed(1, 2)",
            "zoo.Animal('Rex')",
            "zoo.Animal('Rex', legs=3)",
            "zoo.Dog('Rex', 3)",
            "zoo.Plain()",
        ),
        # What the other file does not show whole is not judged.
        *("zoo.Cage()", "zoo.Size()", "zoo.Strange(1, 2)", "zoo.nobody(1)", "zoo.Animal.eat(1)"),
    ],
)
def test_a_call_that_fits_or_that_nobody_can_judge_is_left_alone(call: str) -> None:
    assert rules(f"import zoo\n\nprint({call})\n") == []
