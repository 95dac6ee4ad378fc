"""The evaluation of a stored run, from its answers alone: the same functions on the same rows give the same figures."""

from __future__ import annotations

import numpy as np

from framing.controls import Retrained, retrained_of
from framing.data import Table
from framing.evaluate import Evaluation, paired_differences
from framing.metrics import confusion, group_counts
from framing.scoring import UNSEEN, Result, scores_of_rows
from framing.split import Split
from framing.stored import StoredRun
from framing.targets import MODES, Mode
from framing.uncertainty import Interval, UncertaintyConfig


def uncertainty_of(run: StoredRun) -> UncertaintyConfig:
    """How the run drew its intervals."""
    return UncertaintyConfig(**run.facts["uncertainty"])


def rescored(run: StoredRun) -> Evaluation:
    """Every head of the run, scored again on the rows that were tested.

    What only a training knows is not in it: the lines of the folds, and the calibrations. ``numbers`` of the table
    count the rows that were tested, and the training side of a split is what the other splits tested.
    """
    labels = {task.name: run.gold(task) for task in run.tasks}
    numbers = list(range(2, len(run.frame) + 2))
    table = Table(str(run.facts["data_path"]), str(run.facts["data_sha256"]), run.frame, labels, run.tasks, numbers)
    names, parts = (dict(enumerate(run.facts.get(fact, []), 1)) for fact in ("splits", "parts"))
    splits = [
        Split(
            names.get(k, f"fold {k}"),
            np.flatnonzero(run.folds != k),
            np.flatnonzero(run.folds == k),
            part=parts.get(k, ""),
        )
        for k in np.unique(run.folds).tolist()
    ]
    uncertainty = uncertainty_of(run)
    results = {head: _result(run, table, head, uncertainty) for head in run.heads}
    again = retrained_of(run.facts["retrained"]) if "retrained" in run.facts else Retrained()
    evaluation = Evaluation(table, run.groups, splits, results, uncertainty.level, retrained=again)
    evaluation.differences.update(paired_differences(evaluation, uncertainty))
    return evaluation


def _result(run: StoredRun, table: Table, head: str, uncertainty: UncertaintyConfig) -> Result:
    parts = _parts(run)
    result = Result(head, folds=[], controls={mode: {} for mode in MODES}, slices={part: {} for part in parts})
    every = np.arange(len(table))

    def scored(
        predicted: np.ndarray, silent: np.ndarray | None = None, rows: np.ndarray = every
    ) -> dict[str, Interval]:
        return scores_of_rows(table, run.groups, task, predicted, rows, uncertainty, silent)

    for task in run.tasks:
        predicted, silent = run.predicted(task, head), run.abstained(task, head)
        result.predicted[task.name] = predicted
        if silent is not None:
            result.abstained[task.name] = silent
        result.probabilities[task.name] = run.probabilities(task, head)
        result.scores[task.name] = result.controls["marked"][task.name] = scored(predicted, silent)
        if not task.multi:
            counts = group_counts(task, table.labels[task.name], predicted, np.zeros_like(every))
            result.confusions[task.name] = confusion(task, counts[0]).astype(int)
        for part, rows in parts.items():
            result.slices[part][task.name] = scored(predicted, rows=rows)
        for mode in _other_modes(run, task.name, head):
            answers = run.predicted(task, head, mode)
            result.answers.setdefault(mode, {})[task.name] = answers
            result.controls[mode][task.name] = scored(answers)
    return result


def _parts(run: StoredRun) -> dict[str, np.ndarray]:
    """Of a published split, the rows whose sentence was not learnt from; and those of each value that was left out."""
    found = {}
    if run.facts["protocol"]["kind"] == "published_split":
        found[UNSEEN] = np.flatnonzero(~run.frame["text"].isin(run.untested).to_numpy())
    of_split = run.facts.get("parts", [])
    for part in dict.fromkeys(p for p in of_split if p):
        found[part] = np.flatnonzero(np.isin(run.folds, [k for k, p in enumerate(of_split, 1) if p == part]))
    return {name: rows for name, rows in found.items() if len(rows)}


def _other_modes(run: StoredRun, task: str, head: str) -> list[Mode]:
    recorded = set(run.modes(run.task(task), head))
    return [mode for mode in MODES if mode in recorded and mode != "marked"]
