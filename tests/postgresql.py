"""A real PostgreSQL for tests: one server for the run, a fresh database for each test.

The server lives in a temporary folder, speaks over a Unix socket in it and nowhere else, and ends with the
tests. PostgreSQL refuses to run as root, so where the tests do, it runs as `postgres` or `nobody`. Where its
programs are missing, the tests that want it skip and say how to get them.

The fixtures are `postgresql_server` (the server: to stop and start it, to read its folder) and `postgresql`
(the address of an empty database, as SQLAlchemy takes it).
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pwd

PATIENCE = 60
_REMEDY = (
    "PostgreSQL's programs are not here; install them (Debian: apt-get install postgresql)"
    " or set MENO_POSTGRESQL to the folder of initdb and postgres"
)
_OWNER = "meno"


def programs() -> Path | None:
    """The folder of initdb and its like: of MENO_POSTGRESQL, on the path, or where Debian puts it."""
    named = os.environ.get("MENO_POSTGRESQL")
    found = shutil.which("initdb")
    places = [Path(named)] if named else []
    places += [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


class Server:
    """One PostgreSQL in a folder of its own."""

    def __init__(self, programs_at: Path) -> None:
        self._programs = programs_at
        self._numbers = itertools.count(1)
        self._account = _unprivileged()
        # Short, since the path of a socket may not be long.
        self.folder = Path(tempfile.mkdtemp(prefix="meno-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "-D", self.data, "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-t", PATIENCE, "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stops it at once; connections that are open break."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", PATIENCE, "-m", "fast", "stop")

    @property
    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def address(self, database: str) -> str:
        """What SQLAlchemy takes."""
        return f"postgresql+psycopg://{_OWNER}@/{database}?host={self.folder}"

    def create(self) -> str:
        """The name of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._run("createdb", "-h", self.folder, "-U", _OWNER, name)
        return name

    def drop(self, database: str) -> None:
        """Removes a database with whoever is connected to it."""
        self._run("dropdb", "-h", self.folder, "-U", _OWNER, "--force", "--if-exists", database)

    def dump(self, database: str) -> str:
        """Everything in a database as pg_dump writes it."""
        return self._run("pg_dump", "-h", self.folder, "-U", _OWNER, database)

    def remove(self) -> None:
        """Ends the server and leaves nothing behind."""
        try:
            if self.is_running:
                self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> str:
        account = self._account
        done = subprocess.run(
            [self._programs / program, *map(str, arguments)],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            stdin=subprocess.DEVNULL,
            # The server that pg_ctl leaves running would hold a pipe open, and nobody would see its end.
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.STDOUT,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stdout or self._log()}"
        return done.stdout or ""

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else "it wrote no log"


def _unprivileged() -> pwd.struct_passwd | None:
    """Who the server runs as where the tests run as root; None for whoever runs them."""
    if os.getuid() != 0:
        return None
    import pwd  # Windows has none, and no use for this file

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`; add one")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The server of this run."""
    if os.name != "posix":
        pytest.skip("the server of the tests speaks over a Unix socket, which Windows has not")
    found = programs()
    if found is None:
        pytest.skip(_REMEDY)
    pytest.importorskip("psycopg", reason='psycopg is not here; pip install "meno-lsp[postgresql]"')
    server = Server(found)
    yield server
    server.remove()


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[str]:
    """The address of a fresh database."""
    if not postgresql_server.is_running:  # a test stopped it and failed before it could start it again
        postgresql_server.start()
    name = postgresql_server.create()
    yield postgresql_server.address(name)
    if not postgresql_server.is_running:
        postgresql_server.start()
    postgresql_server.drop(name)
