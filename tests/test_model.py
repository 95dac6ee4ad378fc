from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

import framing
from framing.data import Rows
from framing.exceptions import UserError

ROWS = pd.DataFrame(
    {
        "text": ["طالب نائب بخروج القوات الأمريكية", "رحب الوزير ببقاء بعثة الناتو", "The embassy denied it"],
        "target": ["us_coalition", "nato", "climate policy"],
    },
    index=[7, 3, 5],
)


def test_predict_takes_strings_dicts_and_frames(model_folder):
    model = framing.load_model(model_folder)
    whole = model.predict(ROWS)
    assert whole.index.tolist() == [7, 3, 5]
    assert list(whole.columns[:8]) == [
        "text", "target", "stance", "stance_favor", "stance_against", "stance_neutral", "stance_abstained",
        "attribution",
    ]  # fmt: skip
    assert whole[[c for c in whole if c.endswith("_abstained")]].isin([0, 1]).all().all()
    dicts = model.predict(ROWS.to_dict("records"))
    assert (dicts.to_numpy() == whole.to_numpy()).all()
    strings = model.predict(["one sentence", {"text": "another"}])
    assert strings["target"].tolist() == ["foreign_forces"] * 2
    assert len(model.predict("one sentence")) == 1
    assert len(model.predict([])) == 0


def test_an_answer_below_the_threshold_is_marked_and_still_given(model_folder):
    from dataclasses import replace

    model = framing.load_model(model_folder)
    before = model.predict(ROWS)
    sure = np.sort(before[["stance_favor", "stance_against", "stance_neutral"]].max(axis=1))
    model.calibrations["stance"] = replace(model.calibrations["stance"], threshold=((sure[0] + sure[1]) / 2,))
    after = model.predict(ROWS)
    assert after["stance_abstained"].sum() == 1
    assert (after["stance"] == before["stance"]).all()
    no_target = model.predict_rows(Rows(["a sentence that names no force"], [""]))
    assert no_target["stance_abstained"].tolist() == [0]


@pytest.mark.parametrize("documents", [["a", "a"], ["a", "b"], ["a", None], [None, None], ["", ""], [float("nan")] * 2])
def test_rows_of_one_article_are_read_together(model_folder, documents):
    texts = ["قال الباحث حازم ربيع السعدون إن القوات التركية باقية.", "وأضاف أن القوات التركية لن تبقى."]
    rows = pd.DataFrame({"text": texts, "target": "turkey", "doc_id": documents})
    model = framing.load_model(model_folder)
    apart, given = model.predict(rows.drop(columns="doc_id")), model.predict(rows)
    attribution = [c for c in given if c.startswith("attribution")]
    pd.testing.assert_frame_equal(given.drop(columns=attribution), apart.drop(columns=attribution))
    one_article = documents == ["a", "a"]
    assert given.loc[0].equals(apart.loc[0])
    assert given.loc[1, attribution].equals(apart.loc[1, attribution]) != one_article


@pytest.mark.parametrize("rows", [[{"target": "nato"}], ["", "x"], [None], [3], pd.DataFrame({"a": ["x"]})])
def test_rows_without_text_are_refused(model_folder, rows):
    with pytest.raises(UserError, match="predict"):
        framing.load_model(model_folder).predict(rows)


