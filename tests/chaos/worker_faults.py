"""What can happen to the model: its process is killed, held, starved or talks nonsense, and its files go
bad."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

from chaos.desk import Desk, run, server_after, until
from chaos.trial import Fault
from meno_model.weights import CALIBRATION, DEFAULT_WEIGHTS, MANIFEST, TOKENIZER, write_manifest

HASTY = "import meno_model.process as it; it.REQUEST_SECONDS = 2.0"
"""A server that waits two seconds for a model that runs, where others wait ten."""
_LESSON = """def count_vowels(word, letters):
    count = {number}
    for letter in word:
        if letter in letters:
            count += len(word)
    return count
"""
_ILL = """\
import pathlib, runpy, sys, time
ill = pathlib.Path({ill!r})
channel = sys.stdout.buffer
for line in sys.stdin.buffer if ill.exists() else ():
    {nonsense}
if not ill.exists():
    sys.argv = ["worker", *sys.argv[1:]]
    runpy.run_module("meno_model.worker", run_name="__main__")
"""


def lesson(number: int) -> str:
    """A program in which a model may find something; a new one for each number."""
    return _LESSON.format(number=number)


def talkative(place: Path) -> Path:
    """The shipped weights in a folder of their own, with thresholds that let the model speak of
    everything."""
    folder = Path(shutil.copytree(DEFAULT_WEIGHTS, place / "weights"))
    values = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))
    values["thresholds"] = dict.fromkeys(values["thresholds"], 0.0)
    (folder / CALIBRATION).write_text(json.dumps(values), encoding="utf-8")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, {k: v for k, v in manifest.items() if k not in ("files", "rendering")})
    return folder


class SavingFault(Fault):
    """A fault that a save shows, and of which a later save shows that it is over."""

    def __init__(self) -> None:
        self._number = 0

    def save(self, desk: Desk) -> str:
        """Saves a lesson that no model has seen."""
        self._number += 1
        uri = desk.open("lesson.py", lesson(self._number))
        desk.save(uri)
        return uri

    def until_found(self, desk: Desk) -> None:
        """Saves, as somebody does who goes on working, until a model says something."""
        uri = self.save(desk)
        until(lambda: desk.model_finds(uri), "the model's finding")

    def recover(self, desk: Desk) -> None:
        self.until_found(desk)


class ModelFault(SavingFault):
    """A fault of the model on this machine."""

    preparation = "pass"
    loaded = True
    """Whether the model has answered before the fault."""

    def sit_down(self, place: Path) -> Desk:
        place.mkdir(parents=True, exist_ok=True)
        self.place, self.weights = place, talkative(place)
        desk = Desk(
            place,
            settings={"model": {"path": str(self.weights)}},
            command=server_after(self.preparation),
        )
        if self.loaded:
            self.until_found(desk)
        return desk

    def live_on(self, desk: Desk) -> None:
        self.save(desk)
        desk.until_heard(self.told[0])


class Killed(ModelFault):
    name = "the model's process is killed in the middle of an answer"
    how = "SIGSTOP, a save, SIGKILL"
    degrades = False  # the question is asked once more

    def strike(self, desk: Desk) -> None:
        worker = desk.worker()
        os.kill(worker, signal.SIGSTOP)  # or it would have answered before it is killed
        self._saved = self.save(desk)
        desk.typist.type_on(10)
        os.kill(worker, signal.SIGKILL)

    def live_on(self, desk: Desk) -> None:
        until(lambda: desk.model_finds(self._saved), "the finding of the save that was cut off")


class KilledAtRest(ModelFault):
    name = "the model's process is killed while nobody asks it"
    how = "SIGKILL"
    degrades = False

    def strike(self, desk: Desk) -> None:
        os.kill(desk.worker(), signal.SIGKILL)

    def live_on(self, desk: Desk) -> None:
        self.until_found(desk)


class Held(ModelFault):
    name = "the model's process is stopped and never answers"
    how = "SIGSTOP, a save"
    told = ("The model took too long",)
    preparation = HASTY

    def strike(self, desk: Desk) -> None:
        os.kill(desk.worker(), signal.SIGSTOP)


class OutOfMemory(ModelFault):
    name = "the model's process gets no more memory"
    how = "prlimit --as on the process, a save"
    told = ("The model ran out of memory",)

    def strike(self, desk: Desk) -> None:
        worker = desk.worker()
        used = int(Path(f"/proc/{worker}/statm").read_text().split()[0]) * resource.getpagesize()
        self._worker = worker
        run("prlimit", f"--pid={worker}", f"--as={used}:unlimited")

    def live_on(self, desk: Desk) -> None:
        uri = desk.open("long.py", "\n\n".join(lesson(number) for number in range(30)))
        desk.save(uri)
        desk.until_heard(self.told[0])

    def relent(self, desk: Desk) -> None:
        if Path(f"/proc/{self._worker}").exists():
            run("prlimit", f"--pid={self._worker}", "--as=unlimited:unlimited")


class Damaged(ModelFault):
    name = "a file of the model is damaged"
    how = "bytes of tokenizer.json overwritten before the first save, put back later"
    told = ("the file is damaged",)
    loaded = False
    file = TOKENIZER

    def strike(self, desk: Desk) -> None:
        self._kept = (self.weights / self.file).read_bytes()
        (self.weights / self.file).write_bytes(self._kept[:-100] + b"\0" * 100)

    def relent(self, desk: Desk) -> None:
        (self.weights / self.file).write_bytes(self._kept)


class Removed(Damaged):
    name = "the model's folder is removed"
    how = "the folder moved away before the first save, moved back later"
    told = ("there is no manifest.json",)

    def strike(self, desk: Desk) -> None:
        self.weights.rename(self.place / "elsewhere")

    def relent(self, desk: Desk) -> None:
        (self.place / "elsewhere").rename(self.weights)


class Ill(ModelFault):
    """A worker that says what it should not, as long as a file lies there."""

    loaded = False
    nonsense = "pass"

    def sit_down(self, place: Path) -> Desk:
        place.mkdir(parents=True, exist_ok=True)
        self.sign, script = place / "ill", place / "worker.py"
        script.write_text(_ILL.format(ill=str(self.sign), nonsense=self.nonsense))
        self.sign.touch()
        self.preparation = (
            "from functools import partial; import meno_server.models as models; models.ModelClient ="
            f" partial(models.ModelClient, command=[{sys.executable!r}, '-P', {str(script)!r}])"
        )
        return super().sit_down(place)

    def strike(self, desk: Desk) -> None:
        self.save(desk)

    def live_on(self, desk: Desk) -> None:
        desk.until_heard(self.told[0])

    def relent(self, desk: Desk) -> None:
        self.sign.unlink()


class Nonsense(Ill):
    name = "the model's process answers with nonsense"
    how = "a worker that answers each question with what is no finding, until it is started again"
    nonsense = (
        "import json; number = json.loads(line)['id'];"
        'channel.write(b\'{"id": %d, "findings": 7}\\n\' % number); channel.flush();'
        "ill.exists() or sys.exit()"
    )
    told = ("The model stopped unexpectedly",)


class Flood(Ill):
    name = "the model's process floods its channels"
    how = "a worker that writes lines without end to standard output and standard error"
    nonsense = (
        'exec(\'while ill.exists(): channel.write(b"nonsense\\\\n" * 1000);'
        ' sys.stderr.write("nonsense\\\\n" * 1000)\')'
    )
    told = ("The model stopped unexpectedly",)


class CannotStart(Ill):
    name = "the model's process ends at once, again and again"
    how = "a worker that exits when it is asked, five saves"
    nonsense = "sys.exit(7)"
    told = ("The model stopped unexpectedly", "stopped three times in a row")

    def live_on(self, desk: Desk) -> None:
        desk.until_heard(self.told[0])
        for _ in range(4):
            self.save(desk)
            desk.typist.type_on(5)
        desk.until_heard(self.told[1])

    def recover(self, desk: Desk) -> None:
        desk.do("meno.restartModel")
        self.until_found(desk)


FAULTS: list[Fault] = [
    KilledAtRest(),
    Killed(),
    Held(),
    OutOfMemory(),
    Damaged(),
    Removed(),
    Nonsense(),
    Flood(),
    CannotStart(),
]
