"""Correct beginners' programs from templates written for this project: what libraries do not contain.

Library code hardly ever reads a number from the keyboard or adds marks in a loop. Each family below is one
small exercise; `<<a||b>>` picks one spelling, `{word}` a name from a list of everyday names, consistently
within one program. Families, not programs, are split between training, calibration and test. They are
clean code to train on and no measure of quality: evaluation uses programs of real people.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

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

FAMILIES: dict[str, str] = {
    "sum": """def <<sum_of_{xs}||{f}||total_{xs}>>({xs}):
    {total} = 0
    for {x} in {xs}:
        <<{total} += {x}||{total} = {total} + {x}>>
    return {total}""",
    "sum-by-index": """def <<{f}||add_up||sum_list>>({xs}):
    {total} = 0
    for {i} in range(len({xs})):
        <<{total} += {xs}[{i}]||{total} = {total} + {xs}[{i}]>>
    return {total}""",
    "average": """def <<average||mean||{f}>>({xs}):
<<    if not {xs}:
        return 0
||    if len({xs}) == 0:
        return 0
||>>    {total} = 0
    for {x} in {xs}:
        {total} += {x}
    return {total} / len({xs})""",
    "average-short": """def <<average||mean_of||{f}>>({xs}):
    return sum({xs}) / len({xs})""",
    "count-if": """def <<count_{xs}||{f}||how_many>>({xs}<<||, limit>>):
    {count} = 0
    for {x} in {xs}:
        if {x} <<>||<||==||>=||<=||!=>> {lim}:
            {count} += 1
    return {count}""",
    "count-even": """def <<count_even||{f}||evens>>({xs}):
    {count} = 0
    for {x} in {xs}:
        if {x} % 2 == <<0||1>>:
            {count} <<+= 1||= {count} + 1>>
    return {count}""",
    "filter": """def <<{f}||keep||select>>({xs}):
    {out} = []
    for {x} in {xs}:
        if <<{x} % 2 == 0||{x} > {lim}||{x} not in {out}||len({x}) > 3||{x} is not None>>:
            {out}.append({x})
    return {out}""",
    "squares": """def <<squares||{f}||powers>>({n}):
    {out} = []
    for {i} in range(<<{n}||1, {n} + 1>>):
        {out}.append({i} <<** 2||* {i}||* 2>>)
    return {out}""",
    "maximum": """def <<{f}||find_max||largest_of>>({xs}):
    {best} = {xs}[0]
    for {x} in <<{xs}||{xs}[1:]>>:
        if {x} > {best}:
            {best} = {x}
    return {best}""",
    "minimum": """def <<{f}||find_min||cheapest>>({xs}):
    {least} = {xs}[0]
    for {x} in {xs}:
        if {x} < {least}:
            {least} = {x}
    return {least}""",
    "max-place": """def <<{f}||index_of_max>>({xs}):
    {best} = 0
    for {i} in range(<<1, len({xs})||len({xs})>>):
        if {xs}[{i}] > {xs}[{best}]:
            {best} = {i}
    return {best}""",
    "linear-find": """def <<{f}||position||find_place>>({xs}, {x}):
    for {i} in range(len({xs})):
        if {xs}[{i}] == {x}:
            return {i}
    return <<-1||None>>""",
    "contains": """def <<contains||{f}||is_in>>({xs}, target):
    for {x} in {xs}:
        if {x} == target:
            return True
    return False""",
    "all-pass": """def <<all_positive||{f}||everyone_passed>>({xs}):
    for {x} in {xs}:
        if {x} <<<||<=||==>> {lim}:
            return False
    return True""",
    "neighbours": """def <<is_increasing||{f}||in_order>>({xs}):
    for {i} in range(len({xs}) - 1):
        if {xs}[{i}] > {xs}[{i} + 1]:
            return False
    return True""",
    "differences": """def <<differences||{f}||changes>>({xs}):
    {out} = []
    for {i} in range(1, len({xs})):
        {out}.append({xs}[{i}] - {xs}[{i} - 1])
    return {out}""",
    "frequency": """def <<{f}||count_letters||frequencies>>({text}):
    {d} = {{}}
    for {ch} in {text}:
        <<{d}[{ch}] = {d}.get({ch}, 0) + 1||if {ch} in {d}:
            {d}[{ch}] += 1
        else:
            {d}[{ch}] = 1||if {ch} not in {d}:
            {d}[{ch}] = 0
        {d}[{ch}] += 1>>
    return {d}""",
    "vowels": """def <<count_vowels||{f}>>({text}):
    {count} = 0
    for {ch} in {text}<<||.lower()>>:
        if {ch} in "aeiou":
            {count} += 1
    return {count}""",
    "build-text": """def <<{f}||backwards||repeat_text>>({text}):
    {out} = ""
    for {ch} in {text}:
        {out} = <<{ch} + {out}||{out} + {ch}||{out} + {ch} * 2>>
    return {out}""",
    "same-backwards": """def <<is_mirror||{f}>>({text}):
    {text} = {text}.lower()<<||.strip()||.replace(" ", "")>>
    return {text} == {text}[::-1]""",
    "join": """def <<{f}||show_all||as_line>>({xs}):
    {out} = []
    for {x} in {xs}:
        {out}.append(str({x}))
    return <<", "||" "||"-">>.join({out})""",
    "capital": """def <<{f}||title_words||shout>>({text}):
    {xs} = {text}.split()
    {out} = []
    for {x} in {xs}:
        {out}.append({x}.<<upper()||capitalize()||strip()||lower()>>)
    return " ".join({out})""",
    "grade": """def <<grade||{f}||rating>>({x}):
    if {x} >= 90:
        return "A"
    elif {x} >= <<80||75>>:
        return "B"
    elif {x} >= <<60||50>>:
        return "C"
    <<else:
        return "F"||return "F">>""",
    "leap": """def <<is_leap||{f}||leap_year>>(year):
    if year % 400 == 0:
        return True
    if year % 100 == 0:
        return False
    return year % 4 == 0""",
    "area": """def <<area||{f}>>({a}, {b}):
    return {a} * {b}<<|| / 2>>""",
    "convert": """def <<to_fahrenheit||{f}>>(celsius):
    return celsius * 9 / 5 + 32""",
    "sign": """def <<sign||{f}||compare>>({a}, {b}):
    if {a} > {b}:
        return 1
    <<elif||if>> {a} < {b}:
        return -1
    return 0""",
    "larger-of-two": """def <<larger||{f}||bigger>>({a}, {b}):
    if {a} <<>||>=>> {b}:
        return {a}
    <<else:
        return {b}||return {b}>>""",
    "product": """def <<product||{f}||multiply_all>>({xs}):
    {total} = 1
    for {x} in {xs}:
        {total} *= {x}
    return {total}""",
    "factorial": """def <<factorial||fact||{f}>>({n}):
    if {n} <<== 0||<= 1||== 1>>:
        return 1
    return {n} * <<factorial||fact||{f}>>({n} - 1)""",
    "factorial-loop": """def <<factorial||fact||{f}>>({n}):
    {total} = 1
    for {i} in range(<<1, {n} + 1||2, {n} + 1>>):
        {total} <<*= {i}||= {total} * {i}>>
    return {total}""",
    "countdown": """def <<countdown||{f}>>({n}):
    while {n} > 0:
        print({n})
        {n} -= 1
    print(<<"Go"||"done"||"Liftoff">>)""",
    "digits": """def <<digit_sum||{f}>>({n}):
    {total} = 0
    while {n} > 0:
        {total} += {n} % 10
        {n} //= 10
    return {total}""",
    "while-index": """def <<{f}||add_all||print_all>>({xs}):
    {i} = 0
    {total} = 0
    while {i} < len({xs}):
        {total} += {xs}[{i}]
        {i} += 1
    return {total}""",
    "prime": """def <<is_prime||{f}>>({n}):
    if {n} < 2:
        return False
    for {i} in range(2, {n}):
        if {n} % {i} == 0:
            return False
    return True""",
    "class-account": """class {cls}:
    def __init__(self, {other}, {attr}=0):
        self.{other} = {other}
        self.{attr} = {attr}

    def {act}(self, amount):
        self.{attr} += amount
        <<return self.{attr}||>>

    def {less}(self, amount):
        if amount > self.{attr}:
            <<print("not enough")||raise ValueError("not enough")||return False>>
        else:
            self.{attr} -= amount

    def describe(self):
        return self.{other} + ": " + str(self.{attr})""",
    "class-list": """class {cls}:
    def __init__(self):
        self.{xs} = []

    def add(self, {x}):
        self.{xs}.append({x})

    def total(self):
        {total} = 0
        for {x} in self.{xs}:
            {total} += {x}
        return {total}

    def average(self):
        if len(self.{xs}) == 0:
            return 0
        return self.total() / len(self.{xs})""",
    "class-getter": """class {cls}:
    def __init__(self, {other}):
        self.{other} = {other}
        self.{attr} = 0

    def get_{other}(self):
        return self.{other}

    def set_{other}(self, {other}):
        self.{other} = {other}

    def is_empty(self):
        return self.{attr} == 0

    def next_{attr}(self):
        self.{attr} += 1
        return self.{attr}""",
    "best-in-dict": """def <<{f}||most_common||winner>>({d}):
    {best} = None
    for {k} in {d}:
        if {best} is None or {d}[{k}] > {d}[{best}]:
            {best} = {k}
    return {best}""",
    "dict-total": """def <<{f}||total_price||sum_values>>({d}):
    {total} = 0
    for {k}, {v} in {d}.items():
        {total} += {v}
    return {total}""",
    "invert": """def <<invert||{f}||swap>>({d}):
    {out} = {{}}
    for {k}, {v} in {d}.items():
        {out}[{v}] = {k}
    return {out}""",
    "table": """def <<times_table||{f}>>({n}):
    for {i} in range(1, {n} + 1):
        for {j} in range(1, {n} + 1):
            print({i} * {j}, end=" ")
        print()""",
    "row-sums": """def <<row_sums||{f}>>(rows):
    {out} = []
    for row in rows:
        {total} = 0
        for {x} in row:
            {total} += {x}
        {out}.append({total})
    return {out}""",
    "enumerate": """def <<{f}||show||places_of>>({xs}, wanted):
    {out} = []
    for {i}, {x} in enumerate({xs}):
        if {x} == wanted:
            {out}.append({i})
    return {out}""",
    "merge-two": """def <<pairs||{f}>>({a}, {b}):
    {out} = []
    for {i} in range(len({a})):
        {out}.append({a}[{i}] + {b}[{i}])
    return {out}""",
    "fibonacci": """def <<fib||fibonacci||{f}>>({n}):
    {a}, {b} = 0, 1
    for _ in range({n}):
        {a}, {b} = {b}, {a} + {b}
    return {a}""",
    "read-file": """def <<{f}||longest_line||load>>(path):
    {xs} = []
    with open(path) as file:
        for line in file:
            <<{xs}.append(line.strip())||{xs}.append(int(line))||if line.strip():
                {xs}.append(line.strip())>>
    return {xs}""",
    "script-sum": """{n} = int(input(<<"How many? "||>>))
{total} = 0
for {i} in range({n}):
    <<{x} = int(input())
    {total} += {x}||{total} += int(input())>>
