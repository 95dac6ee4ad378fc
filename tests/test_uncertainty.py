"""Do the intervals and tests keep what they promise? Simulated data whose truth is known, beside methods that forget
that rows of a group belong together. ``SEED`` was fixed before the first result and is not to be chosen by results."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pytest

from conftest import STANCE
from framing.metrics import group_counts, scores
from framing.paired import permutation_test
from framing.summary import verdict
from framing.uncertainty import UncertaintyConfig, bootstrap, draw_weights, paired_difference, percentile_interval

SEED = 2026
DATA_SETS, ROUNDS = 1000, 1000
SHARES = np.array([0.5, 0.3, 0.2])  # of the classes
LOGITS = np.array([1.5, 0.7, 0.2])  # of being right, by class, in a group of middling difficulty


@dataclass(frozen=True)
class World:
    """Rows drawn from one population: ``sets`` data sets of some groups each, numbered through."""

    gold: np.ndarray
    groups: np.ndarray
    set_starts: np.ndarray  # first group of each data set, and one past the last
    rng: np.random.Generator

    def answers(self, effect: np.ndarray) -> np.ndarray:
        """Of a fixed classifier whose logit of being right is shifted by ``effect`` in each group."""
        logit = LOGITS[self.gold] + effect[self.groups]
        right = self.rng.random(len(self.gold)) < 1 / (1 + np.exp(-logit))
        wrong = (self.gold + np.where(self.rng.random(len(self.gold)) < 0.7, 1, 2)) % 3
        return np.where(right, self.gold, wrong)

    def parts(self, predicted: np.ndarray) -> list[np.ndarray]:
        """``(G, S)`` counts of groups, for each data set."""
        return np.split(group_counts(STANCE, self.gold, predicted, self.groups), self.set_starts[1:-1])


def world(sets: int, fewest: int, most: int, stream: int) -> World:
    """Data sets of ``fewest`` to ``most`` groups of 6 to 14 rows."""
    rng = np.random.default_rng([SEED, stream])
    n_groups = rng.integers(fewest, most + 1, sets)
    groups = np.repeat(np.arange(n_groups.sum()), rng.integers(6, 15, n_groups.sum()))
    gold = rng.choice(3, size=len(groups), p=SHARES)
    return World(gold, groups, np.concatenate([[0], np.cumsum(n_groups)]), rng)


def macro_f1(counts: np.ndarray) -> float:
    return float(scores(STANCE, counts.sum(axis=0))["macro_f1"])


def test_intervals_over_groups_cover_the_truth_and_intervals_over_rows_do_not():
    everything = world(1, 100_000, 100_000, stream=0)  # a million rows
    truth = macro_f1(everything.parts(everything.answers(everything.rng.normal(0, 1, 100_000)))[0])
    samples = world(DATA_SETS, 100, 200, stream=1)
    covered = {"groups": 0, "rows": 0}
    for k, counts in enumerate(samples.parts(samples.answers(samples.rng.normal(0, 1, samples.set_starts[-1])))):
        n = int(counts.sum())
        found = bootstrap(STANCE, counts, draw_weights(len(counts), UncertaintyConfig(ROUNDS, seed=k)), 0.95, n)
        covered["groups"] += found["macro_f1"].low <= truth <= found["macro_f1"].high
        # n rows drawn from n rows fall into the cells of the confusion matrix as n multinomial draws do
        drawn = np.random.default_rng([SEED, 2, k]).multinomial(n, counts.sum(axis=0) / n, size=ROUNDS)
        low, high = np.quantile(scores(STANCE, drawn.astype(float))["macro_f1"], [0.025, 0.975])
        covered["rows"] += low <= truth <= high
    print({name: count / DATA_SETS for name, count in covered.items()}, truth)
    assert 0.93 <= covered["groups"] / DATA_SETS <= 0.97
    assert covered["rows"] / DATA_SETS < 0.90


def test_the_paired_test_rejects_as_often_as_it_says_where_two_are_exchangeable_within_a_group():
    samples = world(DATA_SETS, 100, 200, stream=3)
    shared, *own = samples.rng.normal(0, 1, (3, samples.set_starts[-1]))  # each is good at groups of its own too
    answers = [samples.answers(0.7 * shared + 0.7 * effect) for effect in own]
    pairs = zip(*map(samples.parts, answers), strict=True)
    rejected = [permutation_test(STANCE, a, b, rounds=999, seed=k)["macro_f1"] < 0.05 for k, (a, b) in enumerate(pairs)]
    starts = np.searchsorted(samples.groups, samples.set_starts)
    by_row = []
    for k, part in enumerate(map(slice, starts[:200], starts[1:])):
        rows = np.arange(part.stop - part.start)
        a, b = (group_counts(STANCE, samples.gold[part], of[part], rows) for of in answers)
        by_row.append(permutation_test(STANCE, a, b, rounds=999, seed=k)["macro_f1"] < 0.05)
    print(np.mean(rejected), np.mean(by_row))
    assert 0.035 <= np.mean(rejected) <= 0.065
    assert np.mean(by_row) > 0.10


def test_a_difference_is_covered_and_found_as_often_as_its_standard_error_says():
    shift = 0.3  # B's logit of being right is higher by this much
    everything = world(1, 100_000, 100_000, stream=4)
    effect = everything.rng.normal(0, 1, 100_000)
    a, b = (macro_f1(everything.parts(everything.answers(effect + s))[0]) for s in (0, shift))
    truth = b - a
    samples = world(DATA_SETS, 100, 200, stream=5)
    effect = samples.rng.normal(0, 1, samples.set_starts[-1])
    first, second = samples.answers(effect), samples.answers(effect + shift)
    covered, found, foretold = [], [], []
    starts = np.searchsorted(samples.groups, samples.set_starts)
    for k, part in enumerate(map(slice, starts, starts[1:])):
        groups = samples.groups[part] - samples.groups[part.start]
        answers = (samples.gold[part], second[part], first[part], groups)
        d = paired_difference(STANCE, *answers, UncertaintyConfig(ROUNDS, seed=k))["macro_f1"]
        counts = [group_counts(STANCE, samples.gold[part], of[part], groups) for of in (first, second)]
        covered.append(d.low <= truth <= d.high)
        found.append(d.low > 0 and permutation_test(STANCE, *counts, rounds=999, seed=k)["macro_f1"] < 0.05)
        foretold.append(NormalDist().cdf(truth / d.se - NormalDist().inv_cdf(0.975)))
    print(truth, np.mean(covered), np.mean(found), np.mean(foretold))
    assert 0.93 <= np.mean(covered) <= 0.97
    assert 0.5 < np.mean(foretold) < 0.95  # or it would prove nothing
    assert np.mean(found) == pytest.approx(np.mean(foretold), abs=0.05)


def test_one_group_gives_no_interval_and_no_verdict():
    only = percentile_interval(0.5, np.full(20, 0.5), 0.95, 12, 1)
    assert str(only) == "0.500 [one group]"
    assert only.signed == "+0.500 [one group]"
    assert verdict(only) == "not distinguishable"
    assert verdict(percentile_interval(0.5, np.full(20, 0.5), 0.95, 12, 2)) == "better"
