"""Tasks as data: what is labelled, with which classes, and how a cell of the CSV becomes numbers.

A new task is a few lines in ``conf/task/`` and a column in the CSV; nothing here changes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from framing.exceptions import UserError

SEPARATOR = "|"
EMPTY_SET = "none"
RESERVED = {"id", "doc_id", "sentence_id", "start", "end", "text", "lang", "target", "outlet", "date", "group", "fold"}


class View(NamedTuple):
    """How a task sees a row: with the target marked, and with the words that introduced who speaks."""

    target: bool = False
    speaker: bool = False


@dataclass(frozen=True)
class Task:
    """One question asked of every row.

    ``multi=False``: exactly one class a row. ``multi=True``: any number of classes, the empty set included.
    ``reads_target``: the answer depends on the row's target, so the text is shown with the target marked.
    ``reads_speaker``: it depends on who speaks, so a sentence that only refers back to its speaker is shown with the
    words that introduced him.
    """

    name: str
    classes: tuple[str, ...]
    multi: bool = False
    reads_target: bool = False
    column: str = ""
    reads_speaker: bool = False

    @property
    def view(self) -> View:
        """How it sees a row."""
        return View(self.reads_target, self.reads_speaker)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.name)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", self.name) or self.name in RESERVED:
            raise UserError(
                f"task {self.name!r}: a task's name is letters, digits and _, and none of {sorted(RESERVED)}"
            )
        if len(self.classes) < (1 if self.multi else 2):
            raise UserError(f"task {self.name}: classes: too few classes to tell apart: {list(self.classes)}")
        if len(set(self.classes)) < len(self.classes):
            raise UserError(f"task {self.name}: classes: the same class stands there twice")
        for c in self.classes:
            if not c or c != c.strip() or SEPARATOR in c or (self.multi and c == EMPTY_SET):
                raise UserError(
                    f"task {self.name}: classes: {c!r} is not a usable class name: no {SEPARATOR!r}, "
                    f"no outer spaces, and not {EMPTY_SET!r} where the empty set is allowed"
                )
            if not re.fullmatch(r"[\w.\- :/]+", c):
                raise UserError(f"task {self.name}: classes: {c!r}: letters, digits, _ - . : / and space only")

    def parse(self, cell: str) -> tuple[int, ...]:
        """Class indices of one cell. Raises ``ValueError`` with the reason, without file or row."""
        cell = cell.strip()
        if self.multi:
            names = [] if cell in ("", EMPTY_SET) else [part.strip() for part in cell.split(SEPARATOR)]
            if len(set(names)) < len(names):
                raise ValueError(f"{cell!r} names a label twice; name each once")
        else:
            if not cell:
                raise ValueError("is empty; label the row or take it out of the file")
            names = [cell]
        return tuple(sorted(self._index(name, cell) for name in names))

    def _index(self, name: str, cell: str) -> int:
        if name in self.classes:
            return self.classes.index(name)
        close = difflib.get_close_matches(name, self.classes, n=1, cutoff=0.6)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        where = f" in {cell!r}" if name != cell else ""
        if not name:
            raise ValueError(f"{cell!r} has an empty part; separate labels by a single {SEPARATOR!r}")
        raise ValueError(f"unknown label {name!r}{where}{hint}; use one of {', '.join(self.classes)}")

    def encode(self, parsed: Iterable[tuple[int, ...]]) -> np.ndarray:
        """Parsed cells to ``(n,)`` class indices, or ``(n, k)`` zeros and ones where labels are many."""
        cells = list(parsed)
        if not self.multi:
            return np.array([c[0] for c in cells], dtype=np.int64)
        out = np.zeros((len(cells), len(self.classes)), dtype=np.int64)
        for row, indices in enumerate(cells):
            out[row, list(indices)] = 1
        return out

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """``(n, k)`` probabilities to labels of the shape that :meth:`encode` gives."""
        if self.multi:
            return (probabilities >= 0.5).astype(np.int64)
        return probabilities.argmax(axis=1)

    def names(self, labels: np.ndarray) -> list[str]:
        """Encoded labels back to cells of a CSV."""
        if self.multi:
            return [SEPARATOR.join(self.classes[i] for i in np.flatnonzero(row)) for row in labels]
        return [self.classes[i] for i in labels]

    def class_counts(self, labels: np.ndarray) -> np.ndarray:
        """``(k,)`` rows that carry each class."""
        if self.multi:
            return labels.sum(axis=0)
        return np.bincount(labels, minlength=len(self.classes))


def unique_names(tasks: Sequence[Task]) -> None:
    """Refuse two tasks whose output columns would collide."""
    seen: dict[str, str] = {}
    for task in tasks:
        for column in [task.name, f"{task.name}_abstained", *(f"{task.name}_{c}" for c in task.classes)]:
            if column in seen:
                raise UserError(
                    f"tasks {seen[column]} and {task.name} would both write the output column {column!r}; "
                    "rename a task or a class"
                )
            seen[column] = task.name
