from __future__ import annotations

import os
import time

import numpy as np
import pytest

from framing import heads
from framing.cli import run
from framing.heads.estimators import SklearnHead
from framing.unfinished import Unfinished


def test_a_run_that_is_stopped_goes_on_with_the_folds_it_lacks(tmp_path, small_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    original, fits = SklearnHead.fit, []

    def counted(self, *arguments):
        fits.append(len(arguments[0]))
        if len(fits) == 3:
            raise KeyboardInterrupt
        original(self, *arguments)

    monkeypatch.setattr(heads.SklearnHead, "fit", counted)
    once = ["protocol.folds=3", "controls.naive=never", "controls.shuffled=never"]
    command = ["train", "head=tfidf", "references=[]", "task=[stance]", *once, f"data.path={small_csv}"]
    assert run(command) == 130
    assert run([*command, "head.C=2"]) == 0  # another run: nothing is shared
    assert len(fits) == 3 + 4
    assert "going on" not in capsys.readouterr().err
    assert run([*command, "data.score_held_out=true"]) == 0  # which decides nothing about the folds
    assert len(fits) == 3 + 4 + 2  # the third fold, and the fit on all rows
    assert "going on where this run was stopped" in capsys.readouterr().err
    assert run(command) == 0
    assert len(fits) == 3 + 4 + 2 + 4  # a finished run is done again
    assert not list((tmp_path / "cache/unfinished").iterdir())


def place(cache, **facts):
    """Where such a run keeps its work; let go of at once."""
    kept = Unfinished.of(cache, facts)
    kept._lock.release()
    return kept._folder


def test_other_code_or_other_facts_do_not_go_on(tmp_path, monkeypatch):
    one, same, other = place(tmp_path, seed=0), place(tmp_path, seed=0), place(tmp_path, seed=1)
    monkeypatch.setattr("framing.unfinished.source", lambda: "changed")
    assert one == same
    assert len({one, other, place(tmp_path, seed=0)}) == 3


def test_a_second_process_at_the_same_run_keeps_nothing(tmp_path):
    first, second = Unfinished.of(tmp_path, {}), Unfinished.of(tmp_path, {})
    second.remember("fold 1", {"p": np.eye(2)})
    assert second.recall("fold 1") is None
    with second.training("fold 1") as folder:
        assert folder is None
    second.done()
    first.remember("fold 1", {"p": np.eye(2)})
    assert first.recall("fold 1") is not None
    first.done()
    assert not list((tmp_path / "unfinished").iterdir())


def test_what_nobody_goes_on_with_is_forgotten_after_a_week(tmp_path):
    old, new = place(tmp_path, seed=0), place(tmp_path, seed=1)
    (old / "state").write_text("x")
    eight_days_ago = time.time() - 8 * 24 * 3600
    for path in (old / "state", old):
        os.utime(path, (eight_days_ago, eight_days_ago))
    place(tmp_path, seed=2)
    assert not old.exists()
    assert new.exists()


def test_a_run_that_is_gone_on_with_after_a_week_begins_anew(tmp_path):
    old = place(tmp_path, seed=0)
    eight_days_ago = time.time() - 8 * 24 * 3600
    os.utime(old, (eight_days_ago, eight_days_ago))
    again = Unfinished.of(tmp_path, {"seed": 0})
    again.remember("fold 1", {"p": np.eye(2)})
    assert (again.recall("fold 1")["p"] == np.eye(2)).all()


def test_a_half_written_step_is_done_again(tmp_path):
    kept = Unfinished.of(tmp_path, {})
    kept.remember("fold 1", {"p": np.eye(2)})
    assert (kept.recall("fold 1")["p"] == np.eye(2)).all()
    (file,) = kept._folder.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:20])
    assert kept.recall("fold 1") is None
    assert kept.recall("fold 2") is None


@pytest.mark.parametrize("step", ["../../out", "a/b", "x" * 500])
def test_no_name_of_a_step_leads_out_of_the_folder(tmp_path, step):
    with Unfinished.of(tmp_path, {}).training(step) as folder:
        assert folder.parent.parent == tmp_path / "unfinished"
