from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from conftest import FAST, ROOT
from framing.cli import run


def command(*arguments, folder, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "framing", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


VERBS = ("train", "check", "predict", "behave", "evaluate", "report", "errors", "compare", "promote", "ui")


@pytest.mark.parametrize("verb", [[], *([v] for v in VERBS)])
def test_help_teaches_and_imports_nothing_heavy(verb):
    code = (
        "import sys\nfrom framing.cli import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as e: assert e.code == 0\n"
        "heavy = {'torch', 'sklearn', 'mlflow', 'pandas', 'numpy', 'hydra', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code, *verb, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: python -m framing" in done.stdout


def test_check_imports_no_torch_sklearn_or_mlflow():
    code = (
        "import sys\nfrom framing.cli import run\n"
        "assert run(['check', sys.argv[1]]) == 0\n"
        "heavy = {'torch', 'sklearn', 'mlflow', 'sentence_transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    file = str(ROOT / "data/labels.csv")
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "rows in" in done.stdout


def test_check_says_what_train_would(tmp_path, capsys):
    file = tmp_path / "few.csv"
    rows = [f"{'word ' * (i + 1)}end,{'favor' if i < 6 else 'against'}\n" for i in range(9)]
    file.write_text("text,stance\n" + "".join(rows), encoding="utf-8")
    assert run(["check", str(file)]) == 2
    out = capsys.readouterr().out
    assert "error: " in out
    assert "class 'against' has 3 rows" in out
    assert run(["check", str(file), "protocol.folds=3"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["+exp=nope"], "Could not find 'exp/nope'"),
        (["head.C=abc"], "could not be converted to Float"),
        (["head.Z=1"], "head.Z"),
        (["nothing=1"], "nothing"),
        (["data.path=ملف.csv"], "'data.path=\"ملف.csv\"'"),
        (["data.path=none.csv"], "none.csv: no such file"),
        (["tasks.stance.classes=[a]"], "too few classes"),
        (["encoder.kind=evil", "references=[]"], "encoder.kind=evil"),
        (["head.kind=evil"], "head 'evil'"),
        (["protocol.kind=evil"], "protocol.kind=evil"),
        (["references=[evil]"], "head 'evil'"),
        (["--conf", "nowhere"], "no such folder"),
    ],
)
def test_a_wrong_configuration_is_one_line_and_exit_code_2(arguments, says, tmp_path, small_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if not any("data.path" in a for a in arguments):
        arguments = [*arguments, f"data.path={small_csv}"]
    assert run(["train", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mlflow.db").exists()


@pytest.mark.parametrize(
    "override",
    [
        "+evil._target_=os.system",
        "head._target_=os.system",
        "+hydra.launcher._target_=os.system",
        "hydra.sweeper._target_=os.mkdir",
        "+hydra.callbacks.x={_target_:os.mkdir,path:mark}",
        "name='${eval:1}'",
        "encoder._target_=os.system",
    ],
)
def test_no_value_of_a_configuration_is_ever_called(override, tmp_path, small_csv, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "system", lambda *a: pytest.fail("was called"))
    run(["train", "head=majority", "references=[]", "task=[stance]", *FAST[1:], f"data.path={small_csv}", override])
    assert not (tmp_path / "mark").exists()


def test_a_strangers_conf_in_the_working_directory_is_not_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/config.yaml").write_text("name: stranger\n")
    assert run(["train", "--show"]) == 0
    assert "stranger" not in capsys.readouterr().out


def test_no_model_yet_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Some sentence here.")
    for arguments in (["predict", "a.txt"], ["ui"], ["promote", "x"]):
        assert run(arguments) == 2
        error = capsys.readouterr().err.strip()
        assert len(error.splitlines()) == 1
        assert "train first" in error
    assert not (tmp_path / "mlflow.db").exists()


def test_there_is_a_store_but_no_champion(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(trained / "mlflow.db", tmp_path)
    (tmp_path / "a.txt").write_text("Some sentence here.")
    with closing(sqlite3.connect("mlflow.db")) as db, db:
        db.execute("delete from registered_model_aliases")
    assert run(["predict", "a.txt"]) == 2
    error = capsys.readouterr().err.strip()
    assert len(error.splitlines()) == 1
    assert "there is no champion yet" in error


def test_four_at_once_on_a_missing_database_all_succeed(tmp_path, small_csv):
    settings = ["head=majority", "references=[]", "task=[stance]", "protocol.folds=2", f"data.path={small_csv}"]
    processes = [command("train", *settings, folder=tmp_path) for _ in range(4)]
    for process in processes:
        _, error = process.communicate(timeout=300)
        assert process.returncode == 0, error
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        assert db.execute("select status from runs").fetchall() == [("FINISHED",)] * 4
        versions = [v for (v,) in db.execute("select version from model_versions")]
    assert sorted(versions) == [1, 2, 3, 4]
    assert len(list((tmp_path / "outputs").iterdir())) == 4


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_killed_run_is_marked_and_registers_nothing(number, code, tmp_path):
    shutil.copy(ROOT / "data/labels.csv", tmp_path / "labels.csv")
    process = command("train", *FAST, "data.path=labels.csv", folder=tmp_path)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        time.sleep(0.3)
        try:
            with closing(sqlite3.connect(f"file:{tmp_path}/mlflow.db?mode=ro", uri=True)) as db:
                if db.execute("select count(*) from params").fetchone()[0]:
                    break
        except sqlite3.OperationalError:
            continue
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == code, error
    assert "Traceback" not in error
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        assert db.execute("select status from runs").fetchall() == [("KILLED",)]
        assert db.execute("select count(*) from model_versions").fetchone() == (0,)


def test_an_installed_wheel_has_its_conf_and_its_suites(tmp_path):
    import hatchling.build

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        name = hatchling.build.build_wheel(str(tmp_path))
    finally:
        os.chdir(before)
    import zipfile

    zipfile.ZipFile(tmp_path / name).extractall(tmp_path / "site")
    there, packed = (p / "framing/templates" for p in (ROOT / "src", tmp_path / "site"))
    assert {f.name for f in packed.iterdir()} == {f.name for f in there.iterdir()} >= {"report.html", "style.css"}
    code = (
        "import sys\nsys.path.insert(0, sys.argv[1])\nimport framing\n"
        "assert framing.__file__.startswith(sys.argv[1]), framing.__file__\n"
        "from framing.behave.pairs import WRITTEN, suites_folder\n"
        "assert str(suites_folder()).startswith(sys.argv[1]), suites_folder()\n"
        "assert all((suites_folder() / f'{name}.csv').is_file() for name in WRITTEN)\n"
        "from framing.cli import run\nsys.exit(run(['train', '--show', '+exp=svm']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "site")], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "kind: svm" in done.stdout
