"""The automatic part of the rubric for hint texts, over all curated texts and languages.

    python benchmarks/hint_rubric.py [REPAIRS] [--format table|json] [--show]

REPAIRS is a folder of mistakes with their smallest repairs (tests/analyzers/hints/repairs). Each ladder is
filled in for each of its mistakes, and each of its texts is scored: *length* of the level, *reading* (grade 9
or the ease that answers to it), *one open question* where the text is a question, *no edit phrase*, *leak 0*
against the repair, *tone*. `passed` is the share of texts that keep all of them. The last row is the control:
the same questions with the repaired line in them, which have to fail. `--show` lists what did not pass.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from analyzers.hints.hint_cases import Repair
from analyzers.hints.test_hint_catalogue import BANNED, WORDS
from analyzers.hints.test_hint_chains import FEWEST_WORDS, MOST_WORDS
from analyzers.hints.test_hint_translations import BANNED as BANNED_ELSEWHERE
from analyzers.hints.test_hint_translations import MOST_WORDS as MOST_ELSEWHERE
from meno_analyzers.hints import Level, check_leak, code_span, ladder_for
from meno_analyzers.hints.catalogue import FOLDER
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.lexicon import load_lexicon
from meno_analyzers.hints.markdown import prose
from meno_analyzers.hints.readability import reads_easily, words

LANGUAGES = ("en", "de", "fr", "es")
LONGEST_NOTICE = {"en": 130}
OTHER_NOTICE = 160
CRITERIA = ("length", "reading", "one open question", "no edit phrase", "leak 0", "tone")
CHAIN = "question of the chain"


@dataclass(frozen=True, slots=True)
class Text:
    """One filled text: its place in the ladder, and the mistake that it is about."""

    kind: str
    level: Level
    text: str
    language: str
    repair: Repair

    def failed(self) -> list[str]:
        """The criteria that it does not keep."""
        kept = (
            self._length(),
            self._reading(),
            self._question(),
            self.level is Level.EXAMPLE or edit_order(self.text, self.language) is None,
            self._leak(),
            self._tone(),
        )
        return [name for name, fine in zip(CRITERIA, kept, strict=True) if not fine]

    def _length(self) -> bool:
        count = len(words(self.text))
        if self.kind == CHAIN:
            return FEWEST_WORDS <= count <= MOST_WORDS + (0 if self.language == "en" else 10)
        if self.level is Level.NOTICE:
            return len(self.text) <= LONGEST_NOTICE.get(self.language, OTHER_NOTICE)
        least, most = WORDS[self.level]
        return (least <= count <= most) if self.language == "en" else count <= MOST_ELSEWHERE[self.level]

    def _reading(self) -> bool:
        """A number for a paragraph says little about one sentence, so those are judged by the ladder."""
        if self.kind == CHAIN or self.level is Level.NOTICE:
            return True
        ladder = ladder_for(self.repair.finding, self.language)
        levels = [level for level in WORDS if level is not Level.NOTICE]
        whole = "\n\n".join(ladder.text(level) for level in levels)
        return reads_easily(self.text if self.language == "en" else whole, self.language)

    def _question(self) -> bool:
        if self.level is not Level.QUESTIONS:
            return True
        questions = [self.text] if self.kind == CHAIN else self.text.removeprefix("- ").split("\n- ")
        closed = load_lexicon(self.language).closed
        spoken = [prose(question).strip() for question in questions]
        return all(text.endswith("?") and text.count("?") == 1 and not closed.match(text) for text in spoken)

    def _leak(self) -> bool:
        report = check_leak(
            self.text,
            original=self.repair.original,
            repaired=self.repair.repaired,
            level=self.level,
            language=self.language,
        )
        return not report.reasons

    def _tone(self) -> bool:
        spoken = prose(self.text)
        if self.language == "en":
            return BANNED.search(spoken) is None
        return re.search(BANNED_ELSEWHERE[self.language], spoken, re.IGNORECASE) is None


def repairs_in(folder: Path) -> list[Repair]:
    return [
        Repair(**table)
        for path in sorted(folder.glob("*.toml"))
        for table in tomllib.loads(path.read_text("utf-8"))["repair"]
    ]


def texts(repairs: list[Repair], language: str) -> Iterator[Text]:
    """The texts of the rules that the language has, for each of their mistakes."""
    for repair in repairs:
        if not (FOLDER / language / "rules" / f"{repair.rule}.toml").is_file():
            continue
        ladder = ladder_for(repair.finding, language)
        for level in (*WORDS, Level.NOTICE):
            yield Text(level.name.lower(), level, ladder.text(level), language, repair)
        for question in ladder.chain:
            yield Text(CHAIN, Level.QUESTIONS, question.text, language, repair)


def control(repairs: list[Repair]) -> Iterator[Text]:
    """The first question of each ladder with the repaired line, where there is one."""
    for repair in repairs:
        before = set(repair.original.splitlines())
        line = next((row for row in repair.repaired.splitlines() if row not in before and row.strip()), None)
        if line is not None:
            question = ladder_for(repair.finding).questions[0]
            text = f"{question.removesuffix('?')}, and what of {code_span(line.strip())}?"
            yield Text(CHAIN, Level.QUESTIONS, text, "en", repair)


def row(name: str, scored: list[tuple[Text, list[str]]], language: str) -> Row:
    passed = sum(not failed for _, failed in scored)
    return {
        "language": language,
        "texts": name,
        "rules": len({text.repair.rule for text, _ in scored}),
        "count": len(scored),
        **{
            criterion: f"{sum(criterion not in failed for _, failed in scored) / len(scored):.1%}"
            for criterion in CRITERIA
        },
        "passed": f"{passed / len(scored):.1%}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    default = Path(__file__).parents[1] / "tests" / "analyzers" / "hints" / "repairs"
    parser.add_argument("repairs", type=Path, nargs="?", default=default)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    repairs = repairs_in(options.repairs)
    rows: list[Row] = []
    for language in LANGUAGES:
        scored = [(text, text.failed()) for text in texts(repairs, language)]
        kinds = dict.fromkeys(text.kind for text, _ in scored)
        rows += [row(kind, [one for one in scored if one[0].kind == kind], language) for kind in kinds]
        if options.show:
            for text, failed in scored:
                if failed:
                    print(language, text.repair.rule, text.kind, failed, text.text, file=sys.stderr)
    rows.append(row("control: the repair in the question", [(t, t.failed()) for t in control(repairs)], "en"))
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
