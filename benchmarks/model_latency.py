"""How long the bug model takes: by length of function, by file, and from a cold start.

    python benchmarks/model_latency.py [--model DIRECTORY] [--rounds 30] [--threads N]

Prints medians and 95th percentiles in milliseconds on this machine, with the threads that the editor's
worker would use. Needs no data.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from meno_model.client import ModelClient
from meno_model.predictor import Predictor, read_unit
from meno_model.runtime import Runtime, default_threads
from meno_model.units import units_of
from meno_model.weights import open_weights
from meno_model.weights.shards import size_of
from meno_model.windows import Window


def milliseconds(call: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile of a call."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return statistics.median(times), times[min(len(times) - 1, int(0.95 * len(times)))]


def a_file(functions: int, mark: int) -> str:
    """A file of similar functions; another mark makes every text new to the model's memory."""
    return "\n".join(
        f"def total_{mark}_{n}(marks):\n    result = {n}\n    for place in range(len(marks)):\n"
        f"        if marks[place] > {mark}:\n            result += marks[place]\n    return result\n"
        for n in range(functions)
    )


def a_function(tokens: int, mark: int, predictor: Predictor) -> str:
    """One function of about so many tokens, read in as many windows as it takes."""
    text = f"def total_{mark}(marks):\n    result = 0\n"
    while True:
        text += f"    result += marks[{mark}]\n"
        (unit,) = units_of(text)
        read = read_unit(unit, predictor.runtime.tokenizer, predictor.files.longest)
        if read is None or len(read[0].pieces) >= tokens:
            return text


async def cold_start(model: Path | None) -> float:
    """Milliseconds from the first question to its answer, the process started on the way."""
    client = ModelClient(model_path=model)
    began = time.perf_counter()
    await client.predict(a_file(1, 0))
    elapsed = (time.perf_counter() - began) * 1000
    await client.stop()
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--threads", type=int, default=default_threads(), help="default: as the worker")
    chosen = parser.parse_args()
    predictor = Predictor(Runtime(open_weights(chosen.model), chosen.threads))
    files, longest = predictor.files, predictor.files.longest
    size = size_of(files.graph) / 2**20
    table = Table(
        title=f"{files.name}, {size:.1f} MiB, {predictor.runtime.provider}, {chosen.threads} thread(s)"
    )
    for heading in ("what", "median ms", "95 % ms"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for tokens in (32, 64, 128, longest):
        window = Window((0, *range(5, tokens + 3), 2), (-1, *range(tokens - 2), -1))
        middle, high = milliseconds(lambda window=window: predictor.runtime.judge([window]), chosen.rounds)
        table.add_row(f"one window of {tokens} tokens, graph alone", f"{middle:.1f}", f"{high:.1f}")
    marks = iter(range(10**6))
    long_ones = iter([a_function(512, next(marks), predictor) for _ in range(chosen.rounds)])
    middle, high = milliseconds(lambda: predictor.findings(next(long_ones)), chosen.rounds)
    table.add_row("a new function of 512 tokens, in windows", f"{middle:.1f}", f"{high:.1f}")
    for functions in (1, 20, 200):
        middle, high = milliseconds(
            lambda n=functions: predictor.findings(a_file(n, next(marks))), max(3, chosen.rounds // functions)
        )
        table.add_row(f"a new file of {functions} function(s)", f"{middle:.1f}", f"{high:.1f}")
    text = a_file(20, next(marks))
    predictor.findings(text)
    middle, high = milliseconds(lambda: predictor.findings(text), chosen.rounds)
    table.add_row("a file of 20 functions, unchanged", f"{middle:.1f}", f"{high:.1f}")
    starts = [asyncio.run(cold_start(chosen.model)) for _ in range(3)]
    table.add_row(
        "first answer, the worker's start included", f"{statistics.median(starts):.0f}", f"{max(starts):.0f}"
    )
    Console().print(table)


if __name__ == "__main__":
    main()
