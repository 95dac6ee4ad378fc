from __future__ import annotations

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE, write_csv
from framing.calibrate import CalibrationConfig
from framing.conformal import ALL
from framing.data import read_table
from framing.flags import control_flags, fall
from framing.measures import measure
from framing.measures_page import calibration_sections, control_sections, set_table, sourceless_table
from framing.uncertainty import UncertaintyConfig
from told import evaluated

CONFIG = UncertaintyConfig(rounds=200)
N = 60


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Sentences of two rows each, labelled differently toward their two targets."""
    rows = [
        {
            "doc_id": str(i // 2),
            "text": f"sentence {i // 2}",
            "target": ("nato", "iran")[i % 2],
            "stance": ("favor", "against")[(i + i // 2) % 2],
            "attribution": ("official", "militia")[i // 2 % 2],
        }
        for i in range(2 * N)
    ]
    file = write_csv(tmp_path_factory.mktemp("flags") / "labels.csv", rows)
    return read_table(file, (STANCE, ATTRIBUTION))


def answers(table, stance, attribution):
    """A head that is right in the modes for which the function of the sentence's number says so."""
    gold = {(t, target): i for i, (t, target) in enumerate(zip(table.rows.texts, table.rows.targets, strict=True))}

    def says(task, text, target, mode):
        row = gold[text, target]
        number = row // 2
        if task.multi:
            right = (
                table.labels["attribution"][row] if attribution(mode, number) else 1 - table.labels["attribution"][row]
            )
            return 0.1 + 0.8 * right
        right = stance(mode, number)
        label = table.labels["stance"][row] if right else 0
        return [0.8 if c == label else 0.1 for c in range(3)]

    return evaluated(table, says, np.arange(2 * N) // 2)


def as_it_should(mode, number):
    return mode in ("marked", "sourceless")


def only_marked(mode, number):
    return mode == "marked"


def test_a_head_whose_controls_come_out_as_they_should_is_not_flagged(table):
    assert control_flags(answers(table, as_it_should, only_marked), CONFIG) == []


def test_a_score_that_does_not_fall_is_flagged(table):
    flags = control_flags(answers(table, lambda mode, number: True, lambda mode, number: True), CONFIG)
    assert [f.split(":")[0] for f in flags] == [
        "stance",
        "stance macro_f1 unmarked",
        "stance macro_f1 masked",
        "attribution micro_f1 sourceless",
    ]
    assert flags[0].startswith(f"stance: without the marker 1.000 [1.000, 1.000] of the {N} sentences")
    assert flags[1].endswith("falls by +0.000 [+0.000, +0.000], and should fall")


def test_stance_that_lives_by_its_sources_is_flagged_as_sure_as_it_is(table):
    (surely,) = control_flags(answers(table, only_marked, only_marked), CONFIG)
    assert surely.startswith("stance macro_f1 sourceless: falls by +")
    assert surely.endswith("which is more than 0.03")

    def nearly(mode, number):
        return mode == "marked" or (mode == "sourceless" and number % 20 != 0)

    evaluation = answers(table, nearly, only_marked)
    lost = fall(STANCE, evaluation, "told", "sourceless", CONFIG)
    assert lost.low < 0.03 < lost.high
    assert [f.endswith("which may be more than 0.03") for f in control_flags(evaluation, CONFIG)] == [True]


def test_the_page_shows_the_control_of_every_task_and_what_is_flagged(table):
    evaluation = answers(table, as_it_should, lambda mode, number: True)
    measures = measure(evaluation, CONFIG, CalibrationConfig(), None)
    lines = sourceless_table(measures, evaluation)
    assert [line[0] for line in lines] == ["task", "stance", "attribution"]
    assert lines[2][-1] == "+0.000 [+0.000, +0.000]"
    said = control_sections(measures, evaluation)[-1]
    assert said == f"- **flagged**: {measures.flags[0]}"
    good = answers(table, as_it_should, only_marked)
    assert control_sections(measure(good, CONFIG, CalibrationConfig(), None), good)[-1] == "- nothing is flagged"


def test_what_is_measured_becomes_metrics_and_sections(table):
    evaluation = answers(table, as_it_should, only_marked)
    measures = measure(evaluation, CONFIG, CalibrationConfig(coverage=0.8), None)
    metrics = measures.metrics()
    for task in ("stance", "attribution"):
        for name in ("ece", "brier", "aurc"):
            low, value, high = (round(metrics[f"{task}/{name}{end}"], 12) for end in ("_low", "", "_high"))
            assert 0 <= low <= value <= high
    titles = [p for p in calibration_sections(measures, evaluation) if isinstance(p, str) and p.startswith("##")]
    assert titles == ["## Calibration", "## Conformal sets"]
    assert any(
        "80%" in p and "not guaranteed" in p for p in calibration_sections(measures, evaluation) if isinstance(p, str)
    )
    one = evaluated(table, lambda task, *_: np.full(len(task.classes), 1 / len(task.classes)), np.arange(2 * N) // 2, 1)
    alone = measure(one, CONFIG, CalibrationConfig(), None)
    assert not any(alone.sets.values())
    assert "## Conformal sets" not in calibration_sections(alone, one)
    after = measure(one, CONFIG, CalibrationConfig(), None, before=evaluation)
    assert set(after.sets["stance"][""]) == {"favor", "against", ALL}
    lines = {line[1]: line for line in set_table(measures)}
    found = measures.sets["attribution"]["official"]
    assert lines["official"][4:6] == (str(found["official"].coverage), str(found["not official"].coverage))
    assert lines["diplomat"][2:4] == ("0", "0")  # no row has it
    assert lines["favor"][4:6] == (str(measures.sets["stance"][""]["favor"].coverage), "")
