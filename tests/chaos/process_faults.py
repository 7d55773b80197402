"""What can happen to the server itself and its surroundings: folders that go, a clock that jumps, a machine
that sleeps, no more descriptors, an editor that does not read, no log, no room for temporary files, no home.
"""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

from chaos.desk import Desk, run, signal_all, until
from chaos.disk_faults import DiskFault, OwnDisk, alone
from chaos.trial import Fault
from end_to_end.wire import COMMAND, FULL_CLIENT

NO_MODEL = {"model": {"enable": False}}
_READ_ONLY = 'mount -o remount,bind,ro / && exec "$0" "$@"'
_NO_USERS = """
for one in /etc/passwd /etc/nsswitch.conf; do [ ! -e $one ] || mount --bind /dev/null $one || exit 7; done
cd "$0" && exec "$@"
"""
_REPORT = """Traceback (most recent call last):
  File "lesson.py", line 3, in <module>
    print(total)
NameError: name 'total' is not defined
"""
_SLIP = "for number in [1, 2]:\n    print(numbr)\n"


class WorkspaceGone(Fault):
    name = "the working folder is removed"
    how = "the workspace, which is the server's working folder, deleted; a hint, a check of it, a new file"
    told = ()
    degrades = False

    settings = NO_MODEL

    def sit_down(self, place: Path) -> Desk:
        work = place / "work"
        work.mkdir(parents=True)
        (work / "other.py").write_text(_SLIP, "utf-8")
        return Desk(
            place, settings=self.settings, command=["sh", "-c", 'cd "$0" && exec "$@"', str(work), *COMMAND]
        )

    def strike(self, desk: Desk) -> None:
        shutil.rmtree(desk.workspace)

    def live_on(self, desk: Desk) -> None:
        desk.do("meno.checkWorkspace")
        desk.until_heard("The folder work is no longer there")
        desk.save(desk.open("new.py", f"import other\n{_SLIP}"))
        desk.do("meno.nextHint", desk.typist.uri, desk.typist.known_at_first[0]["data"]["fingerprint"])
        desk.until_heard("ends the whole function at once")
        desk.slip_and_mend("second.py")
        assert desk.slips_kept() == 1

    def relent(self, desk: Desk) -> None:
        desk.workspace.mkdir()


class GoneMidCheck(Fault):
    name = "the folder vanishes while it is being checked"
    how = "a workspace of 1,500 files deleted while `meno.checkWorkspace` reads it"
    settings = NO_MODEL

    def sit_down(self, place: Path) -> Desk:
        work = place / "work"
        work.mkdir(parents=True)
        for number in range(1500):
            (work / f"one_{number}.py").write_text(_SLIP.replace("2", str(number)) * 4, "utf-8")
        return super().sit_down(place)

    def strike(self, desk: Desk) -> None:
        desk.do("meno.checkWorkspace")
        until(lambda: _progress(desk) > 50, "some files are read")
        shutil.rmtree(desk.workspace)

    def live_on(self, desk: Desk) -> None:
        desk.until_heard("The folder work is no longer there")

    def relent(self, desk: Desk) -> None:
        desk.workspace.mkdir()


class ClockJumps(Fault):
    name = "the clock jumps"
    how = "libfaketime: forty days on, then eighty back, then right again"
    settings = NO_MODEL

    def why_not(self) -> str | None:
        return None if _libfaketime() else "libfaketime is not here: apt-get install faketime"

    def sit_down(self, place: Path) -> Desk:
        place.mkdir(parents=True)
        self._time = place / "time"
        self._set("+0")
        preload = {
            "LD_PRELOAD": str(_libfaketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._time),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # or whoever waits for Python's lock waits for ever
            "NO_FAKE_STAT": "1",
        }
        return Desk(place, settings=self.settings, env=preload)

    def _set(self, offset: str) -> None:
        self._time.write_text(f"{offset}\n", "ascii")

    def strike(self, desk: Desk) -> None:
        desk.slip_and_mend("now.py")
        assert desk.slips_kept() == 1
        self._set("+40d")

    def live_on(self, desk: Desk) -> None:
        desk.slip_and_mend("later.py")
        assert desk.slips_kept() == 1, "of that day"
        desk.typist.type_on(10)
        self._set("-40d")
        desk.slip_and_mend("earlier.py")
        assert desk.slips_kept() == 1, "of that day"

    def relent(self, desk: Desk) -> None:
        self._set("+0")

    def recover(self, desk: Desk) -> None:
        desk.slip_and_mend("again.py")
        assert desk.slips_kept() == 2, "what was noted today before the clock jumped is there"


class Suspended(Fault):
    name = "the machine sleeps and wakes"
    how = "SIGSTOP to the server and all below it, two seconds of keys, SIGCONT"
    silences = True
    degrades = False

    def strike(self, desk: Desk) -> None:
        desk.save(desk.open("lesson.py", _SLIP))
        until(lambda: any(state == "ready" for state, _ in desk.states()), "the model runs")
        signal_all(desk.pid, signal.SIGSTOP)

    def live_on(self, desk: Desk) -> None:
        desk.typist.type_on(50)

    def relent(self, desk: Desk) -> None:
        signal_all(desk.pid, signal.SIGCONT)

    def recover(self, desk: Desk) -> None:
        desk.typist.until_answered()


