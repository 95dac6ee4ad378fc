"""Scores of parts of the rows: by language, target, outlet, month, and by who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from framing.ceiling import Ceiling, scores_of
from framing.evaluate import Evaluation
from framing.labels import EMPTY_SET
from framing.metrics import headline
from framing.uncertainty import FEW_GROUPS, Interval, UncertaintyConfig

MOST = 24  # values of one column that get a line
_SPEAKER = "attribution"  # the task whose gold labels make slices of their own


@dataclass(frozen=True)
class Slice:
    """The rows that share a value; ``scores`` are the first headline score of each task, of the run's own head, and
    ``readers`` that of the readers, by task and as :meth:`framing.ceiling.Ceiling.scores` names them, if any are known.
    """

    by: str
    value: str
    scores: dict[str, Interval]
    readers: dict[str, dict[str, Interval]]

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return next(iter(self.scores.values())).n_rows

    @property
    def n_groups(self) -> int:
        """How many independent groups they are of."""
        return next(iter(self.scores.values())).n_groups

    @property
    def is_thin(self) -> bool:
        """Whether there are too few groups for the intervals to mean much."""
        return self.n_groups < FEW_GROUPS


def slices(evaluation: Evaluation, ceiling: Ceiling | None, uncertainty: UncertaintyConfig) -> list[Slice]:
    """Every slice of the tested rows, the largest of a column first (months in order).

    A column of one value makes none; of a column with more than :data:`MOST` values, the largest are taken.
    """
    found = []
    for by, parts in _columns(evaluation):
        for value, rows in parts:
            scores, readers = {}, {}
            for task in evaluation.table.tasks:
                metric = headline(task)[0]
                sides = evaluation.table.labels[task.name][rows], evaluation.main.predicted[task.name][rows]
                scores[task.name] = scores_of(task, *sides, evaluation.groups[rows], uncertainty, [metric])[metric]
                theirs = ceiling.scores(task, rows, [metric]) if ceiling else {}
                readers[task.name] = {name: all_scores[metric] for name, all_scores in theirs.items()}
            found.append(Slice(by, value, scores, readers))
    return found


def _columns(evaluation: Evaluation) -> Iterator[tuple[str, list[tuple[str, np.ndarray]]]]:
    table, tested = evaluation.table, evaluation.tested
    for column in ("lang", "target", "outlet"):
        yield column, _parts(np.array(table.column(column), dtype=object)[tested], tested)
    months = [d[:7] if re.match(r"\d{4}-\d{2}", d) else "" for d in table.column("date")]
    yield "month", sorted(_parts(np.array(months, dtype=object)[tested], tested), key=lambda part: part[0])
    for task in (t for t in table.tasks if t.name == _SPEAKER):
        labels = table.labels[task.name][tested]
        has = labels == 1 if task.multi else labels[:, None] == np.arange(len(task.classes))
        of_class = [(name, tested[has[:, i]]) for i, name in enumerate(task.classes)]
        yield task.name, [(v, r) for v, r in [*of_class, (EMPTY_SET, tested[~has.any(axis=1)])] if len(r)]


def _parts(values: np.ndarray, tested: np.ndarray) -> list[tuple[str, np.ndarray]]:
    named, counts = np.unique(values.astype(str), return_counts=True)
    if len(named) < 2:
        return []
    largest = named[np.argsort(-counts, kind="stable")][:MOST]
    return [(str(v) or "(empty)", tested[values == v]) for v in largest]
