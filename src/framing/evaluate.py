"""The harness: heads through a protocol, out-of-fold predictions to scores with intervals.

It returns plain values and knows nothing of tracking, files or plots.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from framing import memory
from framing.calibrate import Calibration, CalibrationConfig, fit_folds
from framing.data import Table
from framing.heads import Head
from framing.labels import Task
from framing.metrics import all_right_counts, confusion, group_counts, headline, scores, sure_counts
from framing.split import Split, fold_of_rows, numbered, refuse_leak
from framing.targets import MODES, Mode, modes_of
from framing.uncertainty import (
    Interval,
    UncertaintyConfig,
    bootstrap,
    bootstrap_shares,
    draw_weights,
    paired_difference,
)
from framing.unfinished import Unfinished

UNSEEN = "unseen sentences"  # of a published split, those that its training rows do not hold
Scores = dict[str, dict[str, Interval]]  # by task, then by name of the score


@dataclass(frozen=True)
class Result:
    """One head on one protocol: arrays over all rows of the table, scores over those that some split tested.

    ``probabilities`` are calibrated by what the other folds teach, ``abstained`` says which answers fall below a
    threshold learnt in the same way; ``calibrations`` are what all folds together teach. ``controls`` are the scores
    under each way of showing the text that differs for a task, ``marked`` included, and ``answers`` what was
    answered under the others. ``slices`` are scores of part of
    the rows: of a published split, those whose sentence is not in its training rows.
    """

    head: str
    folds: list[dict[str, str | int | float]]  # one line for each split
    controls: dict[Mode, Scores]
    slices: dict[str, Scores]  # by the slice's name
    scores: Scores = field(default_factory=dict)
    probabilities: dict[str, np.ndarray] = field(default_factory=dict)
    predicted: dict[str, np.ndarray] = field(default_factory=dict)
    answers: dict[Mode, dict[str, np.ndarray]] = field(default_factory=dict)
    abstained: dict[str, np.ndarray] = field(default_factory=dict)
    confusions: dict[str, np.ndarray] = field(default_factory=dict)
    calibrations: dict[str, Calibration] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of training and testing on all splits."""
        return sum(float(line["seconds"]) for line in self.folds)

    @property
    def memory(self) -> float:
        """Megabytes that the process held at the highest while this head learnt and answered."""
        return max((float(line["peak_mb"]) for line in self.folds), default=0.0)


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


@dataclass(frozen=True)
class Protocol:
    """On what, and how, heads are measured."""

    table: Table
    groups: np.ndarray
    splits: Sequence[Split]
    uncertainty: UncertaintyConfig = field(default_factory=UncertaintyConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)


def evaluate(
    protocol: Protocol,
    makers: Mapping[str, Callable[[], Head]],
    unfinished: Unfinished,
    after_split: Callable[[], None] = lambda: None,
    calibrated: Mapping[str, Mapping[str, Calibration]] | None = None,
) -> Evaluation:
    """Cross-validate every head in ``makers`` on the same splits; the first is compared with each other one.

    ``calibrated`` gives each head's calibrations, fitted elsewhere; without it each fold is calibrated by the others.
    """
    table, groups = protocol.table, protocol.groups
    for split in protocol.splits:
        refuse_leak(split, groups)
    results = {}
    for name, make in makers.items():
        raw, costs = _out_of_fold(name, make, protocol, unfinished, after_split)
        results[name] = _Scorer(protocol).result(name, raw, costs, calibrated[name] if calibrated else None)
    evaluation = Evaluation(table, groups, protocol.splits, results, protocol.uncertainty.level)
    evaluation.differences.update(paired_differences(evaluation, protocol.uncertainty))
    return evaluation


