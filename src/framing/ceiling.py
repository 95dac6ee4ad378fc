"""What readers reach: two readings of the same rows, each against the adjudicated label and against the other.

Scores and intervals are those of a head, on the same rows and the same draws of groups, so that they can stand beside
it. Readers who agree more with each other than a head agrees with them leave room above the head; a head cannot be
told from right where readers differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np

from framing.agree import read_annotations
from framing.data import Table
from framing.evaluate import Evaluation
from framing.exceptions import UserError
from framing.labels import SEPARATOR, Task
from framing.metrics import group_counts
from framing.split import numbered
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap, draw_weights

NONE = "none"  # as `data.annotations`: do not look for any
BESIDE = "annotations.csv"
Reading = tuple[int, ...]  # class indices


@dataclass(frozen=True)
class Readings:
    """Of two readers: by task and row id, the labels of the first and of the second. ``kind``: what they are."""

    names: tuple[str, str]
    kind: str
    labels: Mapping[str, Mapping[str, tuple[Reading, Reading]]]


def read_readings(table: Table, annotations: str, kind: str) -> Readings | None:
    """The readings of a table's rows: in the file that is named, else in ``annotations.csv`` beside the table, if there
    is one.

    Of more than two readers, the two who share most rows. Nothing if no two have read a row of the table. Raises
    ``UserError`` for a label that its task does not know.
    """
    data = Path(table.path)
    file = Path(annotations) if annotations else data.parent / BESIDE
    if annotations == NONE or (not annotations and not (data.is_file() and file.is_file())):
        return None
    wanted = set(table.column("id"))
    units = {
        task: {i: readers for i, readers in by_row.items() if i in wanted}
        for task, by_row in read_annotations(file).items()
    }
    tasks = [t for t in table.tasks if t.name in units]
    pairs = Counter(pair for t in tasks for readers in units[t.name].values() for pair in combinations(readers, 2))
    if not pairs:
        return None
    names = pairs.most_common(1)[0][0]
    labels: dict[str, dict[str, tuple[Reading, Reading]]] = {}
    for task in tasks:
        labels[task.name] = {
            row: (_parsed(file, task, row, readers[names[0]]), _parsed(file, task, row, readers[names[1]]))
            for row, readers in units[task.name].items()
            if set(names) <= set(readers)
        }
    return Readings(names, kind, labels)


def _parsed(file: Path, task: Task, row: str, labels: frozenset[str]) -> Reading:
    try:
        return task.parse(SEPARATOR.join(sorted(labels)))
    except ValueError as error:
        raise UserError(
            f"{file}: id {row!r}, task {task.name}: {error}; mend it, or look for no readings: data.annotations={NONE}"
        ) from None


@dataclass(frozen=True)
class Ceiling:
    """Two readings beside the run's own head, on the rows that an evaluation tested."""

    readings: Readings
    evaluation: Evaluation
    config: UncertaintyConfig

    @property
    def columns(self) -> list[str]:
        """What stands beside the head, in words."""
        first, second = self.readings.names
        return [f"{first} vs gold", f"{second} vs gold", f"{first} vs {second}"]

    def read(self, task: Task) -> np.ndarray:
        """Positions of the tested rows that both have read."""
        ids, known = self.evaluation.table.column("id"), self.readings.labels.get(task.name, {})
        return np.array([i for i in self.evaluation.tested if ids[i] in known], dtype=int)

    @cached_property
    def partial(self) -> bool:
        """Whether both have read some of the tested rows only."""
        return any(len(self.read(t)) < len(self.evaluation.tested) for t in self.evaluation.table.tasks)

    @property
    def beside(self) -> dict[str, str]:
        """What a table shows beside the head, and the name that :meth:`scores` has for it. Where the readers have read
        some of the rows only, the head's own score on those comes first."""
        own = {f"{self.evaluation.main.head}, rows that both read": ""} if self.partial else {}
        return own | {column: column for column in self.columns}

    def scores(
        self, task: Task, rows: np.ndarray | None = None, only: Collection[str] = ()
    ) -> dict[str, dict[str, Interval]]:
        """Every score of the task, or ``only`` these, by :attr:`columns`, and the head's own under ``""``: on the
        rows that both have read, of ``rows`` if given. Empty if there are none."""
        both = self.read(task)
        rows = both if rows is None else np.intersect1d(both, rows)
        if not len(rows):
            return {}
        table = self.evaluation.table
        known, ids = self.readings.labels[task.name], table.column("id")
        first, second = (task.encode([known[ids[i]][k] for i in rows]) for k in (0, 1))
        gold, own = table.labels[task.name][rows], self.evaluation.main.predicted[task.name][rows]
        sides = [(gold, own), (gold, first), (gold, second), (first, second)]
        return {
            name: scores_of(task, *side, self.evaluation.groups[rows], self.config, only)
            for name, side in zip(["", *self.columns], sides, strict=True)
        }


def scores_of(
    task: Task,
    gold: np.ndarray,
    predicted: np.ndarray,
    groups: np.ndarray,
    config: UncertaintyConfig,
    only: Collection[str] = (),
) -> dict[str, Interval]:
    """Every score of one set of labels against another, or ``only`` these, with its interval. ``groups``: ``(n,)`` of
    any numbers."""
    numbers = numbered(groups)
    weights = draw_weights(int(numbers.max()) + 1, config)
    return bootstrap(task, group_counts(task, gold, predicted, numbers), weights, config.level, len(gold), only)
