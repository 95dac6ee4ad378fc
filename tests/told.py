"""A head that says what it is told to, for tests of what is made of its answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from framing.data import Rows, Table
from framing.evaluate import Evaluation, Protocol, evaluate
from framing.labels import Task
from framing.split import Split
from framing.targets import Mode
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished

Says = Callable[[Task, str, str, Mode], Sequence[float]]  # of a text and a target, the probabilities of the classes


class ToldHead:
    """See :class:`framing.heads.base.Head`."""

    def __init__(self, tasks: Sequence[Task], says: Says) -> None:
        self.tasks, self.says = tasks, says

    def prepare(self, rows: Rows) -> None: ...

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None: ...

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        pairs = list(zip(rows.texts, rows.targets, strict=True))
        asked = [t for t in self.tasks if only is None or t.name in only]
        return {t.name: np.array([self.says(t, *pair, mode) for pair in pairs], dtype=float) for t in asked}

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...


def evaluated(table: Table, says: Says, groups: np.ndarray, folds: int = 2, rounds: int = 200) -> Evaluation:
    """What the head says of every row, in folds of whole groups."""
    fold = groups % folds
    splits = [Split(f"fold {k + 1}", np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds)]
    protocol = Protocol(table, groups, splits, UncertaintyConfig(rounds=rounds))
    return evaluate(protocol, {"told": lambda: ToldHead(table.tasks, says)}, Unfinished())
