"""The harness: heads through a protocol, out-of-fold predictions to scores with intervals.

It returns plain values and knows nothing of tracking, files or plots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from framing.calibrate import Calibration
from framing.controls import Retrained
from framing.data import Table
from framing.heads import Head
from framing.out_of_fold import Protocol, out_of_fold
from framing.scoring import Result, Scorer, Scores
from framing.split import Split, fold_of_rows, numbered, refuse_leak
from framing.uncertainty import UncertaintyConfig, paired_difference
from framing.unfinished import Unfinished


@dataclass(frozen=True)
class Evaluation:
    """All heads of a run on the same splits; the first is the one that the run is about. ``retrained``: what training
    them again in other ways gave."""

    table: Table
    groups: np.ndarray
    splits: Sequence[Split]
    results: dict[str, Result]
    level: float  # of every interval
    differences: dict[str, Scores] = field(default_factory=dict)
    retrained: Retrained = field(default_factory=Retrained)

    @property
    def main(self) -> Result:
        """The run's own head."""
        return next(iter(self.results.values()))

    @property
    def tested(self) -> np.ndarray:
        """Positions of the rows that were tested."""
        return np.flatnonzero(fold_of_rows(self.splits, len(self.table)))


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
        raw, facts = out_of_fold(name, make, protocol, unfinished, after_split)
        results[name] = Scorer(protocol).result(name, raw, facts, calibrated[name] if calibrated else None)
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
            if task.name in result.abstained:
                columns[f"{name}/{task.name}_abstained"] = result.abstained[task.name].astype(int)
            for i, label in enumerate(task.classes):
                columns[f"{name}/{task.name}_{label}"] = result.probabilities[task.name][:, i]
            for mode, answers in result.answers.items():
                if task.name in answers:
                    columns[f"{name}@{mode}/{task.name}"] = task.names(answers[task.name])
    return pd.concat([out, pd.DataFrame(columns, index=out.index)], axis=1)
