"""Probabilities that mean what they say, from where on a label is given, and how sure an answer must be.

Temperature scaling (Guo et al., ICML 2017) where one class is right; Platt's scaling (1999) of each label where many
may be, and for each label the cut that gave the best F1. Everything is fitted on out-of-fold probabilities, and never
measured on the groups that it was fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from framing.exceptions import UserError
from framing.labels import Task
from framing.split import Split, fold_of_rows

_TINY = 1e-6  # probabilities are kept this far from 0 and 1 before their logarithm is taken
_FEW = 20  # answers that a threshold must at least let through: fewer prove no precision
NEVER = 2.0  # a threshold above every probability


@dataclass
class CalibrationConfig:
    """precision: of the answers that are not abstained from, the share that shall be right. coverage: the share of
    conformal sets that shall hold the right class."""

    precision: float = 0.9
    coverage: float = 0.9

    def __post_init__(self) -> None:
        for name, share in asdict(self).items():
            if not 0 < share < 1:
                raise UserError(f"calibration.{name}={share}: a share between 0 and 1 is wanted")


@dataclass(frozen=True)
class Calibration:
    """Of one task. ``slope`` and ``shift`` act on log odds, one for each label where labels are many; else ``slope`` is
    one inverse temperature and ``shift`` is 0. Where labels are many, one is given from the probability ``cut`` on. An
    answer less probable than ``threshold`` (again one, or one for each label) is abstained from."""

    slope: tuple[float, ...] = (1.0,)
    shift: tuple[float, ...] = (0.0,)
    cut: tuple[float, ...] = (0.5,)
    threshold: tuple[float, ...] = (0.0,)

    def apply(self, task: Task, probabilities: np.ndarray) -> np.ndarray:
        """``(n, k)`` calibrated probabilities; what was exactly 0 stays 0. Of a single-label task the answer stays."""
        p = np.clip(probabilities, _TINY, 1 - _TINY)
        if task.multi:
            x = np.log(p / (1 - p)) * self.slope + self.shift
            out = 1 / (1 + np.exp(-x))
        else:
            x = np.log(p) * self.slope[0]
            out = np.exp(x - x.max(axis=1, keepdims=True))
            out = np.where(probabilities == 0, 0, out)
            return out / out.sum(axis=1, keepdims=True)
        return np.where(probabilities == 0, 0, out)

    def decide(self, task: Task, calibrated: np.ndarray) -> np.ndarray:
        """Labels of the shape that the task encodes, from ``(n, k)`` calibrated probabilities."""
        return (calibrated >= self.cut).astype(np.int64) if task.multi else calibrated.argmax(axis=1)

    def abstains(self, task: Task, calibrated: np.ndarray) -> np.ndarray:
        """``(n,)`` whether the answer is too unsure: its probability, or that of any label given, is too low."""
        if not task.multi:
            return calibrated.max(axis=1) < self.threshold[0]
        return ((self.decide(task, calibrated) == 1) & (calibrated < self.threshold)).any(axis=1)


def fit(task: Task, probabilities: np.ndarray, gold: np.ndarray, config: CalibrationConfig) -> Calibration:
    """From ``(n, k)`` out-of-fold probabilities and labels as the task encodes them."""
    slope, shift = _platt(probabilities, gold) if task.multi else _temperature(probabilities, gold)
    half = (0.5,) * len(slope)
    calibrated = Calibration(slope, shift, half).apply(task, probabilities)
    if not task.multi:
        sure = _threshold(calibrated.max(axis=1), calibrated.argmax(axis=1) == gold, config)
        return Calibration(slope, shift, half, (sure,))
    columns = list(zip(calibrated.T, gold.T, strict=True))
    cut = tuple(_cut(c, y) for c, y in columns)
    threshold = tuple(_threshold(c[c >= k], y[c >= k] == 1, config) for (c, y), k in zip(columns, cut, strict=True))
    return Calibration(slope, shift, cut, threshold)


def _temperature(probabilities: np.ndarray, gold: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The one factor on log probabilities that makes the labels most likely."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    logs = np.log(np.clip(probabilities, _TINY, 1))
    right = logs[np.arange(len(gold)), gold]

    def loss(exponent: float) -> float:
        slope = np.exp(exponent)
        return float(np.mean(logsumexp(slope * logs, axis=1) - slope * right))

    found = minimize_scalar(loss, bounds=(-4, 4), method="bounded")
    return (float(np.exp(found.x)),), (0.0,)


def _platt(probabilities: np.ndarray, gold: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each label a slope and a shift of its log odds; labels that are never or always there stay as they are."""
    from sklearn.linear_model import LogisticRegression

    p = np.clip(probabilities, _TINY, 1 - _TINY)
    slopes, shifts = [], []
    for x, y in zip(np.log(p / (1 - p)).T, gold.T, strict=True):
        slope, shift = 1.0, 0.0
        if 0 < y.sum() < len(y) and np.ptp(x) > 0:
            fitted = LogisticRegression(C=1e3).fit(x[:, None], y)
            if fitted.coef_[0, 0] > 0:
                slope, shift = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
        slopes.append(slope)
        shifts.append(shift)
    return tuple(slopes), tuple(shifts)


