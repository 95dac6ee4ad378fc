from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from conftest import ATTRIBUTION, STANCE
from framing.metrics import group_counts, scores
from framing.paired import groups_needed, holm, letters, permutation_test, right_or_wrong, smallest_shown


def some(task, seed, groups=8, rows=6):
    """Gold labels and two unlike sets of answers, as counts of each group."""
    rng = np.random.default_rng(seed)
    shape = (groups * rows, len(task.classes)) if task.multi else groups * rows
    gold, a, b = (rng.integers(0, 2 if task.multi else 3, shape) for _ in range(3))
    b = np.where(rng.random(shape) < 0.5, gold, b)
    return [group_counts(task, gold, of, np.repeat(np.arange(groups), rows)) for of in (a, b)]


@pytest.mark.parametrize("task", [STANCE, ATTRIBUTION], ids=lambda t: t.name)
def test_the_permutation_test_is_what_all_swaps_of_few_groups_give(task):
    a, b = some(task, 1)
    found = permutation_test(task, a, b, rounds=20_000)
    beyond = dict.fromkeys(found, 0)
    for swap in product([False, True], repeat=8):
        swapped = np.array(swap)[:, None]
        first, second = (np.where(swapped, x, y).sum(axis=0) for x, y in ((b, a), (a, b)))
        of_first, of_second, of_a, of_b = (scores(task, c) for c in (first, second, a.sum(axis=0), b.sum(axis=0)))
        for name in found:
            beyond[name] += abs(of_second[name] - of_first[name]) >= abs(of_b[name] - of_a[name]) - 1e-12
    for name, n in beyond.items():
        assert found[name] == pytest.approx(n / 2**8, abs=0.015), name


def test_the_permutation_test_of_a_mean_is_scipys():
    a, b = some(STANCE, 2)
    right = [np.trace(c.reshape(-1, 3, 3), axis1=1, axis2=2) for c in (a, b)]

    def difference(x, y, axis):
        return np.mean(x - y, axis=axis)

    theirs = stats.permutation_test(right, difference, permutation_type="samples", vectorized=True, n_resamples=1000)
    assert permutation_test(STANCE, a, b, rounds=20_000)["accuracy"] == pytest.approx(theirs.pvalue, abs=0.015)


def test_the_permutation_test_of_the_same_answers_of_one_group_and_of_other_groups():
    a, b = some(STANCE, 3)
    assert set(permutation_test(STANCE, a, a).values()) == {1.0}
    assert permutation_test(STANCE, a[:1], b[:1])["macro_f1"] == 1  # one group is no evidence
    assert permutation_test(STANCE, a, b) == permutation_test(STANCE, a, b)
    with pytest.raises(ValueError, match="differ"):
        permutation_test(STANCE, a, b[1:])


def test_the_smallest_difference_and_the_groups_needed_by_hand():
    # z of 0.975 is 1.960, z of 0.8 is 0.842
    assert smallest_shown(0.01463, 0.95) == pytest.approx(0.041, abs=1e-4)
    assert groups_needed(212, 0.041, 0.03) == 396  # 212 * 1.868
    assert groups_needed(50, 0.02, 0.02) == 50


def test_holm_by_hand():
    # sorted 0.005 0.01 0.03 0.04, times 4 3 2 1: 0.02 0.03 0.06 0.04, and never below the one before: 0.06
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    assert holm([0.2]).tolist() == [0.2]


def test_letters_by_hand():
    assert letters(3, []) == ["a", "a", "a"]
    assert letters(3, [(0, 1), (0, 2), (1, 2)]) == ["a", "b", "c"]
    assert letters(3, [(0, 2)]) == ["a", "ab", "b"]
    assert letters(28, list(combinations(range(28), 2)))[25:] == ["z", "a2", "b2"]


@pytest.mark.parametrize("seed", range(20))
def test_who_shares_a_letter_is_not_different_and_who_does_not_is(seed):
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(7), 2))
    different = [pair for pair in pairs if rng.random() < 0.4]
    shown = letters(7, different)
    for i, j in pairs:
        assert bool(set(shown[i]) & set(shown[j])) == ((i, j) not in different)
    assert all(shown)


def test_mcnemars_table_by_hand():
    right_a = np.array([1, 1, 1, 0, 0, 1], dtype=bool)
    right_b = np.array([1, 0, 0, 1, 0, 1], dtype=bool)
    # both 0 and 5; A alone 1 and 2; B alone 3; neither 4
    assert right_or_wrong(right_a, right_b).tolist() == [[2, 2], [1, 1]]
