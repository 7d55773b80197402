"""How often the bug model is right: held-out mutants, and bugs of real people where their sets are named.

    python benchmarks/model_accuracy.py [--model DIRECTORY] [--run DIRECTORY] [--out FILE] [SET.jsonl.gz …]

The same figures as `meno model evaluate`, which writes the model card's tables. Evaluation sets are given
as paths, are read and never trained or tuned on; without any, there is nothing to measure and the script
says so.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from meno_model.errors import ModelError
from meno_model.evaluating import run_evaluation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--run", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=None)
    chosen = parser.parse_args()
    try:
        run_evaluation(chosen.model, chosen.run, chosen.sets, chosen.out)
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
