"""What is measured of a finished evaluation beside its scores: calibration, sets, readers, whether controls hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framing.calibrate import CalibrationConfig
from framing.ceiling import Ceiling, Readings
from framing.conformal import NothingToCalibrateOnError, Sets, measured_sets
from framing.evaluate import Evaluation
from framing.flags import control_flags, fall
from framing.labels import Task
from framing.reliability import Reliability, reliability
from framing.slices import Slice, slices
from framing.split import fold_of_rows, numbered
from framing.uncertainty import Interval, UncertaintyConfig, draw_weights


@dataclass(frozen=True)
class Measures:
    """By head, the run's own first, then by task. ``falls``: without the sources. ``sets``: of the run's own head, by
    task, question and class; empty where there is nothing to calibrate on."""

    reliability: dict[str, dict[str, Reliability]]
    falls: dict[str, dict[str, Interval]]
    sets: dict[str, dict[str, dict[str, Sets]]]
    coverage: float  # that sets were asked for
    ceiling: Ceiling | None
    flags: list[str]
    slices: list[Slice]

    def metrics(self) -> dict[str, float]:
        """``task/ece``, ``task/brier`` and ``task/aurc`` with their bounds; those of other heads under ``head/``."""
        found: dict[str, float] = {}
        main = next(iter(self.reliability))
        for head, tasks in self.reliability.items():
            for task, measured in tasks.items():
                for name in ("ece", "brier", "aurc"):
                    value: Interval = getattr(measured.figures, name)
                    key = f"{'' if head == main else head + '/'}{task}/{name}"
                    found |= {key: value.value, f"{key}_low": value.low, f"{key}_high": value.high}
        return found


def measure(
    evaluation: Evaluation,
    uncertainty: UncertaintyConfig,
    calibration: CalibrationConfig,
    readings: Readings | None,
    before: Evaluation | None = None,
) -> Measures:
    """All measures of an evaluation. ``before``: of rows that took no part in it, the cross-validation on the others;
    conformal sets are then calibrated on that."""
    table, rows = evaluation.table, evaluation.tested
    groups = numbered(evaluation.groups[rows])
    weights = draw_weights(int(groups.max()) + 1, uncertainty)
    found: dict[str, dict[str, Reliability]] = {
        head: {
            t.name: reliability(
                t,
                table.labels[t.name][rows],
                result.probabilities[t.name][rows],
                result.predicted[t.name][rows],
                groups,
                uncertainty,
                weights,
            )
            for t in table.tasks
        }
        for head, result in evaluation.results.items()
    }
    falls = {
        head: {
            t.name: fall(t, evaluation, head, "sourceless", uncertainty)
            for t in table.tasks
            if t.name in result.answers.get("sourceless", {})
        }
        for head, result in evaluation.results.items()
    }
    ceiling = Ceiling(readings, evaluation, uncertainty) if readings else None
    return Measures(
        found,
        falls,
        {t.name: _sets(t, evaluation, before, calibration.coverage, uncertainty, weights) for t in table.tasks},
        calibration.coverage,
        ceiling,
        control_flags(evaluation, uncertainty),
        slices(evaluation, ceiling, uncertainty),
    )


def _sets(
    task: Task,
    evaluation: Evaluation,
    before: Evaluation | None,
    coverage: float,
    config: UncertaintyConfig,
    weights: np.ndarray,
) -> dict[str, dict[str, Sets]]:
    def answers(of: Evaluation) -> tuple[np.ndarray, np.ndarray]:
        return of.main.probabilities[task.name][of.tested], of.table.labels[task.name][of.tested]

    rows = evaluation.tested
    folds = fold_of_rows(evaluation.splits, len(evaluation.table))[rows]
    parts = np.array([split.part for split in evaluation.splits])[folds - 1]
    places = folds, numbered(evaluation.groups[rows]), parts
    learnt = answers(before) if before else None
    try:
        return measured_sets(task, *answers(evaluation), *places, coverage, config, weights, learnt)
    except NothingToCalibrateOnError:
        return {}
