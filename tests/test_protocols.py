from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from conftest import FAST, ROOT, STANCE, sample_rows, write_csv
from framing.calibrate import CalibrationConfig
from framing.cli import run
from framing.data import read_table
from framing.evaluate import evaluate
from framing.exceptions import UserError
from framing.heads import HEADS, make_head
from framing.lexicon import KNOWN_TARGETS
from framing.nested import SearchedHead
from framing.out_of_fold import Protocol
from framing.protocols import PROTOCOLS, ProtocolConfig, make_splits
from framing.split import fold_of_rows, group_rows
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished


@pytest.fixture(scope="module")
def real():
    table = read_table(ROOT / "data/labels.csv", (STANCE,))
    return table, group_rows(table)


def small(tmp_path, columns, rows):
    filled = [
        {"id": str(i), "stance": ["favor", "against"][i % 2], **dict(zip(columns, r, strict=True))} for i, r in rows
    ]
    filled = [{**r, "text": f"sentence {r['id']} of its own kind {'word ' * i}"} for i, r in enumerate(filled)]
    table = read_table(write_csv(tmp_path / "t.csv", filled), (STANCE,))
    return table, np.unique(table.column("doc_id"), return_inverse=True)[1].ravel()


@pytest.mark.parametrize("column", ["target", "lang", "outlet"])
def test_leave_one_out_learns_from_other_groups_and_other_values_and_tests_every_row_once(real, column):
    table, groups = real
    cells = np.array(table.column(column))
    splits = make_splits(table, groups, ProtocolConfig("leave_one_out", folds=3, column=column))
    assert sorted(np.concatenate([s.test for s in splits])) == list(range(len(table)))
    for split in splits:
        (value,) = set(cells[split.test])
        assert split.part == f"{column} {value}"
        assert value not in cells[split.train]
        assert not set(groups[split.train]) & set(groups[split.test])
        assert len(set(cells[split.train])) == len(set(cells)) - 1  # all others
    per_value = {s.part: [t for t in splits if t.part == s.part] for s in splits}
    assert max(map(len, per_value.values())) == 3


