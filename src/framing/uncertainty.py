"""How sure: intervals from resampling whole groups, since sentences of one article are not independent.

The cluster bootstrap (Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8): groups are
drawn with replacement, a score is computed on each draw, and the interval is the middle part of those scores. The
predictions are held fixed (out-of-fold); the spread from training again is another matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from framing.labels import Task
from framing.metrics import group_counts, scores

FEW_GROUPS = 30  # below this, a bootstrap over groups is not to be relied on


@dataclass
class UncertaintyConfig:
    """rounds: bootstrap draws. level: of the intervals. seed: of the draws."""

    rounds: int = 2000
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class Interval:
    """A score, the bounds of its interval, the numbers of rows and groups that it rests on, and its standard error:
    the standard deviation of the draws."""

    value: float
    low: float
    high: float
    n_rows: int
    n_groups: int
    se: float

    def __str__(self) -> str:
        return self._written("")

    @property
    def signed(self) -> str:
        """As a difference is written."""
        return self._written("+")

    def _written(self, sign: str) -> str:
        """One group says nothing of how groups differ: every draw of it is the same."""
        bounds = "one group" if self.n_groups == 1 else f"{self.low:{sign}.3f}, {self.high:{sign}.3f}"
        return f"{self.value:{sign}.3f} [{bounds}]"


def draw_weights(n_groups: int, config: UncertaintyConfig) -> np.ndarray:
    """``(rounds, n_groups)`` how often each group is drawn in each round; not to be written to, since it is kept."""
    return _drawn(n_groups, config.rounds, config.seed)


@lru_cache(maxsize=2)  # asked for again and again, and large
def _drawn(n_groups: int, rounds: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=rounds).astype(float)
    weights.flags.writeable = False
    return weights


def bootstrap(
    task: Task, counts: np.ndarray, weights: np.ndarray, level: float, n_rows: int, only: Collection[str] = ()
) -> dict[str, Interval]:
    """Every score of the task, or ``only`` these, with its interval, from ``(G, S)`` counts of groups."""
    point = scores(task, counts.sum(axis=0))
    drawn = scores(task, weights @ counts)
    chosen = [name for name in point if not only or name in only]
    return {n: percentile_interval(float(point[n]), drawn[n], level, n_rows, len(counts)) for n in chosen}


def bootstrap_shares(counts: Mapping[str, np.ndarray], weights: np.ndarray, level: float) -> dict[str, Interval]:
    """Shares with their intervals, from ``(G, 2)`` counts of groups: how many, and out of how many.

    Left out where there is nothing to count. ``n_rows`` is what was counted out of.
    """
    found = {}
    for name, c in counts.items():
        top, bottom = c.sum(axis=0)
        if bottom:
            drawn = weights @ c
            drawn = drawn[drawn[:, 1] > 0]
            shares = drawn[:, 0] / drawn[:, 1]
            found[name] = percentile_interval(top / bottom, shares, level, int(bottom), int((c[:, 1] > 0).sum()))
    return found


def paired_difference(
    task: Task,
    gold: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    groups: np.ndarray,
    config: UncertaintyConfig | None = None,
) -> dict[str, Interval]:
    """Every score of ``first`` minus that of ``second``, two sets of predictions of the same rows.

    Both are scored on the same draws of groups, so what is hard for both cancels. ``groups`` are ``(n,)`` numbers
    from 0. Raises ``ValueError`` where the shapes do not fit.
    """
    if not (len(gold) == len(first) == len(second) == len(groups)):
        raise ValueError(f"rows differ: {len(gold)}, {len(first)}, {len(second)}, {len(groups)}")
    config = config or UncertaintyConfig()
    a, b = (group_counts(task, gold, p, groups) for p in (first, second))
    weights = draw_weights(len(a), config)
    point_a, point_b = (scores(task, c.sum(axis=0)) for c in (a, b))
    drawn_a, drawn_b = (scores(task, weights @ c) for c in (a, b))
    return {
        name: percentile_interval(
            float(point_a[name] - point_b[name]),
            drawn_a[name] - drawn_b[name],
            config.level,
            len(gold),
            len(a),
        )
        for name in point_a
    }


def percentile_interval(value: float, drawn: np.ndarray, level: float, n_rows: int, n_groups: int) -> Interval:
    """The middle part of the draws of a score, beside its value."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), n_rows, n_groups, float(drawn.std()))
