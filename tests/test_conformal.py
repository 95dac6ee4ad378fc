from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE
from framing.conformal import ALL, NothingToCalibrateOnError, conformal_sets, cross_fitted, measured, measured_sets
from framing.uncertainty import UncertaintyConfig

CONFIG = UncertaintyConfig(rounds=100)


def drawn(n, seed=0):
    rng = np.random.default_rng(seed)
    said = rng.dirichlet((0.5, 1.0, 2.5), n)  # classes of unequal frequency
    gold = (rng.random((n, 1)) > said.cumsum(axis=1)).sum(axis=1)
    return said, gold


def test_a_worked_example():
    # Four rows of the class to calibrate on, said 0.9, 0.8, 0.7 and 0.6. A row said 0.65 is stranger than three of them,
    # so its p-value is (1 + 1) / 5; one said 0.5 is stranger than all, (0 + 1) / 5. At 70 %, 0.3 is needed.
    calibrate = np.array([[p, 1 - p] for p in (0.9, 0.8, 0.7, 0.6)])
    inside = conformal_sets(calibrate, np.zeros(4, dtype=int), np.array([[0.65, 0.35], [0.5, 0.5]]), 0.7)
    assert inside[:, 0].tolist() == [True, False]
    assert inside[:, 1].all()  # of which there was no row to calibrate on


NOTHING_LEFT_OUT = np.full(3000, "")


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_coverage_of_every_class_is_what_was_asked_where_rows_are_exchangeable(coverage):
    said, gold = drawn(3000)
    folds = np.random.default_rng(1).integers(1, 6, 3000)
    found = measured_sets(STANCE, said, gold, folds, np.arange(3000), NOTHING_LEFT_OUT, coverage, CONFIG)[""]
    assert set(found) == {*STANCE.classes, ALL}
    for name in STANCE.classes:
        assert found[name].coverage.value == pytest.approx(coverage, abs=0.04), name
        assert found[name].coverage.n_rows == (gold == STANCE.classes.index(name)).sum()
    one = np.where(gold == 2, 1.0, 0.0)[:, None]
    assert found["neutral"].coverage.n_rows == one.sum()
    assert 1 < found[ALL].size.value < 3


def test_each_label_of_many_is_a_question_of_its_own():
    rng = np.random.default_rng(2)
    said = rng.random((2000, 4)) ** np.array([1, 2, 1, 3])
    gold = (rng.random((2000, 4)) < said).astype(int)
    folds, groups = np.arange(2000) % 5, np.arange(2000)
    found = measured_sets(ATTRIBUTION, said, gold, folds, groups, NOTHING_LEFT_OUT[:2000], 0.9, CONFIG)
    assert list(found) == list(ATTRIBUTION.classes)
    for i, name in enumerate(ATTRIBUTION.classes):
        assert list(found[name]) == [name, f"not {name}", ALL]
        assert found[name][name].coverage.n_rows == gold[:, i].sum()
        for part in (name, f"not {name}"):
            assert found[name][part].coverage.value == pytest.approx(0.9, abs=0.05)


def test_a_fold_is_calibrated_on_the_others_alone():
    said, gold = drawn(600)
    folds = np.repeat([1, 2, 3], 200)
    groups, parts = np.arange(600), NOTHING_LEFT_OUT[:600]
    inside = cross_fitted(said, gold, folds, groups, parts, 0.9)
    planted = said.copy()
    planted[folds == 2] = planted[folds == 2][:, ::-1]  # scores that say the opposite
    changed = cross_fitted(planted, gold, folds, groups, parts, 0.9)
    assert (changed[folds != 2] != inside[folds != 2]).any()  # they calibrate the others
    asked = conformal_sets(said[folds != 2], gold[folds != 2], planted[folds == 2], 0.9)
    assert (changed[folds == 2] == asked).all()  # and not themselves
    covered = changed[np.arange(600), gold]
    assert covered[folds == 2].mean() < 0.75 < covered[folds != 2].mean()
    with pytest.raises(NothingToCalibrateOnError):
        cross_fitted(said, gold, np.ones(600), groups, parts, 0.9)


def test_neither_a_row_of_the_same_group_nor_of_the_value_that_was_left_out_calibrates():
    said, gold = drawn(600)
    folds, groups = np.repeat([1, 2, 3], 200), np.arange(600) % 200  # every group is in every fold
    with pytest.raises(NothingToCalibrateOnError):
        cross_fitted(said, gold, folds, groups, NOTHING_LEFT_OUT[:600], 0.9)
    groups[400:] += 200  # the last fold alone has groups of its own
    rows = np.r_[400:600]
    inside = cross_fitted(said, gold, folds, groups, NOTHING_LEFT_OUT[:600], 0.9)
    assert (inside[:200] == conformal_sets(said[rows], gold[rows], said[:200], 0.9)).all()

    values = np.where(np.arange(600) % 2, "target nato", "target iran")
    folds = 2 * folds + np.arange(600) % 2
    here, others = np.r_[401:600:2], np.r_[0:600:2]
    inside = cross_fitted(said, gold, folds, groups, values, 0.9)
    assert (inside[here] == conformal_sets(said[others], gold[others], said[here], 0.9)).all()


def test_rows_that_took_no_part_are_calibrated_on_those_before():
    said, gold = drawn(800)
    before, after = np.arange(800) < 600, np.arange(800) >= 600
    places = np.ones(200), np.arange(200), NOTHING_LEFT_OUT[:200]
    learnt = said[before], gold[before]
    found = measured_sets(STANCE, said[after], gold[after], *places, 0.9, CONFIG, before=learnt)
    inside = conformal_sets(*learnt, said[after], 0.9)
    assert found[""] == measured(STANCE.classes, inside, gold[after], np.arange(200), CONFIG)


def test_what_is_measured_of_sets_by_hand():
    inside = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1]], dtype=bool)
    found = measured(STANCE.classes, inside, np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), CONFIG)
    assert set(found) == {"favor", "against", ALL}  # no row is neutral
    facts = {name: [getattr(s, f).value for f in ("coverage", "size", "empty", "single")] for name, s in found.items()}
    assert facts["favor"] == [1, 1.5, 0, 0.5]
    assert facts["against"] == [0.5, 1.5, 0.5, 0]
    assert facts[ALL] == [0.75, 1.5, 0.25, 0.25]
    assert (found["favor"].coverage.n_groups, found["against"].coverage.n_groups) == (1, 2)
