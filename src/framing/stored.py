"""A finished run as it was recorded: what every head answered for every row, and what is known of the run.

Whatever is asked of a run later (a comparison, a report, its errors) is asked of this, never of the training.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing.exceptions import UserError
from framing.labels import Task
from framing.split import numbered

PREDICTIONS, FACTS = "predictions.csv", "run.json"
HELD_OUT = "held_out_predictions.csv"


@dataclass(frozen=True)
class StoredRun:
    """``frame`` has the columns of :func:`framing.evaluate.prediction_table`, only of rows that were tested.

    ``facts``: ``name, run_id, command, overrides, data_path, data_sha256, protocol, uncertainty, calibration, splits``
    (names), ``parts`` (what all rows are that a split tests, if anything), ``published`` (figures to stand beside),
    ``heads`` (the run's own first), ``seconds`` and ``memory_mb`` by head, ``retrained``
    (:class:`framing.controls.Retrained`), ``finished`` (ISO 8601), and ``versions``. Of a saved model on new data also
    ``model`` (its ``path``, and the ``run_id, command, data_sha256, rows`` of its training) and ``warning``.
    """

    frame: pd.DataFrame
    tasks: tuple[Task, ...]
    facts: Mapping[str, Any]
    untested: frozenset[str] = frozenset()  # texts of the rows that no split tested

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self.facts["name"])

    @property
    def heads(self) -> list[str]:
        """Names of the heads that were measured, the run's own first."""
        return list(self.facts["heads"])

    @property
    def head(self) -> str:
        """The one that the run is about."""
        return self.heads[0]

    def task(self, name: str) -> Task:
        """The task of this name. Raises ``UserError`` if the run had none."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise UserError(f"run {self.name}: has no task {name!r}; it has {', '.join(t.name for t in self.tasks)}")

    @cached_property
    def groups(self) -> np.ndarray:
        """``(n,)`` numbers from 0 without gaps: rows that are not independent share one."""
        return numbered(self.frame["group"].to_numpy())

    @property
    def folds(self) -> np.ndarray:
        """``(n,)`` the number, from 1, of the split that tested each row."""
        return self.frame["fold"].to_numpy(dtype=int)

    def gold(self, task: Task) -> np.ndarray:
        """Labels as the task encodes them."""
        return self._encoded(task, task.name)

    def predicted(self, task: Task, head: str = "", mode: str = "marked") -> np.ndarray:
        """A head's answers under one way of showing the text. Raises ``UserError`` if they were not recorded."""
        head = head or self.head
        return self._encoded(task, f"{head}/{task.name}" if mode == "marked" else f"{head}@{mode}/{task.name}")

    def probabilities(self, task: Task, head: str = "") -> np.ndarray:
        """``(n, k)`` calibrated by what the other folds teach."""
        return self.frame[[f"{head or self.head}/{task.name}_{c}" for c in task.classes]].to_numpy(dtype=float)

    def abstained(self, task: Task, head: str = "") -> np.ndarray | None:
        """``(n,)`` which answers were too unsure to be given; ``None`` if no threshold could be learnt."""
        column = f"{head or self.head}/{task.name}_abstained"
        return self.frame[column].to_numpy(dtype=int) == 1 if column in self.frame else None

    def modes(self, task: Task, head: str = "") -> list[str]:
        """The ways of showing the text under which answers were recorded, ``marked`` first."""
        head = head or self.head
        found = (re.fullmatch(rf"{re.escape(head)}@(\w+)/{task.name}", c) for c in self.frame.columns)
        return ["marked", *(m.group(1) for m in found if m)]

    def _encoded(self, task: Task, column: str) -> np.ndarray:
        if column not in self.frame:
            raise UserError(f"run {self.name}: has recorded nothing under {column!r}")
        cells = self.frame[column].tolist()
        parsed = {cell: task.parse(cell) for cell in set(cells)}
        return task.encode(parsed[cell] for cell in cells)


def write_facts(folder: Path, tasks: Sequence[Task], facts: Mapping[str, Any]) -> None:
    """Leave ``run.json`` beside the predictions."""
    content = {**facts, "tasks": [asdict(t) for t in tasks]}
    (folder / FACTS).write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")


def read_run(folder: Path, name: str, file: str = PREDICTIONS) -> StoredRun:
    """The run that left its artifacts in this folder. Raises ``UserError`` where something is missing or unreadable."""
    for needed in (FACTS, file):
        if not (folder / needed).is_file():
            raise UserError(
                f"run {name}: has stored no {needed}; name a finished run, or do it again with this version"
            )
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        tasks = tuple(Task(**{**t, "classes": tuple(t["classes"])}) for t in facts.pop("tasks"))
        numbers: dict[str, type] = {"group": int, "fold": int}
        for column in (f"{head}/{t.name}_{c}" for head in facts["heads"] for t in tasks for c in t.classes):
            numbers[column] = float
        # As text, since a class may be called 1 and a document 2024; what was not tested has empty cells.
        frame = pd.read_csv(folder / file, dtype=str, keep_default_na=False, na_values={})
        tested = frame["fold"] != "0"
        untested = frozenset(frame.loc[~tested, "text"])
        frame = frame[tested].reset_index(drop=True)
        frame = frame.astype({name: kind for name, kind in numbers.items() if name in frame})
        if not facts["heads"] or not len(frame):
            raise ValueError("no head or no row")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"run {name}: {folder}: cannot be read ({error})") from None
    return StoredRun(frame, tasks, facts, untested)
