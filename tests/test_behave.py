"""Suites put to models that read the labels, and to models with a known defect; pairs written by hand; the command."""

from __future__ import annotations

import csv
import zlib
from collections import Counter

import pandas as pd
import pytest

from conftest import ATTRIBUTION, ROOT, STANCE, TASKS, sample_rows, write_csv
from framing.agree import report as agreement
from framing.behave import CASES, Case, Reading, Suite, asked_tasks, behave, put, rule_suites, written_suites
from framing.behave.pairs import COLUMNS, WRITTEN, read_pairs, suites_folder
from framing.behave.report import case_rows, failures, page, pass_rate, suite_table, total_line
from framing.cli import run
from framing.data import read_table
from framing.exceptions import UserError
from framing.labels import Task
from framing.parser import build_parser
from framing.text import fold
from framing.uncertainty import UncertaintyConfig

FEW_ROUNDS = UncertaintyConfig(rounds=50)
PAIRS = ROOT / "data/behave"


class Fake:
    """A model whose stance is a function of text and target; its attribution is always empty."""

    def __init__(self, stance, tasks=TASKS):
        self.tasks, self.stance, self.asked = tasks, stance, Counter()

    def predict_rows(self, rows):
        both = list(zip(rows.texts, rows.targets, strict=True))
        self.asked.update(both)
        answers = {t.name: [""] * len(both) for t in self.tasks}
        answers[self.tasks[0].name] = [self.stance(text, target) for text, target in both]
        return pd.DataFrame(answers)


def of_label(key):
    """One of three stances, by what a defective model looks at."""
    return STANCE.classes[zlib.crc32(key.encode()) % 3]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return read_table(write_csv(tmp_path_factory.mktemp("rows") / "rows.csv", sample_rows(40)), TASKS)


@pytest.fixture(scope="module")
def suites(rows):
    return [*rule_suites(rows, TASKS, cases=30), *written_suites(STANCE)]


def rates(model, suites):
    behaviour = put(model, suites, FEW_ROUNDS)
    return {s.name: behaviour.shares("stance", [s]).pass_rate for s in suites if not s.by_construction}


def test_a_model_that_reads_the_labels_passes_everything(suites):
    gold = {}
    for case in (c for s in suites for c in s.cases):
        for reading, label in zip((case.before, case.after), case.gold["stance"], strict=True):
            gold[reading.text, reading.target] = label
    model = Fake(lambda text, target: gold[text, target])
    behaviour = put(model, suites, FEW_ROUNDS)
    assert all(o.passed and o.direction for o in behaviour.outcomes)
    assert all(o.both_right for o in behaviour.outcomes if o.task == "stance")
    assert {s.name for s in suites if s.by_construction} == {"digits", "diacritics", "tatweel"}
    assert {o.suite.name for o in behaviour.outcomes} == {s.name for s in suites if not s.by_construction}
    assert pass_rate(behaviour) == 1
    assert set(model.asked.values()) == {1}


def test_a_model_that_reads_the_first_word_fails_where_that_changes(suites):
    found = rates(Fake(lambda text, target: of_label(text.split()[0])), suites)
    assert found["clause_after"].value == 1
    assert found["places"].value > 0.9
    assert found["clause_before"].high < 0.7
    assert found["targets"].value == 0


def test_a_model_that_reads_the_target_alone_fails_where_that_changes(suites):
    found = rates(Fake(lambda text, target: of_label(target)), suites)
    assert all(found[name].value == 1 for name in ("spelling", "names", "dates", "clause_before", "clause_after"))
    assert found["forces"].high < 0.9
    assert found["negation"].value < 0.3


def test_a_model_that_heeds_quotation_marks_and_commas_fails_there(suites):
    found = rates(Fake(lambda text, target: "against" if "«" in text else "neutral"), suites)
    assert found["punctuation"].value < 1
    assert found["capitals"].value == 1


def test_a_model_without_stance_is_asked_its_first_task_and_no_pairs(rows):
    other = Task("mood", ("calm", "angry"), column="stance")
    assert asked_tasks((ATTRIBUTION, other)) == (other, ATTRIBUTION)
    with pytest.raises(UserError, match="exactly one label"):
        asked_tasks((ATTRIBUTION,))
    unlabelled = read_table(ROOT / "data/labels.csv", (ATTRIBUTION,)).take(range(60))
    behaviour = behave(Fake(lambda text, target: "calm", (other,)), unlabelled, cases=5, uncertainty=FEW_ROUNDS)
    assert {s.kind for s in behaviour.suites} == {"INV"}
    assert behaviour.shares("mood", behaviour.suites).pass_rate.value == 1
    assert behaviour.shares("mood", behaviour.suites).both_right is None


def test_a_pair_passes_if_both_sides_are_right():
    def suite(kind, *gold):
        readings = [Reading(f"{i} يمين", "iran", "ar") for i in range(2)]
        return Suite("s", kind, "", ("stance",), (Case("1", "g", *readings, {"stance": gold}),))

    def outcome(kind, gold, *answers):
        model = Fake(lambda text, target: answers[int(text[0])])
        (found,) = put(model, [suite(kind, *gold)], FEW_ROUNDS).outcomes
        return found.direction, found.both_right, found.passed

    turned, kept = ("favor", "against"), ("favor", "favor")
    assert outcome("MFT", turned, "favor", "against") == (True, True, True)
    assert outcome("MFT", turned, "against", "favor") == (True, False, False)
    assert outcome("MFT", turned, "favor", "favor") == (False, False, False)
    assert outcome("MFT", kept, "neutral", "neutral") == (True, False, False)
    assert outcome("INV", kept, "neutral", "neutral") == (True, False, True)
    assert outcome("INV", kept, "favor", "neutral") == (False, False, False)
    assert outcome("DIR", turned, "neutral", "favor") == (True, False, True)


