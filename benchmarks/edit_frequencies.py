"""How often each kind of change is the one that makes a wrong program right, where that kind is possible.

    python benchmarks/edit_frequencies.py BUGS.jsonl.gz … [--quality high] [--format json]

For each pair of `buggy` and `fixed` all single changes are made; the kind that makes `fixed` (as a tree)
has a hit, of several the one with the fewest choices at its place; a new expression counts where no other
kind makes it. Places are all nodes at which a kind
proposes something. The rates, in 1,000 places and with half a hit added, are what
`failures/repair/weights.py` holds, rounded.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from pathlib import Path

from failing_programs import records
from tables import Row, print_rows

from meno_analyzers.failures.repair import operators as _registered  # noqa: F401 - fills the registry
from meno_analyzers.failures.repair.candidates import COMPOSED, proposals
from meno_analyzers.failures.repair.operators.composing import compositions
from meno_analyzers.failures.repair.source import Source, changed

_LONGEST = 1500  # characters: longer programs have too many changes to make them all


def squeezed(text: str) -> str:
    """The text without what does not change the tree, nearly: a cheap way to skip most candidates."""
    return "".join(text.split()).replace("(", "").replace(")", "").replace('"', "'")


def kind_of(source: Source, fixed: str, places: Counter[str]) -> str | None:
    """The kind of change that makes `fixed` of the program; counts where each kind is possible."""
    wanted, tree = squeezed(fixed), ast.dump(ast.parse(fixed))
    found: list[tuple[int, str]] = []
    for operator, _, changes in proposals(source):
        places[operator.name] += 1
        for change in changes:
            text = changed(source.text, change)
            if squeezed(text) == wanted and ast.dump(ast.parse(text)) == tree:
                found.append((len(changes), operator.name))
    for _, composed in compositions(source):
        places[COMPOSED] += 1
        for one in composed if not found else ():
            text = changed(source.text, [one])
            if squeezed(text) == wanted and ast.dump(ast.parse(text)) == tree:
                found.append((len(composed), COMPOSED))
    return min(found)[1] if found else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bugs", nargs="+", type=Path)
    parser.add_argument("--quality", default="high", help="only records of this label_quality")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    hits: Counter[str] = Counter()
    places: Counter[str] = Counter()
    pairs = 0
    for path in options.bugs:
        for record in records(path):
            wrong, right = record.get("buggy"), record.get("fixed")
            if record.get("label_quality") != options.quality or not right or len(wrong) > _LONGEST:
                continue
            try:
                source = Source(wrong)
                ast.parse(right)
            except (SyntaxError, ValueError, RecursionError):
                continue
            pairs += 1
            kind = kind_of(source, right, places)
            if kind is not None:
                hits[kind] += 1
        print(f"{path.parent.name}: {pairs} pairs, {hits.total()} by one change", file=sys.stderr)
    rows: list[Row] = [
        {
            "kind": kind,
            "hits": hits[kind],
            "places": count,
            "in 1,000": round(1000 * (hits[kind] + 0.5) / count, 2),
        }
        for kind, count in places.items()
    ]
    print_rows(sorted(rows, key=lambda row: -row["in 1,000"]), options.format)


if __name__ == "__main__":
    main()
