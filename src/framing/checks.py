"""Findings about a file of labels, each with a code. Imports no torch, sklearn or mlflow.

Errors keep a file from being used, warnings make its scores doubtful, notes are worth a look. What each code means and
what to do about it stands in ``docs/checks.md``. What cannot even be read is told by ``data.read_table``, with the
codes E101 to E103.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from framing.data import Table
from framing.lexicon import KNOWN_TARGETS
from framing.near import near_duplicates
from framing.targets import spans_of
from framing.text import BIDI, confident_language

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)


@dataclass(frozen=True)
class Finding:
    """``rows`` are numbers as a spreadsheet counts them (the header is row 1); ``column`` may be empty."""

    code: str
    severity: str
    rows: tuple[int, ...]
    column: str
    message: str

    def line(self, path: str) -> str:
        """One line that names file, row, column, what is wrong and what to do."""
        rows = ", ".join(map(str, self.rows[:8])) + (", …" if len(self.rows) > 8 else "")
        where = (f": row {rows}" if self.rows else "") + (f", column {self.column!r}" if self.column else "")
        return f"{path}{where}: {self.message} [{self.code}]"


Hit = tuple[Iterable[int], str, str]  # positions of rows, column, message
Check = Callable[[Table, int], Iterable[Hit]]
CHECKS: dict[str, tuple[str, Check]] = {}


def check(code: str, severity: str) -> Callable[[Check], Check]:
    """Register a check under the code and severity of what it finds."""

    def add(function: Check) -> Check:
        CHECKS[code] = (severity, function)
        return function

    return add


def find(table: Table, folds: int, codes: Iterable[str] | None = None) -> list[Finding]:
    """What the checks find, by code and then by row; ``folds`` are those of the protocol."""
    found = []
    for code in sorted(codes or CHECKS):
        severity, function = CHECKS[code]
        of_code = [
            Finding(code, severity, tuple(table.numbers[int(i)] for i in positions), column, message)
            for positions, column, message in function(table, folds)
        ]
        found += sorted(of_code, key=lambda f: f.rows)
    return found


def training_problems(table: Table, folds: int) -> list[Finding]:
    """What keeps the table from being cross-validated in so many folds."""
    return find(table, folds, ["E106"])


def _same_text_and_target(table: Table) -> list[list[int]]:
    seen: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, pair in enumerate(zip(table.column("text"), table.column("target"), strict=True)):
        seen[pair].append(i)
    return [positions for positions in seen.values() if len(positions) > 1]


def _labels_of(table: Table, position: int) -> tuple[tuple[str, str], ...]:
    return tuple((t.name, str(table.labels[t.name][position].tolist())) for t in table.tasks)


@check("E104", ERROR)
def duplicate(table: Table, folds: int) -> Iterator[Hit]:
    """The same text and target twice, with the same labels."""
    for positions in _same_text_and_target(table):
        if len({_labels_of(table, i) for i in positions}) == 1:
            yield positions, "text", "the same text and target; keep one of the rows"


@check("E105", ERROR)
def conflict(table: Table, folds: int) -> Iterator[Hit]:
    """The same text and target twice, with different labels."""
    for positions in _same_text_and_target(table):
        for task in table.tasks:
            names = task.names(table.labels[task.name][positions])
            if len(set(names)) > 1:
                said = " and ".join(repr(n or "none") for n in dict.fromkeys(names))
                yield positions, task.column, f"the same text and target are labelled {said}; decide on one"


@check("E106", ERROR)
def too_small(table: Table, folds: int) -> Iterator[Hit]:
    """Classes that the protocol cannot train and test on."""
    for task in table.tasks:
        labels = table.labels[task.name]
        counts = task.class_counts(labels)
        if not task.multi and np.count_nonzero(counts) == 1:
            only = task.classes[int(counts.argmax())]
            yield (), task.column, f"every row is {only!r}; a classifier needs at least two classes"
        elif task.multi and not counts.any():
            yield (), task.column, "every row is empty; label some rows or leave the task out"
        for i, (name, count) in enumerate(zip(task.classes, counts, strict=True)):
            if 0 < count < folds:
                has = labels[:, i] == 1 if task.multi else labels == i
                message = (
                    f"class {name!r} has {count} rows, fewer than the {folds} folds; label more, merge it into another "
                    "class, or set protocol.folds lower"
                )
                yield np.flatnonzero(has), task.column, message


@check("W201", WARNING)
def near_duplicate(table: Table, folds: int) -> Iterator[Hit]:
    """Nearly the same sentence in two documents."""
    texts, documents, pairs = table.column("text"), table.column("doc_id"), table.column("contrast_id")
    for i, j in near_duplicates(texts):
        if documents[i] != documents[j] and not (pairs[i] and pairs[i] == pairs[j]):
            message = (
                f"nearly the same sentence in documents {documents[i]!r} and {documents[j]!r}; if it is one story, "
                "keep one copy or give both one doc_id"
            )
            yield (i, j), "text", message


@check("W202", WARNING)
def bidi_control(table: Table, folds: int) -> Iterator[Hit]:
    """Characters that make a text look other than it is."""
    for i, text in enumerate(table.column("text")):
        found = BIDI.search(text)
        if found:
            code = f"U+{ord(found.group()):04X}"
            yield (i,), "text", f"holds {code}, which makes the text look other than it is; take it out"


@check("N301", NOTE)
def unmentioned(table: Table, folds: int) -> Iterator[Hit]:
    """A known target that the text does not name."""
    pairs = zip(table.column("text"), table.column("target"), strict=True)
    rows = [i for i, (text, target) in enumerate(pairs) if target in KNOWN_TARGETS and not spans_of(text, target)]
    if rows:
        message = "have a target that their text is not found to name; right where it is plain from before"
        yield rows, "target", f"{len(rows)} rows {message}"


@check("N302", NOTE)
def other_language(table: Table, folds: int) -> Iterator[Hit]:
    """A language tag that the detector contradicts."""
    for i, (text, tag) in enumerate(zip(table.column("text"), table.column("lang"), strict=True)):
        guess = confident_language(text) if tag.strip() else ""
        if guess and guess != tag.strip().lower().split("-")[0]:
            yield (i,), "lang", f"is tagged {tag!r} and looks like {guess!r}; correct the tag if it is wrong"
