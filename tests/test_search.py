from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from framing.cli import run
from framing.heads.finetuned import FinetuneConfig, FinetunedHead


def ask(folder, query):
    with closing(sqlite3.connect(folder / "mlflow.db")) as db:
        return db.execute(query).fetchall()


@pytest.fixture
def command(tmp_path, small_csv, tiny_encoder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny = ["encoder=hub", f"encoder.name={tiny_encoder}", "head.layers=0", "head.frozen_layers=1", "head.epochs=2"]
    settings = [*tiny, "task=[stance]", f"data.path={small_csv}"]

    def make(space, head="finetune"):
        (tmp_path / "conf/exp").mkdir(parents=True, exist_ok=True)
        lines = ["# @package _global_", "defaults:", f"  - override /head: {head}", "search:", f"  space: {space}"]
        (tmp_path / "conf/exp/mine.yaml").write_text("\n".join(lines))
        kept = [s for s in settings if head == "finetune" or not s.startswith("head")]
        return ["search", "--conf", "conf", "+exp=mine", *kept]

    return make


SPACE = "{lr: {low: 1.0e-4, high: 1.0e-2, log: true}, batch_size: {choices: [4, 8]}}"


def test_a_search_is_one_parent_and_goes_on_where_it_was_stopped(command, tmp_path, monkeypatch, capsys):
    command = command(SPACE)
    original, fits = FinetunedHead.fit, []

    def counted(self, *arguments):
        fits.append((self.config.lr, self.config.batch_size))
        if len(fits) == 3:
            raise KeyboardInterrupt
        original(self, *arguments)

    monkeypatch.setattr(FinetunedHead, "fit", counted)
    assert run([*command, "search.trials=4"]) == 130
    assert run([*command, "search.trials=4"]) == 0
    captured = capsys.readouterr()
    assert "2 of 4 trials were done before" in captured.err
    assert len(fits) == 5
    assert fits[0] == (FinetuneConfig.lr, FinetuneConfig.batch_size)  # the settings as they stand come first
    assert fits[3] == fits[2]  # the one that was killed is tried again
    assert "use      python -m framing train +exp=mine" in captured.out
    assert "head.lr=" in captured.out
    assert "search." not in captured.out
    runs = dict(ask(tmp_path, "select run_uuid, status from runs"))
    parents = ask(tmp_path, "select value, count(*) from tags where key = 'mlflow.parentRunId' group by value")
    assert len(parents) == 1
    assert parents[0][1] == len(runs) - 1 == 5
    assert runs[parents[0][0]] == "FINISHED"
    assert sorted(runs.values()) == ["FINISHED"] * 5 + ["KILLED"]
    metrics = dict(ask(tmp_path, f"select key, value from metrics where run_uuid = '{parents[0][0]}'"))
    assert metrics["trials"] == 5
    assert 0 < metrics["best_inner_score"] < 1
    assert not list(tmp_path.glob("outputs/*/model"))
    assert not ask(tmp_path, "select 1 from model_versions")

    fits.clear()
    assert run([*command, "search.trials=4"]) == 0
    assert fits == []
    assert run([*command, "search.trials=1", "seed=7"]) == 0  # another question: another study
    assert len(fits) == 1


@pytest.mark.parametrize(
    ("space", "head", "says"),
    [
        (SPACE, "svm", "is not fine-tuned"),
        (SPACE, "pool", "search +exp=finetune"),
        ("{patience: {low: 1, high: 4}}", "finetune", "set search.patience"),
        ("{nonsense: {low: 1, high: 2}}", "finetune", "is not a setting of head=finetune"),
        ("{lr: {low: 2, high: 1}}", "finetune", "low below high"),
        ("{lr: {low: 0, high: 1, log: true}}", "finetune", "a logarithm needs low above 0"),
        ("{smoothing: {low: 0, high: 2}}", "finetune", "head.smoothing=2"),
        ("{batch_size: {choices: [8, many]}}", "finetune", "'many' is no int"),
        ("{}", "finetune", "nothing to try"),
    ],
)
def test_what_cannot_be_searched_is_said_before_anything_is_done(command, space, head, says, tmp_path, capsys):
    assert run(command(space, head)) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "mlflow.db").exists()


def test_values_that_do_not_go_together_are_a_stopped_trial(command, capsys):
    command = command("{frozen_layers: {choices: [1, 50]}}")
    assert run([*command, "search.trials=6"]) == 0
    captured = capsys.readouterr()
    assert "head.frozen_layers=50" in captured.err
    assert "head.frozen_layers=1" in captured.out
    assert run([*command, "search.trials=7"]) == 0
    assert "6 of 7 trials were done before" in capsys.readouterr().err


def test_two_processes_do_not_share_a_study(command, monkeypatch, capsys):
    command = command(SPACE)
    said = []

    def once_more(self, *arguments):
        said.append(run(command))
        raise KeyboardInterrupt

    monkeypatch.setattr(FinetunedHead, "fit", once_more)
    assert run(command) == 130
    assert said == [2]
    assert "another process" in capsys.readouterr().err


@pytest.mark.parametrize(
    "setting", ["search.trials=0", "search.storage=nonsense", "search.storage=sqlite:////no/where.db"]
)
def test_a_study_that_cannot_be_is_said(command, setting, capsys):
    assert run([*command(SPACE), setting]) == 2
    assert setting.partition("=")[0] in capsys.readouterr().err
