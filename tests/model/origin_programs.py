"""Self-written programs in two styles, for a tiny origin model: terse ones, and talkative ones."""

from __future__ import annotations

import json
from pathlib import Path

_TASKS = (
    ("sum", "s", "total", "+"),
    ("product", "p", "result", "*"),
    ("difference", "d", "remaining", "-"),
    ("balance", "b", "current_balance", "-"),
    ("count", "c", "number_of_items", "+"),
    ("score", "q", "final_score", "+"),
)


def terse(name: str, short: str, operator: str, extra: int) -> str:
    return (
        f"def {name}(a):\n    {short}={extra}\n    i=0\n    while i<len(a):\n"
        f"        {short}={short}{operator}a[i]\n        i=i+1\n    return {short}\n"
        f"n=int(input())\nx=[]\nfor j in range(n):\n    x.append(int(input()))\nprint({name}(x))\n"
    )


def talkative(name: str, long: str, operator: str, extra: int) -> str:
    return (
        f"def {name}_of_values(input_values):\n    # Handle the empty case first.\n    if not input_values:\n"
        f"        return {extra}\n    {long} = {extra}\n    for current_value in input_values:\n"
        f"        {long} {operator}= current_value\n    return {long}\n\n\ndef main():\n"
        f"    input_values = list(map(int, input().split()))\n    print({name}_of_values(input_values))\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )


def records() -> list[dict[str, object]]:
    """Each task solved by people and by two "generators", in two suites."""
    found: list[dict[str, object]] = []
    for number, (name, short, long, operator) in enumerate(_TASKS):
        for suite in ("lessons", "contest"):
            for extra in range(3):
                for generator, text in (
                    ("human", terse(name, short, operator, extra)),
                    (f"generator-{extra % 2}", talkative(name, long, operator, extra)),
                ):
                    found.append(
                        {
                            "id": f"{suite}-{number}-{extra}-{generator}",
                            "source": "written for this test",
                            "code": text,
                            "code_norm": text.replace("    # Handle the empty case first.\n", ""),
                            "label": "human" if generator == "human" else "llm",
                            "generator": generator,
                            "suite": suite,
                            "problem": f"{name}-{number}",
                            "date": "",
                            "certainty": "certain",
                            "passed": None,
                        }
                    )
    return found


def write(path: Path, items: list[dict[str, object]] | None = None) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items or records()), encoding="utf-8")
    return path
