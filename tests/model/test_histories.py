"""Corrections from a real git history, and folders and repositories as sources of code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from meno_analyzers.findings import Category
from meno_model.corpus.deduplication import Contamination, normalised
from meno_model.corpus.fixes import fixes_of
from meno_model.corpus.histories import corrections
from meno_model.corpus.reading import gather
from meno_model.corpus.snippets import CorpusPlan, load_fixes, save_corpus
from meno_model.corpus.sources import named
from meno_model.errors import CorpusError
from meno_model.rendering import render

LICENCE = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software\n"
ROOMS = """\
def free_rooms(rooms, nights):
    free = []
    for room in rooms:
        if room.booked < nights:
            free.append(room.name)
    return free


def cheapest(rooms):
    best = rooms[0]
    for room in rooms:
        if room.price < best.price:
            best = room
    return best
"""


class Repository:
    """A small repository that grows commit by commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._git("init", "-q", "-b", "main")
        self.commit("Begin", {"LICENSE": LICENCE, "hotel.py": ROOMS})

    def commit(self, message: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._git("add", ".")
        self._git("commit", "-q", "-m", message)

    def change(self, message: str, old: str, new: str, name: str = "hotel.py") -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.commit(message, {name: text.replace(old, new)})

    def _git(self, *arguments: str) -> None:
        who = (
            "-c",
            "user.name=A Learner",
            "-c",
            "user.email=learner@example.org",
            "-c",
            "commit.gpgsign=false",
        )
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "hotel")


PLAN = CorpusPlan(programs_per_exercise=1)


@pytest.mark.parametrize(
    ("old", "new", "wrong", "category"),
    [
        ("booked < nights", "booked <= nights", "<", Category.OFF_BY_ONE_ERROR),
        ("booked < nights", "booked != nights", "<", Category.WRONG_COMPARATOR),
        ("free.append(room.name)", "free.append(room.number)", "name", Category.WRONG_METHOD_CALL),
        (
            "in rooms:\n        if room.booked",
            "in free:\n        if room.booked",
            "rooms",
            Category.WRONG_VARIABLE,
        ),
        ("rooms[0]", "rooms[1]", "0", Category.WRONG_LITERAL),
        ("    return free", "    return sorted(free)", "free", Category.MISSING_CALL),
        ("    if room.booked", "    if nights and room.booked", "if room", Category.LOGIC_ERROR),
        ("    if room.booked", "    if not room.booked", "if room", Category.LOGIC_ERROR),
    ],
)
def test_a_line_that_a_commit_mends_is_a_correction(
    repository: Repository, old: str, new: str, wrong: str, category: Category
) -> None:
    repository.change("Fix wrong rooms", old, new)
    (fix,) = fixes_of(repository.folder, "hotel", PLAN)
    assert fix.before[fix.focus[0] : fix.focus[1]] == wrong
    assert fix.category is category
    assert old.strip() in fix.before
    assert new.strip() in fix.after
    assert fix.before.startswith("def ")


@pytest.mark.parametrize(
    ("message", "old", "new"),
    [
        ("Show other rooms", "booked < nights", "booked <= nights"),
        ("Fix a typo in a docstring", "booked < nights", "booked <= nights"),
        ("Fix the layout", "free = []", "free  =  []"),
        ("Fix the whole thing", "booked < nights", "booked < sum(n for n in (nights, 1, 2) if n > 3)"),
        ("Fix two lines", "best = room\n", "best = room\n            print(best)\n"),
    ],
)
def test_what_mends_nothing_at_one_place_is_none(
    repository: Repository, message: str, old: str, new: str
) -> None:
    repository.change(message, old, new)
    assert list(fixes_of(repository.folder, "hotel", PLAN)) == []


def test_tests_broken_code_and_module_level_lines_are_passed_over(repository: Repository) -> None:
    repository.commit(
        "More", {"tests/test_hotel.py": ROOMS, "broken.py": ROOMS + "def (:\n", "top.py": "SIZE = 1\n"}
    )
    repository.change("Fix a bug", "booked < nights", "booked <= nights", "tests/test_hotel.py")
    repository.change("Fix a bug", "booked < nights", "booked <= nights", "broken.py")
    repository.change("Fix a bug", "SIZE = 1", "SIZE = 2", "top.py")
    assert list(fixes_of(repository.folder, "hotel", PLAN)) == []


def test_a_commit_that_changes_many_places_is_none(repository: Repository) -> None:
    text = ROOMS.replace("booked < nights", "booked <= nights").replace("rooms[0]", "rooms[1]")
    text = text.replace("free = []", "free = list()").replace("price <", "price <=")
    repository.commit("Fix a lot", {"hotel.py": text})
    assert list(corrections(repository.folder, 100)) == []


def test_a_repository_gives_code_and_corrections_to_the_corpus(
    repository: Repository, tmp_path: Path
) -> None:
    repository.change("Fix a crash", "booked < nights", "booked <= nights")
    snippets, fixes, records = gather(PLAN, Contamination([]), [named(repository.folder)])
    assert {s.name for s in snippets if s.project == "hotel"} == {"free_rooms", "cheapest"}
    assert [fix.project for fix in fixes] == ["hotel"]
    record = next(record for record in records if record.project == "hotel")
    assert (record.licence, record.functions, record.fixes) == ("MIT", 2, 1)
    save_corpus(snippets, records, tmp_path / "corpus", fixes)
    assert load_fixes(tmp_path / "corpus") == fixes


def test_corrections_near_evaluation_programs_are_left_out(repository: Repository) -> None:
    repository.change("Fix a crash", "booked < nights", "booked <= nights")
    reading = render(ROOMS.split("\n\n\n")[0])
    assert reading is not None
    protected = Contamination([normalised(reading.lexemes)])
    snippets, fixes, records = gather(PLAN, protected, [named(repository.folder)])
    assert fixes == []
    assert {s.name for s in snippets if s.project == "hotel"} == {"cheapest"}
    assert next(r for r in records if r.project == "hotel").near_evaluation == 2


def test_projects_of_benchmarks_give_no_corrections(repository: Repository) -> None:
    repository.change("Fix a crash", "booked < nights", "booked <= nights")
    plan = CorpusPlan(programs_per_exercise=1, no_fixes_of=("Hotel",))
    assert gather(plan, Contamination([]), [named(repository.folder)])[1] == []


def test_a_folder_without_permission_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("GNU GENERAL PUBLIC LICENSE", encoding="utf-8")
    (tmp_path / "hotel.py").write_text(ROOMS, encoding="utf-8")
    source = named(tmp_path)
    assert not source.licence.permissive
    assert source.licence.stated == "GPL"
    assert {s.project for s in gather(PLAN, Contamination([]), [source])[0]} <= {
        f"exercises/{name}" for name in _families()
    }
    with pytest.raises(CorpusError, match="There is no folder"):
        named(tmp_path / "absent")


def _families() -> set[str]:
    from meno_model.corpus.exercises import FAMILIES

    return set(FAMILIES)


def test_a_bare_repository_without_a_commit_is_one_sentence(tmp_path: Path) -> None:
    subprocess.run(
        ["git", "init", "-q", "--bare", str(tmp_path / "empty.git")], check=True, capture_output=True
    )
    with pytest.raises(CorpusError, match="no git repository with a commit"):
        named(tmp_path / "empty.git")
