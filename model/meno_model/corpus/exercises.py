"""Correct beginners' programs from templates written for this project: what libraries do not contain.

Library code hardly ever reads a number from the keyboard or adds marks in a loop. Each family in
`exercises.toml` is one small exercise; `<<a||b>>` picks one spelling, `{word}` a name from a list of everyday
names, consistently within one program. Families, not programs, are split between training, calibration and
test. They are clean code to train on and no measure of quality: evaluation uses programs of real people.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from importlib import resources

_PAIRS = (
    "numbers number|marks mark|scores score|prices price|values value|words word|names name|items item"
    "|ages age|grades grade|temps temp|letters letter|lst x|nums num|data d|xs x|lines line|students student"
    "|elements element|weights weight|points point|times t|orders order|results r|cities city|cards card"
).split("|")
_NAMES = {
    "total": "total sum_ result s acc running_total total_sum subtotal".split(),
    "count": "count counter n_found c cnt num_found how_many".split(),
    "best": "best largest biggest highest maximum top max_value".split(),
    "least": "least smallest lowest minimum min_value cheapest".split(),
    "out": "result output new_list res filtered out answer kept collected".split(),
    "i": "i i i j k index idx pos".split(),
    "j": "j jj m col".split(),
    "n": "n n num size limit amount number_of_rounds".split(),
    "d": "counts d freq table seen lookup tally stock".split(),
    "k": "key k name letter product".split(),
    "v": "value v amount quantity".split(),
    "text": "text sentence s phrase message line_of_text".split(),
    "ch": "ch c char letter".split(),
    "f": "solve compute calculate process check run_task work get_result my_function helper".split(),
    "a": "a x first width start low".split(),
    "b": "b y second height stop high".split(),
    "cls": "Account Student Car Player Counter Box Robot Pet Book".split(),
    "attr": "balance score level count speed size health pages".split(),
    "other": "name owner title label color brand".split(),
    "act": "add increase deposit grow gain refill".split(),
    "less": "remove decrease withdraw shrink spend reduce".split(),
    "lim": "10 18 50 100 5 60 0 threshold".split(),
}

FAMILIES: dict[str, str] = tomllib.loads(
    (resources.files(__package__) / "exercises.toml").read_text(encoding="utf-8")
)
"""Templates by the names of their families."""
_CHOICE = re.compile(r"<<((?:(?!<<).)*?)>>(?!>)", re.DOTALL)


def write_exercises(family: str, how_many: int, seed: int) -> Iterator[str]:
    """Up to `how_many` distinct programs of one family, reproducible from the seed."""
    source = random.Random(f"{seed}:{family}")
    seen: set[str] = set()
    for _ in range(how_many * 3):
        program = _write(FAMILIES[family], source)
        if program not in seen and len(seen) < how_many:
            seen.add(program)
            yield program


def _write(template: str, source: random.Random) -> str:
    many, one = source.choice(_PAIRS).split()
    chosen = {"xs": many, "x": one}
    taken = set(chosen.values())
    for slot, names in _NAMES.items():
        free = [name for name in names if name not in taken] or [f"{names[0]}_2"]
        chosen[slot] = source.choice(free)
        if f"{{{slot}}}" in template:
            taken.add(chosen[slot])
    named = template.replace("{{", "\0").replace("}}", "\1")
    for slot, name in chosen.items():
        named = named.replace(f"{{{slot}}}", name)
    named = named.replace("\0", "{").replace("\1", "}")
    same: dict[str, str] = {}

    def pick(match: re.Match[str]) -> str:
        return same.setdefault(match[1], source.choice(match[1].split("||")))

    text = _CHOICE.sub(pick, named)
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines) + "\n"
