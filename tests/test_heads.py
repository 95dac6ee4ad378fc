from __future__ import annotations

import warnings
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from conftest import TASKS
from framing.data import Rows
from framing.exceptions import UserError
from framing.heads import HEADS, config_from_dict, make_head


def settings(kind):
    fast = {
        "finetune": {"frozen_layers": 1, "epochs": 2},
        "pool": {"frozen_layers": 1, "epochs": 1},
        "setfit": {"iterations": 1, "max_tokens": 64, "max_seconds": 4},
    }
    return HEADS[kind].config(**fast.get(kind, {}))


def fitted(kind, table, tiny):
    head = make_head(settings(kind), TASKS, tiny, seed=0)
    head.prepare(table.rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        head.fit(table.rows, table.labels, np.arange(len(table)))
    return head


@pytest.mark.parametrize("kind", [k for k in HEADS if k != "setfit"])  # a peer is never saved: test_setfit.py
def test_every_head_gives_probabilities_and_survives_being_saved(kind, table, tiny, tmp_path):
    head = fitted(kind, table, tiny)
    given = head.predict_proba(table.rows)
    for task in TASKS:
        p = given[task.name]
        assert p.shape == (len(table), len(task.classes))
        assert ((p >= 0) & (p <= 1)).all()
        if not task.multi:
            assert np.allclose(p.sum(axis=1), 1)
    head.save(tmp_path)
    assert {f.suffix for f in tmp_path.rglob("*") if f.is_file()} <= {".skops", ".json", ".safetensors"}
    for file in tmp_path.rglob("*.skops"):
        with zipfile.ZipFile(file) as archive:
            assert len(archive.namelist()) < 200  # one for each array, not one for each word of a vocabulary
    again = make_head(settings(kind), TASKS, tiny, seed=0)
    again.load(tmp_path)
    for name, p in again.predict_proba(table.rows).items():
        assert (p == given[name]).all()


@pytest.mark.parametrize("kind", HEADS)
def test_a_class_that_training_never_saw_gets_no_probability(kind, table, tiny):
    rows = np.flatnonzero(table.labels["stance"] != 1)
    labels = {"stance": table.labels["stance"][rows], "attribution": table.labels["attribution"][rows].copy()}
    labels["attribution"][:, 3] = 0
    head = make_head(settings(kind), TASKS, tiny, seed=0)
    head.fit(table.rows.take(rows), labels, rows)
    given = head.predict_proba(table.rows)
    assert (given["stance"][:, 1] == 0).all()
    assert (given["attribution"][:, 3] == 0).all()


@pytest.mark.parametrize("kind", ["tfidf", "logistic", "finetune", "pool"])
def test_the_answer_depends_on_the_target_only_through_the_marker(kind, table, tiny):
    head = fitted(kind, table, tiny)
    text = "رحب الوزير ببعثة الناتو ورفض بقاء القوات التركية في البلاد"
    both = Rows([text, text], ["nato", "turkey"])
    marked, unmarked = head.predict_proba(both), head.predict_proba(both, "unmarked")
    assert (marked["stance"][0] != marked["stance"][1]).any()
    assert (unmarked["stance"][0] == unmarked["stance"][1]).all()
    assert (marked["attribution"][0] == marked["attribution"][1]).all()


@pytest.mark.parametrize("kind", ["tfidf", "logistic"])
def test_who_was_introduced_changes_only_what_reads_the_speaker(kind, tiny):
    """Half of the sentences say who speaks, half refer back: the same words each time, by two kinds of speakers."""
    stance, attribution = TASKS[0], replace(TASKS[1], reads_speaker=True)
    who = ["an official of the ministry said", "a fighter of the militia said"] * 8
    texts = [f"{w} NATO leaves" for w in who] + ["and added that NATO leaves"] * 16
    rows = Rows(texts, ["nato"] * 32, [""] * 16 + who)
    known = np.zeros((32, len(attribution.classes)), dtype=int)
    known[np.arange(32), [0, 2] * 16] = 1
    head = make_head(HEADS[kind].config(), (stance, attribution), tiny, seed=0)
    head.fit(rows, {"stance": np.arange(32) % 3, "attribution": known}, np.arange(32))
    given = head.predict_proba(Rows([texts[-1]] * 2, ["nato"] * 2, who[:2]))
    assert given["attribution"][0, 0] > given["attribution"][1, 0] + 0.2
    assert given["attribution"][1, 2] > given["attribution"][0, 2] + 0.2
    assert np.allclose(given["stance"][0], given["stance"][1])


def test_words_are_told_apart_by_the_side_of_the_mark_on_which_they_stand():
    ahead, behind = "praised NATO troops", "NATO troops praised"
    rows = Rows([f"{t} {i}" for t in (ahead, behind) for i in range(4)], ["nato"] * 8)
    margins = {}
    for near in (0, 2):
        head = make_head(HEADS["tfidf"].config(words=[1, 1], near=near), TASKS[:1], None, seed=0)
        head.fit(rows, {"stance": np.repeat([0, 1], 4)}, np.arange(8))
        margins[near] = head.predict_proba(Rows([ahead, behind], ["nato"] * 2))["stance"]
    assert np.allclose(margins[0][0], margins[0][1])
    assert margins[2][0, 0] > 0.6 > 0.4 > margins[2][1, 0]


def test_no_neighbour_of_a_class_does_not_make_it_impossible(table, tiny):
    p = fitted("knn", table, tiny).predict_proba(table.rows)["stance"]
    assert (p > 0).all()
    assert p.max() > 0.9


@pytest.mark.parametrize("near", [0, 3])
@pytest.mark.parametrize("texts", [["Rockets fell", "قال المتحدث"], ["one alone"] * 2, ["NATO"] * 2])
def test_tfidf_learns_from_texts_that_share_no_word(texts, near):
    head = make_head(HEADS["tfidf"].config(near=near), TASKS[:1], None, seed=0)
    rows = Rows(texts, ["nato"] * 2)
    head.fit(rows, {"stance": np.array([0, 1])}, np.arange(2))
    assert np.allclose(head.predict_proba(rows)["stance"].sum(axis=1), 1)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("tfidf", {"C": 0.0}),
        ("tfidf", {"words": [2, 1]}),
        ("tfidf", {"characters": [3]}),
        ("tfidf", {"max_features": 0}),
        ("tfidf", {"near": -1}),
        ("logistic", {"C": -1.0}),
        ("svm", {"C": float("inf")}),
        ("knn", {"neighbours": 0}),
        ("finetune", {"composed": -0.1}),
        ("finetune", {"lr": -1.0}),
        ("finetune", {"patience": -1}),
        ("finetune", {"smoothing": 1.5}),
        ("pool", {"tfidf": -1.0}),
        ("pool", {"near": 0}),
        ("pool", {"near": 2.5}),
        ("finetune", {"layers": 9.5}),
        ("setfit", {"iterations": 0}),
    ],
)
def test_a_number_out_of_its_range_is_named(kind, values):
    (name,) = values
    with pytest.raises(UserError, match=rf"head\.{name}="):
        HEADS[kind].config(**values)


def test_settings_from_a_model_file_are_checked():
    with pytest.raises(UserError, match="unknown"):
        config_from_dict({"kind": "os.system"})
    with pytest.raises(UserError, match="do not fit"):
        config_from_dict({"kind": "svm", "C": 1.0, "command": "ls"})
