"""The command line: `meno lsp`, `meno check`, `meno playground`, `meno origin …`, `meno model …` and more.

An editor waits for `meno lsp`, so that command is taken before anything else is imported.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings

_FAULT = 2
_INTERRUPTED = 130
_TOLD = """\
Something went wrong inside Meno ({fault}). That is Meno's mistake and not yours.
Set MENO_DEBUG=1 and run it again to see where, and please tell us: https://github.com/meno-lsp/meno/issues
"""


def main() -> None:
    """The console script."""
    # What Python thinks of code that is merely read is for its author, in our words or not at all.
    warnings.simplefilter("ignore", SyntaxWarning)
    try:
        _run()
    except KeyboardInterrupt:
        # Commands that have something to say about it do. Here it came while they were being loaded.
        sys.exit(_INTERRUPTED)
    except Exception as fault:  # the border: nobody who learns to program should have to read our traceback
        if os.environ.get("MENO_DEBUG"):
            raise
        said = " ".join(f"{type(fault).__name__}: {fault}".split())
        sys.stderr.write(_TOLD.format(fault=said))
        sys.exit(_FAULT)


def _run() -> None:
    if sys.argv[1:] in (["lsp"], ["lsp", "--stdio"]):
        # Importing makes much that stays: looking all through it for garbage took a tenth of the start. What
        # is thrown away is young, and looking at the young only keeps memory as small.
        gc.set_threshold(20_000, 50, 1_000)
        from meno_server.lsp.start import serve_stdio

        serve_stdio()
        return
    from meno_server.terminal import app
    from meno_server.terminal.channels import make_forgiving

    make_forgiving()
    app()


if __name__ == "__main__":
    main()
