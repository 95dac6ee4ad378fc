from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from framing.cli import run
from framing.curve import SHARES, learning_curve, subsets, trainings
from framing.heads import HEADS, make_head
from framing.out_of_fold import Protocol
from framing.power_law import NoForecastError, PowerLaw, fit, fit_checked
from framing.protocols import ProtocolConfig, make_splits
from framing.study_tables import curve_frames, curve_table, forecast_table, worth_table
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished
from toys import learnable

DOCUMENTS = np.array([16, 32, 55, 79, 110, 158])


@pytest.mark.parametrize("law", [(0.9, 0.1, 0.5), (0.8, 0.05, 1.0), (0.95, 0.3, 0.2), (0.7, 0.2, 0.35)])
def test_a_known_law_is_found_again_and_forecast(law):
    true = PowerLaw(*law, unit=158)
    found = fit_checked(DOCUMENTS, true(DOCUMENTS))
    for n in (197, 296, 394):
        assert found(n) == pytest.approx(true(n), abs=1e-4)
    assert found.slope(158) == pytest.approx(float(true(158.5) - true(157.5)), rel=0.01)


def test_forecasts_of_noisy_points_are_right_on_average():
    true, rng = PowerLaw(0.8, 0.1, 0.5, 158), np.random.default_rng(0)
    noise = [rng.normal(0, 0.01, 6) * (158 / DOCUMENTS) ** 0.5 for _ in range(60)]
    errors = np.array([float(fit(DOCUMENTS, true(DOCUMENTS) + e)(2 * 197) - true(2 * 197)) for e in noise])
    assert abs(errors.mean()) < 2.5 * errors.std() / len(errors) ** 0.5 + 0.005
    assert errors.std() < 0.04


@pytest.mark.parametrize(
    ("n", "score", "says"),
    [
        (DOCUMENTS[:3], [0.5, 0.6, 0.65], "3 points are too few, 4 are needed"),
        (DOCUMENTS, [0.6, 0.59, 0.57, 0.56, 0.55, 0.52], "does not rise"),
        (DOCUMENTS, [0.5] * 6, "does not rise"),
        (DOCUMENTS, [0.5, 0.6, 0.4, 0.65, 0.45, 0.62], "stray too far"),
    ],
)
def test_points_that_follow_no_such_law_are_refused_in_words(n, score, says):
    with pytest.raises(NoForecastError, match=says):
        fit_checked(n, np.array(score))


@pytest.fixture(scope="module")
def setting():
    """Forty words for each label: every document teaches some of them. One target is rare."""
    languages = np.repeat(["fr", "en"], [30 * 4, 30 * 4])
    table, groups = learnable(60, words=40, lang=languages, target=["nato"] * 225 + ["iran"] * 15)
    folds = make_splits(table, groups, ProtocolConfig(folds=3))
    return Protocol(table, groups, folds, UncertaintyConfig(rounds=100))


@pytest.fixture(scope="module")
def curve(setting):
    steps = []

    def make(draw):
        return lambda: make_head(HEADS["tfidf"].config(), setting.table.tasks, None, draw)

    found = learning_curve(setting, "tfidf", make, 2, 0, Unfinished(), lambda: steps.append(1))
    assert len(steps) == trainings(3, 2) == 3 * (5 * 2 + 1)
    return found


def test_subsets_are_nested_whole_documents_of_the_folds_own_training_side(setting):
    drawn = [subsets(setting.splits, setting.groups, draw, seed=0) for draw in (0, 0, 1)]
    for k, fold in enumerate(setting.splits):
        before: set[int] = set()
        for share in SHARES:
            split = drawn[0][share][k]
            assert (split.test == fold.test).all()
            kept = set(setting.groups[split.train])
            assert before <= kept
            assert len(kept) == round(share * len(set(setting.groups[fold.train])))
            assert set(split.train) == {i for i in fold.train if setting.groups[i] in kept}
            before = kept
        assert (drawn[0][1.0][k].train == fold.train).all()
        assert (drawn[0][0.2][k].train == drawn[1][0.2][k].train).all()
        assert drawn[0][0.2][k].train.tolist() != drawn[2][0.2][k].train.tolist()


def test_a_learnable_task_gets_better_with_documents(setting, curve):
    (stance,) = curve.curves
    values = [p.score.value for p in stance.points]
    assert (np.diff(values) > 0).all()
    assert values[-1] > values[0] + 0.15
    assert [p.documents for p in stance.points] == [4, 8, 14, 20, 28, 40]
    assert [p.rows for p in stance.points] == pytest.approx([16, 32, 56, 80, 112, 160])
    for p in stance.points:
        assert min(p.draws) <= p.score.value <= max(p.draws)
        assert p.score.low < p.score.value < p.score.high
    assert stance.points[-1].draws[0] == stance.points[-1].draws[1]  # all documents can be drawn in one way only
    assert stance.points[0].draws[0] != stance.points[0].draws[1]