print(<<{total}||"Total:", {total}>>)""",
    "script-list": """{xs} = <<[3, 7, 1, 9]||[12, 5, 8]||[4, 4, 6, 10]||list(map(int, input().split()))>>
{total} = 0
for {x} in {xs}:
    {total} += {x}
print(<<{total} / len({xs})||"average", {total} / len({xs})||{total}>>)""",
    "script-even": """{n} = int(input(<<"Number: "||>>))
if {n} % 2 == 0:
    print("even")
else:
    print("odd")""",
    "script-guess": """secret = <<7||42||13>>
tries = 0
guess = int(input("Guess: "))
while guess != secret:
    tries += 1
    if guess < secret:
        print("too low")
    else:
        print("too high")
    guess = int(input("Again: "))
print("correct after", tries)""",
    "script-age": """name = input(<<"Name: "||"What is your name? ">>)
age = int(input("Age: "))
if age >= 18:
    print(name + " may vote")
else:
    print(name, "has to wait", 18 - age, "years")""",
    "script-shop": """{d} = {{"apple": 2, "pear": 3, "plum": 1}}
{total} = 0
for {k} in {d}:
    {total} += {d}[{k}]
print("You pay", {total})""",
    "script-words": """{text} = input(<<"Text: "||>>)
{d} = {{}}
for {x} in {text}.split():
    {d}[{x}] = {d}.get({x}, 0) + 1
for {k} in <<{d}||sorted({d})>>:
    print({k}, {d}[{k}])""",
    "script-while": """{total} = 0
{i} = 1
while {i} <= <<10||100||5>>:
    {total} += {i}
    {i} += 1
print({total})""",
}
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
