"""How far probabilities can be believed: reliability curves, calibration error, Brier score, risk against coverage.

Of a single-label task the probability of the answer is measured, with many labels that of each label. Everything is
measured on probabilities that other folds have calibrated, and every figure has an interval over groups.

**Calibration error** (ECE; Naeini, Cooper and Hauskrecht, AAAI 2015): the mean over bins of ``|share right - mean
probability|``, weighted by their rows; bins of equal numbers of rows, which bias it less than bins of equal width
(Roelofs et al., AISTATS 2022). It is biased upward all the same: a perfectly calibrated model does not have 0. So
``expected`` says what it would be if the labels of the same rows were drawn from the very probabilities. Its interval
is the *basic* bootstrap's (Davison and Hinkley 1997, section 5.2.1), which takes off the bias that drawing adds,
widened to hold the value; it begins at 0 where the value is no higher than the upper bound of ``expected``.

**Brier score**: the squared distance of probabilities and labels, summed over classes (Brier 1950; 0 to 2) where one is
right, the mean over labels where many may be.

**Risk against coverage** (Geifman and El-Yaniv, NIPS 2017): the share of wrong answers among the surest ones, by the
share that is answered. AURC is the mean risk over the coverages ``1/n ... 1``; E-AURC what it has in excess of the same
answers in the best order (Geifman, Uziel and El-Yaniv, ICLR 2019; exact here, not approximated). Of answers that are
equally sure it is the mean over their orders. With many labels each is an answer of its own: given, or not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.labels import Task
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap_shares, draw_weights, percentile_interval

BINS, ROWS_IN_A_BIN = 10, 20  # fewer bins where there are not so many rows for each
SIMULATIONS = 1000
_CELLS = 200_000  # numbers held at once: few enough for the cache of a processor, which is four times as fast
THE_ANSWER = "the answer"


@dataclass(frozen=True)
class Figures:
    """``expected``: the calibration error of a perfectly calibrated model on these rows; its bounds are of drawing the
    labels again."""

    ece: Interval
    expected: Interval
    brier: Interval
    aurc: Interval
    excess: Interval


@dataclass(frozen=True)
class Curve:
    """Of the answer, or of one label. Bins: ``(B,)`` mean probability, share right, rows. Risk by coverage: ``(m,)``,
    one point for every degree of certainty."""

    name: str
    probability: np.ndarray
    right: np.ndarray
    rows: np.ndarray
    coverage: np.ndarray
    risk: np.ndarray
    figures: Figures


@dataclass(frozen=True)
class Reliability:
    """Of one task and head. ``figures`` are those of the one curve, or the means over labels; ``brier_by_class`` takes
    each class by itself."""

    curves: tuple[Curve, ...]
    figures: Figures
    brier_by_class: dict[str, Interval]


@dataclass(frozen=True)
class _Draws:
    """A figure, and the same on each draw."""

    value: float
    drawn: np.ndarray

    @classmethod
    def mean(cls, parts: Sequence[_Draws]) -> _Draws:
        """Of figures on the same draws."""
        return cls(float(np.mean([p.value for p in parts])), np.mean([p.drawn for p in parts], axis=0))


def reliability(
    task: Task,
    gold: np.ndarray,
    probabilities: np.ndarray,
    predicted: np.ndarray,
    groups: np.ndarray,
    config: UncertaintyConfig,
    weights: np.ndarray | None = None,
) -> Reliability:
    """From labels and answers as the task encodes them, ``(n, k)`` probabilities and ``(n,)`` groups numbered from 0.

    ``weights`` are those of :func:`framing.uncertainty.draw_weights`, if they are drawn already.
    """
    n, n_groups = len(gold), int(groups.max()) + 1
    weights = draw_weights(n_groups, config) if weights is None else weights
    if task.multi:
        believed, wrong = np.where(predicted == 1, probabilities, 1 - probabilities), predicted != gold
        columns = [
            (name, probabilities[:, i], gold[:, i], believed[:, i], wrong[:, i]) for i, name in enumerate(task.classes)
        ]
    else:
        believed, right = probabilities[np.arange(n), predicted], predicted == gold
        columns = [(THE_ANSWER, believed, right, believed, ~right)]
    by_class = _brier(task, gold, probabilities, groups, weights, config.level)
    total = by_class.pop("")
    curves, drawn = [], []
    for number, (name, probability, label, certainty, error) in enumerate(columns):
        bins = bins_of(probability)
        draws = {
            "ece": calibration_error(probability, label, bins, groups, weights),
            "expected": _if_calibrated(probability, bins, config.seed + number),
            **_areas(certainty, error, groups, weights),
        }
        drawn.append(draws)
        figures = _figures(draws, by_class[name] if task.multi else total, config.level, n, n_groups)
        curves.append(Curve(name, *_in_bins(probability, label, bins), *risk_by_coverage(certainty, error), figures))
    means = {name: _Draws.mean([d[name] for d in drawn]) for name in drawn[0]}
    return Reliability(tuple(curves), _figures(means, total, config.level, n, n_groups), by_class)


def _figures(draws: dict[str, _Draws], brier: Interval, level: float, n: int, n_groups: int) -> Figures:
    found = {name: percentile_interval(d.value, d.drawn, level, n, n_groups) for name, d in draws.items()}
    ece = draws["ece"]
    mirrored = percentile_interval(ece.value, np.maximum(2 * ece.value - ece.drawn, 0), level, n, n_groups)
    low = 0.0 if ece.value <= found["expected"].high else min(mirrored.low, ece.value)
    found["ece"] = replace(mirrored, low=low, high=max(mirrored.high, ece.value))
    return Figures(brier=brier, **found)


def _brier(
    task: Task, gold: np.ndarray, probabilities: np.ndarray, groups: np.ndarray, weights: np.ndarray, level: float
) -> dict[str, Interval]:
    """By class, and of the task under the empty name."""
    squared = (probabilities - (gold if task.multi else np.eye(len(task.classes))[gold])) ** 2
    whole = squared.mean(axis=1) if task.multi else squared.sum(axis=1)
    counts = {name: _sums(groups, [s, np.ones(len(s))]) for name, s in zip(task.classes, squared.T, strict=True)}
    return bootstrap_shares({**counts, "": _sums(groups, [whole, np.ones(len(whole))])}, weights, level)


def _sums(groups: np.ndarray, columns: Sequence[np.ndarray]) -> np.ndarray:
    """``(G, S)`` sums by group of ``S`` columns of rows."""
    out = np.zeros((int(groups.max()) + 1, len(columns)))
    np.add.at(out, groups, np.stack(columns, axis=1))
    return out


def bins_of(probability: np.ndarray) -> np.ndarray:
    """``(n,)`` the bin of each row, from 0, by rising probability. Bins have equal numbers of rows, as far as rows of
    equal probability, which share one, allow."""
    wanted = max(1, min(BINS, len(probability) // ROWS_IN_A_BIN))
    ordered = np.sort(probability)
    edges = np.unique([part[0] for part in np.array_split(ordered, wanted)])
    return np.searchsorted(edges, probability, side="right") - 1


def _in_bins(probability: np.ndarray, right: np.ndarray, bins: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean probability, share right, and rows of each bin."""
    rows = np.bincount(bins)
    return np.bincount(bins, probability) / rows, np.bincount(bins, right) / rows, rows