def paired_differences(evaluation: Evaluation, uncertainty: UncertaintyConfig) -> dict[str, Scores]:
    """The first head minus each other one, by the other's name."""
    table, rows = evaluation.table, evaluation.tested
    numbers = numbered(evaluation.groups[rows])
    first, *others = evaluation.results.values()
    return {
        other.head: {
            task.name: paired_difference(
                task,
                table.labels[task.name][rows],
                first.predicted[task.name][rows],
                other.predicted[task.name][rows],
                numbers,
                uncertainty,
            )
            for task in table.tasks
        }
        for other in others
    }


def _out_of_fold(
    name: str,
    make: Callable[[], Head],
    protocol: Protocol,
    unfinished: Unfinished,
    after_split: Callable[[], None],
) -> tuple[dict[Mode, dict[str, np.ndarray]], list[dict[str, float]]]:
    """Probabilities as the head gives them, for each way of showing the text; and seconds and memory of each split."""
    table, rows = protocol.table, protocol.table.rows
    asked = {mode: [t for t in table.tasks if mode in modes_of(t.reads_target)] for mode in MODES}
    raw: dict[Mode, dict[str, np.ndarray]] = {
        mode: {t.name: np.full((len(table), len(t.classes)), np.nan) for t in tasks} for mode, tasks in asked.items()
    }
    costs = []
    for split in protocol.splits:
        step = f"{name} {split.name}"
        given = unfinished.recall(step)
        if given is None:
            memory.forget_peak()
            start = time.perf_counter()
            head = make()
            labels = {task: labels[split.train] for task, labels in table.labels.items()}
            with unfinished.training(step) as folder:
                head.fit(rows.take(split.train), labels, protocol.groups[split.train], folder)
            given = {}
            for mode, tasks in asked.items():
                found = head.predict_proba(rows.take(split.test), mode, [t.name for t in tasks])
                given |= {f"{mode}/{task}": p for task, p in found.items()}
            given["cost"] = np.array([time.perf_counter() - start, memory.peak()])
            unfinished.remember(step, given)
        for mode, by_task in raw.items():
            for task_name, array in by_task.items():
                array[split.test] = given[f"{mode}/{task_name}"]
        costs.append(dict(zip(("seconds", "peak_mb"), given["cost"].tolist(), strict=True)))
        after_split()
    return raw, costs


