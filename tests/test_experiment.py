from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conftest import FAST, ROOT, sample_rows, write_csv
from framing.cli import run
from framing.compose import composer
from framing.encoder import Encoder


def ask(folder: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(folder / "mlflow.db")) as db:
        return db.execute(query).fetchall()


def test_a_run_leaves_everything_one_needs(trained):
    ((run_id, name, status),) = ask(trained, "select run_uuid, name, status from runs")
    assert (name, status) == ("baseline encoder=hashing protocol.folds=3 uncertainty.rounds=200", "FINISHED")
    params = dict(ask(trained, "select key, value from params"))
    assert params["head.kind"] == "logistic"
    assert params["protocol.folds"] == "3"
    assert json.loads(params["tasks.stance.classes"]) == ["favor", "against", "neutral"]
    tags = dict(ask(trained, "select key, value from tags"))
    for name in ("data_sha256", "encoder_fingerprint", "git_commit", "git_dirty", "overrides", "version.mlflow"):
        assert tags[name]
    metrics = dict(ask(trained, "select key, value from metrics"))
    for prefix in ("", "majority/", "tfidf/"):
        for metric in ("stance/macro_f1", "stance/f_avg", "attribution/micro_f1", "frame/exact_match"):
            value, low, high = (metrics[f"{prefix}{metric}{end}"] for end in ("", "_low", "_high"))
            assert 0 <= low <= value <= high <= 1
    assert metrics["stance/n_groups"] == 14
    assert metrics["majority/stance/macro_f1"] < 0.34
    assert "minus_tfidf/stance/macro_f1_low" in metrics
    for metric in ("stance/ece", "attribution/brier", "tfidf/frame/aurc"):
        low, value, high = (round(metrics[f"{metric}{end}"], 12) for end in ("_low", "", "_high"))
        assert 0 <= low <= value <= high
    assert tags["flags"]
    assert metrics["seconds/evaluate"] > 0
    assert ask(trained, "select count(*) from inputs")[0][0] >= 1
    artifacts = trained / "mlruns" / run_id / "artifacts"
    names = {p.name for p in artifacts.iterdir()}
    assert {
        "config.yaml",
        "summary.md",
        "predictions.csv",
        "folds_logistic.csv",
        "confusion_stance.png",
        "reliability.png",
        "scores.png",
    } <= names
    with (artifacts / "predictions.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == metrics["stance/n_rows"]
    assert {r["fold"] for r in rows} == {"1", "2", "3"}
    for group in {r["group"] for r in rows}:
        assert len({r["fold"] for r in rows if r["group"] == group}) == 1


def test_a_second_run_embeds_nothing_and_says_the_same(tmp_path, small_csv, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    embedded = []
    original = Encoder._embed
    monkeypatch.setattr(Encoder, "_embed", lambda self, *a: (embedded.append(1), original(self, *a)))
    arguments = ["train", "+exp=baseline", *FAST, "task=[stance]", "references=[]", f"data.path={small_csv}"]
    assert run(arguments) == 0
    assert embedded
    embedded.clear()
    assert run(arguments) == 0
    assert embedded == []
    first, second = ask(tmp_path, "select value from metrics where key = 'stance/macro_f1'")
    assert first == second


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A folder that several tests train in."""
    return tmp_path_factory.mktemp("workshop")


@pytest.mark.parametrize("file", sorted((ROOT / "conf/exp").glob("*.yaml")), ids=lambda f: f.stem)
def test_every_experiment_of_the_repository_runs(file, small_csv, tiny_encoder, workshop, monkeypatch, capsys):
    monkeypatch.chdir(workshop)
    name = file.relative_to(ROOT / "conf/exp").with_suffix("").as_posix()
    tiny = ["encoder=hub", f"encoder.name={tiny_encoder}", "head.frozen_layers=1", "head.epochs=1"]
    with composer(None) as compose:
        kind = compose([f"+exp={name}"]).config.head.kind
    fast = [*FAST, *tiny] if kind in ("finetune", "pool") else FAST
    assert run(["train", f"+exp={name}", *fast, "references=[]", f"data.path={small_csv}"]) == 0
    out = capsys.readouterr().out
    assert "champion stays" in out or "@champion" in out or name == "peers"  # which is never saved


def test_a_task_of_the_users_own_is_a_few_lines_and_a_column(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"text": f"{word} news about number {i} of {word}", "doc_id": str(i), "tone": tone}
        for i, (word, tone) in enumerate([("good", "شادی"), ("bad", "غم")] * 10)
    ]
    write_csv(tmp_path / "mine.csv", rows)
    (tmp_path / "conf/task").mkdir(parents=True)
    (tmp_path / "conf/task/tone.yaml").write_text("# @package tasks.tone\nclasses: [شادی, غم]\n", encoding="utf-8")
    arguments = ["train", "--conf", "conf", "task=[tone]", *FAST, "data.path=mine.csv"]
    assert run(arguments) == 0
    metrics = dict(ask(tmp_path, "select key, value from metrics"))
    assert metrics["tone/macro_f1"] > 0.9
    import framing

    (folder,) = (tmp_path / "outputs").glob("*/model")
    answer = framing.load_model(folder).predict("good news about number 3 of good")
    assert answer["tone"].tolist() == ["شادی"]
    assert "tone_غم" in answer
    (plot,) = (tmp_path / "outputs").glob("*/artifacts/confusion_tone.png")
    assert plot.stat().st_size > 5000


def test_tasks_without_a_column_are_left_out_and_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [{"text": r["text"], "stance": r["stance"], "doc_id": r["doc_id"]} for r in sample_rows(6)]
    write_csv(tmp_path / "mine.csv", rows)
    assert run(["train", *FAST, "data.path=mine.csv", "references=[]"]) == 0
    err = capsys.readouterr().err
    assert "task frame is left out" in err
    assert "only 6 independent groups" in err


def test_held_out_rows_take_no_part_in_choosing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = sample_rows(12)
    held = {r["doc_id"] for r in rows[-20:]}
    for row in rows:
        row["split"] = "test" if row["doc_id"] in held else "train"
    write_csv(tmp_path / "mine.csv", rows)
    settings = [*FAST, "data.path=mine.csv", "task=[stance]", "references=[majority]", "head=tfidf"]
    assert run(["train", *settings]) == 0
    assert "held out" not in capsys.readouterr().out
    n_held = sum(r["doc_id"] in held for r in rows)
    metrics = dict(ask(tmp_path, "select key, value from metrics"))
    assert metrics["stance/n_rows"] == len(rows) - n_held
    assert not [m for m in metrics if m.startswith("held_out/")]
    assert run(["train", *settings, "data.score_held_out=true"]) == 0
    assert f"held out: {n_held} rows" in capsys.readouterr().out
    metrics = dict(ask(tmp_path, "select key, value from metrics"))
    assert metrics["held_out/stance/n_rows"] == n_held
    assert metrics["held_out/stance/macro_f1_low"] <= metrics["held_out/stance/macro_f1"]
    assert metrics["held_out/stance/ece"] > 0
    layout = json.loads(next((tmp_path / "outputs").glob("*/model/model.json")).read_text(encoding="utf-8"))
    assert layout["training"]["rows"] == len(rows)  # the saved model has learnt from all


def test_a_sweep_is_one_parent_with_nested_children(tmp_path, small_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    settings = [*FAST, f"data.path={small_csv}", "task=[stance]", "references=[]"]
    assert run(["train", "-m", "+exp=baseline", "head=logistic,majority,knn", *settings]) == 0
    runs = ask(tmp_path, "select run_uuid, name, status from runs")
    assert len(runs) == 4
    assert {s for *_, s in runs} == {"FINISHED"}
    parents = ask(tmp_path, "select run_uuid, value from tags where key = 'mlflow.parentRunId'")
    (parent,) = {value for _, value in parents}
    assert len(parents) == 3
    assert dict((i, n) for i, n, _ in runs)[parent].startswith("sweep")
    assert len(list((tmp_path / "outputs").iterdir())) == 3


def test_a_failing_job_of_a_sweep_does_not_stop_the_others(tmp_path, small_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    settings = ["encoder=hashing", f"data.path={small_csv}", "task=[stance]", "references=[]"]
    assert run(["train", "-m", "protocol.folds=1,2", *settings]) == 1
    assert "1 of 2 runs failed" in capsys.readouterr().err
    assert len(ask(tmp_path, "select 1 from model_versions")) == 1


def test_secrets_of_the_environment_are_not_logged(tmp_path, small_csv, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_SECRET", "hunter2")
    arguments = [*FAST, f"data.path={small_csv}", "task=[stance]", "references=[]", "name=${oc.env:MY_SECRET}"]
    run(["train", *arguments])
    for file in tmp_path.rglob("*"):
        if file.is_file() and "config" in file.name:
            assert b"hunter2" not in file.read_bytes(), file
    assert not [v for (v,) in ask(tmp_path, "select value from params") if "hunter2" in v]


def champion(folder):
    found = ask(folder, "select version from registered_model_aliases where alias = 'champion'")
    return found[0][0] if found else None


def test_who_becomes_champion(tmp_path, small_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    base = [f"data.path={small_csv}", "protocol.folds=3", "task=[stance]", "references=[]", "uncertainty.rounds=50"]

    def train(*more):
        assert run(["train", *base, *more]) == 0
        return capsys.readouterr().out

    train("encoder=hashing")
    assert champion(tmp_path) is None  # a stand-in never leads
    train("head=majority")
    assert champion(tmp_path) == 2  # the first honest one does
    train("head=tfidf")
    assert champion(tmp_path) == 3  # a better one on the same data, protocol and tasks
    out = train("head=majority")
    assert champion(tmp_path) == 3  # a worse one does not
    assert "is below" in out
    assert "promote" in out
    train("head=tfidf", "protocol.seed=5")
    assert champion(tmp_path) == 3  # another protocol: not comparable
    train("head=tfidf", "data.held_out_column=lang", "data.held_out_value=fr")
    assert champion(tmp_path) == 3  # other rows are scored
    train("head=tfidf", "tasks.stance.classes=[against,favor,neutral]")
    assert champion(tmp_path) == 3
    other = write_csv(tmp_path / "other.csv", sample_rows(10))
    train("head=tfidf", f"data.path={other}")
    assert champion(tmp_path) == 3

    from framing.registry import model_folder

    moved = tmp_path.with_name(tmp_path.name + "-moved")
    shutil.copytree(tmp_path, moved)
    shutil.rmtree(tmp_path / "mlruns")
    monkeypatch.chdir(moved)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)  # MLflow left it behind in this process
    assert model_folder("models:/framing@champion").is_relative_to(moved)  # MLflow stores absolute paths
    shutil.copytree(moved / "mlruns", tmp_path / "mlruns")
    monkeypatch.chdir(tmp_path)

    assert model_folder("models:/framing@champion") == model_folder("models:/framing/3")
    assert model_folder("models:/framing/latest") == model_folder("models:/framing/8")
    run_of = dict(ask(tmp_path, "select version, run_id from model_versions"))
    assert run(["promote", run_of[4][:10]]) == 0
    assert champion(tmp_path) == 4
    capsys.readouterr()
    assert run(["promote", run_of[1]]) == 2
    assert "stand-in" in capsys.readouterr().err
    assert run(["promote", "nobody"]) == 2
