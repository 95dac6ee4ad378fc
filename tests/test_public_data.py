"""The readers of public data sets, on files of their form that are invented."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from conftest import ROOT, STANCE, TASKS
from framing.cli import run
from framing.exceptions import UserError
from framing.public_data import read


@pytest.fixture
def rusentne(tmp_path):
    folder = tmp_path / "rusentne"
    folder.mkdir()
    for name, numbers in (("train_data.csv", range(40)), ("validation_data_labeled.csv", range(30, 50))):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter="\t")
            writer.writerow(["sentence", "entity", "entity_tag", "entity_pos_start_rel", "entity_pos_end_rel", "label"])
            for i in numbers:
                words = {-1: "раскритиковал", 0: "посетил", 1: "поддержал"}
                label = i % 3 - 1
                sentence = f"Депутат номер {i} {words[label]} «Союз {i}» в городе."
                writer.writerow([sentence, f"Союз {i}", "ORGANIZATION", 20, 26, label])
    return folder


@pytest.fixture
def arabicstancex(tmp_path):
    folder = tmp_path / "arabicstancex"
    for topic in ("Neom", "Aramco", "women_driving", "a_new_topic"):
        for split, numbers in (("train", range(8)), ("test", range(8, 12))):
            file = folder / "Stance_task" / split / "other" / f"{topic}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            labels = ["Favor", "Against", "None"]
            texts = {
                str(i): f"رأي رقم {i} في {topic} {'جميل' if i % 3 == 0 else 'سيئ' if i % 3 == 1 else ''}"
                for i in numbers
            }
            content = {"text": texts, "stance": {str(i): labels[i % 3] for i in numbers}}
            file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def ask(folder, query):
    with closing(sqlite3.connect(folder / "mlflow.db")) as db:
        return db.execute(query).fetchall()


def test_rusentne_becomes_a_table(rusentne):
    table = read(str(rusentne), "rusentne", TASKS)
    assert len(table) == 60
    assert table.tasks == (STANCE,)
    first = table.frame.iloc[0]
    assert (first["target"], first["stance"], first["split"], first["lang"]) == ("Союз 0", "against", "train", "ru")
    assert table.frame["doc_id"].nunique() == 50  # a sentence on both sides is one document


def test_an_inner_split_of_the_training_rows_keeps_sentences_whole(rusentne, tmp_path):
    script = ROOT / "experiments/rusentne_inner.py"
    subprocess.run([sys.executable, script, rusentne, tmp_path / "inner"], check=True)
    inner, whole = (read(str(folder), "rusentne", TASKS) for folder in (tmp_path / "inner", rusentne))
    sides = inner.frame.groupby("text")["split"].nunique()
    assert (sides == 1).all()
    assert set(inner.frame["split"]) == {"train", "validation"}
    known = whole.frame[whole.frame["split"] == "train"]
    assert sorted(inner.rows.texts) == sorted(known["text"])


def test_arabicstancex_becomes_a_table_with_topics_in_its_own_language(arabicstancex):
    table = read(str(arabicstancex), "arabicstancex", TASKS)
    assert len(table) == 4 * 12
    assert set(table.frame["target"]) == {"مشروع نيوم", "الاكتتاب في أرامكو", "قيادة المرأة للسيارة", "a new topic"}
    assert set(table.frame["split"]) == {"train", "test"}
    assert table.frame["stance"].value_counts().to_dict() == {"favor": 16, "against": 16, "neutral": 16}


def test_what_is_not_of_the_form_is_named(rusentne, arabicstancex, tmp_path):
    with pytest.raises(UserError, match=r"unknown; use one of labels, rusentne, arabicstancex"):
        read(str(rusentne), "nothing", TASKS)
    with pytest.raises(UserError, match="no such folder"):
        read(str(tmp_path / "nowhere"), "rusentne", TASKS)
    with pytest.raises(UserError, match=r"train_data\.csv"):
        read(str(arabicstancex), "rusentne", TASKS)
    with pytest.raises(UserError, match="give the folder that holds Stance_task"):
        read(str(rusentne), "arabicstancex", TASKS)
    file = rusentne / "train_data.csv"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole + '"x\ty\t1\n', encoding="utf-8")
    with pytest.raises(UserError, match="quotation mark"):
        read(str(rusentne), "rusentne", TASKS)
    file.write_text(whole.replace("\t-1", "\t7", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"train_data\.csv: row 2: not a row of RuSentNE"):
        read(str(rusentne), "rusentne", TASKS)
    broken = next(arabicstancex.rglob("Neom.json"))
    broken.write_text('{"text": {"1": "half an emoji \\ud83d"}, "stance": {"1": "Favor"}}')
    assert "half an emoji ?" in read(str(arabicstancex), "arabicstancex", TASKS).rows.texts
    for content in ("[]", "{", '{"text": {"1": "x"}, "stance": {}}', "[" * 100_000):
        broken.write_text(content)
        with pytest.raises(UserError, match="not of the form"):
            read(str(arabicstancex), "arabicstancex", TASKS)
    broken.write_text('{"text": {"1": "x"}, "stance": {"1": "Maybe"}}')
    with pytest.raises(UserError, match="'Maybe' is not one of Favor"):
        read(str(arabicstancex), "arabicstancex", TASKS)


def test_a_benchmark_is_scored_beside_what_is_published_and_saves_no_model(
    rusentne, tiny_encoder, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    settings = ["encoder=hub", f"encoder.name={tiny_encoder}", "head.frozen_layers=1", "head.epochs=1"]
    assert run(["train", "+exp=benchmark/rusentne", f"data.path={rusentne}", *settings]) == 0
    assert "models:/" not in capsys.readouterr().out
    metrics = dict(ask(tmp_path, "select key, value from metrics"))
    assert metrics["stance/n_rows"] == 20
    assert "unseen sentences/stance/f_avg" in metrics
    assert "tfidf/unseen sentences/stance/f_avg_low" in metrics
    assert not ask(tmp_path, "select 1 from model_versions")
    assert not list((tmp_path / "outputs").glob("*/model"))
    (page,) = (tmp_path / "outputs").glob("*/artifacts/summary.md")
    text = page.read_text(encoding="utf-8")
    assert "unseen sentences (10)" in text
    assert "GPT-4-turbo, zero-shot, on an English translation (RuSentNE-LLM-Benchmark b893b48) | 0.508" in text


def test_no_topic_stands_on_both_sides(arabicstancex, tiny_encoder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = ["encoder=hub", f"encoder.name={tiny_encoder}", "head.frozen_layers=1", "head.epochs=1"]
    more = ["protocol.folds=2", f"data.path={arabicstancex}", "references=[]"]
    assert run(["train", "+exp=benchmark/arabicstancex", *settings, *more]) == 0
    (file,) = (tmp_path / "outputs").glob("*/artifacts/predictions.csv")
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 48
    for topic in {r["target"] for r in rows}:
        assert len({r["fold"] for r in rows if r["target"] == topic}) == 1


def test_a_folder_must_be_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["train", "+exp=benchmark/rusentne"]) == 2
    assert "data.path" in capsys.readouterr().err