def test_what_is_reported(suites):
    behaviour = put(Fake(lambda text, target: of_label(text.split()[0])), suites, FEW_ROUNDS)
    lines = {line[0]: line for line in suite_table(behaviour, "stance", written=False)}
    assert lines["digits"][3:] == ("by construction", "", "")
    assert lines["clause_after"][3] == "0"
    assert lines["all of these"][2] == str(
        sum(len(s.cases) for s in suites if s.kind != "MFT" and not s.by_construction)
    )
    first = failures(behaviour, 1)
    assert any(words.startswith("negation negation-01, ar, us_coalition: stance") for words, _, _ in first)
    assert len(first) < len(failures(behaviour, 2))
    text = page(behaviour, "a model", "rows", 1)
    assert text.startswith("# Behaviour of a model\n")
    assert total_line(behaviour, "stance") in text
    table = case_rows(behaviour)
    assert len(table) == sum(len(s.cases) * len(s.tasks) for s in suites)
    assert set(table.loc[table["suite"] == "digits", "passed"]) == {"by construction"}
    assert set(table.loc[table["suite"] == "order", "passed"]) == {"0", "1"}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_pairs_are_fit_to_use(name):
    cases = read_pairs(PAIRS / f"{name}.csv", STANCE)
    assert len(cases) >= 30
    assert {c.before.lang for c in cases} == {"ar", "ckb", "en", "fa", "fr", "tr"}
    labels = Counter(label for c in cases for label in c.gold["stance"])
    assert min(labels[c] for c in STANCE.classes) >= 10
    assert all(c.id.startswith(f"{name}-") for c in cases)


def test_no_text_of_the_pairs_is_trained_on():
    trained_on = {fold(t) for t in read_table(ROOT / "data/labels.csv", (STANCE,)).frame["text"]}
    pairs = [c for s in written_suites(STANCE) for c in s.cases]
    texts = [fold(r.text) for c in pairs for r in (c.before, c.after)]
    assert not trained_on & set(texts)


def test_the_first_readings_of_the_pairs_are_kept():
    with (PAIRS / "annotations.csv").open(encoding="utf-8", newline="") as stream:
        readings = list(csv.DictReader(stream))
    gold = {
        f"{c.id}-{side}": label
        for s in written_suites(STANCE)
        for c in s.cases
        for side, label in zip("ab", c.gold["stance"], strict=True)
    }
    assert {r["id"] for r in readings if r["annotator"] == "writer"} == set(gold)
    assert {(r["annotator"], r["task"]) for r in readings} <= {("writer", "stance"), ("reader", "stance")}
    given = {}
    for r in readings:
        given.setdefault(r["id"], set()).add(r["label"])
    assert all(gold[i] in labels for i, labels in given.items() if len(labels) == 1)
    assert agreement(PAIRS / "annotations.csv", None)[-1].label == "all classes"


GOOD = dict(zip(COLUMNS, ["n-1", "en", "iran", "They stay.", "They do not.", "favor", "against", "not"], strict=True))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            [GOOD | {"stance_b": "agianst"}],
            "row 2, column 'stance_b': unknown label 'agianst' (did you mean 'against'?)",
        ),
        ([GOOD | {"target": "narnia"}], "row 2, column 'target': unknown target 'narnia'"),
        ([GOOD | {"cue": " "}], "row 2, column 'cue': is empty"),
        ([GOOD | {"text_b": "They stay."}], "row 2, column 'text_b': is the same text"),
        ([GOOD, GOOD], "row 3, column 'id': 'n-1' stands there twice"),
        ([{k: v for k, v in GOOD.items() if k != "cue"}], "row 1: there is no column 'cue'"),
    ],
)
def test_a_wrong_row_is_named(rows, says, tmp_path):
    with pytest.raises(UserError) as caught:
        read_pairs(write_csv(tmp_path / "negation.csv", rows), STANCE)
    assert f"negation.csv: {says}" in str(caught.value)


def test_a_file_of_no_pairs_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(UserError, match="no rows"):
        read_pairs(tmp_path / "x.csv", STANCE)


def test_a_strangers_suites_in_the_working_directory_are_not_read(tmp_path, monkeypatch):
    (tmp_path / "data/behave").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert suites_folder() == PAIRS


def test_the_command(tmp_path, monkeypatch, model_folder, small_csv, capsys):
    monkeypatch.chdir(tmp_path)
    call = ["behave", str(model_folder), "--data", str(small_csv), "--cases", "4", "--failures", "1"]
    assert run([*call, "--out", "b.md", "--out", "b.csv"]) == 0
    out = capsys.readouterr().out
    assert "by construction" in out
    assert "negation" in out
    assert (tmp_path / "b.md").read_text(encoding="utf-8").startswith("# Behaviour of")
    assert {"suite", "answer_a", "answer_b", "passed"} <= set(pd.read_csv(tmp_path / "b.csv").columns)
    assert not list(tmp_path.glob(".*.part"))
    assert run([*call, "--min-pass", "1"]) == 1
    assert "--min-pass asks for 1.0" in capsys.readouterr().err


def test_the_commands_cases_are_those_of_the_rules():
    assert build_parser().parse_args(["behave"]).cases == CASES


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--cases", "0"], "at least 1"),
        (["--min-pass", "90"], "from 0 to 1"),
        (["--out", "b.txt"], "unknown ending"),
        (["--data", "none.csv"], "no such file"),
    ],
)
def test_wrong_calls_are_one_line(arguments, says, tmp_path, monkeypatch, model_folder, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["behave", str(model_folder), *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1
