"""The pool of heads: its formula by hand, its parts, and its folder."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE
from framing import load_model
from framing.cli import run
from framing.exceptions import UserError
from framing.heads import HEADS, make_head
from framing.heads.pooled import PoolConfig, pooled

FAST = {"frozen_layers": 1, "epochs": 1}


def test_the_product_of_experts_by_hand():
    one, two = np.array([[0.5, 0.3, 0.2]]), np.array([[0.1, 0.8, 0.1]])
    product = np.array([0.5 * 0.1**2, 0.3 * 0.8**2, 0.2 * 0.1**2])
    assert np.allclose(pooled(STANCE, one, [(2.0, two)]), product / product.sum())
    odds = 0.5 / 0.5 * (0.8 / 0.2) ** 0.5
    one, two = np.full((1, 4), 0.5), np.full((1, 4), 0.8)
    assert np.allclose(pooled(ATTRIBUTION, one, [(0.5, two)]), odds / (1 + odds))


def test_what_one_part_never_saw_vetoes_nothing_unless_it_is_the_main_one():
    main, beside = np.array([[0.0, 0.6, 0.4]]), np.array([[0.7, 0.0, 0.3]])
    (given,) = pooled(STANCE, main, [(1.0, beside)])
    assert given[0] == 0
    assert 0 < given[1] < given[2]


def test_both_have_their_say(table, tiny):
    def answers(kind, **more):
        head = make_head(HEADS[kind].config(**FAST, **more), table.tasks, tiny, 0)
        head.fit(table.rows, table.labels, np.arange(len(table)))
        return head.predict_proba(table.rows)["stance"]

    alone = answers("finetune")
    assert np.allclose(answers("pool", tfidf=1e-9), alone, atol=1e-3)
    assert not np.allclose(answers("pool"), alone, atol=1e-3)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_weight_is_refused(weight):
    with pytest.raises(UserError, match=r"head\.tfidf="):
        PoolConfig(tfidf=weight)


def test_a_saved_pool_is_opened_with_all_its_parts_and_refused_without_one(
    tiny_encoder, small_csv, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    settings = ["encoder=hub", f"encoder.name={tiny_encoder}", "head.frozen_layers=1", "head.epochs=1"]
    more = ["protocol.folds=2", f"data.path={small_csv}", "references=[]", "task=[stance]", "uncertainty.rounds=50"]
    assert run(["train", "+exp=best", *settings, *more]) == 0
    (folder,) = (tmp_path / "outputs").glob("*/model")
    assert {"tfidf/head.skops", "finetuned.safetensors"} <= {
        p.relative_to(folder).as_posix() for p in folder.rglob("*")
    }
    answer = load_model("models:/framing@champion").predict(
        [{"text": "They condemned Turkish troops", "target": "turkey"}]
    )
    assert np.isclose(answer[["stance_favor", "stance_against", "stance_neutral"]].sum(axis=1), 1).all()
    (folder / "tfidf/head.skops").unlink()
    with pytest.raises(UserError, match=r"head\.skops: is missing"):
        load_model(folder)
