from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from conftest import ATTRIBUTION, STANCE
from framing.metrics import all_right_counts, confusion, group_counts, scores, sure_counts
from framing.uncertainty import UncertaintyConfig, bootstrap, bootstrap_shares, draw_weights, paired_difference


def total(task, gold, predicted):
    return group_counts(task, gold, predicted, np.zeros(len(gold), dtype=int)).sum(axis=0)


def test_a_hand_worked_example():
    # gold:      favor favor against neutral neutral;  predicted: favor against against neutral favor
    gold, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    found = scores(STANCE, total(STANCE, gold, predicted))
    # favor: tp 1 fp 1 fn 1 -> 1/2; against: tp 1 fp 1 fn 0 -> 2/3; neutral: tp 1 fp 0 fn 1 -> 2/3
    assert found["favor/f1"] == pytest.approx(1 / 2)
    assert found["against/f1"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((1 / 2 + 2 / 3 + 2 / 3) / 3)
    assert found["f_avg"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["neutral/support"] == 2


@pytest.mark.parametrize("seed", range(20))
def test_single_label_scores_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 60))
    gold, predicted = rng.integers(0, 3, n), rng.integers(0, rng.integers(1, 4), n)
    counts = total(STANCE, gold, predicted)
    found = scores(STANCE, counts)
    assert found["macro_f1"] == pytest.approx(sk.f1_score(gold, predicted, average="macro", zero_division=0))
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(gold, predicted))
    assert confusion(STANCE, counts).tolist() == sk.confusion_matrix(gold, predicted, labels=[0, 1, 2]).tolist()
    p, r, f, s = sk.precision_recall_fscore_support(gold, predicted, labels=[0, 1, 2], zero_division=0)
    for i, name in enumerate(STANCE.classes):
        assert [found[f"{name}/{m}"] for m in ("precision", "recall", "f1", "support")] == pytest.approx(
            [p[i], r[i], f[i], s[i]]
        )


@pytest.mark.parametrize("seed", range(20))
def test_multi_label_scores_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    gold, predicted = (rng.random((40, 4)) < 0.3).astype(int), (rng.random((40, 4)) < 0.4).astype(int)
    found = scores(ATTRIBUTION, total(ATTRIBUTION, gold, predicted))
    assert found["micro_f1"] == pytest.approx(sk.f1_score(gold, predicted, average="micro"))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(gold, predicted, average="macro", zero_division=0))
    assert found["exact_match"] == pytest.approx(sk.accuracy_score(gold, predicted))


def test_weighted_counts_are_the_score_of_the_resampled_rows():
    rng = np.random.default_rng(1)
    gold, predicted, groups = rng.integers(0, 3, 90), rng.integers(0, 3, 90), np.repeat(np.arange(9), 10)
    counts = group_counts(STANCE, gold, predicted, groups)
    weights = draw_weights(9, UncertaintyConfig(rounds=5))
    assert (weights.sum(axis=1) == 9).all()
    vectorised = scores(STANCE, weights @ counts)["macro_f1"]
    for k, weight in enumerate(weights):
        rows = np.concatenate([np.flatnonzero(groups == g) for g, w in enumerate(weight) for _ in range(int(w))])
        assert vectorised[k] == pytest.approx(sk.f1_score(gold[rows], predicted[rows], average="macro"))


def test_intervals_widen_when_rows_of_a_group_agree():
    rng = np.random.default_rng(2)
    gold = rng.integers(0, 3, 600)
    right = np.repeat(rng.random(60) < 0.7, 10)  # a whole group is right or wrong
    predicted = np.where(right, gold, (gold + 1) % 3)
    config = UncertaintyConfig(rounds=500)

    def width(groups):
        counts = group_counts(STANCE, gold, predicted, groups)
        i = bootstrap(STANCE, counts, draw_weights(len(counts), config), 0.95, 600)["accuracy"]
        assert i.low < i.value < i.high
        return i.high - i.low

    assert width(np.repeat(np.arange(60), 10)) > 2 * width(np.arange(600))


def test_paired_difference():
    rng = np.random.default_rng(3)
    gold, groups = rng.integers(0, 3, 300), np.repeat(np.arange(50), 6)
    good = np.where(rng.random(300) < 0.8, gold, (gold + 1) % 3)
    bad = np.where(rng.random(300) < 0.4, gold, (gold + 1) % 3)
    found = paired_difference(STANCE, gold, good, bad, groups)["macro_f1"]
    assert found.value == pytest.approx(
        sk.f1_score(gold, good, average="macro") - sk.f1_score(gold, bad, average="macro")
    )
    assert found.low > 0
    assert (found.n_rows, found.n_groups) == (300, 50)
    same = paired_difference(STANCE, gold, good, good, groups)["macro_f1"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="rows differ"):
        paired_difference(STANCE, gold, good[:-1], bad, groups)


def test_sentences_labelled_differently_toward_their_targets_by_hand():
    texts = ["a", "a", "b", "b", "c", "d", "d", "d"]
    gold = np.array([0, 1, 0, 0, 2, 0, 1, 2])
    predicted = np.array([0, 1, 0, 1, 2, 0, 1, 1])
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    found = all_right_counts(texts, gold, predicted, np.arange(8), groups)
    # a (both right) and d (two of three) are mixed; b has one label, c one row
    assert found["mixed/rows"].tolist() == [[2, 2], [2, 3]]
    assert found["mixed/all"].tolist() == [[1, 1], [0, 1]]
    some = all_right_counts(texts, gold, predicted, np.array([0, 2, 3]), np.zeros(3, dtype=int))
    assert some["mixed/all"].tolist() == [[0, 0]]  # of a, one row was tested
    one_answer = np.array([0, 0, 0, 0, 2, 1, 1, 1])
    blind = all_right_counts(texts, gold, one_answer, np.arange(8), groups)["mixed/all"]
    assert blind[:, 0].sum() == 0


def test_coverage_and_precision_of_what_is_sure_by_hand():
    gold, predicted = np.array([0, 1, 2, 2]), np.array([0, 1, 2, 0])
    silent, groups = np.array([False, False, True, False]), np.array([0, 0, 1, 1])
    found = sure_counts(STANCE, gold, predicted, silent, groups)
    assert found["sure/coverage"].tolist() == [[2, 2], [1, 2]]
    assert found["sure/precision"].tolist() == [[2, 2], [0, 1]]
    gold, predicted = np.array([[1, 0, 0, 0], [0, 0, 0, 0]]), np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    found = sure_counts(ATTRIBUTION, gold, predicted, np.array([False, False]), np.array([0, 0]))
    assert found["sure/precision"].tolist() == [[1, 2]]  # of the labels given


def test_a_share_has_the_interval_of_its_groups():
    counts = np.array([[3.0, 4.0], [1.0, 4.0], [4.0, 4.0], [0.0, 0.0]])
    weights = draw_weights(4, UncertaintyConfig(rounds=500))
    found = bootstrap_shares({"x": counts, "nothing": np.zeros((4, 2))}, weights, 0.95)
    assert set(found) == {"x"}
    x = found["x"]
    assert (x.value, x.n_rows, x.n_groups) == (8 / 12, 12, 3)
    assert 0.25 <= x.low < x.value < x.high <= 1
