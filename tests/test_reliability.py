from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from conftest import ATTRIBUTION, STANCE
from framing.reliability import bins_of, calibration_error, reliability, risk_by_coverage
from framing.uncertainty import UncertaintyConfig, draw_weights

CONFIG = UncertaintyConfig(rounds=200)


def drawn(n, sharpen=1.0, seed=0):
    """Labels drawn from known probabilities, and a model that says them ``sharpen`` times too sure."""
    rng = np.random.default_rng(seed)
    true = rng.dirichlet((0.8, 0.8, 0.8), n)
    gold = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1)
    said = true**sharpen
    return said / said.sum(axis=1, keepdims=True), gold, np.arange(n) % (n // 5)


def single(said, gold, groups, config=CONFIG):
    return reliability(STANCE, gold, said, said.argmax(axis=1), groups, config)


def test_calibration_error_of_a_worked_example():
    # Forty rows in two bins: twenty said 0.2, eight of them right; twenty said 0.9, fifteen right.
    said, right = np.repeat([0.2, 0.9], 20), np.concatenate([np.arange(20) < 8, np.arange(20) < 15])
    bins = bins_of(said)
    assert bins.tolist() == [0] * 20 + [1] * 20
    found = calibration_error(said, right, bins, np.zeros(40, dtype=int), np.ones((1, 1)))
    assert found.value == pytest.approx((abs(8 / 20 - 0.2) + abs(15 / 20 - 0.9)) / 2)
    assert found.drawn == pytest.approx([found.value])


def test_bins_are_of_equal_mass_and_ties_share_one():
    rng = np.random.default_rng(0)
    assert np.bincount(bins_of(rng.random(1000))).tolist() == [100] * 10
    assert np.bincount(bins_of(rng.random(60))).tolist() == [20] * 3
    assert set(bins_of(np.full(1000, 0.3))) == {0}
    tied = np.concatenate([np.full(550, 0.5), rng.random(450) / 2])
    assert len(set(bins_of(tied)[:550])) == 1


def test_a_draw_is_the_error_of_the_resampled_rows_in_the_same_bins():
    rng = np.random.default_rng(1)
    said, groups = rng.random(300), np.repeat(np.arange(30), 10)
    right, bins = rng.random(300) < said**2, bins_of(said)
    weights = draw_weights(30, UncertaintyConfig(rounds=4))
    found = calibration_error(said, right, bins, groups, weights).drawn
    for value, weight in zip(found, weights, strict=True):
        rows = np.concatenate([np.flatnonzero(groups == g) for g, w in enumerate(weight) for _ in range(int(w))])
        by_hand = sum(abs((right[rows] - said[rows])[bins[rows] == b].sum()) for b in np.unique(bins))
        assert value == pytest.approx(by_hand / len(rows))


def test_error_is_told_from_that_of_a_perfectly_calibrated_model():
    calibrated, sure = single(*drawn(2000)).figures, single(*drawn(2000, sharpen=3)).figures
    assert calibrated.ece.value <= calibrated.expected.high
    assert calibrated.ece.low == 0
    assert sure.ece.low > sure.expected.high
    assert sure.ece.low < sure.ece.value < sure.ece.high
    n, bins = 2000, 10  # the mean of |normal| with the variance of a bin's share, roughly
    assert calibrated.expected.value == pytest.approx(np.sqrt(2 / np.pi) * np.sqrt(0.2 / (n / bins)), rel=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_brier_is_scikit_learns(seed):
    said, gold, groups = drawn(120, 1.5, seed)
    found = single(said, gold, groups)
    assert found.figures.brier.value == pytest.approx(brier_score_loss(gold, said, scale_by_half=False))
    assert found.figures.brier.low < found.figures.brier.value < found.figures.brier.high
    for i, name in enumerate(STANCE.classes):
        assert found.brier_by_class[name].value == pytest.approx(brier_score_loss(gold == i, said[:, i]))


def test_brier_of_a_worked_example():
    said, gold = np.array([[0.7, 0.2, 0.1], [0.5, 0.5, 0.0]]), np.array([0, 1])
    found = single(said, gold, np.array([0, 1]))
    assert found.figures.brier.value == pytest.approx(((0.09 + 0.04 + 0.01) + (0.25 + 0.25)) / 2)


def test_with_many_labels_each_is_measured_and_the_task_is_their_mean():
    rng = np.random.default_rng(2)
    said, groups = rng.random((400, 4)), np.arange(400) // 5
    gold = (rng.random((400, 4)) < said ** np.array([1, 1, 2, 3])).astype(int)
    found = reliability(ATTRIBUTION, gold, said, (said >= 0.4).astype(int), groups, CONFIG)
    assert [c.name for c in found.curves] == list(ATTRIBUTION.classes)
    for i, curve in enumerate(found.curves):
        assert curve.figures.brier.value == pytest.approx(brier_score_loss(gold[:, i], said[:, i]))
        assert curve.rows.sum() == 400
        assert curve.risk[-1] == pytest.approx(np.mean((said[:, i] >= 0.4) != gold[:, i]))
    for name in ("ece", "expected", "brier", "aurc", "excess"):
        parts = [getattr(c.figures, name).value for c in found.curves]
        assert getattr(found.figures, name).value == pytest.approx(np.mean(parts))
    assert found.curves[3].figures.ece.value > found.curves[3].figures.expected.high


def area_by_hand(certainty, wrong):
    """The mean over the orders in which equally sure rows can stand, each summed as it is defined."""
    found = []
    for order in permutations(range(len(wrong))):
        ordered = certainty[list(order)]
        if (np.diff(ordered) <= 0).all():
            found.append(np.mean(np.cumsum(wrong[list(order)]) / np.arange(1, len(wrong) + 1)))
    return np.mean(found)


def area(certainty, wrong, groups=None, config=CONFIG):
    """AURC and E-AURC of a label that is always given, with its certainty."""
    said, gold = np.tile(certainty[:, None], (1, 4)), np.tile(1 - wrong.astype(int)[:, None], (1, 4))
    groups = np.arange(len(wrong)) if groups is None else groups
    figures = reliability(ATTRIBUTION, gold, said, np.ones_like(gold), groups, config).figures
    return figures.aurc, figures.excess


def test_area_under_risk_and_coverage_of_a_worked_example():
    certainty, wrong = np.array([0.6, 0.9, 0.7, 0.8]), np.array([True, False, False, True])
    coverage, risk = risk_by_coverage(certainty, wrong)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    aurc, excess = area(certainty, wrong)
    assert aurc.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert excess.value == pytest.approx(aurc.value - (0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_equally_sure_answers_stand_in_every_order():
    certainty = np.array([0.9, 0.7, 0.7, 0.7, 0.5, 0.5])
    wrong = np.array([False, True, False, False, True, False])
    assert area(certainty, wrong)[0].value == pytest.approx(area_by_hand(certainty, wrong))
    always = np.full(6, 0.5)
    assert area(always, wrong)[0].value == pytest.approx(2 / 6)
    assert len(risk_by_coverage(always, wrong)[0]) == 1


def test_a_draw_is_the_area_of_the_resampled_rows():
    certainty, wrong = np.array([0.9, 0.8, 0.7, 0.6]), np.array([False, True, True, False])
    groups, config = np.array([0, 0, 1, 1]), UncertaintyConfig(rounds=50, level=0.9)
    possible = []  # of two groups: each twice, or both once
    for rows in ([0, 1, 0, 1], [2, 3, 2, 3], [0, 1, 2, 3]):
        possible.append(area_by_hand(certainty[rows], wrong[rows]))
    found, _ = area(certainty, wrong, groups, config)
    weights = draw_weights(2, config)
    drawn = [possible[0] if w[0] == 2 else possible[1] if w[1] == 2 else possible[2] for w in weights]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])))
    assert found.value == pytest.approx(possible[2])


def test_who_knows_what_he_does_not_know_has_less_area():
    rng = np.random.default_rng(3)
    right = rng.random(500) < 0.7
    knowing, blind = area(right * 0.5 + 0.1 * rng.random(500), ~right), area(rng.random(500), ~right)
    assert knowing[0].high < blind[0].low
    assert knowing[1].value == pytest.approx(0)
    assert blind[1].low > 0
