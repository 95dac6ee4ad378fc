"""Is one set of answers better than another, to the same rows? Tests that keep groups whole, and what they could show.

The interval of the difference is :func:`framing.uncertainty.paired_difference`. Beside it stands a test that needs no
bootstrap: if neither run is better, it does not matter which of the two gave the answers of a group.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from statistics import NormalDist

import numpy as np

from framing.labels import Task
from framing.metrics import scores

PERMUTATIONS = 10_000
POWER = 0.8  # what "they would show" means: the chance to find a difference that is there
_AT_ONCE = 1000  # permutations in one product, so that ten thousand groups fit in memory
_TIE = 1e-12  # sums of the same counts in another order differ by rounding


def permutation_test(
    score: Task | Callable[[np.ndarray], Mapping[str, np.ndarray]],
    a: np.ndarray,
    b: np.ndarray,
    rounds: int = PERMUTATIONS,
    seed: int = 0,
) -> dict[str, float]:
    """Two-sided p-value of every score's difference between two ``(G, S)`` arrays of counts of the same groups.

    ``score`` is a task, whose :func:`framing.metrics.scores` are meant, or what makes ``(...,)`` scores of ``(..., S)``
    summed counts.

    Each round swaps the two runs' answers in a random half of the groups, whole. As a score is a function of summed
    counts, a round is a sum of the groups' differences. Yeh, "More accurate tests for the statistical significance
    of result differences" (COLING 2000), over groups; p = (1 + n) / (1 + rounds), where n rounds differ at least as
    much: Phipson and Smyth, "Permutation p-values should never be zero" (2010). Raises ``ValueError`` where shapes
    differ.
    """
    if a.shape != b.shape:
        raise ValueError(f"groups or counts differ: {a.shape}, {b.shape}")
    of = partial(scores, score) if isinstance(score, Task) else score
    total_a, total_b, gap = a.sum(axis=0), b.sum(axis=0), b - a
    gap = gap[gap.any(axis=1)]  # to swap equal answers changes nothing
    found_a, found_b = of(total_a), of(total_b)
    observed = {name: abs(found_b[name] - found_a[name]) - _TIE for name in found_a}
    beyond = dict.fromkeys(observed, 0)
    rng = np.random.default_rng(seed)
    for start in range(0, rounds, _AT_ONCE):
        swapped = rng.integers(0, 2, (min(_AT_ONCE, rounds - start), len(gap)), dtype=bool)
        moved = swapped.astype(float) @ gap
        drawn_a, drawn_b = of(total_a + moved), of(total_b - moved)
        for name, least in observed.items():
            beyond[name] += int((np.abs(drawn_b[name] - drawn_a[name]) >= least).sum())
    return {name: (1 + n) / (1 + rounds) for name, n in beyond.items()}


def smallest_shown(se: float, level: float, power: float = POWER) -> float:
    """The smallest true difference that is found with this chance, from the standard error of the difference.

    (z of 1 - alpha / 2 + z of power) times it: Bloom, "Minimum detectable effects" (Evaluation Review 19, 1995).
    """
    normal = NormalDist()
    return (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)) * se


def groups_needed(n_groups: int, smallest: float, wanted: float) -> int:
    """How many groups would show a difference of ``wanted``, if these show ``smallest``: the error falls with their
    square root."""
    return math.ceil(n_groups * (smallest / wanted) ** 2)


def holm(p_values: Sequence[float]) -> np.ndarray:
    """``(m,)`` p-values adjusted for how many there are, in their order.

    Holm, "A simple sequentially rejective multiple test procedure" (Scandinavian Journal of Statistics 6, 1979).
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]), 1.0)
    return adjusted


def letters(n: int, different: Collection[tuple[int, int]]) -> list[str]:
    """A compact letter display of ``n`` things in their order: those that share a letter are not in ``different``.

    Insert and absorb: Piepho, "An algorithm for a letter-based representation of all-pairwise comparisons" (Journal of
    Computational and Graphical Statistics 13, 2004). After z comes a2.
    """
    columns = [frozenset(range(n))]
    for i, j in different:
        split = [c - {k} for c in columns if {i, j} <= c for k in (i, j)]
        columns = [c for c in columns if not {i, j} <= c]
        for part in split:
            if not any(part <= c for c in columns):
                columns = [c for c in columns if not c <= part] + [part]
    ordered = sorted(columns, key=sorted)
    names = [chr(ord("a") + k % 26) + (str(k // 26 + 1) if k >= 26 else "") for k in range(len(ordered))]
    return ["".join(name for name, c in zip(names, ordered, strict=True) if i in c) for i in range(n)]


def right_or_wrong(right_a: np.ndarray, right_b: np.ndarray) -> np.ndarray:
    """``(2, 2)`` rows by whether A (first axis: right, wrong) and B (second axis) are right: the table of McNemar,
    "Note on the sampling error of the difference between correlated proportions" (Psychometrika 12, 1947).

    His test takes the rows to be independent, which rows of a group are not, so there is none here.
    """
    return np.array([[(x & y).sum() for y in (right_b, ~right_b)] for x in (right_a, ~right_a)])
