from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from conftest import sample_rows, write_csv
from framing.cli import run
from framing.exceptions import UserError
from framing.heads import HEADS, make_head
from framing.out_of_fold import Protocol, out_of_fold
from framing.protocols import ProtocolConfig, make_splits
from framing.scoring import Scorer
from framing.split import Split
from framing.study_tables import transfer_frame, transfer_table
from framing.transfer import LEAST, plan, transfer
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished
from toys import learnable, vocabulary


@pytest.fixture(scope="module")
def setting():
    """Two languages that say the same three labels in words of their own, a third of too few rows, and a fourth that
    shares the words of the first."""
    languages = np.repeat(["aa", "bb", "cc", "few"], [20 * 4, 20 * 4, 20 * 4, 6 * 4])
    said = [vocabulary(1, seed=int(lang == "bb")) for lang in languages]
    table, groups = learnable(66, said=said, lang=languages)
    folds = make_splits(table, groups, ProtocolConfig(folds=3))
    return Protocol(table, groups, folds, UncertaintyConfig(rounds=100))


def head(protocol):
    return make_head(HEADS["tfidf"].config(), protocol.table.tasks, None, 0)


@pytest.fixture(scope="module")
def found(setting):
    steps = []
    chosen = plan(setting.table, setting.splits, "lang")
    result = transfer(chosen, setting, "tfidf", lambda: head(setting), Unfinished(), lambda: steps.append(1))
    assert len(steps) == 3 * 3
    return result


def test_learnt_from_one_value_in_other_groups_and_tested_on_this_fold(setting):
    chosen = plan(setting.table, setting.splits, "lang")
    cells = np.array(setting.table.column("lang"))
    assert chosen.values == ["aa", "bb", "cc"]
    assert chosen.too_few == {"few": 24}
    for value, splits in chosen.splits.items():
        assert sorted(np.concatenate([s.test for s in splits])) == list(np.flatnonzero(cells != "few"))
        for split in splits:
            assert set(cells[split.train]) == {value}
            assert not set(setting.groups[split.train]) & set(setting.groups[split.test])


def test_the_diagonal_is_the_in_domain_score(setting, found):
    for value in found.plan.values:
        rows = np.flatnonzero(np.array(setting.table.column("lang")) == value)
        place = {row: i for i, row in enumerate(rows.tolist())}
        splits = [
            Split(f.name, *(np.array([place[i] for i in side if i in place]) for side in (f.train, f.test)))
            for f in setting.splits
        ]
        alone = replace(setting, table=setting.table.take(rows), groups=setting.groups[rows], splits=splits)
        raw, facts = out_of_fold("tfidf", lambda alone=alone: head(alone), alone, Unfinished())
        expected = Scorer(alone).result("tfidf", raw, facts, None).scores["stance"]
        cell = found.cells[value, value]
        assert cell.scores["stance"] == {m: expected[m] for m in ("macro_f1", "f_avg", "accuracy")}
        zero = cell.minus_in_domain["stance"]["macro_f1"]
        assert (zero.value, zero.low, zero.high) == (0, 0, 0)
        assert cell.train_rows == np.mean([len(s.train) for s in splits])


def test_what_is_said_alike_transfers_and_what_is_not_does_not(found):
    f1 = {pair: cell.scores["stance"]["macro_f1"].value for pair, cell in found.cells.items()}
    assert min(f1["aa", "aa"], f1["bb", "bb"], f1["aa", "cc"], f1["cc", "aa"]) > 0.9
    assert max(f1["aa", "bb"], f1["bb", "aa"], f1["bb", "cc"]) < 0.8
    lost = found.cells["bb", "aa"].minus_in_domain["stance"]["macro_f1"]
    assert lost.value == pytest.approx(f1["bb", "aa"] - f1["aa", "aa"])
    assert lost.high < 0


def test_tables_say_which_is_learnt_from_and_n_on_both_sides(found):
    header, first, *_ = transfer_table(found, "stance")
    assert header[1:] == tuple(f"{v} (80 rows, 20 groups)" for v in ("aa", "bb", "cc"))
    assert first[0].startswith("aa (53 rows")
    assert first[1] == f"**{found.cells['aa', 'aa'].scores['stance']['macro_f1']}**"
    frame = transfer_frame(found)
    assert len(frame) == 9 * 3
    line = frame[(frame["train"] == "bb") & (frame["test"] == "aa") & (frame["score"] == "macro_f1")].iloc[0]
    assert line["in_domain"] + line["minus_in_domain_value"] == pytest.approx(line["value"])
    assert (line["test_rows"], line["test_groups"]) == (80, 20)


def test_columns_that_give_nothing_to_transfer_between_are_one_line(setting):
    with pytest.raises(UserError, match="there is no column 'outlet'"):
        plan(setting.table, setting.splits, "outlet")
    few = setting.table.take(np.arange(80 + LEAST - 1))
    folds = [Split(f.name, *(s[s < len(few)] for s in (f.train, f.test))) for f in setting.splits]
    with pytest.raises(UserError, match=rf"two values with {LEAST} rows in several documents .*aa 80, bb 59"):
        plan(few, folds, "lang")
    one_document = Split("1", np.arange(80), np.arange(80, 160)), Split("2", np.arange(80, 160), np.arange(80))
    with pytest.raises(UserError, match="in several documents"):
        plan(setting.table.take(np.arange(160)), one_document, "lang")


def test_a_study_is_one_tracked_run_without_a_model(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("framing.transfer.LEAST", 15)
    write_csv(tmp_path / "mine.csv", sample_rows(24))
    fast = ["head=tfidf", "protocol.folds=2", "uncertainty.rounds=50", "task=[stance,attribution]"]
    assert run(["transfer", "--by", "outlet, target", *fast, "data.path=mine.csv"]) == 0
    out = capsys.readouterr().out
    assert "target: attribution, micro_f1" in out
    assert "learnt from \\ tested on" in out
    (folder,) = tmp_path.glob("outputs/*/artifacts")
    names = {p.name for p in folder.iterdir()}
    assert {f"transfer_{by}_{t}.png" for by in ("outlet", "target") for t in ("stance", "attribution")} <= names
    assert {"transfer_outlet.csv", "transfer_target.csv", "summary.md", "config.yaml", "overrides.txt"} <= names
    page = (folder / "summary.md").read_text(encoding="utf-8")
    assert "Command: `python -m framing transfer --by outlet,target head=tfidf" in page
    with (folder / "transfer_target.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        assert db.execute("select status from runs").fetchall() == [("FINISHED",)]
        assert not db.execute("select 1 from model_versions").fetchall()
        tags = dict(db.execute("select key, value from tags"))
        metrics = dict(db.execute("select key, value from metrics"))
    assert tags["study"] == "transfer"
    line = next(r for r in lines if r["train"] != r["test"] and (r["task"], r["score"]) == ("stance", "macro_f1"))
    key = f"transfer/target/{line['train']}/{line['test']}/stance/macro_f1"
    assert metrics[key] == pytest.approx(float(line["value"]))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--by", "outlet_of_nowhere"], "there is no column 'outlet_of_nowhere'"),
        (["--by", ","], "--by: names no column"),
        (["protocol=by_date"], "leave protocol=by_date away"),
    ],
)
def test_what_cannot_be_studied_is_one_line(arguments, says, small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["transfer", *arguments, "head=tfidf", "task=[stance]", f"data.path={small_csv}"]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mlflow.db").exists()
