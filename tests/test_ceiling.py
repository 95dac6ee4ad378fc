from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE, write_csv
from framing.calibrate import CalibrationConfig
from framing.ceiling import Ceiling, read_readings
from framing.data import read_table
from framing.exceptions import UserError
from framing.measures import measure
from framing.measures_page import classes_with_readers, part_table, with_readers
from framing.summary import class_table, score_table
from framing.uncertainty import UncertaintyConfig
from told import evaluated

CONFIG = UncertaintyConfig(rounds=200)
STANCES = ["favor", "favor", "against", "neutral", "against", "neutral"]
SOURCES = ["official", "official|militia", "", "other", "militia", "other"]
# The first reader errs in row 2, the second in rows 2 and 5, not in the same way in row 2.
FIRST = ["favor", "neutral", "against", "neutral", "against", "neutral"]
SECOND = ["favor", "against", "against", "neutral", "favor", "neutral"]


def annotations(*readers, task="stance", rows=range(1, 7)):
    return [
        {"id": str(i), "annotator": name, "task": task, "label": labels[i - 1]}
        for name, labels in readers
        for i in rows
    ]


@pytest.fixture
def table(tmp_path):
    rows = [
        {
            "id": str(i),
            "doc_id": str(i),
            "text": f"text {i}",
            "lang": "ar" if i < 4 else "en",
            "stance": s,
            "attribution": a,
        }
        for i, (s, a) in enumerate(zip(STANCES, SOURCES, strict=True), 1)
    ]
    return read_table(write_csv(tmp_path / "labels.csv", rows), (STANCE, ATTRIBUTION))


@pytest.fixture
def evaluation(table):
    def says(task, text, target, mode):
        number = int(text.split()[-1])
        if task.multi:
            return [0.1] * 4
        answer = "favor" if number == 3 else STANCES[number - 1]  # one row wrong
        return [0.8 if c == answer else 0.1 for c in task.classes]

    return evaluated(table, says, np.arange(6))


def both(table, tmp_path, rows=None):
    write_csv(tmp_path / "annotations.csv", rows or annotations(("ann", FIRST), ("bob", SECOND)))
    return read_readings(table, "", "people")


def test_each_reader_against_gold_and_the_other_by_hand(table, evaluation, tmp_path):
    readings = both(table, tmp_path)
    assert readings.names == ("ann", "bob")
    ceiling = Ceiling(readings, evaluation, CONFIG)
    found = ceiling.scores(STANCE)
    assert list(found) == ["", "ann vs gold", "bob vs gold", "ann vs bob"]
    assert {n: s["accuracy"].value for n, s in found.items()} == pytest.approx(
        {"": 5 / 6, "ann vs gold": 5 / 6, "bob vs gold": 4 / 6, "ann vs bob": 4 / 6}
    )
    # favor of the first reader: one of two found, none invented
    assert found["ann vs gold"]["favor/f1"].value == pytest.approx(2 / 3)
    assert found["ann vs gold"]["neutral/f1"].value == pytest.approx(4 / 5)
    for scores in found.values():
        assert scores["accuracy"].low <= scores["accuracy"].value <= scores["accuracy"].high
    assert found[""]["macro_f1"] == evaluation.main.scores["stance"]["macro_f1"]  # on the same draws
    assert ceiling.scores(STANCE, np.array([0, 1]))["ann vs gold"]["accuracy"].value == 0.5
    assert ceiling.scores(ATTRIBUTION) == {}


def test_it_stands_in_every_table(table, evaluation, tmp_path):
    rows = annotations(("ann", FIRST), ("bob", SECOND))
    rows += annotations(("ann", SOURCES), ("bob", SOURCES[::-1]), task="attribution")
    readings = both(table, tmp_path, rows)
    measures = measure(evaluation, CONFIG, CalibrationConfig(), readings)
    main = with_readers(score_table(evaluation), evaluation, measures.ceiling)
    columns = ["ann vs gold (people)", "bob vs gold (people)", "ann vs bob (people)"]
    assert main[0][-3:] == tuple(columns)
    by_name = {line[:2]: line for line in main}
    assert by_name["attribution", "exact_match"][-3].startswith("1.000")
    assert by_name["stance", "accuracy"][-2].startswith("0.667")
    classes = classes_with_readers(class_table(STANCE, evaluation), STANCE, measures.ceiling)
    assert classes[0][-3:] == tuple(f"F1, {c}" for c in columns)
    assert classes[1][-3].startswith("0.667")
    parts = part_table(measures, evaluation)
    assert parts[0][-4:] == ("told", *columns)
    assert [line[2] for line in parts[1:]] == ["lang=ar", "lang=ar", "lang=en", "lang=en"]
    arabic = parts[1]
    assert (arabic[0], arabic[3], arabic[4]) == ("stance", "3", "3")
    assert len(part_table(measure(evaluation, CONFIG, CalibrationConfig(), None), evaluation)[0]) == 6


def test_rows_that_only_one_has_read_do_not_count_and_the_head_stands_on_the_same(table, evaluation, tmp_path):
    rows = annotations(("ann", FIRST)) + annotations(("bob", SECOND), rows=(3, 4))
    ceiling = Ceiling(both(table, tmp_path, rows), evaluation, CONFIG)
    assert ceiling.partial
    found = ceiling.scores(STANCE)
    assert {s["accuracy"].n_rows for s in found.values()} == {2}
    assert [s["accuracy"].value for s in found.values()] == [0.5, 1, 1, 1]  # the head is wrong in row 3
    lines = with_readers(score_table(evaluation), evaluation, ceiling)
    assert lines[0][-4] == "told, rows that both read"
    assert {line[:2]: line for line in lines}["attribution", "micro_f1"][-4:] == ("not read",) * 4


def test_of_more_readers_the_two_who_share_most_rows(table, tmp_path):
    rows = annotations(("cem", FIRST), rows=(1, 2)) + annotations(("ann", FIRST), ("bob", SECOND))
    assert both(table, tmp_path, rows).names == ("ann", "bob")


def test_where_there_are_no_readings_there_is_no_ceiling(table, tmp_path):
    assert read_readings(table, "", "people") is None
    with pytest.raises(UserError, match="no such file"):
        read_readings(table, str(tmp_path / "gone.csv"), "people")
    elsewhere = write_csv(tmp_path / "other.csv", annotations(("ann", FIRST), ("bob", SECOND)))
    assert read_readings(table, str(elsewhere), "people").names == ("ann", "bob")
    assert (
        both(table, tmp_path, [{**r, "id": f"x{r['id']}"} for r in annotations(("ann", FIRST), ("bob", SECOND))])
        is None
    )
    assert both(table, tmp_path, annotations(("ann", FIRST))) is None
    write_csv(tmp_path / "annotations.csv", annotations(("ann", FIRST), ("bob", ["favour"] * 6)))
    with pytest.raises(UserError, match=r"id '1', task stance: unknown label 'favour'.*data\.annotations=none"):
        read_readings(table, "", "people")
    assert read_readings(table, "none", "people") is None