class _Scorer:
    """Out-of-fold probabilities of one head to its calibrated answers and their scores."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol, self.table = protocol, protocol.table
        self.fold = fold_of_rows(protocol.splits, len(self.table))
        self.rows = np.flatnonzero(self.fold)
        self.slices = _slices(self.table, protocol.splits)

    def result(
        self,
        name: str,
        raw: Mapping[Mode, Mapping[str, np.ndarray]],
        costs: Sequence[Mapping[str, float]],
        calibrated: Mapping[str, Calibration] | None,
    ) -> Result:
        """Everything that is known of the head."""
        lines = [self._fold_line(split) for split in self.protocol.splits]
        result = Result(name, lines, controls={m: {} for m in MODES}, slices={s: {} for s in self.slices})
        for task in self.table.tasks:
            gold = self.table.labels[task.name]
            if calibrated:
                last = calibrated[task.name]
                by_fold = dict.fromkeys(np.unique(self.fold[self.rows]).tolist(), last)
            else:
                by_fold, last = fit_folds(task, raw["marked"][task.name], gold, self.fold, self.protocol.calibration)
            result.calibrations[task.name] = last
            for mode in (m for m in MODES if task.name in raw[m]):
                probabilities, predicted, silent = self._calibrated(task, raw[mode][task.name], by_fold)
                found = self._scores(task, predicted, self.rows, silent if mode == "marked" else None)
                result.controls[mode][task.name] = found
                if mode != "marked":
                    result.answers.setdefault(mode, {})[task.name] = predicted
                else:
                    result.probabilities[task.name], result.predicted[task.name] = probabilities, predicted
                    result.abstained[task.name], result.scores[task.name] = silent, found
                    for part, rows in self.slices.items():
                        result.slices[part][task.name] = self._scores(task, predicted, rows)
                    self._add_to_folds(task, predicted, lines)
                    if not task.multi:
                        counts = group_counts(task, gold[self.rows], predicted[self.rows], np.zeros_like(self.rows))
                        result.confusions[task.name] = confusion(task, counts[0]).astype(int)
        for line, cost in zip(lines, costs, strict=True):
            line.update(cost)
        return result

    def _calibrated(
        self, task: Task, raw: np.ndarray, by_fold: Mapping[int, Calibration]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities, answers, and which rows abstain; of rows that were not tested, none of it means anything."""
        probabilities, silent = raw.copy(), np.zeros(len(raw), dtype=bool)
        predicted = np.zeros_like(self.table.labels[task.name])
        for k, fitted in by_fold.items():
            here = self.fold == k
            probabilities[here] = fitted.apply(task, raw[here])
            predicted[here] = fitted.decide(task, probabilities[here])
            silent[here] = fitted.abstains(task, probabilities[here])
        return probabilities, predicted, silent

    def _scores(
        self, task: Task, predicted: np.ndarray, rows: np.ndarray, silent: np.ndarray | None = None
    ) -> dict[str, Interval]:
        return scores_of_rows(
            self.table, self.protocol.groups, task, predicted, rows, self.protocol.uncertainty, silent
        )

    def _fold_line(self, split: Split) -> dict[str, str | int | float]:
        groups = self.protocol.groups
        return {
            "split": split.name,
            "train_rows": len(split.train),
            "test_rows": len(split.test),
            "train_groups": len(np.unique(groups[split.train])),
            "test_groups": len(np.unique(groups[split.test])),
        }

    def _add_to_folds(self, task: Task, predicted: np.ndarray, lines: list[dict[str, str | int | float]]) -> None:
        for split, line in zip(self.protocol.splits, lines, strict=True):
            gold = self.table.labels[task.name][split.test]
            counts = group_counts(task, gold, predicted[split.test], np.zeros(len(gold), dtype=int))
            values = scores(task, counts[0])
            line.update({f"{task.name}/{metric}": float(values[metric]) for metric in headline(task)})


def scores_of_rows(
    table: Table,
    all_groups: np.ndarray,
    task: Task,
    predicted: np.ndarray,
    rows: np.ndarray,
    uncertainty: UncertaintyConfig,
    silent: np.ndarray | None = None,
) -> dict[str, Interval]:
    """Every score of the rows at these positions, with its interval.

    ``all_groups``, ``predicted`` and ``silent``, which says where an answer is abstained from, are of the whole table.
    """
    gold = table.labels[task.name]
    groups = numbered(all_groups[rows])
    weights = draw_weights(int(groups.max()) + 1, uncertainty)
    counts = group_counts(task, gold[rows], predicted[rows], groups)
    found = bootstrap(task, counts, weights, uncertainty.level, len(rows))
    shares: dict[str, np.ndarray] = {}
    if task.reads_target:
        shares |= all_right_counts(table.column("text"), gold, predicted, rows, groups)
    if silent is not None:
        shares |= sure_counts(task, gold[rows], predicted[rows], silent[rows], groups)
    return found | bootstrap_shares(shares, weights, uncertainty.level)


def _slices(table: Table, splits: Sequence[Split]) -> dict[str, np.ndarray]:
    """Positions by name of a slice; empty ones are left out."""
    texts = table.column("text")
    found = {}
    for split in (s for s in splits if s.published):
        learnt = {texts[i] for i in split.train}
        found[UNSEEN] = np.array([i for i in split.test if texts[i] not in learnt], dtype=int)
    return {name: rows for name, rows in found.items() if len(rows)}


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
            for mode, answers in result.answers.items():
                if task.name in answers:
                    columns[f"{name}@{mode}/{task.name}"] = task.names(answers[task.name])
    return pd.concat([out, pd.DataFrame(columns, index=out.index)], axis=1)
