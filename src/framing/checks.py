"""What a valid table still lacks to be trained and evaluated on. Imports no torch, sklearn or mlflow."""

from __future__ import annotations

import numpy as np

from framing.data import Table


def training_problems(table: Table, folds: int) -> list[str]:
    """One line for each reason why the table cannot be cross-validated in so many folds."""
    problems: list[str] = []
    for task in table.tasks:
        labels = table.labels[task.name]
        counts = task.class_counts(labels)
        where = f"{table.path}: column {task.column!r}"
        if not task.multi and np.count_nonzero(counts) == 1:
            only = task.classes[int(counts.argmax())]
            problems.append(f"{where}: every row is {only!r}; a classifier needs at least two classes")
        elif task.multi and not counts.any():
            problems.append(f"{where}: every row is empty; label some rows or leave the task out")
        for name, count in zip(task.classes, counts, strict=True):
            if 0 < count < folds:
                rows = _rows_with(table, labels, task.classes.index(name))
                problems.append(
                    f"{where}: class {name!r} has {count} rows (row {rows}), fewer than the {folds} folds; "
                    "label more, merge it into another class, or set protocol.folds lower"
                )
    return problems


def _rows_with(table: Table, labels: np.ndarray, index: int) -> str:
    has = labels[:, index] == 1 if labels.ndim == 2 else labels == index
    return ", ".join(str(table.numbers[i]) for i in np.flatnonzero(has)[:5])
