"""Whether memory grows under random edits, with the garbage collector resting as it does while somebody
types.

    python benchmarks/memory_growth.py FILE.py … [--edits 100000] [--seed 1] [--format json]

Each file is edited at random places (typing, deleting, pasting a line, undoing) and goes back to its first
text every 200 edits. After each tenth of the edits comes a pause, in which garbage is collected as in the
server's pauses; then resident memory in MB and the blocks of memory that Python has in use are printed for
the first texts. Blocks that become more and more are a leak; resident memory that grows alone is the gaps
between them. The baseline is the same script with `--idle`: the same edits to the document alone, without
analysis.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
from pathlib import Path

from tables import Row, print_rows

from meno_analyzers.engine import Analysis
from meno_analyzers.source import Document

_TYPED = ("x", " ", "(", ")", ":", "\n", "    ", "self.", "=", '"', "#", "def f(a):\n", "print(total)\n", ",")
_BEFORE_RESET = 200


def resident() -> float:
    """Resident memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1e6


def edit(document: Document, analysis: Analysis | None, chance: random.Random) -> None:
    line = chance.randrange(len(document.lines))
    width = len(document.lines[line].rstrip("\r\n"))
    column = chance.randint(0, width)
    end = chance.randint(column, width) if chance.random() < 0.3 else column
    splice = document.splice((line, column), (line, end), chance.choice(_TYPED))
    if analysis is not None:
        analysis.edited(splice)
        analysis.work(0.002)


def reset(document: Document, analysis: Analysis | None, text: str) -> None:
    document.replace_all(text)
    if analysis is not None:
        analysis.replaced()
        analysis.work()


def figures(edits: int) -> Row:
    # Python keeps what was freed in lists of its own, thousands of tuples among it, until it collects.
    gc.collect()
    return {"edits": edits, "resident MB": f"{resident():.1f}", "blocks in use": sys.getallocatedblocks()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--idle", action="store_true", help="edit the document only: the baseline")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    texts = [path.read_text("utf-8") for path in options.files]
    documents = [Document("", text) for text in texts]
    analyses = [None if options.idle else Analysis(document) for document in documents]
    gc.collect()
    gc.freeze()
    gc.disable()
    rows = [figures(0)]
    for number in range(1, options.edits + 1):
        index = number % len(documents)
        edit(documents[index], analyses[index], chance)
        if number % (_BEFORE_RESET * len(documents)) < len(documents):
            reset(documents[index], analyses[index], texts[index])
        if number % max(1, options.edits // 10) == 0:
            for document, analysis, text in zip(documents, analyses, texts, strict=True):
                reset(document, analysis, text)
            rows.append(figures(number))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
