"""The suites that were written by hand: pairs that differ in what their name says, each side with its stance.

``data/behave/SUITE.csv`` has the columns ``id, lang, target, text_a, text_b, stance_a, stance_b, cue``. A pair passes
if both sides are answered as labelled, which is the contrast consistency of Gardner et al., "Evaluating Models' Local
Decision Boundaries via Contrast Sets" (Findings of EMNLP 2020), section 2.
"""

from __future__ import annotations

from pathlib import Path

from framing.behave.cases import Case, Reading, Suite
from framing.data import read_columns
from framing.exceptions import UserError
from framing.labels import Task
from framing.lexicon import KNOWN_TARGETS

COLUMNS = ("id", "lang", "target", "text_a", "text_b", "stance_a", "stance_b", "cue")
STANCE = "stance"
WRITTEN: dict[str, str] = {
    "negation": "a negation that the first has not, or not the one that it has",
    "reported": "in somebody's mouth what the first asserts, or the other way",
    "voice": "the passive for the active, or the parts exchanged",
    "quotation": "a quotation without its marks, or marks that make it irony",
    "order": "its targets in another order, or in each other's place",
}


def suites_folder() -> Path:
    """The files of the hand-written suites: those packed into the wheel, else the repository's. Never the working
    directory's."""
    here = Path(__file__).resolve().parent
    packed = here / "suites"
    return packed if packed.is_dir() else here.parents[2] / "data/behave"


def can_answer(task: Task) -> bool:
    """Whether the pairs can be put to this task."""
    return task.name == STANCE and not task.multi and {"favor", "against", "neutral"} <= set(task.classes)


def written_suites(task: Task, folder: Path | None = None) -> list[Suite]:
    """The five suites. Raises ``UserError`` with file, row and column of what cannot be used."""
    folder = folder or suites_folder()
    return [
        Suite(name, "MFT", about, (task.name,), tuple(read_pairs(folder / f"{name}.csv", task)))
        for name, about in WRITTEN.items()
    ]


def read_pairs(path: Path, task: Task) -> list[Case]:
    """The pairs of one file. Raises ``UserError`` as :func:`written_suites` does."""
    cases: dict[str, Case] = {}
    for number, cells in read_columns(path, COLUMNS):
        row = {name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=True)}
        problem = _problem(row, task)
        if not problem and row["id"] in cases:
            problem = f"column 'id': {row['id']!r} stands there twice; make ids unique"
        if problem:
            raise UserError(f"{path}: row {number}, {problem}")
        before, after = (Reading(row[text], row["target"], row["lang"]) for text in ("text_a", "text_b"))
        gold = {task.name: (row["stance_a"], row["stance_b"])}
        cases[row["id"]] = Case(row["id"], f"pair {row['id']}", before, after, gold, row["cue"])
    if not cases:
        raise UserError(f"{path}: no rows below the header; add some")
    return list(cases.values())


def _problem(row: dict[str, str], task: Task) -> str:
    """What is wrong with a row, and what to do; empty if nothing is."""
    for name in COLUMNS:
        if not row[name]:
            return f"column {name!r}: is empty; fill it in or take the row out"
    if row["target"] not in KNOWN_TARGETS:
        return f"column 'target': unknown target {row['target']!r}; use one of {', '.join(KNOWN_TARGETS)}"
    if row["text_a"] == row["text_b"]:
        return "column 'text_b': is the same text as text_a; change what the suite is about"
    for name in ("stance_a", "stance_b"):
        try:
            task.parse(row[name])
        except ValueError as error:
            return f"column {name!r}: {error}"
    return ""
