from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conftest import ATTRIBUTION, STANCE
from framing.controls import ControlsConfig, Spread, retrain
from framing.evaluate import evaluate
from framing.exceptions import UserError
from framing.heads import HEADS, make_head
from framing.metrics import group_counts, guessed_counts, scores
from framing.out_of_fold import Protocol, out_of_fold
from framing.protocols import ProtocolConfig, make_splits
from framing.record import metrics
from framing.retrained_page import naive_table, sections, shuffled_lines, spread_table
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished
from toys import learnable, toy

CONFIG = ProtocolConfig(folds=3)
ALWAYS = ControlsConfig("always", "always")
NEVER = ControlsConfig("never", "never")


def study(table, groups, heads=("tfidf", "majority"), config=CONFIG, controls=ALWAYS, makers=None):
    protocol = Protocol(table, groups, make_splits(table, groups, config), UncertaintyConfig(rounds=200))

    def make(repeat):
        return {name: lambda name=name: make_head(HEADS[name].config(), table.tasks, None, repeat) for name in heads}

    makers = makers or make
    evaluation = evaluate(protocol, makers(0), Unfinished())
    again = retrain(protocol, config, controls, evaluation.results, makers, Unfinished())
    return replace(evaluation, retrained=again)


def planted(documents=30, rows=6):
    """The label is a document's, and only the document's own word tells it."""
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.permutation(np.arange(documents) % 3), rows)
    names = np.repeat([f"article{i:03}" for i in range(documents)], rows)
    words = [f"{name} " + " ".join(f"noise{k}" for k in rng.integers(0, 40, 5)) for name in names]
    return toy(labels, words, names)


def test_shuffling_sentences_claims_what_is_planted_within_documents():
    found = study(*planted())
    gap = found.retrained.gap["tfidf"]["stance"]["macro_f1"]
    own = found.main.scores["stance"]["macro_f1"].value
    claimed = found.retrained.claimed["tfidf"]["stance"]["macro_f1"].value
    assert claimed > 0.9
    assert own < 0.5
    assert gap.value == pytest.approx(claimed - own)
    assert gap.low > 0.3
    assert gap.n_groups == 30
    assert metrics(found)["naive_gap/stance/macro_f1"] == gap.value
    assert metrics(found)["majority/naive_gap/stance/macro_f1"] < 0.1
    assert naive_table(found)[1][-1] == gap.signed


def test_without_a_shortcut_there_is_no_gap():
    found = study(*learnable(30, words=1))
    gap = found.retrained.gap["tfidf"]["stance"]["macro_f1"]
    assert gap.low <= 0 <= gap.high
    assert abs(gap.value) < 0.05


def test_shuffled_labels_teach_nothing():
    found = study(*learnable(30, words=1))
    again = found.retrained.shuffled["tfidf"]["stance"]
    assert found.main.scores["stance"]["macro_f1"].value > 0.95
    assert again.scores["macro_f1"].value < 0.5
    assert 0.25 < again.chance < 0.4  # three classes of like size
    assert not again.suspicious
    assert "above chance" not in " ".join(shuffled_lines(found))


class Knower:
    """Knows every answer by heart, whatever it learns: as a head does that labels reach by another way."""

    def __init__(self, table, log):
        self.answers = {t: dict(zip(table.column("text"), y, strict=True)) for t, y in table.labels.items()}
        self.log = log

    def prepare(self, rows):
        pass

    def fit(self, rows, labels, groups, unfinished=None):
        self.log.append((rows.texts, labels))

    def predict_proba(self, rows, mode="marked", only=None):
        return {"stance": np.eye(3)[[self.answers["stance"][t] for t in rows.texts]] * 0.8 + 0.2 / 3}


def test_a_head_that_labels_reach_by_another_way_is_flagged():
    table, groups = learnable(20, words=1)
    found = study(table, groups, makers=lambda repeat: {"tfidf": lambda: Knower(table, [])})
    assert found.retrained.shuffled["tfidf"]["stance"].suspicious
    (line,) = shuffled_lines(found)
    assert "above chance: labels reach this head by another way" in line
    assert f"- {line}" in sections(found)[-1]


def test_labels_of_all_tasks_are_dealt_out_together_among_the_training_rows():
    rng = np.random.default_rng(1)
    attribution = rng.integers(0, 2, (120, 4))
    table, groups = learnable(30, words=1)
    table = replace(table, labels={**table.labels, "attribution": attribution}, tasks=(STANCE, ATTRIBUTION))
    protocol = Protocol(table, groups, make_splits(table, groups, CONFIG))
    log = []

    class Listener(Knower):
        def predict_proba(self, rows, mode="marked", only=None):
            return {t.name: np.full((len(rows), len(t.classes)), 0.5) for t in table.tasks if t.name in only}

    for shuffle in (None, 7):
        out_of_fold("x", lambda: Listener(table, log), protocol, Unfinished(), modes=["marked"], shuffle=shuffle)
    for (texts, true), (same_texts, dealt) in zip(log[:3], log[3:], strict=True):
        assert texts == same_texts
        assert (true["stance"] != dealt["stance"]).any()
        pairs = [sorted(zip(y["stance"], map(tuple, y["attribution"]), strict=True)) for y in (true, dealt)]
        assert pairs[0] == pairs[1]


