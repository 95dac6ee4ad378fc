from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from framing.agree import masi_alpha, masi_distance, nominal_alpha, report
from framing.cli import run


def by_hand(units, distance):
    """Krippendorff's alpha from its definition: 1 - observed disagreement / expected disagreement."""
    units = [u for u in units if len(u) > 1]
    values = [v for u in units for v in u]
    n = len(values)
    observed = sum(distance(a, b) / (len(u) - 1) for u in units for a, b in permutations(u, 2)) / n
    expected = sum(distance(a, b) for a, b in permutations(values, 2)) / (n * (n - 1))
    return 1 - observed / expected


def test_nominal_alpha_of_a_worked_example():
    # Two readers, ten units, one disagreement: Do = 2/20; De over 11 a and 9 b = 2*11*9/(20*19).
    units = [["a", "a"]] * 5 + [["b", "b"]] * 4 + [["a", "b"]]
    assert nominal_alpha(units) == pytest.approx(1 - (2 / 20) / (2 * 11 * 9 / (20 * 19)))


@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_its_definition_also_with_readings_missing(seed):
    rng = np.random.default_rng(seed)
    units = [[str(v) for v in rng.integers(0, 3, rng.integers(1, 4))] for _ in range(30)]
    assert nominal_alpha(units) == pytest.approx(by_hand(units, lambda a, b: float(a != b)))
    sets = [
        [frozenset(np.flatnonzero(rng.random(3) < 0.5).astype(str)) for _ in range(rng.integers(1, 4))]
        for _ in range(30)
    ]
    assert masi_alpha(sets) == pytest.approx(by_hand(sets, masi_distance))


def test_masi_distance():
    def f(text):
        return frozenset(text)

    assert masi_distance(f("ab"), f("ab")) == 0
    assert masi_distance(f(""), f("")) == 0
    assert masi_distance(f("ab"), f("c")) == 1
    assert masi_distance(f("a"), f("ab")) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi_distance(f("ab"), f("bc")) == pytest.approx(1 - 1 / 3 * 1 / 3)


def test_nothing_to_disagree_about_has_no_alpha():
    assert math.isnan(nominal_alpha([["a", "a"], ["a", "a"]]))


ANNOTATIONS = """id,annotator,task,label
1,ann,tone,good
1,bob,tone,good
2,ann,tone,bad
2,bob,tone,good
3,ann,tone,bad
3,bob,tone,bad
1,ann,topic,war|oil
1,bob,topic,war
2,ann,topic,
2,bob,topic,none
3,ann,topic,oil
3,bob,topic,oil
3,cem,topic,oil
"""


def test_anybodys_annotations(tmp_path, capsys):
    file = tmp_path / "annotations.csv"
    file.write_text(ANNOTATIONS, encoding="utf-8")
    lines = {(a.task, a.label): a for a in report(file, None)}
    assert lines["tone", "good"].f1 == pytest.approx(2 / 3)
    assert lines["tone", "all classes"].n == 3
    assert lines["topic", "oil"].f1 == pytest.approx(np.mean([2 / 3, 1, 1]))
    assert "whole set (MASI)" in {label for _, label in lines}
    (tmp_path / "labels.csv").write_text("id,text,lang,target\n1,a,ar,nato\n2,b,ar,iran\n3,c,en,nato\n")
    assert run(["agree", str(file)]) == 0
    out = capsys.readouterr().out
    assert "Krippendorff" not in out.splitlines()[0]
    assert [line.split()[1] for line in out.splitlines() if line.startswith("tone")] == [
        "all", "all", "all", "ar", "en", "iran", "nato",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,annotator,label\n1,a,x\n", "no column 'task'"),
        ("id,annotator,task,label\n1,a,t,x\n1,a,t,y\n", "row 3, column 'annotator'"),
        ("id,annotator,task,label\n1,,t,x\n", "has no name"),
    ],
)
def test_wrong_files(text, says, tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text(text)
    assert run(["agree", str(file)]) == 2
    assert says in capsys.readouterr().err
