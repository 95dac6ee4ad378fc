"""Sentences put together from two, to learn from."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE
from framing.data import Rows
from framing.heads.composed import compose
from framing.labels import Task

ROWS = Rows(
    [
        "The cabinet thanked the NATO mission.",
        "The faction shelled Turkish forces!",
        "رحب النواب ببعثة الناتو.",
        "طالب الفصيل برحيل القوات التركية",
        "NATO officers met Turkish soldiers.",  # names both: it may go with neither
        "Their presence must end.",  # names nobody
    ],
    ["nato", "turkey", "nato", "turkey", "nato", "iran"],
)
LABELS = {
    "stance": np.array([0, 1, 0, 1, 2, 1]),
    "attribution": np.array([[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]),
}


@pytest.fixture(scope="module")
def made():
    return compose(ROWS, LABELS, (STANCE, ATTRIBUTION), 60, seed=0)


def test_each_half_keeps_its_target_and_its_stance(made):
    rows, labels = made
    assert len(rows) == 60
    for text, target, stance in zip(rows.texts, rows.targets, labels["stance"], strict=True):
        assert target in ("nato", "turkey")
        assert stance == (0 if target == "nato" else 1)
        assert ("thanked" in text and "shelled" in text) or ("رحب" in text and "طالب" in text)  # one script
    assert rows.texts[::2] == rows.texts[1::2]
    assert all(a != b for a, b in zip(rows.targets[::2], rows.targets[1::2], strict=True))


def test_a_set_holds_what_either_half_has(made):
    assert (made[1]["attribution"] == [1, 0, 1, 0]).all()


def test_a_set_that_is_asked_of_a_target_is_that_of_its_half():
    feelings = Task("feelings", ("anger", "hope"), multi=True, reads_target=True)
    gold = {"feelings": np.array([[0, 1], [1, 0]] * 2 + [[0, 0]] * 2)}
    rows, labels = compose(ROWS, gold, (feelings,), 10, seed=0)
    assert len(rows) == 10
    for target, label in zip(rows.targets, labels["feelings"].tolist(), strict=True):
        assert label == ([0, 1] if target == "nato" else [1, 0])


def test_the_halves_are_joined_as_clauses(made):
    assert "The cabinet thanked the NATO mission; The faction shelled Turkish forces!" in made[0].texts
    assert "رحب النواب ببعثة الناتو؛ طالب الفصيل برحيل القوات التركية" in made[0].texts


def test_the_same_seed_gives_the_same(made):
    again = compose(ROWS, LABELS, (STANCE, ATTRIBUTION), 60, seed=0)
    assert again[0] == made[0]
    assert compose(ROWS, LABELS, (STANCE, ATTRIBUTION), 60, seed=1)[0] != made[0]


def test_nothing_is_made_where_it_would_have_no_answer_or_no_partner():
    urgency = Task("urgency", ("breaking", "routine"))
    rows, labels = compose(ROWS, {**LABELS, "urgency": np.zeros(6, dtype=int)}, (STANCE, urgency), 10, seed=0)
    assert (len(rows), len(labels["stance"]), len(labels["urgency"])) == (0, 0, 0)
    alone, labels = compose(ROWS.take(np.array([0])), {"stance": LABELS["stance"][:1]}, (STANCE,), 10, seed=0)
    assert (len(alone), len(labels["stance"])) == (0, 0)