def test_repeats_spread_apart_from_the_runs_own_figures():
    table, groups = learnable(24, words=6)
    once = study(table, groups, controls=NEVER)
    found = study(table, groups, config=replace(CONFIG, repeats=3), controls=NEVER)
    assert found.main.scores == once.main.scores
    assert not once.retrained.spreads
    spread = found.retrained.spreads["tfidf"]["stance"]["macro_f1"]
    other = replace(CONFIG, seed=1)
    alone = study(table, groups, config=other, controls=NEVER, heads=("tfidf",))
    assert spread.values[:2] == (
        found.main.scores["stance"]["macro_f1"].value,
        alone.main.scores["stance"]["macro_f1"].value,
    )
    assert len(set(spread.values)) == spread.n == 3
    assert spread.sd == pytest.approx(np.std(spread.values, ddof=1))
    assert metrics(found)["retrained/stance/macro_f1_sd"] == spread.sd
    assert spread_table(found)[1][3] == f"{spread.mean:.3f} ± {spread.sd:.3f}"
    assert found.retrained.spreads["majority"]["stance"]["accuracy"].n == 3


def test_a_spread_by_hand():
    assert Spread.of([0.5, 0.7, 0.6]) == Spread((0.5, 0.7, 0.6), pytest.approx(0.6), pytest.approx(0.1), 3)


@pytest.mark.parametrize(
    ("controls", "kind", "runs", "says"),
    [
        (ControlsConfig(), "grouped_kfold", False, "controls.shuffled=always runs it"),
        (ControlsConfig("always", "always"), "grouped_kfold", True, ""),
        (ControlsConfig("never", "never"), "grouped_kfold", False, "controls.shuffled=never"),
        (ControlsConfig("always", "always"), "leave_one_out", False, "protocol leave_one_out is none of"),
    ],
)
def test_a_fine_tuned_head_is_only_trained_again_when_it_is_asked_for(controls, kind, runs, says):
    table, groups = learnable(20, words=1, lang=["fr", "en"] * 40)
    config = replace(CONFIG, kind=kind, column="lang")
    trained = []
    found = study(
        table,
        groups,
        config=config,
        controls=controls,
        makers=lambda repeat: {"finetune": lambda: Knower(table, trained)},
    )
    assert ("finetune" in found.retrained.gap) == ("finetune" in found.retrained.shuffled) == runs
    assert len(trained) == len(found.splits) * (3 if runs else 1)
    page = "\n".join(sections(found))
    assert ("not run for finetune" in page) == (not runs)
    assert says in page


def test_a_step_of_a_control_that_was_finished_is_not_done_again(tmp_path):
    table, groups = learnable(20, words=1)
    trained = []
    protocol = Protocol(table, groups, make_splits(table, groups, CONFIG), UncertaintyConfig(rounds=20))

    def makers(repeat):
        return {"tfidf": lambda: Knower(table, trained)}

    config = replace(CONFIG, repeats=2)
    kept = Unfinished.of(tmp_path, {})
    results = evaluate(protocol, makers(0), kept).results
    first = retrain(protocol, config, ALWAYS, results, makers, kept)
    assert len(trained) == 3 * 4  # the run, naive, shuffled, one repeat
    assert retrain(protocol, config, ALWAYS, results, makers, kept) == first
    assert len(trained) == 3 * 4
    kept.done()


def test_an_unknown_word_is_refused():
    with pytest.raises(UserError, match=r"controls\.shuffled=maybe"):
        ControlsConfig(shuffled="maybe")


@pytest.mark.parametrize("task", [STANCE, ATTRIBUTION], ids=lambda t: t.name)
def test_guessed_counts_are_the_mean_over_shuffles(task):
    rng = np.random.default_rng(0)
    shape = (60, 4) if task.multi else (60,)
    gold, predicted = (rng.integers(0, 2 if task.multi else 3, shape) for _ in range(2))
    one = np.zeros(60, dtype=int)
    drawn = [group_counts(task, gold, rng.permutation(predicted), one)[0] for _ in range(4000)]
    assert guessed_counts(task, gold, predicted) == pytest.approx(np.mean(drawn, axis=0), abs=0.15)
    assert set(scores(task, guessed_counts(task, gold, predicted))) == set(scores(task, drawn[0]))