def test_rows_without_a_value_take_no_part(tmp_path):
    rows = [(i, (f"d{i // 2}", ["fr", "en", ""][i // 2 % 3])) for i in range(24)]
    table, groups = small(tmp_path, ("doc_id", "lang"), rows)
    splits = make_splits(table, groups, ProtocolConfig("leave_one_out", folds=4, column="lang"))
    empty = {i for i, cell in enumerate(table.column("lang")) if not cell}
    assert len(empty) == 8
    for split in splits:
        assert not empty & {*split.train, *split.test}
    assert set(np.flatnonzero(fold_of_rows(splits, len(table)) == 0)) == empty


def test_by_date_nothing_learnt_from_is_as_late_as_anything_tested(real):
    table, groups = real
    (split,) = make_splits(table, groups, ProtocolConfig("by_date", column="date", share=0.2))
    dates = np.array(table.column("date"))
    assert max(dates[split.train]) < min(dates[split.test])
    documents = len(set(groups))
    assert round(0.2 * documents) <= len(set(groups[split.test])) < 0.25 * documents  # those of one day stay together
    assert len(split.train) + len(split.test) + split.dropped == len(table)


def test_by_date_a_group_on_both_sides_of_the_day_is_left_out_and_counted(tmp_path):
    dates = {"a": ["2020-01-01"] * 2, "b": ["2020-02-01", "2020-02-03"], "c": ["2020-02-02", "2020-12-01"]}
    dates |= {"d": ["2020-11-30", "2020-12-02T10:00"], "e": ["2020-12-05"] * 2}
    rows = list(enumerate((doc, day) for doc, days in dates.items() for day in days))
    table, groups = small(tmp_path, ("doc_id", "date"), rows)
    (split,) = make_splits(table, groups, ProtocolConfig("by_date", column="date", share=0.4))
    documents = np.array(table.column("doc_id"))
    assert set(documents[split.train]) == {"a", "b"}
    assert set(documents[split.test]) == {"d", "e"}
    assert split.dropped == 2  # c


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (["2020-01-01"] * 3, "column 'date': no document is older than 2020-01-01"),
        (["2020-01-01", "soon", "2020-01-02"], "row 4, column 'date': 'soon' is no date"),
    ],
)
def test_dates_that_do_not_split(tmp_path, dates, says):
    rows = [(i, (f"d{i // 2}", dates[i // 2])) for i in range(6)]
    table, groups = small(tmp_path, ("doc_id", "date"), rows)
    with pytest.raises(UserError, match=says) as error:
        make_splits(table, groups, ProtocolConfig("by_date", column="date"))
    assert len(str(error.value).splitlines()) == 1
    with pytest.raises(UserError, match=r"protocol\.share=1\.5"):
        make_splits(table, groups, ProtocolConfig("by_date", column="date", share=1.5))


def test_a_fixed_split_refuses_a_document_on_both_sides_and_a_published_one_does_not(tmp_path):
    rows = [(i, (f"d{i // 2}", "dev" if i in (4, 5, 7) else "train")) for i in range(8)]
    table, groups = small(tmp_path, ("doc_id", "part"), rows)
    settings = {"column": "part", "test": "dev"}
    with pytest.raises(UserError, match="row 9, column 'part'"):
        make_splits(table, groups, ProtocolConfig("fixed_split", **settings))
    (split,) = make_splits(table, groups, ProtocolConfig("published_split", **settings))
    assert split.published
    whole = np.array([0, 1, 2, 3, 4, 5])
    (split,) = make_splits(table.take(whole), groups[whole], ProtocolConfig("fixed_split", **settings))
    assert (split.train.tolist(), split.test.tolist(), split.published) == ([0, 1, 2, 3], [4, 5], False)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["protocol=leave_one_outlet_out"], "there is no column 'outlet'"),
        (["protocol=by_date"], "there is no column 'date'"),
        (["protocol=fixed_split"], "there is no column 'split'"),
        (["protocol=leave_one_language_out"], "column 'lang': every row that says anything says 'ar'"),
        (["protocol=leave_one_out_of_nothing"], "Could not find 'protocol/leave_one_out_of_nothing'"),
        (["protocol=leave_one_target_out", "protocol.repeats=0"], "protocol.repeats=0"),
        (["protocol=nested_search", "protocol.inner_folds=40"], "protocol.inner_folds=40"),
        (["protocol=nested_search", "+protocol.grid.C=[a]"], "protocol.grid.C: 'a' is no float"),
        (["protocol=nested_search", "+protocol.grid.Z=[1]"], "protocol.grid.Z: is not a setting of head=logistic"),
        (["controls.naive=perhaps"], "controls.naive=perhaps"),
    ],
)
def test_what_does_not_fit_the_data_is_one_line_and_exit_code_2(overrides, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    kept = ("id", "doc_id", "target", "text", "stance")
    rows = [{**{k: r[k] for k in kept}, "lang": "ar"} for r in sample_rows(8)]
    write_csv(tmp_path / "mine.csv", rows)
    assert run(["train", *FAST, "task=[stance]", "references=[]", "data.path=mine.csv", *overrides]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mlflow.db").exists()


@pytest.fixture(scope="module")
def split_csv(tmp_path_factory):
    """Fourteen articles, each about one target; every fourth says `dev`."""
    rows = sample_rows(14)
    documents = list(dict.fromkeys(r["doc_id"] for r in rows))
    for row in rows:
        at = documents.index(row["doc_id"])
        row["target"], row["split"] = KNOWN_TARGETS[at % 3], "dev" if at % 4 == 0 else "train"
    return write_csv(tmp_path_factory.mktemp("split") / "split.csv", rows)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A folder that several tests train in."""
    return tmp_path_factory.mktemp("workshop")


MORE = {"published_split": ["protocol.test=dev"], "repeated_kfold": ["protocol.repeats=2"]}
QUICK = ["encoder=hashing", "protocol.folds=2", "uncertainty.rounds=50", "task=[stance]", "model.save=false"]


@pytest.mark.parametrize("file", sorted((ROOT / "conf/protocol").glob("*.yaml")), ids=lambda f: f.stem)
def test_every_protocol_of_the_repository_runs(file, split_csv, workshop, monkeypatch, capsys):
    monkeypatch.chdir(workshop)
    settings = [*QUICK, "references=[majority]", f"data.path={split_csv}", *MORE.get(file.stem, [])]
    assert run(["train", f"protocol={file.stem}", f"name={file.stem}", *settings]) == 0
    (folder,) = workshop.glob(f"outputs/*-{file.stem}/artifacts")
    page = (folder / "summary.md").read_text(encoding="utf-8")
    with (folder / "folds_logistic.csv").open(encoding="utf-8") as stream:
        folds = list(csv.DictReader(stream))
    with closing(sqlite3.connect(workshop / "mlflow.db")) as db:
        wanted = "select m.key, m.value from metrics m join runs r using (run_uuid) where r.name = ?"
        metrics = dict(db.execute(wanted, (file.stem,)))
    assert metrics["stance/n_rows"] == sum(int(f["test_rows"]) for f in folds)
    assert all(int(f["train_rows"]) > 0 for f in folds)
    again = json.loads((folder / "run.json").read_text(encoding="utf-8"))["retrained"]
    k_fold = file.stem in ("grouped_kfold", "grouped_by_target", "nested_search", "repeated_kfold")
    assert ("naive_gap/stance/macro_f1_low" in metrics) == ("shuffled/stance/macro_f1" in metrics) == k_fold
    assert set(again["gap"]) == ({"logistic"} if k_fold else set())
    assert ("shuffling sentences would have claimed" in capsys.readouterr().out) == k_fold
    assert ("not run for logistic" in page) != k_fold
    assert ("## Left out, one after the other" in page) == file.stem.startswith("leave_one")
    assert ("## The spread of retraining" in page) == (file.stem == "repeated_kfold")
    assert ("retrained/stance/macro_f1_sd" in metrics) == (file.stem == "repeated_kfold")
    assert ("head.C" in folds[0]) == (file.stem == "nested_search")
    assert ("of the rows are not tested" in page) == (file.stem in ("by_date", "fixed_split", "published_split"))
    one_split = len(folds) == 1
    assert ("stance/sure/coverage" in metrics) != one_split
    assert ("| stance | logistic | none | none |" in page) == one_split
    if file.stem.startswith("leave_one"):
        parts = {f["split"].rpartition(",")[0] for f in folds}
        assert {f"{p}/stance/macro_f1" for p in parts} <= set(metrics)


@pytest.mark.parametrize("kind", sorted(PROTOCOLS))
@pytest.mark.parametrize("name", ["majority", "tfidf", "logistic", "svm", "knn", "finetune", "pool"])
def test_every_protocol_fits_every_head(kind, name, split_csv, tiny):
    table = read_table(split_csv, (STANCE,))
    settings = {"column": {"by_date": "date", "leave_one_out": "target"}.get(kind, "split"), "test": "dev"}
    config = ProtocolConfig(kind, folds=2, inner_folds=2, **settings)
    groups = group_rows(table)
    splits = make_splits(table, groups, config)
    base = HEADS[name].config(**({"frozen_layers": 1, "epochs": 1} if name in ("finetune", "pool") else {}))

    def make(settings=base):
        return make_head(settings, table.tasks, tiny if HEADS[name].embeds else None, 0)

    def searched():
        return SearchedHead(base, table.tasks, make, config, CalibrationConfig())

    protocol = Protocol(table, groups, splits, UncertaintyConfig(rounds=20))
    result = evaluate(protocol, {name: searched if kind == "nested" else make}, Unfinished()).main
    tested = np.concatenate([s.test for s in splits])
    assert np.isfinite(result.probabilities["stance"][tested]).all()
    assert result.scores["stance"]["macro_f1"].n_rows == len(tested)
