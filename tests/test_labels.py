from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE
from framing.exceptions import UserError
from framing.labels import Task, unique_names


def test_single_label_round_trip():
    encoded = STANCE.encode([STANCE.parse(c) for c in ("against", " favor ", "neutral")])
    assert encoded.tolist() == [1, 0, 2]
    assert STANCE.names(encoded) == ["against", "favor", "neutral"]


def test_sets_round_trip_and_none_is_the_empty_set():
    cells = ["militia|official", "", "none", "other"]
    encoded = ATTRIBUTION.encode([ATTRIBUTION.parse(c) for c in cells])
    assert encoded.tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert ATTRIBUTION.names(encoded) == ["official|militia", "", "", "other"]


@pytest.mark.parametrize(
    ("task", "cell", "says"),
    [
        (STANCE, "favour", "did you mean 'favor'"),
        (STANCE, "", "empty"),
        (STANCE, "favor|against", "unknown label"),
        (ATTRIBUTION, "official|", "empty part"),
        (ATTRIBUTION, "official|official", "twice"),
        (ATTRIBUTION, "none|official", "unknown label 'none'"),
    ],
)
def test_a_wrong_cell_says_what_is_wrong(task, cell, says):
    with pytest.raises(ValueError, match=says.replace("|", r"\|")):
        task.parse(cell)


@pytest.mark.parametrize(
    "arguments",
    [
        ("text", ("a", "b")),
        ("group", ("a", "b")),
        ("fold", ("a", "b")),
        ("tone!", ("a", "b")),
        ("tone", ("a",)),
        ("tone", ("a", "a")),
        ("tone", ("a|b", "c")),
        ("tone", ("a*", "c")),
    ],
)
def test_unsound_tasks_are_refused(arguments):
    with pytest.raises(UserError):
        Task(*arguments)
    with pytest.raises(UserError):
        Task("who", ("none",), multi=True)


def test_two_tasks_may_not_write_the_same_column():
    with pytest.raises(UserError, match="tone_a"):
        unique_names([Task("tone", ("a", "b")), Task("tone_a", ("x", "y"))])


def test_decisions():
    assert STANCE.decide(np.array([[0.2, 0.5, 0.3]])).tolist() == [1]
    assert ATTRIBUTION.decide(np.array([[0.5, 0.49, 0.9, 0.0]])).tolist() == [[1, 0, 1, 0]]
