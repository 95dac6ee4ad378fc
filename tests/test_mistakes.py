"""What a run got wrong: all of it, in order, with what stands around it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framing.cli import run
from framing.mistakes import Mistakes, Readings, readings
from framing.neighbours import Neighbours
from framing.stored import read_run


@pytest.fixture
def copy(trained, tmp_path) -> Path:
    (folder,) = (trained / "outputs").glob("*/artifacts")
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def read(path: Path | str) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype={"id": str})


def test_the_csv_holds_every_mistake_the_most_confident_first(copy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["errors", str(copy), "--out", "e.csv", "--top", "1"]) == 0
    found, predictions = read("e.csv"), read(copy / "predictions.csv").set_index("id")
    assert "position" not in found
    stance = found[found["task"] == "stance"]
    wrong = predictions[predictions["stance"] != predictions["logistic/stance"]]
    assert len(wrong) > 20
    assert set(stance["id"]) == set(wrong.index)
    assert len(stance) == len(wrong)
    for task in ("stance", "attribution", "frame"):
        part = found[found["task"] == task]
        assert part["confidence"].is_monotonic_decreasing
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
    for m in stance.itertuples():
        row = predictions.loc[m.id]
        assert (m.gold, m.predicted, m.text) == (row["stance"], row["logistic/stance"], row["text"])
        assert m.mistake == f"took {m.gold} for {m.predicted}"
        assert m.confidence == pytest.approx(row[f"logistic/stance_{m.predicted}"], abs=1e-6)
    frame = found[found["task"] == "frame"]
    sets = [[set(filter(None, str(x).split("|"))) for x in predictions[c]] for c in ("frame", "logistic/frame")]
    assert len(frame) == sum(len(a ^ b) for a, b in zip(*sets, strict=True))
    for m in frame.itertuples():
        p = predictions.loc[m.id][f"logistic/frame_{m.label}"]
        gave = m.mistake.startswith("gave ")
        assert (m.label in m.predicted.split("|"), m.label in m.gold.split("|")) == (gave, not gave)
        assert m.confidence == pytest.approx(p if gave else 1 - p, abs=1e-6)


def test_of_another_head_and_one_task(copy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["errors", str(copy), "--head", "majority", "--task", "stance", "--out", "e.csv"]) == 0
    found, predictions = read("e.csv"), read(copy / "predictions.csv")
    assert set(found["task"]) == {"stance"}
    assert len(found) == (predictions["stance"] != predictions["majority/stance"]).sum()


def test_around_a_mistake_stand_its_neighbours_in_the_document(copy):
    stored = read_run(copy, "it")
    found = Mistakes(stored, stored.head, Readings()).of(stored.task("stance"))
    assert (found["before"] != "").any()
    for m in found.itertuples():
        texts = list(dict.fromkeys(stored.frame.loc[stored.frame["doc_id"] == m.doc_id, "text"]))
        at = texts.index(m.text)
        assert m.before == (texts[at - 1] if at else "")
        assert m.after == (texts[at + 1] if at + 1 < len(texts) else "")


def test_the_nearest_rows_are_of_other_folds_and_alike(copy):
    stored = read_run(copy, "it")
    task = stored.task("stance")
    finder = Mistakes(stored, stored.head, Readings())
    found = finder.with_nearest(task, finder.of(task))
    fold = dict(zip(stored.frame["id"], stored.folds, strict=True))
    gold = dict(zip(stored.frame["id"], task.names(stored.gold(task)), strict=True))
    assert (found["near_1_id"] != "").mean() > 0.5
    for m in found[found["near_1_id"] != ""].itertuples():
        assert fold[m.near_1_id] != fold[m.id]
        assert m.near_1_label == gold[m.near_1_id]
        assert 0 < m.near_1_similarity <= 1
        assert not m.near_2_id or m.near_2_similarity <= m.near_1_similarity
        assert len({m.near_1_text, m.near_2_text, m.near_3_text}) == 3 or not m.near_3_id


def test_a_text_is_near_itself_and_its_own_target_comes_first():
    texts = ["the base is closed", "the base is closed", "the base is closed", "rain in spring", "the base opens"]
    near = Neighbours(texts, ["nato", "iran", "nato", "iran", "iran"], np.array([1, 2, 2, 2, 2]))
    ((first, second),) = near.nearest([0])
    assert (first.position, first.similarity) == (2, pytest.approx(1))
    assert second.position == 4
    assert near.nearest([3]) == [[]]  # no word in common
    assert Neighbours(texts, texts, np.ones(5)).nearest([0]) == [[]]  # one fold: there is nothing to learn from
    assert Neighbours(["…", "!"], ["a", "b"], np.array([1, 2])).nearest([0]) == [[]]


def test_the_readers_labels_stand_beside_their_rows(copy, small_csv, tmp_path):
    shutil.copy(small_csv, tmp_path / "labels.csv")
    facts = json.loads((copy / "run.json").read_text(encoding="utf-8")) | {"data_path": str(tmp_path / "labels.csv")}
    (copy / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    stored = read_run(copy, "it")
    assert "no annotations.csv" in readings(stored).missing
    lines = [f"{i},ann,frame,cost|security\n{i},bob,frame,\n" for i in stored.frame["id"]]
    (tmp_path / "annotations.csv").write_text("id,annotator,task,label\n" + "".join(lines), encoding="utf-8")
    given = readings(stored)
    found = Mistakes(stored, stored.head, given).of(stored.task("frame"))
    assert set(found["reader_ann"]) == {"security|cost"}  # in the order of the task
    assert set(found["reader_bob"]) == {"none"}
    assert "reader_ann" not in Mistakes(stored, stored.head, given).of(stored.task("stance"))
    (tmp_path / "annotations.csv").write_text("id,annotator,task,label\n1,,frame,cost\n", encoding="utf-8")
    assert "has no name" in readings(stored).missing
    with (tmp_path / "labels.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert "no longer the file" in readings(stored).missing


def test_doubt_is_that_of_the_label_in_question(copy):
    stored = read_run(copy, "it")
    finder = Mistakes(stored, stored.head, Readings())
    for name in ("stance", "frame"):
        task = stored.task(name)
        found = finder.with_doubt(task, finder.of(task))
        doubted, trusted = (found[found["label_error"] == k]["gold_probability"] for k in (1, 0))
        assert 0 < len(doubted) < len(found)
        assert doubted.mean() < trusted.mean()


def test_the_terminal_shows_text_as_text(copy, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame = read(copy / "predictions.csv")
    frame["text"] = "[red]so[/red] \x1b[31mit \u202eis"
    frame.to_csv(copy / "predictions.csv", index=False)
    assert run(["errors", str(copy), "--task", "stance", "--top", "2"]) == 0
    out = capsys.readouterr().out
    assert out.count("[red]so[/red]") == 2
    assert "\x1b[31m" not in out
    assert "\u202e" not in out
