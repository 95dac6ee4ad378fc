"""What `data/labels.csv` promises: size, balance, pairs, and that nothing but reading gives the stance away."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import warnings
from collections import Counter, defaultdict

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder

from conftest import ATTRIBUTION, ROOT, STANCE
from framing.data import read_table
from framing.split import group_rows

FILE = ROOT / "data/labels.csv"


@pytest.fixture(scope="module")
def table():
    return read_table(FILE, (STANCE, ATTRIBUTION))


@pytest.fixture(scope="module")
def frame(table):
    return table.frame


@pytest.fixture(scope="module")
def groups(table):
    return group_rows(table)


def test_size_and_languages(frame):
    assert len(frame) >= 2400
    assert frame["doc_id"].nunique() >= 200
    languages = frame["lang"].value_counts()
    assert languages["ar"] >= 0.55 * len(frame)
    assert set(languages.index) == {"ar", "en", "fa", "ckb", "tr", "fr"}
    assert languages.min() >= 150
    sentences = frame.drop_duplicates(["doc_id", "text"]).groupby("doc_id").size()
    assert sentences.between(6, 14).all()
    assert (frame["translation_of"] != "").mean() <= 0.05


def test_lengths_are_those_of_the_press(frame):
    words = frame.drop_duplicates(["doc_id", "text"])["text"].str.split().str.len()
    assert 22 <= words.median() <= 27
    assert words.quantile(0.1) <= 14
    assert words.quantile(0.9) >= 48


def test_balance(frame):
    assert 0.35 <= (frame["stance"] == "neutral").mean() <= 0.45
    assert Counter(zip(frame["target"], frame["stance"], strict=True)).most_common()[-1][1] >= 80
    by_source = Counter(
        (a, s) for cell, s in zip(frame["attribution"], frame["stance"], strict=True) for a in cell.split("|") if a
    )
    assert len(by_source) == 12
    assert min(by_source.values()) >= 40
    assert (frame.loc[frame["attribution"] == "", "stance"] == "neutral").all()


def test_sentences_with_two_forces(frame):
    stances = defaultdict(list)
    for row in frame.itertuples():
        stances[row.doc_id, row.text].append(row.stance)
    several = [s for s in stances.values() if len(s) > 1]
    assert sum(map(len, several)) >= len(frame) / 3
    turned = [s for s in several if len(set(s)) > 1]
    assert len(turned) >= 150
    assert sum({"favor", "against"} <= set(s) for s in turned) >= 50
    assert (frame.groupby(["doc_id", "text"])[["attribution"]].nunique() == 1).all().all()


def test_contrast_pairs_turn_the_label_and_stay_together(frame, groups):
    pairs = frame[frame["contrast_id"] != ""]
    assert len(pairs) >= 300
    for _, pair in pairs.groupby("contrast_id"):
        assert pair["text"].nunique() == 2
        by_target = pair.groupby("target")["stance"].agg(list)
        assert any(len(s) == 2 and s[0] != s[1] for s in by_target)
        assert len(set(groups[pair.index])) == 1


def test_groups_stay_small_and_the_held_out_fifth_is_whole(frame, groups):
    assert np.bincount(groups).max() <= 0.03 * len(frame)
    held = frame["split"] == "test"
    assert not set(groups[held]) & set(groups[~held])
    share = frame.loc[held, "doc_id"].nunique() / frame["doc_id"].nunique()
    assert 0.18 <= share <= 0.22


def probe(features, stance, groups):
    """Mean macro-F1 of logistic regression on these columns alone, over five seeds of the grouped folds."""
    found = []
    for seed in range(5):
        model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(class_weight="balanced"))
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        found.append(
            f1_score(stance, cross_val_predict(model, features, stance, groups=groups, cv=folds), average="macro")
        )
    return np.mean(found)


@pytest.mark.parametrize(
    ("columns", "limit", "quoted_only"),
    [
        (["target"], 0.40, False),
        (["length"], 0.38, False),
        (["outlet"], 0.42, False),
        (["lang"], 0.42, False),
        (["month"], 0.42, False),
        (["attribution"], 0.45, True),
        (["target", "attribution"], 0.50, True),
    ],
)
def test_no_shortcut_gives_the_stance(columns, limit, quoted_only, table, frame, groups):
    frame = frame.copy()
    frame["month"] = frame["date"].str[5:7]
    words = frame["text"].str.split().str.len().to_numpy()[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bins of few values are merged
        frame["length"] = KBinsDiscretizer(10, encode="ordinal").fit_transform(words)[:, 0].astype(int)
    rows = np.flatnonzero(frame["attribution"] != "") if quoted_only else np.arange(len(frame))
    score = probe(frame.iloc[rows][columns], table.labels["stance"][rows], groups[rows])
    assert score <= limit


def test_both_first_readings_are_kept(frame):
    with (ROOT / "data/annotations.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    readings = Counter((r["id"], r["task"]) for r in rows)
    assert set(readings) == {(i, t) for i in frame["id"] for t in ("stance", "attribution", "frame")}
    assert set(readings.values()) == {2}
    gold = {(r.id, t): getattr(r, t) for r in frame.itertuples() for t in ("stance", "attribution", "frame")}
    agreed = defaultdict(set)
    for r in rows:
        agreed[r["id"], r["task"]].add(r["label"])
    with (ROOT / "data/corrections.csv").open(encoding="utf-8", newline="") as stream:
        corrected = {(r["id"], r["task"]) for r in csv.DictReader(stream)}
    for key, labels in agreed.items():
        if len(labels) == 1 and key not in corrected:
            assert gold[key] in labels, key


def test_the_datasheet_is_of_this_file():
    sheet = (ROOT / "data/DATASHEET.md").read_text(encoding="utf-8")
    (sha256,) = re.findall(r"sha256 `(\w{64})`", sheet)
    assert sha256 == hashlib.sha256(FILE.read_bytes()).hexdigest()
    subprocess.run([sys.executable, str(ROOT / "data/datasheet.py"), "--check"], check=True)
