"""How a score goes on with more data: an inverse power law, fitted to a learning curve.

score(n) = a - b (n / unit)^-c, with 0 <= a <= 1 what it comes to in the end, b what is missing to that at n = unit, and
c how fast. Hestness et al., "Deep Learning Scaling is Predictable, Empirically" (2017); Viering and Loog, "The Shape of
Learning Curves: a Review" (2022). Points are weighted by n, since a score of few documents hangs on which these are
(as Figueroa et al., "Predicting sample size required for classification performance", 2012, weigh later points more).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

POINTS = 4  # fewer say nothing about three parameters
_RISE = 1e-3  # a curve that rises by less than this per doubling does not rise
_R2 = 0.5  # below this the points do not follow the law


class NoForecastError(Exception):
    """The points follow no such law; says why, in words for the reader of a report."""


@dataclass(frozen=True)
class PowerLaw:
    """See the module. ``unit``: the largest n that it was fitted on."""

    a: float
    b: float
    c: float
    unit: float

    def __call__(self, n: float | np.ndarray) -> np.ndarray:
        """The score at n."""
        return self.a - self.b * (np.asarray(n, dtype=float) / self.unit) ** -self.c

    def slope(self, n: float) -> float:
        """What one more is worth at n."""
        return float(self.b * self.c / self.unit * (n / self.unit) ** (-self.c - 1))


def fit(n: np.ndarray, score: np.ndarray) -> PowerLaw:
    """The law with the least weighted squares, whatever it looks like. Too few points: ``NoForecastError``."""
    from scipy.optimize import least_squares

    if len(np.unique(n)) < POINTS:
        raise NoForecastError(f"{len(np.unique(n))} points are too few, {POINTS} are needed")
    unit = float(np.max(n))
    x = np.asarray(n, dtype=float) / unit
    root = x[:, None] ** 0.5  # of the weights

    def misses(p: np.ndarray) -> np.ndarray:
        return root[:, 0] * (p[0] - p[1] * x ** -p[2] - score)

    def gradient(p: np.ndarray) -> np.ndarray:
        power = x ** -p[2]
        return root * np.stack([np.ones_like(x), -power, p[1] * power * np.log(x)], axis=1)

    start = (float(np.clip(np.max(score) + 0.05, 0.05, 0.95)), 0.05, 0.5)
    found = least_squares(misses, start, gradient, bounds=((0.0, 0.0, 0.05), (1.0, 1.0, 3.0)), x_scale="jac")
    a, b, c = map(float, found.x)
    return PowerLaw(a, b, c, unit)


def fit_checked(n: np.ndarray, score: np.ndarray) -> PowerLaw:
    """As :func:`fit`; raises ``NoForecastError`` also where the points do not rise, or stray from every such law."""
    law = fit(n, score)
    if float(law(2 * law.unit) - law(law.unit)) < _RISE:
        raise NoForecastError("the score does not rise with more data")
    weights = np.asarray(n, dtype=float)
    around = np.average((score - np.average(score, weights=weights)) ** 2, weights=weights)
    left = np.average((score - law(n)) ** 2, weights=weights)
    if left > (1 - _R2) * around:
        raise NoForecastError(f"the points stray too far from an inverse power law (R² {1 - left / around:.2f})")
    return law