def test_the_whole_training_side_scores_as_the_protocol_itself_does(setting, curve):
    from framing.evaluate import evaluate

    makers = {"tfidf": lambda: make_head(HEADS["tfidf"].config(), setting.table.tasks, None, 0)}
    own = evaluate(setting, makers, Unfinished()).main.scores["stance"]["macro_f1"]
    assert curve.curves[0].points[-1].score == own


def test_the_forecast_goes_on_where_the_points_end(curve):
    (stance,) = curve.curves
    assert stance.refused == ""
    assert list(stance.ahead) == [60, 90, 120]
    forecast = [i.value for i in stance.ahead.values()]
    assert stance.law(stance.points[-1].documents) < forecast[0] < forecast[1] < forecast[2] <= 1
    for i in stance.ahead.values():
        assert i.low < i.value < i.high
    assert (stance.band[0] <= stance.band[1]).all()


def test_what_more_rows_are_worth_is_told_for_each_cell_or_refused(curve):
    cells = {(c.target, c.lang): c for c in curve.cells}
    assert {k: c.n_rows for k, c in cells.items()} == {("nato", "fr"): 120, ("nato", "en"): 105, ("iran", "en"): 15}
    assert cells["iran", "en"].worth is None
    assert cells["iran", "en"].refused.startswith("too few")
    for lang in ("fr", "en"):
        worth = cells["nato", lang].worth
        assert 0 < worth.low <= worth.value <= worth.high < 0.5
    said = [line[-1] for line in worth_table(curve)[1:]]
    assert said[0] == "too few: under 30 rows"
    for lang, points in zip(("en", "fr"), said[1:], strict=True):
        worth = cells["nato", lang].worth
        found = [float(x) for x in re.findall(r"[+-][\d.]+", points)]
        assert found == pytest.approx([100 * worth.value, 100 * worth.low, 100 * worth.high], abs=0.006)


def test_tables_and_files_say_the_same(curve):
    (stance,) = curve.curves
    assert curve_table(curve)[1][:4] == ("stance", "macro_f1", "4", "16")
    assert forecast_table(curve)[1][2] == f"60: {stance.ahead[60]}"
    frames = curve_frames(curve)
    assert frames["curve"]["value"].tolist() == [p.score.value for p in stance.points]
    assert frames["curve"]["draw_2"].tolist() == [p.draws[1] for p in stance.points]
    assert frames["forecast"]["documents"].tolist() == [60, 90, 120]
    assert frames["worth"]["worth_value"].notna().sum() == 2


def test_a_curve_that_does_not_rise_has_no_forecast(setting):
    def make(draw):
        return lambda: make_head(HEADS["majority"].config(), setting.table.tasks, None, draw)

    found = learning_curve(setting, "majority", make, 1, 0, Unfinished(), lambda: None)
    (stance,) = found.curves
    assert stance.law is None
    assert stance.ahead == {}
    assert "rise" in stance.refused or "stray" in stance.refused
    assert forecast_table(found)[1][2:] == ("no forecast",) * 3 + (stance.refused,)
    assert all(c.worth is None for c in found.cells)


def test_a_curve_is_one_tracked_run_without_a_model(small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    fast = ["head=tfidf", "protocol.folds=2", "uncertainty.rounds=20", "task=[stance]", f"data.path={small_csv}"]
    assert run(["curve", "--repeats", "2", *fast]) == 0
    assert "worth of more rows" in capsys.readouterr().out
    (folder,) = tmp_path.glob("outputs/*/artifacts")
    names = {p.name for p in folder.iterdir()}
    assert {"curve.csv", "forecast.csv", "worth.csv", "curve_stance.png", "summary.md", "config.yaml"} <= names
    assert "Command: `python -m framing curve --repeats 2" in (folder / "summary.md").read_text(encoding="utf-8")
    with (folder / "curve.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        assert db.execute("select status from runs").fetchall() == [("FINISHED",)]
        assert not db.execute("select 1 from model_versions").fetchall()
        wanted = "select step, value from metrics where key = 'curve/stance/macro_f1' order by step"
        tracked = dict(db.execute(wanted).fetchall())
    assert tracked == {round(float(r["documents"])): pytest.approx(float(r["value"])) for r in lines}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--repeats", "0"], "--repeats 0"), (["protocol=leave_one_target_out"], "leave protocol=leave_one_out away")],
)
def test_what_gives_no_curve_is_one_line(arguments, says, small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["curve", *arguments, "head=tfidf", "task=[stance]", f"data.path={small_csv}"]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mlflow.db").exists()