class NoTemporary(OwnDisk):
    name = "nothing can be written anywhere, not even to /tmp"
    how = "mount -o remount,bind,ro /; a hint in an editor that shows documents, a traceback to explain"
    told = ()
    degrades = False

    def sit_down(self, place: Path) -> Desk:
        command = [*alone(), "sh", "-c", _READ_ONLY, *COMMAND]
        return Desk(place, settings=self.settings, command=command, client=FULL_CLIENT)

    def strike(self, desk: Desk) -> None:
        self._hint = desk.typist.known_at_first[0]["data"]["fingerprint"]

    def live_on(self, desk: Desk) -> None:
        desk.do("meno.nextHint", desk.typist.uri, self._hint)
        desk.until_heard("ends the whole function at once")
        desk.do("meno.explainReport", _REPORT)
        desk.until_heard("Which line gives this name its value?")

    def recover(self, desk: Desk) -> None:
        pass


class NoHome(OwnDisk):
    name = "there is no home folder"
    how = "HOME and XDG_DATA_HOME unset, an empty list of users"
    told = ("cannot be added to your history now (there is no home folder for it)",)
    heals = False

    def sit_down(self, place: Path) -> Desk:
        gone = {"HOME": None, "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}
        self.work = place / "work"
        self.work.mkdir(parents=True)
        command = [*alone(), "sh", "-c", _NO_USERS, str(self.work), *COMMAND]
        return Desk(place, settings=self.settings, command=command, env=gone)

    def strike(self, desk: Desk) -> None:
        desk.slip_and_mend("first.py")

    def recover(self, desk: Desk) -> None:
        assert list(self.work.iterdir()) == [], "nothing of Meno's lies in the workspace"


class NoDescriptors(DiskFault):
    name = "there are no more file descriptors"
    how = "prlimit --nofile to what is open"
    told = ("cannot be added to your history now",)

    def why_not(self) -> str | None:
        return None if sys.platform == "linux" and shutil.which("prlimit") else "prlimit is not here"

    def spoil(self, desk: Desk) -> None:
        used = max(int(one.name) for one in Path(f"/proc/{desk.pid}/fd").iterdir()) + 1
        run("prlimit", f"--pid={desk.pid}", f"--nofile={used}:4096")

    def live_on(self, desk: Desk) -> None:
        desk.do("meno.checkWorkspace")
        desk.until_heard("(Too many open files)")
        super().live_on(desk)

    def relent(self, desk: Desk) -> None:
        run("prlimit", f"--pid={desk.pid}", "--nofile=1024:4096")


class LogNotRead(Fault):
    name = "the editor does not read the log"
    how = "standard error not read while 600 messages that are none are logged, more than the pipe holds"
    clean_log = False
    settings = NO_MODEL

    def strike(self, desk: Desk) -> None:
        desk.wire.hears.clear()
        for _ in range(30):
            for _ in range(20):
                desk.wire.send_body(b"{")
            desk.typist.type_on(1)

    def relent(self, desk: Desk) -> None:
        desk.typist.until_answered()
        desk.wire.hears.set()


class NoLog(Fault):
    name = "there is no standard error"
    how = "2>&- at the start, messages that are none"
    redirection = "2>&-"
    settings = NO_MODEL

    def sit_down(self, place: Path) -> Desk:
        command = ["sh", "-c", f'exec "$0" "$@" {self.redirection}', *COMMAND]
        return Desk(place, settings=self.settings, command=command)

    def strike(self, desk: Desk) -> None:
        for _ in range(20):
            desk.wire.send_body(b"{")


class FullLog(NoLog):
    name = "the log is on a full disk"
    how = "2>/dev/full at the start, messages that are none"
    redirection = "2>/dev/full"


class NotListening(Fault):
    name = "the editor reads nothing for a while"
    how = "the server's standard output not read for 80 keys, more than the pipe holds"
    silences = True
    settings = NO_MODEL

    def strike(self, desk: Desk) -> None:
        desk.wire.reads.clear()

    def live_on(self, desk: Desk) -> None:
        desk.typist.type_on(80)

    def relent(self, desk: Desk) -> None:
        desk.wire.reads.set()

    def recover(self, desk: Desk) -> None:
        desk.typist.until_answered()


FAULTS: list[Fault] = [
    WorkspaceGone(),
    GoneMidCheck(),
    ClockJumps(),
    Suspended(),
    NoTemporary(),
    NoHome(),
    NoDescriptors(),
    LogNotRead(),
    NoLog(),
    FullLog(),
    NotListening(),
]


def _progress(desk: Desk) -> int:
    """How many files were looked at, as the progress says."""
    said = [
        message["params"]["value"].get("message", "")
        for message in list(desk.wire.received)
        if message.get("method") == "$/progress"
    ]
    return max((int(one.partition(" ")[0]) for one in said if one[:1].isdigit()), default=0)


def _libfaketime() -> str | None:
    return next((str(one) for one in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
