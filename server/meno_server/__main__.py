"""`python -m meno_server` is `meno`."""

from meno_server.cli import main

main()
