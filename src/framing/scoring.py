"""Out-of-fold probabilities to calibrated answers, and these to scores with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing.calibrate import Calibration, fit_splits
from framing.data import Table
from framing.labels import Task
from framing.metrics import all_right_counts, confusion, group_counts, headline, scores, sure_counts
from framing.out_of_fold import Protocol, Raw
from framing.split import Split, fold_of_rows, numbered
from framing.targets import MODES, Mode
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap, bootstrap_shares, draw_weights

UNSEEN = "unseen sentences"  # of a published split, those that its training rows do not hold
Scores = dict[str, dict[str, Interval]]  # by task, then by name of the score


@dataclass(frozen=True)
class Result:
    """One head on one protocol: arrays over all rows of the table, scores over those that some split tested.

    ``probabilities`` are calibrated by what the other folds teach, ``abstained`` says which answers fall below a
    threshold learnt in the same way, and is without the task where there is no row to learn it from; ``calibrations``
    are what all folds together teach. ``controls`` are the scores under each way of showing the text that differs for
    a task, ``marked`` included, and ``answers`` what was answered under the others. ``slices`` are scores of part of
    the rows: of each value that was left out; of a published split, those whose sentence is not in its training rows.
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


class Scorer:
    """Out-of-fold probabilities of one head to its calibrated answers and their scores."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol, self.table = protocol, protocol.table
        self.fold = fold_of_rows(protocol.splits, len(self.table))
        self.rows = np.flatnonzero(self.fold)
        self.slices = _slices(self.table, protocol.splits)
        self.has_others = any(self.fold[split.train].any() for split in protocol.splits)  # to learn calibration from

    def result(
        self,
        name: str,
        raw: Raw,
        facts: Sequence[Mapping[str, Any]],
        calibrated: Mapping[str, Calibration] | None,
    ) -> Result:
        """Everything that is known of the head. ``facts`` of each split go into its line."""
        lines = [self._fold_line(split) for split in self.protocol.splits]
        result = Result(name, lines, controls={m: {} for m in MODES}, slices={s: {} for s in self.slices})
        for task in self.table.tasks:
            gold = self.table.labels[task.name]
            if calibrated:
                last = calibrated[task.name]
                by_split = [last] * len(self.protocol.splits)
            else:
                by_split, last = self._fit(task, raw)
            result.calibrations[task.name] = last
            for mode in (m for m in MODES if task.name in raw[m]):
                probabilities, predicted, below = self._calibrated(task, raw[mode][task.name], by_split)
                silent = below if mode == "marked" and (calibrated or self.has_others) else None
                found = self.score(task, predicted, self.rows, silent)
                result.controls[mode][task.name] = found
                if mode != "marked":
                    result.answers.setdefault(mode, {})[task.name] = predicted
                else:
                    result.probabilities[task.name], result.predicted[task.name] = probabilities, predicted
                    result.scores[task.name] = found
                    if silent is not None:
                        result.abstained[task.name] = silent
                    for part, rows in self.slices.items():
                        result.slices[part][task.name] = self.score(task, predicted, rows)
                    self._add_to_folds(task, predicted, lines)
                    if not task.multi:
                        counts = group_counts(task, gold[self.rows], predicted[self.rows], np.zeros_like(self.rows))
                        result.confusions[task.name] = confusion(task, counts[0]).astype(int)
        for line, known in zip(lines, facts, strict=True):
            line.update(known)
        return result

    def answers(self, raw: Raw) -> dict[str, np.ndarray]:
        """The calibrated answers to every task, alone."""
        return {
            task.name: self._calibrated(task, raw["marked"][task.name], self._fit(task, raw)[0])[1]
            for task in self.table.tasks
        }

    def _fit(self, task: Task, raw: Raw) -> tuple[list[Calibration], Calibration]:
        """The calibration of each split, and the one that all splits teach."""
        gold = self.table.labels[task.name]
        return fit_splits(task, raw["marked"][task.name], gold, self.protocol.splits, self.protocol.calibration)

    def _calibrated(
        self, task: Task, raw: np.ndarray, by_split: Sequence[Calibration]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities, answers, and which rows abstain; of rows that were not tested, none of it means anything."""
        probabilities, silent = raw.copy(), np.zeros(len(raw), dtype=bool)
        predicted = np.zeros_like(self.table.labels[task.name])
        for k, fitted in enumerate(by_split, 1):
            here = self.fold == k
            probabilities[here] = fitted.apply(task, raw[here])
            predicted[here] = fitted.decide(task, probabilities[here])
            silent[here] = fitted.abstains(task, probabilities[here])
        return probabilities, predicted, silent

    def score(
        self, task: Task, predicted: np.ndarray, rows: np.ndarray, silent: np.ndarray | None = None
    ) -> dict[str, Interval]:
        """See :func:`scores_of_rows`."""
        protocol = self.protocol
        return scores_of_rows(self.table, protocol.groups, task, predicted, rows, protocol.uncertainty, silent)

    def _fold_line(self, split: Split) -> dict[str, str | int | float]:
        groups = self.protocol.groups
        return {
            "split": split.name,
            "train_rows": len(split.train),
            "test_rows": len(split.test),
            "train_groups": len(np.unique(groups[split.train])),
            "test_groups": len(np.unique(groups[split.test])),
            "dropped_rows": split.dropped,
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
    for part in dict.fromkeys(s.part for s in splits if s.part):
        found[part] = np.sort(np.concatenate([s.test for s in splits if s.part == part]))
    return {name: rows for name, rows in found.items() if len(rows)}
