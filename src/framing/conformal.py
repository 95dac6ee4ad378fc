"""Sets of answers that hold the right one as often as was asked: class-conditional conformal prediction.

Mondrian conformal classifiers (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, section
4.5), one for each class, with one minus its probability as the measure of strangeness: a class is in the set of a row
unless fewer than ``1 - coverage`` of the rows of this class, this one counted, were at least as strange. Where labels
are many, each is a question of its own, with the classes *there* and *not there*.

Coverage is **measured, not guaranteed**: the theorem wants exchangeable rows, and rows of one article are not
exchangeable with those of others. The sets of a fold are calibrated on the rows of other groups.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from framing.labels import Task
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap_shares, draw_weights

ALL = "(all)"  # no class can be called so


class NothingToCalibrateOnError(ValueError):
    """No row is left that neither shares a group with the rows at hand, nor a value that was left out."""


@dataclass(frozen=True)
class Sets:
    """Measured on the rows of one class: the share whose set holds it, the mean size of their sets, and the shares of
    sets that are empty and that hold one class."""

    coverage: Interval
    size: Interval
    empty: Interval
    single: Interval


def conformal_sets(probabilities: np.ndarray, gold: np.ndarray, asked: np.ndarray, coverage: float) -> np.ndarray:
    """``(n, k)`` which classes are in the set of each asked row.

    ``probabilities`` are ``(m, k)`` of the rows to calibrate on, ``gold`` their ``(m,)`` classes, ``asked`` ``(n, k)``.
    A class of which there is no row to calibrate on is in every set.
    """
    with warnings.catch_warnings():  # importing it would make every UserWarning be shown each time
        from crepes import ConformalClassifier
    inside = np.zeros(asked.shape, dtype=bool)
    for c in range(asked.shape[1]):
        calibrated = ConformalClassifier().fit(1 - probabilities[gold == c, c])
        inside[:, [c]] = calibrated.predict_set(1 - asked[:, [c]], confidence=coverage, smoothing=False) == 1
    return inside


def questions(
    task: Task, probabilities: np.ndarray, gold: np.ndarray
) -> dict[str, tuple[tuple[str, ...], np.ndarray, np.ndarray]]:
    """What one class is right of, by name: its classes, ``(n, k)`` probabilities and ``(n,)`` classes. A task of one
    label is one question, under the empty name; of many, each label is one."""
    if not task.multi:
        return {"": (task.classes, probabilities, gold)}
    found: dict[str, tuple[tuple[str, ...], np.ndarray, np.ndarray]] = {}
    for i, name in enumerate(task.classes):
        there = probabilities[:, i]
        found[name] = (name, f"not {name}"), np.stack([there, 1 - there], axis=1), 1 - gold[:, i]
    return found


def cross_fitted(
    probabilities: np.ndarray,
    gold: np.ndarray,
    folds: np.ndarray,
    groups: np.ndarray,
    parts: np.ndarray,
    coverage: float,
) -> np.ndarray:
    """``(n, k)`` sets of the rows of each fold, calibrated on rows of other groups, and where a fold tests a value that
    was left out (``parts`` names it for each row, or is empty), of other values.

    Raises ``NothingToCalibrateOnError`` where a fold finds no such row.
    """
    inside = np.zeros(probabilities.shape, dtype=bool)
    for fold in np.unique(folds):
        here = folds == fold
        others = ~np.isin(groups, groups[here]) & ~(np.isin(parts, parts[here]) & (parts != ""))
        if not others.any():
            raise NothingToCalibrateOnError
        inside[here] = conformal_sets(probabilities[others], gold[others], probabilities[here], coverage)
    return inside


def measured(
    classes: tuple[str, ...],
    inside: np.ndarray,
    gold: np.ndarray,
    groups: np.ndarray,
    config: UncertaintyConfig,
    weights: np.ndarray | None = None,
) -> dict[str, Sets]:
    """What sets turned out to be, by class of the rows, and on ``all``; classes without a row are left out.

    ``inside`` are ``(n, k)``, ``gold`` and ``groups`` ``(n,)``, groups numbered from 0.
    """
    weights = draw_weights(int(groups.max()) + 1, config) if weights is None else weights
    size = inside.sum(axis=1)
    facts = {
        "coverage": inside[np.arange(len(gold)), gold],
        "size": size,
        "empty": size == 0,
        "single": size == 1,
    }
    found = {}
    for name, rows in [*((c, gold == i) for i, c in enumerate(classes)), (ALL, np.ones(len(gold), dtype=bool))]:
        if rows.any():
            counts = {}
            for fact, values in facts.items():
                counts[fact] = np.zeros((weights.shape[1], 2))
                np.add.at(counts[fact], groups[rows], np.stack([values[rows], np.ones(rows.sum())], axis=1))
            found[name] = Sets(**bootstrap_shares(counts, weights, config.level))
    return found


def measured_sets(
    task: Task,
    probabilities: np.ndarray,
    gold: np.ndarray,
    folds: np.ndarray,
    groups: np.ndarray,
    parts: np.ndarray,
    coverage: float,
    config: UncertaintyConfig,
    weights: np.ndarray | None = None,
    before: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, dict[str, Sets]]:
    """By question, then by class. Sets are cross-fitted; or calibrated on ``before``, probabilities and labels of other
    rows, if there are any. Raises ``NothingToCalibrateOnError`` where there is neither."""
    learnt = questions(task, *before) if before else {}
    found = {}
    for name, (classes, p, y) in questions(task, probabilities, gold).items():
        if before:
            inside = conformal_sets(*learnt[name][1:], p, coverage)
        else:
            inside = cross_fitted(p, y, folds, groups, parts, coverage)
        found[name] = measured(classes, inside, y, groups, config, weights)
    return found