def test_a_fresh_process_predicts_the_same_bits(model_folder, tmp_path):
    ours = framing.load_model(model_folder).predict(ROWS)
    ROWS.to_pickle(tmp_path / "rows.pkl")
    code = (
        "import sys, pandas as pd, framing\n"
        "p = framing.load_model(sys.argv[1]).predict(pd.read_pickle(sys.argv[2]))\n"
        "p.to_pickle(sys.argv[3])"
    )
    for seed in ("0", "1"):
        out = tmp_path / f"{seed}.pkl"
        subprocess.run(
            [sys.executable, "-c", code, str(model_folder), str(tmp_path / "rows.pkl"), str(out)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            timeout=120,
        )
        pd.testing.assert_frame_equal(pd.read_pickle(out), ours, check_exact=True)


def test_the_model_works_after_its_folder_was_moved(model_folder, tmp_path):
    shutil.copytree(model_folder, tmp_path / "elsewhere")
    moved = framing.load_model(tmp_path / "elsewhere")
    pd.testing.assert_frame_equal(moved.predict(ROWS), framing.load_model(model_folder).predict(ROWS))


def test_the_three_doors_give_the_same(trained, model_folder, monkeypatch):
    monkeypatch.chdir(trained)
    expected = framing.load_model(model_folder).predict(ROWS)
    by_address = framing.load_model("models:/framing/latest")
    pd.testing.assert_frame_equal(by_address.predict(ROWS), expected)
    around = next((trained / "mlruns").rglob("MLmodel")).parent
    (around / "MLmodel").write_text((around / "MLmodel").read_text().replace("framing.model", "os"))  # is ignored
    pd.testing.assert_frame_equal(framing.load_model(around).predict(ROWS), expected)
    (around / "MLmodel").write_text(
        (around / "MLmodel").read_text().replace("loader_module: os", "loader_module: framing.model")
    )
    import mlflow

    pyfunc = mlflow.pyfunc.load_model(str(around))
    pd.testing.assert_frame_equal(pyfunc.predict(ROWS.reset_index(drop=True)), expected.reset_index(drop=True))
    assert len(pyfunc.predict(ROWS[["text"]])) == 3
    assert "doc_id" in pyfunc.metadata.get_input_schema().input_names()


def test_nothing_in_the_folder_is_a_pickle(model_folder):
    for file in model_folder.rglob("*"):
        assert file.suffix in (".json", ".skops"), file
    with zipfile.ZipFile(model_folder / "head.skops") as archive:
        for name in archive.namelist():
            assert name.endswith((".json", ".npy", ".npz")), name


def reseal(folder):
    """Write the manifest anew, as an attacker would."""
    files = {}
    for f in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"):
        data = f.read_bytes()
        files[f.relative_to(folder).as_posix()] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": files}))


def edit_layout(folder, **changes):
    layout = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    layout.update(changes)
    (folder / "model.json").write_text(json.dumps(layout), encoding="utf-8")
    reseal(folder)


class Touch:
    """Leaves a mark if it is ever unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return (os.mkdir, (self.mark,))


def hostile_skops(folder, mark):
    """A skops file that names a function to call and trusts itself."""
    import numpy as np
    import skops.io

    skops.io.dump({"vectorizers": {}, "estimators": {"stance": [np.zeros(2)]}}, folder / "head.skops")
    with zipfile.ZipFile(folder / "head.skops") as old:
        content = {n: old.read(n) for n in old.namelist()}
    schema = json.loads(content["schema.json"])
    schema["__class__"], schema["__module__"], schema["__loader__"] = "mkdir", "os", "FunctionNode"
    schema["content"] = {"module_path": "os", "function": "mkdir", "args": [str(mark)]}
    content["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(folder / "head.skops", "w") as new:
        for name, data in content.items():
            new.writestr(name, data)
    reseal(folder)


def pickle_as_skops(folder, mark):
    import pickle

    (folder / "head.skops").write_bytes(pickle.dumps(Touch(mark)))
    reseal(folder)


def link_out(folder, mark):
    target = folder.parent / "outside.skops"
    shutil.move(folder / "head.skops", target)
    (folder / "head.skops").symlink_to(target)


def listed_outside(folder, mark):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../outside"] = {"sha256": "0" * 64, "size": 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))


HOSTILE = {
    "changed bytes": lambda f, m: (f / "head.skops").write_bytes((f / "head.skops").read_bytes()[:-1] + b"x"),
    "missing file": lambda f, m: (f / "head.skops").unlink(),
    "no layout": lambda f, m: (f / "model.json").unlink(),
    "unlisted file": lambda f, m: (f / "extra.py").write_text("print(1)"),
    "link": link_out,
    "leads out": listed_outside,
    "not JSON": lambda f, m: (f / "manifest.json").write_text("{"),
    "JSON 10,000 deep": lambda f, m: (f / "manifest.json").write_text("[" * 10_000),
    "other format": lambda f, m: (f / "manifest.json").write_text('{"format": 99, "files": {}}'),
    "unknown head": lambda f, m: edit_layout(f, head={"kind": "subprocess.run"}),
    "unknown key": lambda f, m: edit_layout(f, loader_module="evil"),
    "newer normaliser": lambda f, m: edit_layout(f, normaliser="999"),
    "tasks of another shape": lambda f, m: edit_layout(f, tasks=[{"name": "x"}]),
    "another encoder": lambda f, m: edit_layout(f, encoder={"kind": "hashing", "fingerprint": "0"}),
    "encoder of no kind": lambda f, m: edit_layout(f, encoder={"kind": "os", "fingerprint": "0"}),
    "encoder to download": lambda f, m: edit_layout(f, encoder={"kind": "hub", "name": "a/b", "fingerprint": "0"}),
    "encoder of no number": lambda f, m: edit_layout(
        f, encoder={"kind": "hashing", "batch_size": "x", "fingerprint": "0"}
    ),
    "encoder of no shape": lambda f, m: edit_layout(f, encoder={"kinds": 1}),
    "a pickle named skops": pickle_as_skops,
    "skops that names a function": hostile_skops,
    "not a zip": lambda f, m: ((f / "head.skops").write_bytes(b"PK nonsense"), reseal(f)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_broken_model_is_refused_in_one_line_and_runs_nothing(kind, model_folder, tmp_path, monkeypatch):
    folder, mark = tmp_path / "model", tmp_path / "mark"
    shutil.copytree(model_folder, folder)
    HOSTILE[kind](folder, mark)
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("it asks the network"))
    with pytest.raises(UserError) as caught:
        framing.load_model(folder)
    assert "\n" not in str(caught.value)
    assert not mark.exists()


def test_no_model_at_all(tmp_path):
    with pytest.raises(UserError, match="no such model folder"):
        framing.load_model(tmp_path / "none")
    with pytest.raises(UserError, match="not a model folder"):
        framing.load_model(tmp_path)


@pytest.mark.real_encoder
def test_a_standalone_model_carries_its_encoder(real_cache, small_csv, tmp_path, monkeypatch):
    from framing.cli import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMING_CACHE", str(real_cache))
    settings = ["protocol.folds=2", "uncertainty.rounds=50", "references=[]", "task=[stance]"]
    assert run(["train", *settings, f"data.path={small_csv}", "model.standalone=true"]) == 0
    (folder,) = (tmp_path / "outputs").glob("*/model")
    assert (folder / "encoder/model.safetensors").is_file()
    expected = framing.load_model(folder).predict(ROWS)
    code = "import sys, pandas as pd, framing; print(framing.load_model(sys.argv[1]).predict(['x y z']).shape)"
    empty = tmp_path / "empty-cache"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "FRAMING_CACHE": str(empty)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert done.stdout.strip() == "(1, 7)"
    assert not (empty / "encoders").exists()
    layout = json.loads((folder / "model.json").read_text())
    assert layout["standalone"] is True
    assert expected["stance"].isin(["favor", "against", "neutral"]).all()
