"""Two readings become one label: what each reader sees, what the third is asked, and what ends up where."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT

SPEC = importlib.util.spec_from_file_location("second_reading", ROOT / "data/second_reading.py")
assert SPEC and SPEC.loader
second_reading = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(second_reading)

LABELS = ["stance", "attribution", "frame"]


@pytest.fixture
def known() -> pd.DataFrame:
    return second_reading.read(ROOT / "data/labels.csv")


@pytest.fixture
def unread(known) -> pd.DataFrame:
    """A sentence with two targets and one with one, under new ids."""
    sizes = known.groupby(["doc_id", "text"])["id"].transform("size")
    rows = pd.concat([known[sizes == 2][:2], known[sizes == 1][:1]], ignore_index=True)
    rows[LABELS] = [["favor", "official", "capacity"]] * 2 + [["neutral", "", ""]]
    return rows.assign(id=["new-1a", "new-1b", "new-2"], doc_id=["new1", "new1", "new2"], split="")


@pytest.fixture
def filled(unread) -> pd.DataFrame:
    """The reader differs in one stance and in who speaks, and leaves the texts out."""
    given = second_reading.blind(unread)[["id", *LABELS]]
    first, second = ["favor", "diplomat|official", "capacity"], ["against", "official|diplomat", "capacity"]
    given[LABELS] = [first, second, ["neutral", "none", "none"]]
    return given


def test_the_second_reader_sees_no_label(unread):
    seen = second_reading.blind(unread)
    assert (seen[LABELS] == "").all().all()
    assert not {"contrast_id", "split"} & set(seen)
    assert list(seen["text"]) == list(unread["text"])


def test_the_third_decides_what_differs_once_a_sentence(unread, filled, known):
    asked = second_reading.differ(unread, filled)
    assert list(zip(asked["id"], asked["task"], strict=True)) == [("new-1a", "attribution"), ("new-1b", "stance")]
    assert [set(pair) for pair in asked[["label_1", "label_2"]].to_numpy()] == [
        {"official", "official|diplomat"},
        {"favor", "against"},
    ]
    asked["decided"] = ["diplomat", "against"]
    rows, readings = second_reading.merge(unread, filled, asked, known)
    assert rows[LABELS].to_numpy().tolist() == [
        ["favor", "diplomat", "capacity"],
        ["against", "diplomat", "capacity"],
        ["neutral", "", ""],
    ]
    assert len(readings) == 3 * 3 * 2
    kept = readings[(readings["id"] == "new-1b") & (readings["task"] == "stance")]
    assert dict(zip(kept["annotator"], kept["label"], strict=True)) == {"writer": "favor", "reader": "against"}


def test_the_order_of_two_labels_does_not_tell_whose_they_are(unread, filled):
    many = pd.concat([unread.assign(id=unread["id"] + f"-{i}", doc_id=unread["doc_id"] + f"-{i}") for i in range(40)])
    answers = pd.concat([filled.assign(id=filled["id"] + f"-{i}") for i in range(40)])
    asked = second_reading.differ(many.reset_index(drop=True), answers.reset_index(drop=True))
    first = (asked.loc[asked["task"] == "stance", "label_1"] == "favor").mean()
    assert 0.2 < first < 0.8


@pytest.mark.parametrize(
    ("row", "task", "cell", "reason"),
    [
        (0, "stance", "", "new-1a: stance: nothing was filled in"),
        (0, "stance", "favour", "new-1a: stance"),
        (1, "attribution", "official", "new-1b: attribution differs between its targets"),
    ],
)
def test_a_reading_that_cannot_be_used_is_named(row, task, cell, reason, unread, filled):
    filled.loc[row, task] = cell
    with pytest.raises(SystemExit, match=reason):
        second_reading.differ(unread, filled)


def test_readings_of_other_rows_and_rows_that_are_there_already_are_refused(unread, filled, known):
    asked = second_reading.differ(unread, filled).assign(decided=["diplomat", "against"])
    with pytest.raises(SystemExit, match="in their order"):
        second_reading.differ(unread, filled[::-1])
    with pytest.raises(SystemExit, match="not of these differences"):
        second_reading.merge(unread, filled, asked[1:], known)
    with pytest.raises(SystemExit, match="nothing was filled in"):
        second_reading.merge(unread, filled, asked.assign(decided=""), known)
    with pytest.raises(SystemExit, match="already"):
        second_reading.merge(unread, filled, asked, known.assign(id="new-2"))


def test_a_fifth_of_what_is_new_is_held_out_and_what_is_tied_to_an_old_article_goes_with_it():
    rows = pd.DataFrame({"lang": ["ar"] * 12, "split": ["test", "train"] + [""] * 10})
    groups = np.array([0, 1, 0, *range(2, 11)])
    split = second_reading.hold_out(rows, groups, np.arange(12) >= 2)
    assert split[:3].tolist() == ["test", "train", "test"]
    assert set(split[3:]) == {"test", "train"}
    assert (split[3:] == "test").sum() == 2
    again = second_reading.hold_out(rows, groups, np.arange(12) >= 2)
    assert split.tolist() == again.tolist()


def test_a_wrong_file_is_a_line_and_no_traceback(tmp_path, unread):
    unread.drop(columns="text").to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)))
    for name, reason in (("nowhere.csv", "no such file"), ("rows.csv", "no column text"), ("picture.csv", "not a CSV")):
        command = [sys.executable, ROOT / "data/second_reading.py", "blind", tmp_path / name, tmp_path / "filled.csv"]
        run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert run.returncode == 1
        assert name in run.stderr and reason in run.stderr and "Traceback" not in run.stderr
        assert not (tmp_path / "filled.csv").exists()


def test_added_rows_are_split_and_the_others_stay(known, unread):
    old = known.assign(contrast_id="")
    everything = second_reading.add(old, unread.assign(contrast_id="", text=unread["text"] + " ."))
    assert everything["split"][: len(known)].tolist() == known["split"].tolist()
    assert everything["id"].tolist() == [*known["id"], *unread["id"]]
