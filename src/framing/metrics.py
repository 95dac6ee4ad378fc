"""Scores as functions of counts.

Every score here depends on the rows only through sums of per-row counts (a confusion matrix; true and false
positives). So a group is one vector of counts, a resample of groups is a weighted sum of such vectors, and
10,000 bootstrap rounds of all scores are one matrix product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from framing.labels import Task


def group_counts(task: Task, gold: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """``(G, S)`` counts by group, for ``groups`` numbered from 0 to G - 1.

    One label: S = k * k, the confusion matrix by rows (gold) and columns (predicted). Many labels: S = 3 k + 2,
    true positives, false positives and false negatives of each label, rows whose whole set is right, rows.
    """
    k, n_groups = len(task.classes), int(groups.max()) + 1
    if task.multi:
        tp, fp, fn = gold * predicted, (1 - gold) * predicted, gold * (1 - predicted)
        exact = (gold == predicted).all(axis=1, keepdims=True)
        per_row = np.hstack([tp, fp, fn, exact, np.ones_like(exact)]).astype(float)
    else:
        per_row = np.eye(k * k)[gold * k + predicted]
    out = np.zeros((n_groups, per_row.shape[1]))
    np.add.at(out, groups, per_row)
    return out


def guessed_counts(task: Task, gold: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """``(S,)`` the counts to be expected if the same answers were dealt out to the same rows at random."""
    n = len(gold)
    if not task.multi:
        k = len(task.classes)
        return np.outer(np.bincount(gold, minlength=k), np.bincount(predicted, minlength=k)).ravel() / n
    tp = gold.sum(axis=0) * predicted.sum(axis=0) / n
    sets, number = np.unique(np.vstack([gold, predicted]), axis=0, return_inverse=True)
    right, given = (np.bincount(part, minlength=len(sets)) for part in np.split(number.ravel(), [n]))
    exact = right @ given / n
    return np.concatenate([tp, predicted.sum(axis=0) - tp, gold.sum(axis=0) - tp, [exact, n]])


def confusion(task: Task, counts: np.ndarray) -> np.ndarray:
    """``(k, k)`` rows gold, columns predicted, from the counts of a single-label task (any leading axes)."""
    k = len(task.classes)
    return counts.reshape(*counts.shape[:-1], k, k)


def scores(task: Task, counts: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of ``(..., S)`` counts, each of shape ``(...)``.

    Precision, recall and F1 of a class are 0 where their denominator is 0. A macro average is over the classes
    that stand in the gold labels or the predictions of the sample at hand, as in scikit-learn. ``f_avg`` is the
    mean F1 of favor and against (SemEval-2016 task 6).
    """
    k = len(task.classes)
    if task.multi:
        tp, fp, fn = (counts[..., i * k : (i + 1) * k] for i in range(3))
        exact, n = counts[..., -2], counts[..., -1]
    else:
        matrix = confusion(task, counts)
        tp = np.diagonal(matrix, axis1=-2, axis2=-1)
        fp, fn = matrix.sum(axis=-2) - tp, matrix.sum(axis=-1) - tp
        exact, n = tp.sum(axis=-1), matrix.sum(axis=(-2, -1))
    precision, recall, f1 = _ratio(tp, tp + fp), _ratio(tp, tp + fn), _ratio(2 * tp, 2 * tp + fp + fn)
    seen = (tp + fp + fn) > 0
    out = {"macro_f1": _ratio((f1 * seen).sum(axis=-1), seen.sum(axis=-1))}
    if task.multi:
        total_tp, errors = tp.sum(axis=-1), (fp + fn).sum(axis=-1)
        out["micro_f1"] = _ratio(2 * total_tp, 2 * total_tp + errors)
        out["exact_match"] = _ratio(exact, n)
    else:
        if {"favor", "against"} <= set(task.classes):
            out["f_avg"] = (f1[..., task.classes.index("favor")] + f1[..., task.classes.index("against")]) / 2
        out["accuracy"] = _ratio(exact, n)
    for i, name in enumerate(task.classes):
        out[f"{name}/precision"] = precision[..., i]
        out[f"{name}/recall"] = recall[..., i]
        out[f"{name}/f1"] = f1[..., i]
        out[f"{name}/support"] = (tp + fn)[..., i]
    return out


def all_right_counts(
    texts: Sequence[str], gold: np.ndarray, predicted: np.ndarray, rows: np.ndarray, groups: np.ndarray
) -> dict[str, np.ndarray]:
    """``(G, 2)`` counts, what is right and out of how many, on the sentences labelled differently toward their targets.

    ``mixed/rows`` counts their rows, ``mixed/all`` the sentences all of whose rows are right: a head that does not
    read the target cannot get one of these. ``rows`` are positions, ``groups`` their groups numbered from 0.
    """
    right = gold == predicted if gold.ndim == 1 else (gold == predicted).all(axis=1)
    found = {"mixed/rows": np.zeros((int(groups.max()) + 1, 2)), "mixed/all": np.zeros((int(groups.max()) + 1, 2))}
    sentences: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, group in zip(rows.tolist(), groups.tolist(), strict=True):
        sentences[texts[row]].append((row, group))
    for members in sentences.values():
        if len(np.unique(gold[[row for row, _ in members]], axis=0)) > 1:
            group = members[0][1]
            found["mixed/rows"][group] += [sum(right[row] for row, _ in members), len(members)]
            found["mixed/all"][group] += [all(right[row] for row, _ in members), 1]
    return found


def sure_counts(
    task: Task, gold: np.ndarray, predicted: np.ndarray, abstained: np.ndarray, groups: np.ndarray
) -> dict[str, np.ndarray]:
    """``(G, 2)`` counts, what is right and out of how many, of the answers that were not abstained from.

    ``sure/coverage``: the share of rows that get an answer. ``sure/precision``: the share of these answers that is
    right; where labels are many, of the labels given.
    """
    n_groups = int(groups.max()) + 1
    coverage, precision = np.zeros((n_groups, 2)), np.zeros((n_groups, 2))
    kept = ~abstained
    if task.multi:
        right, given = (gold * predicted).sum(axis=1), predicted.sum(axis=1)
    else:
        right, given = (gold == predicted).astype(int), np.ones(len(gold), dtype=int)
    np.add.at(coverage, groups, np.stack([kept, np.ones_like(kept)], axis=1).astype(float))
    np.add.at(precision, groups[kept], np.stack([right[kept], given[kept]], axis=1).astype(float))
    return {"sure/coverage": coverage, "sure/precision": precision}


def headline(task: Task) -> tuple[str, ...]:
    """The scores that stand in tables, the first of them the one that models are chosen by."""
    if task.multi:
        return ("micro_f1", "macro_f1", "exact_match")
    if {"favor", "against"} <= set(task.classes):
        return ("macro_f1", "f_avg", "accuracy")
    return ("macro_f1", "accuracy")


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=float), where=bottom > 0)
