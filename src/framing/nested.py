"""Nested search: a head whose settings are chosen by inner folds of the rows that it is given to learn from.

It learns like any head, so whatever the harness keeps from a head, its search does not see either.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing.calibrate import CalibrationConfig
from framing.data import Rows, Table
from framing.exceptions import UserError
from framing.heads import Head, HeadConfig, head_kind
from framing.labels import Task
from framing.metrics import group_counts, headline, scores
from framing.out_of_fold import Protocol, out_of_fold
from framing.protocols import ProtocolConfig, grouped_kfold
from framing.scoring import Scorer
from framing.targets import Mode
from framing.unfinished import Unfinished


def candidates(base: HeadConfig, grid: Mapping[str, Any]) -> list[HeadConfig]:
    """Every combination of the grid's values; of its kind's own grid, if it is empty.

    Raises ``UserError`` for a name that is no setting of the head, and for values that are no list of its type.
    """
    grid = grid or head_kind(base.kind).grid
    names = [f.name for f in fields(base) if f.name != "kind"]
    for name, values in grid.items():
        if name not in names:
            raise UserError(f"protocol.grid.{name}: is not a setting of head={base.kind}; use {', '.join(names)}")
        if not isinstance(values, Sequence) or isinstance(values, str) or not values:
            raise UserError(f"protocol.grid.{name}: give a list of values to try")
        for value in values:
            if not _fits(value, getattr(base, name)):
                wanted = type(getattr(base, name)).__name__
                raise UserError(f"protocol.grid.{name}: {value!r} is no {wanted}, which this setting is")
    return [replace(base, **dict(zip(grid, chosen, strict=True))) for chosen in itertools.product(*grid.values())]


def _fits(value: Any, example: Any) -> bool:
    if isinstance(example, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(example)


class SearchedHead:
    """See :class:`framing.heads.base.Head`. The settings are those with the best mean, over tasks, of the first
    headline score on the inner folds; of equals, the first of the grid."""

    def __init__(
        self,
        base: HeadConfig,
        tasks: Sequence[Task],
        make: Callable[[HeadConfig], Head],
        protocol: ProtocolConfig,
        calibration: CalibrationConfig,
    ) -> None:
        self._tasks, self._make, self._calibration = tuple(tasks), make, calibration
        self._inner = replace(protocol, folds=protocol.inner_folds)
        self._candidates = candidates(base, protocol.grid)
        self._searched = list(protocol.grid or head_kind(base.kind).grid)
        self._head = make(base)
        self.chosen: dict[str, Any] = {}

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`."""
        self._head.prepare(rows)

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`. Chooses first, then learns from all rows."""
        best = self._candidates[0]
        if len(self._candidates) > 1:
            frame = pd.DataFrame({"text": rows.texts, "target": rows.targets})
            table = Table(
                "training rows", "", frame, dict(labels), self._tasks, list(range(len(rows))), rows.introductions
            )
            inner = Protocol(table, groups, grouped_kfold(table, groups, self._inner), calibration=self._calibration)
            kept = Unfinished(unfinished)
            best = max(self._candidates, key=lambda settings: self._score(inner, settings, kept))
        self.chosen = {name: getattr(best, name) for name in self._searched}
        self._head = self._make(best)
        self._head.fit(rows, labels, groups, unfinished)

    def _score(self, inner: Protocol, settings: HeadConfig, kept: Unfinished) -> float:
        raw, _ = out_of_fold(str(settings), lambda: self._make(settings), inner, kept, modes=["marked"])
        predicted = Scorer(inner).answers(raw)
        together, found = np.zeros_like(inner.groups), []
        for task in self._tasks:
            counts = group_counts(task, inner.table.labels[task.name], predicted[task.name], together)
            found.append(scores(task, counts[0])[headline(task)[0]])
        return float(np.mean(found))

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`."""
        return self._head.predict_proba(rows, mode, only)

    def save(self, folder: Path) -> None:
        """See :class:`Head`: the one whose settings were chosen, as that kind saves itself."""
        self._head.save(folder)

    def load(self, folder: Path) -> None:
        """See :class:`Head`."""
        self._head.load(folder)