def calibration_error(
    probability: np.ndarray, right: np.ndarray, bins: np.ndarray, groups: np.ndarray, weights: np.ndarray
) -> _Draws:
    """ECE in these bins, which stay the same on every draw."""
    gaps = np.zeros((weights.shape[1], int(bins.max()) + 1))
    np.add.at(gaps, (groups, bins), right - probability)
    rows = np.bincount(groups, minlength=weights.shape[1])
    value = np.abs(gaps.sum(axis=0)).sum() / rows.sum()
    return _Draws(float(value), np.abs(weights @ gaps).sum(axis=1) / (weights @ rows))


def _if_calibrated(probability: np.ndarray, bins: np.ndarray, seed: int) -> _Draws:
    """ECE in these bins if each label were drawn, by itself, from its probability."""
    order = np.argsort(bins, kind="stable")
    p, starts = probability[order], np.flatnonzero(np.diff(bins[order], prepend=-1))
    rng = np.random.default_rng(seed)
    found = []
    for part in _chunks(SIMULATIONS, len(p)):
        gaps = np.add.reduceat((rng.random((len(part), len(p))) < p) - p, starts, axis=1)
        found.append(np.abs(gaps).sum(axis=1) / len(p))
    drawn = np.concatenate(found)
    return _Draws(float(drawn.mean()), drawn)


