from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from conftest import FAST, STANCE
from framing.calibrate import CalibrationConfig
from framing.cli import run
from framing.exceptions import UserError
from framing.heads import HEADS
from framing.nested import SearchedHead, candidates
from framing.out_of_fold import Protocol, out_of_fold
from framing.protocols import ProtocolConfig, make_splits
from framing.scoring import Scorer
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished
from toys import KnobConfig, KnobHead, toy

CONFIG = ProtocolConfig("nested", folds=3, inner_folds=2, grid={"knob": [1, 3, 2]})


@pytest.fixture
def setting():
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.permutation(np.arange(30) % 3), 4)
    words = [f"{'abc'[y]} sentence {i}" for i, y in enumerate(labels)]
    table, groups = toy(labels, words, np.repeat(np.arange(30), 4))
    splits = make_splits(table, groups, CONFIG)
    return Protocol(table, groups, splits, UncertaintyConfig(rounds=20))


def searched(log, config=CONFIG):
    base = KnobConfig()
    return SearchedHead(base, (STANCE,), lambda settings: KnobHead(settings, log), config, CalibrationConfig())


def test_the_search_never_sees_what_the_outer_fold_tests(setting):
    texts = np.array(setting.table.column("text"))
    for split in setting.splits:
        log = []
        alone = replace(setting, splits=[split])
        out_of_fold("knob", lambda log=log: searched(log), alone, Unfinished(), modes=["marked"])
        *search, learnt, tested = log
        assert len(search) == 3 * 2 * 2  # settings, inner folds, fit and predict
        train, test = set(texts[split.train]), set(texts[split.test])
        seen = set().union(*(given for _, _, given, _, _ in search))
        assert seen == train  # every training row takes part, and nothing else
        assert (learnt[0], set(learnt[2]), tested[0], set(tested[2])) == ("fit", train, "predict", test)
        for (_, _, fitted, _, _), (_, _, asked, _, _) in zip(search[::2], search[1::2], strict=True):
            groups = [{setting.groups[np.flatnonzero(texts == t)[0]] for t in side} for side in (fitted, asked)]
            assert not groups[0] & groups[1]


def test_the_best_settings_are_chosen_and_stand_in_the_folds_table(setting):
    raw, facts = out_of_fold("knob", lambda: searched([]), setting, Unfinished())
    result = Scorer(setting).result("knob", raw, facts, None)
    assert [line["head.knob"] for line in result.folds] == [3, 3, 3]
    assert result.scores["stance"]["accuracy"].value == 1
    worse = replace(CONFIG, grid={"knob": [1], "rate": [0.1, 0.2]})
    raw, facts = out_of_fold("knob", lambda: searched([], worse), setting, Unfinished())
    result = Scorer(setting).result("knob", raw, facts, None)
    assert [(line["head.knob"], line["head.rate"]) for line in result.folds] == [(1, 0.1)] * 3  # of equals the first
    assert result.scores["stance"]["accuracy"].value == pytest.approx(0.5)


def test_a_search_that_is_stopped_goes_on(setting, tmp_path, monkeypatch, capsys):
    log = []
    original = KnobHead.fit

    def stopped(self, *arguments):
        if len([1 for what, *_ in log if what == "fit"]) == 4:
            raise KeyboardInterrupt
        original(self, *arguments)

    monkeypatch.setattr(KnobHead, "fit", stopped)
    kept = Unfinished.of(tmp_path, {})
    with pytest.raises(KeyboardInterrupt):
        out_of_fold("knob", lambda: searched(log), setting, kept)
    monkeypatch.setattr(KnobHead, "fit", original)
    again = []
    _, facts = out_of_fold("knob", lambda: searched(again), setting, kept)
    assert [f["head.knob"] for f in facts] == [3, 3, 3]
    fits = len([1 for what, *_ in again if what == "fit"])
    assert fits == 3 * (3 * 2 + 1) - 4  # the four inner fits that were done are not done again
    kept.done()
    assert not list((tmp_path / "unfinished").iterdir())


@pytest.mark.parametrize(
    ("grid", "says"),
    [
        ({"nonsense": [1]}, r"protocol\.grid\.nonsense: is not a setting"),
        ({"kind": ["tfidf"]}, r"protocol\.grid\.kind: is not a setting"),
        ({"knob": [1, 2.5]}, r"protocol\.grid\.knob: 2\.5 is no int"),
        ({"knob": [True]}, "True is no int"),
        ({"rate": ["fast"]}, "'fast' is no float"),
        ({"knob": []}, "give a list"),
        ({"knob": "12"}, "give a list"),
        ({"knob": 3}, "give a list"),
    ],
)
def test_what_cannot_be_tried_is_said(grid, says):
    with pytest.raises(UserError, match=says):
        candidates(KnobConfig(), grid)


def test_candidates_are_all_combinations_or_the_kinds_own():
    tried = candidates(KnobConfig(), {"knob": [1, 2], "rate": [0.1, 1]})
    assert [(c.knob, c.rate) for c in tried] == [(1, 0.1), (1, 1), (2, 0.1), (2, 1)]
    for kind in HEADS.values():
        own = candidates(kind.config(), {})
        assert len(own) == max(1, np.prod([len(v) for v in kind.grid.values()]))


def test_the_saved_model_has_the_settings_that_all_rows_chose(small_csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = [*FAST, "head=tfidf", "task=[stance]", "references=[]", f"data.path={small_csv}"]
    controls = ["controls.naive=never", "controls.shuffled=never", "protocol.inner_folds=2"]
    grid = "+protocol.grid.C=[0.25,0.5]"  # neither is the default
    assert run(["train", "protocol=nested_search", grid, *settings, *controls]) == 0
    (folder,) = tmp_path.glob("outputs/*/model")
    layout = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert layout["head"]["C"] in (0.25, 0.5)
    import framing

    answers = framing.load_model(folder).predict("The council thanked the NATO mission.")
    assert answers["stance"].iloc[0] in STANCE.classes
