"""The harness: heads through a protocol, out-of-fold predictions to scores with intervals.

It returns plain values and knows nothing of tracking, files or plots.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from framing.calibrate import Calibration, CalibrationConfig, fit_folds
from framing.data import Table
from framing.heads import Head
from framing.labels import Task
from framing.metrics import all_right_counts, confusion, group_counts, headline, scores, sure_counts
from framing.split import Split, fold_of_rows, refuse_leak
from framing.targets import MODES, Mode
from framing.uncertainty import (
    Interval,
    UncertaintyConfig,
    bootstrap,
    bootstrap_shares,
    draw_weights,
    paired_difference,
)
from framing.unfinished import Unfinished

Scores = dict[str, dict[str, Interval]]  # by task, then by name of the score


@dataclass(frozen=True)
class Result:
    """One head on one protocol: arrays over all rows of the table, scores over those that some split tested.

    ``probabilities`` are calibrated by what the other folds teach, ``abstained`` says which answers fall below a
    threshold learnt in the same way; ``calibrations`` are what all folds together teach. ``controls`` are the scores
    of the tasks that read the target for each way of showing it, ``marked`` included. ``slices`` are scores of part of
    the rows: of a published split, those whose sentence is not in its training rows.
    """

    head: str
    probabilities: dict[str, np.ndarray]
    predicted: dict[str, np.ndarray]
    abstained: dict[str, np.ndarray]
    scores: Scores
    controls: dict[Mode, Scores]
    slices: dict[str, Scores]  # by the slice's name
    confusions: dict[str, np.ndarray]
    calibrations: dict[str, Calibration]
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
    differences: dict[str, Scores] = field(default_factory=dict)

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
    uncertainty: UncertaintyConfig,
    calibration: CalibrationConfig,
    unfinished: Unfinished,
    after_split: Callable[[], None] = lambda: None,
    calibrated: Mapping[str, Mapping[str, Calibration]] | None = None,
) -> Evaluation:
    """Cross-validate every head in ``makers`` on the same splits; the first is compared with each other one.

    ``calibrated`` gives each head's calibrations, fitted elsewhere; without it each fold is calibrated by the others.
    """
    for split in splits:
        refuse_leak(split, groups)
    results = {}
    for name, make in makers.items():
        raw, folds = _out_of_fold(name, make, table, groups, splits, unfinished, after_split)
        own = calibrated[name] if calibrated else None
        results[name] = _score(name, raw, table, groups, splits, folds, uncertainty, calibration, own)
    evaluation = Evaluation(table, groups, splits, results, uncertainty.level)
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
                uncertainty,
            )
            for task in table.tasks
        }
    return evaluation


def _out_of_fold(
    name: str,
    make: Callable[[], Head],
    table: Table,
    groups: np.ndarray,
    splits: Sequence[Split],
    unfinished: Unfinished,
    after_split: Callable[[], None],
) -> tuple[dict[Mode, dict[str, np.ndarray]], pd.DataFrame]:
    """Probabilities as the head gives them, for each way of showing the target; and one line for each fold."""
    raw: dict[Mode, dict[str, np.ndarray]] = {
        mode: {t.name: np.full((len(table), len(t.classes)), np.nan) for t in table.tasks if _in_mode(t, mode)}
        for mode in MODES
    }
    lines, rows_of = [], table.rows
    for split in splits:
        given = unfinished.recall(f"{name} {split.name}")
        if given is None:
            start = time.perf_counter()
            head = make()
            labels = {task: labels[split.train] for task, labels in table.labels.items()}
            with unfinished.training(f"{name} {split.name}") as folder:
                head.fit(rows_of.take(split.train), labels, groups[split.train], folder)
            test = rows_of.take(split.test)
            given = {f"{mode}/{task}": p for mode in MODES for task, p in head.predict_proba(test, mode).items()}
            given["seconds"] = np.array([time.perf_counter() - start])
            unfinished.remember(f"{name} {split.name}", given)
        for mode, by_task in raw.items():
            for task_name, array in by_task.items():
                array[split.test] = given[f"{mode}/{task_name}"]
        marked = {t.name: given[f"marked/{t.name}"] for t in table.tasks}
        lines.append({**_fold_row(split, table, groups, marked), "seconds": float(given["seconds"][0])})
        after_split()
    return raw, pd.DataFrame(lines)


def _in_mode(task: Task, mode: Mode) -> bool:
    """Whether the way of showing the target can matter."""
    return task.reads_target or mode == "marked"


def _score(
    name: str,
    raw: Mapping[Mode, Mapping[str, np.ndarray]],
    table: Table,
    groups: np.ndarray,
    splits: Sequence[Split],
    folds: pd.DataFrame,
    uncertainty: UncertaintyConfig,
    calibration: CalibrationConfig,
    calibrated: Mapping[str, Calibration] | None,
) -> Result:
    fold = fold_of_rows(splits, len(table))
    rows = np.flatnonzero(fold)
    numbers = _numbered(groups[rows])
    weights = draw_weights(int(numbers.max()) + 1, uncertainty)
    result = Result(name, {}, {}, {}, {}, {m: {} for m in MODES}, {}, {}, {}, folds, float(folds["seconds"].sum()))
    slices = _slices(table, splits)
    result.slices.update({part: {} for part in slices})
    for task in table.tasks:
        gold = table.labels[task.name]
        if calibrated:
            by_fold, last = dict.fromkeys(range(1, len(splits) + 1), calibrated[task.name]), calibrated[task.name]
        else:
            by_fold, last = fit_folds(task, raw["marked"][task.name], gold, fold, calibration)
        result.calibrations[task.name] = last
        for mode in (m for m in MODES if _in_mode(task, m)):
            probabilities, silent = raw[mode][task.name].copy(), np.zeros(len(table), dtype=bool)
            for k, fitted in by_fold.items():
                probabilities[fold == k] = fitted.apply(task, probabilities[fold == k])
                silent[fold == k] = fitted.abstains(task, probabilities[fold == k])
            predicted = task.decide(np.nan_to_num(probabilities))  # untested rows: never scored
            counts = group_counts(task, gold[rows], predicted[rows], numbers)
            found = bootstrap(task, counts, weights, uncertainty.level, len(rows))
            if task.reads_target:
                mixed = all_right_counts(table.column("text"), gold, predicted, rows, numbers)
                found |= bootstrap_shares(mixed, weights, uncertainty.level)
                result.controls[mode][task.name] = found
            if mode == "marked":
                sure = sure_counts(task, gold[rows], predicted[rows], silent[rows], numbers)
                found |= bootstrap_shares(sure, weights, uncertainty.level)
                result.probabilities[task.name], result.predicted[task.name] = probabilities, predicted
                result.abstained[task.name], result.scores[task.name] = silent, found
                for part, positions in slices.items():
                    own = _numbered(groups[positions])
                    drawn = draw_weights(int(own.max()) + 1, uncertainty)
                    part_counts = group_counts(task, gold[positions], predicted[positions], own)
                    found_here = bootstrap(task, part_counts, drawn, uncertainty.level, len(positions))
                    result.slices[part][task.name] = found_here
                if not task.multi:
                    result.confusions[task.name] = confusion(task, counts.sum(axis=0)).astype(int)
    return result


def _slices(table: Table, splits: Sequence[Split]) -> dict[str, np.ndarray]:
    """Positions by name of a slice; empty ones are left out."""
    texts = table.column("text")
    found = {}
    for split in (s for s in splits if s.published):
        learnt = {texts[i] for i in split.train}
        found["unseen sentences"] = np.array([i for i in split.test if texts[i] not in learnt], dtype=int)
    return {name: rows for name, rows in found.items() if len(rows)}


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
            columns[f"{name}/{task.name}_abstained"] = result.abstained[task.name].astype(int)
            for i, label in enumerate(task.classes):
                columns[f"{name}/{task.name}_{label}"] = result.probabilities[task.name][:, i].round(6)
    return pd.concat([out, pd.DataFrame(columns, index=out.index)], axis=1)
