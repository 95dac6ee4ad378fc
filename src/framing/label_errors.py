"""Labels that a run's own out-of-fold answers make doubtful: notes for a reader, never a reason to change a row."""

from __future__ import annotations

import numpy as np

from framing.checks import NOTE, Finding
from framing.data import Table
from framing.exceptions import UserError
from framing.labels import Task


def suspicion(task: Task, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """``(n,)`` how doubtful each row's label is, from 0 to 1: one minus cleanlab's self-confidence.

    Northcutt, Jiang and Chuang, "Confident learning" (JAIR 2021). For many labels, the most doubtful one counts.
    """
    from cleanlab.rank import get_label_quality_scores

    if task.multi:
        each = [_binary(labels[:, i], probabilities[:, i]) for i in range(len(task.classes))]
        return np.max(each, axis=0)
    clean = np.clip(probabilities, 1e-9, None)
    clean = clean / clean.sum(axis=1, keepdims=True)
    return 1 - get_label_quality_scores(labels, clean, method="self_confidence", adjust_pred_probs=False)


def _binary(labels: np.ndarray, probability: np.ndarray) -> np.ndarray:
    return np.where(labels == 1, 1 - probability, probability)


def issues(task: Task, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """``(n,)`` which labels are probably wrong, or ``(n, k)`` where labels are many: cleanlab's ``find_label_issues``.

    A label that every row has, or none, is never doubted.
    """
    from cleanlab.filter import find_label_issues

    if not task.multi:
        return find_label_issues(labels, probabilities, n_jobs=1)
    found = np.zeros(labels.shape, dtype=bool)
    for i, p in enumerate(probabilities.T):
        if len(set(labels[:, i])) == 2:
            found[:, i] = find_label_issues(labels[:, i], np.stack([1 - p, p], axis=1), n_jobs=1)
    return found


def probable_label_errors(table: Table, run: str, tracking_uri: str) -> list[Finding]:
    """Notes of code N303, the most doubtful rows first, by :func:`issues` of each task.

    Raises ``UserError`` if the run is not known or was about other data.
    """
    from framing.registry import open_run

    stored = open_run(run, tracking_uri)
    place = {row_id: i for i, row_id in enumerate(stored.frame["id"])}
    tested = np.array([i for i, row_id in enumerate(table.frame["id"]) if row_id in place], dtype=int)
    if not len(tested):
        raise UserError(f"{table.path}: no row of it was predicted by run {run}; name a run on this file")
    at = [place[table.frame["id"].iloc[i]] for i in tested]
    findings = []
    for task in (t for t in table.tasks if t in stored.tasks):
        probabilities = stored.probabilities(task)[at]
        labels = table.labels[task.name][tested]
        doubt = suspicion(task, labels, probabilities)
        doubted = issues(task, labels, probabilities).reshape(len(labels), -1).any(axis=1)
        answers = task.names(stored.predicted(task)[at])
        given = task.names(labels)
        for i in sorted(np.flatnonzero(doubted), key=lambda i: -doubt[i]):
            message = f"is {given[i] or 'none'!r}, the run says {answers[i] or 'none'!r} (doubt {doubt[i]:.2f})"
            number = table.numbers[int(tested[i])]
            findings.append(Finding("N303", NOTE, (number,), task.column, f"{message}; read it once more"))
    return findings
