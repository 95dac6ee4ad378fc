"""Does what is learnt from one language, or toward one target, hold for another?

Every value of a column is learnt from alone and tested on every value. The grouped folds are crossed with that: a head
learns from other groups' rows of the one value and is tested on this fold's rows of the other. So the diagonal is the
honest in-domain score, and every figure of a column of the matrix is of the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.data import Table
from framing.exceptions import UserError
from framing.heads import Head
from framing.labels import Task
from framing.metrics import headline
from framing.out_of_fold import Protocol, out_of_fold
from framing.scoring import Scorer
from framing.split import Split, numbered
from framing.uncertainty import Interval, paired_difference
from framing.unfinished import Unfinished

LEAST = 60  # rows that a value must have to be learnt from and tested


@dataclass(frozen=True)
class Plan:
    """The splits for each value of a column that is learnt from, and the rows of values that have too few."""

    by: str
    cells: np.ndarray  # of each row
    splits: dict[str, list[Split]]
    too_few: dict[str, int]

    @property
    def values(self) -> list[str]:
        """What is learnt from and tested."""
        return list(self.splits)


@dataclass(frozen=True)
class Cell:
    """One value tested by heads that learnt from another: headline scores by task, and these minus the in-domain ones.

    ``train_rows`` and ``train_groups`` are means over the folds. Each interval holds how much it was tested on.
    """

    train: str
    test: str
    train_rows: float
    train_groups: float
    scores: dict[str, dict[str, Interval]]
    minus_in_domain: dict[str, dict[str, Interval]]


@dataclass(frozen=True)
class Transfer:
    """All cells of one column, by what was learnt from and what was tested."""

    plan: Plan
    tasks: tuple[Task, ...]
    cells: dict[tuple[str, str], Cell]


def plan(table: Table, folds: Sequence[Split], by: str) -> Plan:
    """Raises ``UserError`` where the column is missing, or where fewer than two values have ``LEAST`` rows in the tests
    of two folds or more."""
    if by not in table.frame:
        raise UserError(f"{table.path}: --by {by}: there is no column {by!r}; add it, or name another")
    cells = np.array([cell.strip() for cell in table.column(by)])
    counts = {value: int((cells == value).sum()) for value in sorted(set(cells.tolist()) - {""})}
    enough = [
        v for v, n in counts.items() if n >= LEAST and sum(bool((cells[fold.test] == v).any()) for fold in folds) > 1
    ]
    if len(enough) < 2:
        said = ", ".join(f"{v} {n}" for v, n in counts.items()) or "none"
        raise UserError(
            f"{table.path}: --by {by}: two values with {LEAST} rows in several documents are needed (rows: {said})"
        )
    splits = {
        value: [
            Split(
                f"{by} {value}, {fold.name}",
                fold.train[cells[fold.train] == value],
                fold.test[np.isin(cells[fold.test], enough)],
            )
            for fold in folds
        ]
        for value in enough
    }
    return Plan(by, cells, splits, {v: n for v, n in counts.items() if v not in enough})


def transfer(
    chosen: Plan,
    protocol: Protocol,
    name: str,
    make: Callable[[], Head],
    unfinished: Unfinished,
    after_split: Callable[[], None],
) -> Transfer:
    """Learn from every value of the plan, and test on every one."""
    table, groups = protocol.table, protocol.groups
    predicted: dict[str, dict[str, np.ndarray]] = {}
    for value, splits in chosen.splits.items():
        one = replace(protocol, splits=splits)
        raw, _ = out_of_fold(name, make, one, unfinished, after_split, modes=["marked"])
        predicted[value] = Scorer(one).answers(raw)
    cells = {}
    for test in chosen.values:
        rows = np.flatnonzero(chosen.cells == test)
        scorer = Scorer(replace(protocol, splits=chosen.splits[test]))
        for train in chosen.values:
            learnt = [split.train for split in chosen.splits[train]]
            cells[train, test] = Cell(
                train,
                test,
                float(np.mean([len(part) for part in learnt])),
                float(np.mean([len(np.unique(groups[part])) for part in learnt])),
                {t.name: dict(_headline(t, scorer.score(t, predicted[train][t.name], rows))) for t in table.tasks},
                {
                    t.name: dict(_headline(t, _difference(protocol, t, rows, predicted[train], predicted[test])))
                    for t in table.tasks
                },
            )
    return Transfer(chosen, table.tasks, cells)


def _headline(task: Task, found: dict[str, Interval]) -> Iterator[tuple[str, Interval]]:
    return ((metric, found[metric]) for metric in headline(task))


def _difference(
    protocol: Protocol, task: Task, rows: np.ndarray, first: dict[str, np.ndarray], second: dict[str, np.ndarray]
) -> dict[str, Interval]:
    gold, a, b = (labels[task.name][rows] for labels in (protocol.table.labels, first, second))
    return paired_difference(task, gold, a, b, numbered(protocol.groups[rows]), protocol.uncertainty)
