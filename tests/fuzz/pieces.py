"""What the fuzzer types: scraps of Python, and characters that somebody counts otherwise."""

from __future__ import annotations

from random import Random

PIECES = (
    "(", ")", "[", "]", "{", "}", ":", "'", '"', '"""', "#", " ", "    ", "=", "==", ".", ",", "x", "total",
    "\n", "\n\n", "\r\n", "\r", "\\\n", "\t", "\f", "\v", "\x1c", "\x85", "\u2028", "\ufeff", "\0", "é", "ß",
    "日本", "😀", "🧑‍🎓", "\ud83d", "\ude00", "a\u0301",
    "def f(a):\n    return a\n", "def f():\n", "class Dog:\n", "    def bark(self):\n        self.nmae = 1\n",
    "self.name", "lambda: ", "global total\n", "from math import sqrt\n", "import os\n", "print(nope)\n",
    "for i in range(3):\n", "    for i in range(3):\n        return i\n", "while True:\n", "if x = 1:\n",
    "else:\n",
    "total = 1\n", "print(total)\n", "age = input()\nprint(age > 3)\n", "scores = scores.sort()\n",
    "del total\n",
    "try:\n    x\nexcept:\n    pass\n", "return x\n", "yield\n", "await f()\n",
    "s = '😀é'; print(s, nope)\r\n",
    "x: int = 'a'\r", "match x:\n    case 1:\n        pass\n", "f'{x'", "rb'", "0777", "@dec\n", "pass",
)  # fmt: skip
START = """
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False


class Animal:
    def __init__(self, name):
        self.name = name

    def speak(self):
        return self.nmae + "😀"


scores = [3, 1, 2]
scores = scores.sort()
print(has_even(scores), totl)
"""


def some_text(chance: Random, pieces: int) -> str:
    return "".join(chance.choice(PIECES) for _ in range(pieces))
