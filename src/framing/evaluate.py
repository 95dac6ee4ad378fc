"""The harness: heads through a protocol, out-of-fold predictions to scores with intervals.

It returns plain values and knows nothing of tracking, files or plots.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from framing.data import Table
from framing.heads import Head
from framing.labels import Task
from framing.metrics import confusion, group_counts, headline, scores
from framing.split import Split, fold_of_rows, refuse_leak
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap, draw_weights, paired_difference


@dataclass(frozen=True)
class Result:
    """One head on one protocol: arrays over all rows of the table, scores over those that some split tested."""

    head: str
    probabilities: dict[str, np.ndarray]
    predicted: dict[str, np.ndarray]
    scores: dict[str, dict[str, Interval]]
    confusions: dict[str, np.ndarray]
    folds: pd.DataFrame
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """All heads of a run on the same splits; the first is the one that the run is about."""

    table: Table
    groups: np.ndarray
    splits: Sequence[Split]
    results: dict[str, Result]
    level: float  # of every interval
    differences: dict[str, dict[str, dict[str, Interval]]] = field(default_factory=dict)

    @property
    def main(self) -> Result:
        """The run's own head."""
        return next(iter(self.results.values()))

    @property
    def tested(self) -> np.ndarray:
        """Positions of the rows that were tested."""
        return np.flatnonzero(fold_of_rows(self.splits, len(self.table)))


def evaluate(
    table: Table,
    groups: np.ndarray,
    splits: Sequence[Split],
    makers: Mapping[str, Callable[[], Head]],
    config: UncertaintyConfig,
    after_split: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Cross-validate every head in ``makers`` on the same splits; the first is compared with each other one."""
    for split in splits:
        refuse_leak(split, groups)
    results = {
        name: _cross_validate(name, make, table, groups, splits, config, after_split) for name, make in makers.items()
    }
    evaluation = Evaluation(table, groups, splits, results, config.level)
    rows = evaluation.tested
    numbers = _numbered(groups[rows])
    main, *others = results
    for other in others:
        evaluation.differences[other] = {
            task.name: paired_difference(
                task,
                table.labels[task.name][rows],
                results[main].predicted[task.name][rows],
                results[other].predicted[task.name][rows],
                numbers,
                config,
            )
            for task in table.tasks
        }
    return evaluation


def _cross_validate(
    name: str,
    make: Callable[[], Head],
    table: Table,
    groups: np.ndarray,
    splits: Sequence[Split],
    config: UncertaintyConfig,
    after_split: Callable[[], None],
) -> Result:
    start = time.perf_counter()
    probabilities = {t.name: np.full((len(table), len(t.classes)), np.nan) for t in table.tasks}
    folds, rows_of = [], table.rows
    for split in splits:
        head = make()
        head.fit(
            rows_of.take(split.train),
            {task: labels[split.train] for task, labels in table.labels.items()},
            groups[split.train],
        )
        given = head.predict_proba(rows_of.take(split.test))
        for task in table.tasks:
            probabilities[task.name][split.test] = given[task.name]
        folds.append(_fold_row(split, table, groups, given))
        after_split()
    rows = np.flatnonzero(fold_of_rows(splits, len(table)))
    predicted = {t.name: _decide(t, probabilities[t.name]) for t in table.tasks}
    numbers = _numbered(groups[rows])
    weights = draw_weights(int(numbers.max()) + 1, config)
    all_scores, confusions = {}, {}
    for task in table.tasks:
        counts = group_counts(task, table.labels[task.name][rows], predicted[task.name][rows], numbers)
        all_scores[task.name] = bootstrap(task, counts, weights, config.level, len(rows))
        if not task.multi:
            confusions[task.name] = confusion(task, counts.sum(axis=0)).astype(int)
    seconds = time.perf_counter() - start
    return Result(name, probabilities, predicted, all_scores, confusions, pd.DataFrame(folds), seconds)


def _decide(task: Task, probabilities: np.ndarray) -> np.ndarray:
    """Labels of all rows; rows that no split tested get the first class or the empty set, and are never scored."""
    return task.decide(np.nan_to_num(probabilities))


def _fold_row(
    split: Split, table: Table, groups: np.ndarray, given: dict[str, np.ndarray]
) -> dict[str, str | int | float]:
    row: dict[str, str | int | float] = {
        "split": split.name,
        "train_rows": len(split.train),
        "test_rows": len(split.test),
        "train_groups": len(np.unique(groups[split.train])),
        "test_groups": len(np.unique(groups[split.test])),
    }
    for task in table.tasks:
        gold = table.labels[task.name][split.test]
        counts = group_counts(task, gold, task.decide(given[task.name]), np.zeros(len(gold), dtype=int))
        values = scores(task, counts.sum(axis=0))
        row.update({f"{task.name}/{metric}": float(values[metric]) for metric in headline(task)})
    return row


def _numbered(groups: np.ndarray) -> np.ndarray:
    """Group labels as numbers from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1].ravel()


def prediction_table(evaluation: Evaluation) -> pd.DataFrame:
    """Every row with its group, fold, gold labels, and each head's answers and probabilities."""
    table = evaluation.table
    keep = [c for c in ("id", "doc_id", "lang", "outlet", "date", "target", "text") if c in table.frame]
    out = table.frame[keep].copy()
    out["group"] = evaluation.groups
    out["fold"] = fold_of_rows(evaluation.splits, len(table))
    columns: dict[str, object] = {}
    for task in table.tasks:
        columns[task.name] = task.names(table.labels[task.name])
        for name, result in evaluation.results.items():
            columns[f"{name}/{task.name}"] = task.names(result.predicted[task.name])
            for i, label in enumerate(task.classes):
                columns[f"{name}/{task.name}_{label}"] = result.probabilities[task.name][:, i].round(6)
    return pd.concat([out, pd.DataFrame(columns, index=out.index)], axis=1)
