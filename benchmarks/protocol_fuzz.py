"""Do the server and a client ever disagree: a client that types and blunders, and a model of what must hold.

    python benchmarks/protocol_fuzz.py [--edits 1000000] [--session 10000] [--seed 1] [--jobs 2]
        [--channel stdio|tcp|ws] [--save FILE] [--format json]

Real servers over standard input and output, TCP and WebSocket in turn, in all three encodings, for clients
that are sent findings and clients that ask for them, in files and in the cells of notebooks, with a
history, with the model, and without both. After each burst of edits the server's text has to be
the model's, its findings those of a fresh analysis, and every request has to have exactly one reply. The
moves and the model are those of the tests in tests/fuzz, where the rules are written down. A session ends at
its first failure; `--save` keeps each failed session as a fixture that tests/fuzz can play again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from end_to_end.lines import CHANNELS
from fuzz.playing import Played, played


def row(channel: str, sessions: list[Played]) -> Row:
    return {
        "channel": channel,
        "sessions": len(sessions),
        "edits": sum(one.edits for one in sessions),
        "requests": sum(one.requests for one in sessions),
        "refused messages": sum(one.refusals for one in sessions),
        "checks": sum(one.checks for one in sessions),
        "notebooks": sum(one.notebooks for one in sessions),
        "cells": sum(one.cells for one in sessions),
        "rows kept": sum(one.kept for one in sessions),
        "with the model": sum(one.model == "ready" for one in sessions),
        "failures": sum(one.failure is not None for one in sessions),
        "largest server, MB": round(max((one.megabytes for one in sessions), default=0.0)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--edits", type=int, default=1_000_000)
    parser.add_argument("--session", type=int, default=10_000, help="edits of one session")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first session")
    parser.add_argument("--jobs", type=int, default=2, help="sessions at a time")
    parser.add_argument("--channel", choices=CHANNELS, help="this one only")
    parser.add_argument("--save", type=Path, help="a JSON file for the sessions that failed")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    count = -(-options.edits // options.session)
    started = time.monotonic()
    done: list[Played] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [
            pool.submit(played, number, options.seed, options.session, options.channel)
            for number in range(options.first, options.first + count)
        ]
        try:
            for future in as_completed(waiting):
                one = future.result()
                done.append(one)
                edits = sum(each.edits for each in done)
                print(f"{edits} edits, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
                if one.failure is not None:
                    print(f"{one.channel}: {one.failure[:2000]}", file=sys.stderr, flush=True)
                if options.save:
                    fixtures = [each.fixture for each in done if each.fixture is not None]
                    options.save.write_text(json.dumps(fixtures), "utf-8")
        except KeyboardInterrupt:  # what was seen by then is told
            pool.shutdown(wait=False, cancel_futures=True)
            print("Stopped.", file=sys.stderr)
    rows = [row(channel, [one for one in done if one.channel == channel]) for channel in CHANNELS]
    print_rows([*rows, row("all", done)], options.format)


if __name__ == "__main__":
    main()