def _chunks(rounds: int, n: int) -> Iterator[range]:
    """Rounds in parts that are small enough to be held at once."""
    step = max(1, _CELLS // max(n, 1))
    return (range(start, min(start + step, rounds)) for start in range(0, rounds, step))


def risk_by_coverage(certainty: np.ndarray, wrong: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``(m,)`` shares answered, and shares wrong among them, after each degree of certainty, the surest first."""
    order, starts = _degrees(certainty)
    rows = np.diff(np.append(starts, len(order)))
    answered = np.cumsum(rows)
    return answered / len(order), np.cumsum(np.add.reduceat(wrong[order].astype(float), starts)) / answered


def _degrees(certainty: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows from the surest on, and where each degree of certainty begins among them."""
    order = np.argsort(-certainty, kind="stable")
    return order, np.flatnonzero(np.diff(certainty[order], prepend=np.inf))


def _areas(certainty: np.ndarray, wrong: np.ndarray, groups: np.ndarray, weights: np.ndarray) -> dict[str, _Draws]:
    """AURC and its excess over the best order, on all rows and on each draw. Rows are sorted once."""
    order, starts = _degrees(certainty)
    error = wrong[order].astype(float)
    ones = np.ones((1, weights.shape[1]))
    parts = [ones, *(weights[part.start : part.stop] for part in _chunks(len(weights), len(order)))]
    areas, best = [], []
    for part in parts:
        w = part[:, groups[order]]
        rows, errors = w, w * error
        if len(starts) < len(order):
            rows, errors = (np.add.reduceat(x, starts, axis=1) for x in (rows, errors))
        areas.append(_area(rows, errors))
        wrongs = errors.sum(axis=1, keepdims=True)
        right = rows.sum(axis=1, keepdims=True) - wrongs
        best.append(_area(np.hstack([right, wrongs]), np.hstack([np.zeros_like(wrongs), wrongs])))
    area, excess = np.concatenate(areas), np.concatenate(areas) - np.concatenate(best)
    return {"aurc": _Draws(float(area[0]), area[1:]), "excess": _Draws(float(excess[0]), excess[1:])}


def _area(rows: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """``(R,)`` AURC from ``(R, m)`` rows and errors by degree of certainty, the surest first.

    Behind ``N`` rows with ``E`` errors, the ``j``-th of ``m`` equally sure rows with ``e`` errors brings the mean risk
    to ``(E + j e/m) / (N + j)``; their sum is ``e + (E - N e/m) (H(N + m) - H(N))`` with harmonic numbers ``H``.
    """
    behind = np.cumsum(rows, axis=1)
    errors_before = np.cumsum(errors, axis=1) - errors
    share = np.divide(errors, rows, out=np.zeros_like(errors), where=rows > 0)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, int(behind.max()) + 1))])
    steps = np.diff(harmonic[behind.astype(np.intp)], axis=1, prepend=0.0)
    return (errors + (errors_before - share * (behind - rows)) * steps).sum(axis=1) / behind[:, -1]
