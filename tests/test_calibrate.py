from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import log_loss

from conftest import ATTRIBUTION, STANCE
from framing.calibrate import NEVER, Calibration, CalibrationConfig, fit, fit_splits, from_json, to_json
from framing.exceptions import UserError
from framing.split import Split

CONFIG = CalibrationConfig(precision=0.9)


def overconfident(n, seed=0):
    """Labels drawn from known probabilities, and a classifier that says them three times too sure."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.2, (n, 3))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1)
    said = true**3 / (true**3).sum(axis=1, keepdims=True)
    return true, said, gold


def test_the_temperature_that_was_lost_is_found_again():
    true, said, gold = overconfident(20_000)
    fitted = fit(STANCE, said, gold, CONFIG)
    assert fitted.slope[0] == pytest.approx(1 / 3, rel=0.05)
    back = fitted.apply(STANCE, said)
    assert np.abs(back - true).mean() < 0.01
    assert (back.argmax(axis=1) == said.argmax(axis=1)).all()
    assert back.sum(axis=1) == pytest.approx(np.ones(len(back)))
    assert log_loss(gold, back) < log_loss(gold, said) - 0.2


def test_each_label_has_a_scale_of_its_own():
    rng = np.random.default_rng(1)
    x = rng.normal(0, 2, (20_000, 4))
    slope, shift = np.array([0.5, 1.0, 2.0, 1.0]), np.array([0.0, -1.0, 0.0, 1.0])
    gold = (rng.random(x.shape) < 1 / (1 + np.exp(-(slope * x + shift)))).astype(int)
    fitted = fit(ATTRIBUTION, 1 / (1 + np.exp(-x)), gold, CONFIG)
    assert fitted.slope == pytest.approx(slope, rel=0.1)
    assert fitted.shift == pytest.approx(shift, abs=0.1)


def test_what_is_sure_is_right_as_often_as_was_asked():
    for seed in range(5):
        _, said, gold = overconfident(4000, seed)
        fitted = fit(STANCE, said[:2000], gold[:2000], CONFIG)
        calibrated = fitted.apply(STANCE, said[2000:])
        kept = ~fitted.abstains(STANCE, calibrated)
        right = calibrated.argmax(axis=1) == gold[2000:]
        assert 0 < kept.mean() < 1
        assert right[kept].mean() == pytest.approx(0.9, abs=0.05)
        assert right[kept].mean() > right.mean()


def test_a_precision_that_no_answer_reaches_abstains_from_all():
    p = np.tile([0.4, 0.3, 0.3], (100, 1))
    fitted = fit(STANCE, p, np.arange(100) % 3, CONFIG)
    assert fitted.threshold == (NEVER,)
    assert fitted.abstains(STANCE, fitted.apply(STANCE, p)).all()


def test_a_few_right_answers_prove_no_precision():
    p = np.tile([0.8, 0.1, 0.1], (19, 1))
    assert fit(STANCE, p, np.zeros(19, dtype=int), CONFIG).threshold == (NEVER,)
    p = np.tile([0.8, 0.1, 0.1], (20, 1))
    assert fit(STANCE, p, np.zeros(20, dtype=int), CONFIG).threshold == (0.0,)


def test_of_many_labels_only_an_unsure_one_that_is_given_makes_a_row_abstain():
    calibration = Calibration((1.0,) * 4, (0.0,) * 4, (0.5,) * 4, (0.9, 0.5, 0.5, NEVER))
    p = np.array([[0.95, 0.1, 0.1, 0.1], [0.6, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.99]])
    assert calibration.abstains(ATTRIBUTION, calibration.apply(ATTRIBUTION, p)).tolist() == [False, True, False, True]


def k_folds(folds):
    return [Split(str(k), np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in np.unique(folds)]


def test_no_fold_learns_from_itself():
    _, said, gold = overconfident(300)
    folds = np.repeat([1, 2, 3], 100)
    by_fold, _ = fit_splits(STANCE, said, gold, k_folds(folds), CONFIG)
    changed = gold.copy()
    changed[folds == 2] = (changed[folds == 2] + 1) % 3
    again, _ = fit_splits(STANCE, said, changed, k_folds(folds), CONFIG)
    assert again[1] == by_fold[1]
    assert again[0] != by_fold[0]
    alone, _ = fit_splits(STANCE, said, gold, k_folds(np.ones(300, dtype=int)), CONFIG)
    assert alone[0].apply(STANCE, said) == pytest.approx(said, abs=1e-5)


def test_a_value_that_is_left_out_teaches_no_calibration_of_its_own_tests():
    _, said, gold = overconfident(300)
    folds, value = np.repeat([1, 2, 3], 100), np.arange(300) % 2
    splits = [
        Split(f"{v} {k}", np.flatnonzero((folds != k) & (value != v)), np.flatnonzero((folds == k) & (value == v)))
        for v in (0, 1)
        for k in (1, 2, 3)
    ]
    before, _ = fit_splits(STANCE, said, gold, splits, CONFIG)
    changed = np.where(value == 0, (gold + 1) % 3, gold)
    after, _ = fit_splits(STANCE, said, changed, splits, CONFIG)
    assert after[:3] == before[:3]  # tests of value 0
    assert all(a != b for a, b in zip(after[3:], before[3:], strict=True))


def test_a_class_without_probability_gets_none():
    p = np.array([[0.7, 0.3, 0.0], [0.2, 0.8, 0.0]])
    assert (Calibration((0.1,), (0.0,), (0.0,)).apply(STANCE, p)[:, 2] == 0).all()


def test_it_survives_json_and_a_broken_one_is_refused():
    _, said, gold = overconfident(200)
    fitted = {"stance": fit(STANCE, said, gold, CONFIG)}
    values = json.loads(json.dumps(to_json(fitted)))
    assert from_json(values, [STANCE]) == fitted
    for broken in (None, {}, {"stance": {"slope": [1.0]}}, {"stance": {**values["stance"], "slope": [1.0, 2.0]}}):
        with pytest.raises(UserError, match="calibration of task stance"):
            from_json(broken, [STANCE])
    with pytest.raises(UserError, match=r"calibration\.precision"):
        CalibrationConfig(precision=1.5)


def test_a_label_is_given_from_the_probability_on_that_makes_f1_best():
    rng = np.random.default_rng(0)
    truth = rng.beta(0.6, 3.0, 20_000)  # a rare label whose probabilities are right, and seldom above one half
    p = np.tile(truth[:, None], (1, 4))
    gold = (rng.random(p.shape) < p).astype(int)
    fitted = fit(ATTRIBUTION, p, gold, CONFIG)
    calibrated = fitted.apply(ATTRIBUTION, p)
    given = fitted.decide(ATTRIBUTION, calibrated)
    f1 = 2 * (given * gold).sum(0) / (given.sum(0) + gold.sum(0))
    half = (calibrated >= 0.5).astype(int)
    assert (f1 > 2 * (half * gold).sum(0) / (half.sum(0) + gold.sum(0)) + 0.05).all()
    assert np.allclose(fitted.cut, f1 / 2, atol=0.05)  # Lipton et al.: the best cut is half of the best F1


def test_the_cut_of_a_label_that_is_too_rare_to_tell_is_one_half():
    p = np.full((100, 4), 0.1)
    gold = np.zeros((100, 4), dtype=int)
    gold[:5] = 1
    assert fit(ATTRIBUTION, p, gold, CONFIG).cut == (0.5,) * 4