def _cut(probability: np.ndarray, gold: np.ndarray) -> float:
    """From which calibrated probability on the label gives the best F1: half that F1 is what theory expects (Lipton,
    Elkan and Naryanaswamy, ECML 2014). One half where the label is too rare to tell."""
    if gold.sum() < _FEW:
        return 0.5
    order = np.argsort(-probability, kind="stable")
    p, right = probability[order], np.cumsum(gold[order])
    f1 = 2 * right / (np.arange(1, len(p) + 1) + gold.sum())
    last_of_ties = np.append(p[1:] < p[:-1], True)
    best = int(np.argmax(np.where(last_of_ties, f1, -1.0)))
    below = p[best + 1] if best + 1 < len(p) else 0.0
    return float((p[best] + below) / 2)


def _threshold(confidence: np.ndarray, right: np.ndarray, config: CalibrationConfig) -> float:
    """The lowest confidence from which on the wanted share is right; ``NEVER`` if there is none."""
    order = np.argsort(-confidence, kind="stable")
    if not len(order):
        return NEVER
    sorted_confidence = confidence[order]
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_ties = np.append(sorted_confidence[1:] < sorted_confidence[:-1], True)
    enough = np.arange(1, len(order) + 1) >= _FEW
    good = np.flatnonzero((precision >= config.precision) & last_of_ties & enough)
    if not len(good):
        return NEVER
    return 0.0 if good[-1] == len(order) - 1 else float(sorted_confidence[good[-1]])


def fit_splits(
    task: Task,
    probabilities: np.ndarray,
    gold: np.ndarray,
    splits: Sequence[Split],
    config: CalibrationConfig,
) -> tuple[list[Calibration], Calibration]:
    """For each split what the rows teach that it trains on and another split tests; and what all tested rows teach.

    So nothing that training must not see (this fold's groups, a value that is left out) reaches an answer by way of its
    calibration. Where there is no such row, the probabilities stay as they are.
    """
    tested = fold_of_rows(splits, len(gold)) > 0
    k = len(task.classes) if task.multi else 1
    as_it_is = Calibration((1.0,) * k, (0.0,) * k, (0.5,) * k, (0.0,) * k)
    by_split = []
    for split in splits:
        rows = split.train[tested[split.train]]
        by_split.append(fit(task, probabilities[rows], gold[rows], config) if len(rows) else as_it_is)
    return by_split, fit(task, probabilities[tested], gold[tested], config)


def to_json(calibrations: Mapping[str, Calibration]) -> dict[str, Any]:
    """Plain values for a saved model."""
    return {name: asdict(c) for name, c in calibrations.items()}


def from_json(values: Any, tasks: Sequence[Task]) -> dict[str, Calibration]:
    """What :func:`to_json` gave, checked. Raises ``UserError`` where it does not fit the tasks."""
    found = {}
    for task in tasks:
        k = len(task.classes) if task.multi else 1
        try:
            parts = {f: tuple(float(v) for v in values[task.name][f]) for f in ("slope", "shift", "cut", "threshold")}
        except (TypeError, KeyError, ValueError):
            raise UserError(f"calibration of task {task.name}: not readable") from None
        if any(len(v) != k or not np.isfinite(v).all() for v in parts.values()):
            raise UserError(f"calibration of task {task.name}: does not fit its classes")
        found[task.name] = Calibration(**parts)
    return found
