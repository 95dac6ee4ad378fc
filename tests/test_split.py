from __future__ import annotations

import numpy as np
import pytest

from conftest import ROOT, STANCE, TASKS, write_csv
from framing.data import read_table
from framing.exceptions import UserError
from framing.near import near_duplicates
from framing.protocols import ProtocolConfig, make_splits
from framing.split import LeakError, Split, fold_of_rows, group_rows, hold_out, refuse_leak


def brute_force(texts, threshold=0.8):
    from framing.near import _shingles, flatten

    flats = [flatten(t) for t in texts]
    tied = set()
    for i in range(len(texts)):
        for j in range(i + 1, len(texts)):
            a, b = _shingles(flats[i]), _shingles(flats[j])
            if len(a & b) >= threshold * len(a | b):
                tied.add((i, j))
    return tied


def test_no_near_duplicate_pair_is_missed():
    rng = np.random.default_rng(0)
    words = [chr(97 + i // 10) * 2 + chr(107 + i % 10) * 2 for i in range(60)]
    texts = []
    for _ in range(60):
        base = list(rng.choice(words, size=rng.integers(5, 30)))
        texts.append(" ".join(base))
        for _ in range(2):
            changed = list(base)
            for k in rng.integers(0, len(base), size=rng.integers(0, 2)):
                changed[k] = str(rng.choice(words))
            texts.append(" ".join(changed))
    texts = list(dict.fromkeys(texts))
    expected = brute_force(texts)
    assert len(expected) > 20
    assert set(near_duplicates(texts)) == expected


@pytest.mark.parametrize(
    "disguised",
    [
        "وطالَبَ النائبُ بخروجِ القواتِ الأجنبيةِ من البلاد قبل نهاية 2021",
        "وطالـــب النائـب بخروج القوات الأجنبية من البلاد قبل نهاية 2021",
        "وطالب النائب بخروج القوات الأجنبية من البلاد قبل نهاية ٢٠٢١",
        "\u202bوطالب النائب بخروج القوات الأجنبية من البلاد قبل نهاية 2021\u202c",
        "«وطالب النائب» بخروج القوات الأجنبية، من البلاد - قبل نهاية 2021!!",
        "وطالب النائب بخروج القوات الاجنبيه من البلاد قبل نهايه 2021",
    ],
)
def test_wire_copy_in_disguise_is_found(disguised):
    assert list(
        near_duplicates(["وطالب النائب بخروج القوات الأجنبية من البلاد قبل نهاية 2021", "x y z", disguised])
    ) == [(0, 2)]


def table_of(tmp_path, rows, columns=("id", "doc_id", "text", "stance", "contrast_id", "translation_of")):
    filled = [dict(zip(columns, r, strict=True)) for r in rows]
    return read_table(write_csv(tmp_path / "t.csv", filled), (STANCE,))


def test_what_makes_a_group(tmp_path):
    table = table_of(
        tmp_path,
        [
            ("1", "a", "first sentence of the first story", "favor", "", ""),
            ("2", "a", "second one, of quite another kind", "against", "", ""),
            ("3", "b", "first sentence of the first story!", "favor", "", ""),  # near-duplicate of 1
            ("4", "c", "the council asked them to stay on", "favor", "k", ""),
            ("5", "d", "nobody asked anyone for anything here", "against", "k", ""),  # contrast pair with 4
            ("6", "e", "une phrase qui traduit une autre", "neutral", "", "5"),  # translation of 5
            ("7", "f", "alone in the world of documents", "neutral", "", ""),
        ],
    )
    assert group_rows(table).tolist() == [0, 0, 0, 1, 1, 1, 2]


def test_no_group_on_both_sides_of_any_split_of_the_repositorys_own_file():
    table = read_table(ROOT / "data/labels.csv", TASKS)
    groups = group_rows(table)
    splits = make_splits(table, groups, ProtocolConfig(folds=5))
    for split in splits:
        assert not set(groups[split.train]) & set(groups[split.test])
        assert set(table.labels["stance"][split.train]) == {0, 1, 2}
    assert sorted(np.concatenate([s.test for s in splits])) == list(range(len(table)))
    assert (fold_of_rows(splits, len(table)) > 0).all()


def test_a_planted_leak_is_refused():
    groups = np.array([0, 0, 1, 1])
    refuse_leak(Split("good", np.array([0, 1]), np.array([2, 3])), groups)
    with pytest.raises(LeakError, match="1 groups are on both sides"):
        refuse_leak(Split("bad", np.array([0, 2]), np.array([1])), groups)


HELD = ("id", "doc_id", "text", "stance", "split")


def test_held_out_rows_are_whole_articles(tmp_path):
    rows = [
        ("1", "a", "first sentence of the first story", "favor", "train"),
        ("2", "b", "second one, of quite another kind", "against", "test"),
        ("3", "b", "a third that stands with the second", "favor", "test"),
    ]
    table = table_of(tmp_path, rows, HELD)
    split = hold_out(table, group_rows(table), "split", "test")
    assert (split.train.tolist(), split.test.tolist()) == ([0], [1, 2])
    assert hold_out(table, group_rows(table), "no_such_column", "test").test.tolist() == []
    leaky = table_of(tmp_path, [*rows, ("4", "b", "one more of the same article", "favor", "train")], HELD)
    with pytest.raises(UserError, match="row 3, column 'split'"):
        hold_out(leaky, group_rows(leaky), "split", "test")
    with pytest.raises(UserError, match="nothing is left"):
        hold_out(table.take(split.test), np.array([0, 0]), "split", "test")


def test_too_few_documents_and_unknown_protocols(tmp_path):
    rows = [
        (str(i), "a", f"sentence number {i} of one long story", ["favor", "against"][i % 2], "", "") for i in range(8)
    ]
    table = table_of(tmp_path, rows)
    with pytest.raises(UserError, match="1 independent documents"):
        make_splits(table, group_rows(table), ProtocolConfig(folds=2))
    with pytest.raises(UserError, match=r"protocol\.kind"):
        make_splits(table, group_rows(table), ProtocolConfig(kind="nope"))
