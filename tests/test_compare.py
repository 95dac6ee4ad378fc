from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ATTRIBUTION, STANCE
from framing import compare_page as page
from framing.cli import run
from framing.compare import MIXED, chosen_uncertainty, compare_two, rank, slice_columns
from framing.entrants import common_tasks, entrants
from framing.exceptions import UserError
from framing.labels import Task
from framing.stored import PREDICTIONS, StoredRun, read_run, write_facts
from framing.uncertainty import UncertaintyConfig

GROUPS, ROWS = 40, 6  # groups, and rows of each
FACTS = {
    "name": "one",
    "run_id": "11111111aaaa",
    "data_path": "some.csv",
    "data_sha256": "f" * 64,
    "protocol": {"kind": "grouped_kfold", "folds": 4, "seed": 0},
    "uncertainty": {"rounds": 300, "level": 0.95, "seed": 0},
    "heads": ["good", "bad", "as_good"],
}


def invented(skill=(0.9, 0.5, 0.9), groups=GROUPS, tasks=(STANCE, ATTRIBUTION), **facts) -> StoredRun:
    """A run whose heads are right about this share of the rows."""
    n = groups * ROWS
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(groups), ROWS)
    frame = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(n)],
            "lang": np.where(group % 4 == 0, "en", "ar"),
            "target": "nato",
            "text": [f"row [bold]{i}[/bold] | <b>" for i in range(n)],
            "group": group + 7,
            "fold": group % 4 + 1,
        }
    )
    for task in tasks:
        k = len(task.classes)
        gold = rng.integers(0, 2, (n, k)) if task.multi else rng.integers(0, k, n)
        frame[task.name] = task.names(gold)
        for head, share in zip(FACTS["heads"], skill, strict=True):
            right = rng.random(n) < share
            answers = np.where(right[:, None], gold, 1 - gold) if task.multi else np.where(right, gold, (gold + 1) % k)
            frame[f"{head}/{task.name}"] = task.names(answers)
            given = answers if task.multi else np.eye(k)[answers]
            frame[[f"{head}/{task.name}_{c}" for c in task.classes]] = 0.2 + 0.6 * given
    return StoredRun(frame, tuple(tasks), {**FACTS, **facts})


def of_runs(*runs: StoredRun, names=("x", "y")):
    """They are opened as x and y."""
    return entrants(names, dict(zip("xy", runs, strict=False)).__getitem__)


def two(a, b, task=STANCE, columns=("lang",), **changes):
    return compare_two(a, b, task, columns, UncertaintyConfig(**{"rounds": 300, **changes}))


def test_better_worse_and_not_distinguishable():
    good, bad, as_good = of_runs(invented(), names=("x", "x:bad", "x:as_good"))
    line = two(good, bad).lines[0]
    assert (line.part, line.score, line.verdict(0.95), line.rows, line.groups) == ("all", "macro_f1", "worse", 240, 40)
    assert line.difference.value == pytest.approx(line.b - line.a)
    assert two(bad, good).lines[0].verdict(0.95) == "better"
    assert two(good, as_good).lines[0].verdict(0.95) == "not distinguishable"
    said = page.verdict(two(good, as_good), 0.95)
    assert "stance macro_f1: not distinguishable with these 40 groups: " in said
    assert "the smallest difference they would show with 80% power is " in said
    assert ", and 3 points would need about " in said
    assert "B is worse: -34.2 points [" in page.verdict(two(good, bad), 0.95)


def test_the_interval_and_the_test_must_agree():
    line = two(*of_runs(invented(), names=("x", "x:bad"))).lines[0]
    assert replace(line, p=0.06).verdict(0.95) == "not distinguishable"
    assert replace(line, p=0.04, difference=replace(line.difference, high=0.1)).verdict(0.95) == "not distinguishable"
    one_group = two(*of_runs(invented(groups=1), names=("x", "x:bad")))
    assert one_group.lines[0].difference.high < 0  # a bootstrap of one group knows no doubt
    assert one_group.lines[0].verdict(0.95) == "not distinguishable"
    assert "how large a difference they would show cannot be said" in page.verdict(one_group, 0.95)


def test_a_run_with_itself_is_not_distinguishable():
    compared = two(*of_runs(invented(), names=("x", "x")))
    assert {line.verdict(0.95) for line in compared.lines} == {"not distinguishable"}
    assert "not distinguishable: A and B give the same answer for every row" in page.verdict(compared, 0.95)
    assert compared.changed.empty


def test_classes_slices_sides_and_changed_rows_by_hand():
    stored = invented()
    a, b = of_runs(stored, names=("x", "x:bad"))
    compared = two(a, b)
    gold, of_a, of_b = (stored.frame[c].to_numpy() for c in ("stance", "good/stance", "bad/stance"))
    of = {(x.part, x.value, x.score): x for x in compared.lines}
    recall = of["class", "favor", "recall"]
    favor = gold == "favor"
    assert (recall.a, recall.b) == pytest.approx(((of_a == gold)[favor].mean(), (of_b == gold)[favor].mean()))
    assert recall.rows == favor.sum()
    english = of["lang", "en", "macro_f1"]
    assert (english.rows, english.groups) == (60, 10)
    table = [[((of_a == gold) == x) & ((of_b == gold) == y) for y in (True, False)] for x in (True, False)]
    assert compared.right.tolist() == [[int(cell.sum()) for cell in row] for row in table]
    assert set(compared.changed["id"]) == set(stored.frame["id"][(of_a == gold) != (of_b == gold)])
    first = compared.changed.iloc[0]
    assert (first["gold"] == first[first["right"]]) and first["A"] != first["B"]


def test_of_sets_a_row_is_right_if_the_whole_set_is():
    stored = invented()
    compared = two(*of_runs(stored, names=("x", "x:bad")), task=ATTRIBUTION)
    assert compared.lines[0].score == "micro_f1"
    gold, of_a, of_b = (stored.frame[c] for c in ("attribution", "good/attribution", "bad/attribution"))
    assert compared.right[0].tolist() == [
        ((of_a == gold) & (of_b == gold)).sum(),
        ((of_a == gold) & (of_b != gold)).sum(),
    ]


def test_a_runs_label_leaves_out_the_overrides_that_all_have():
    a = invented(name="one protocol=by_date head.C=1")
    b = invented(name="two protocol=by_date head.C=2 name=two", run_id="22222222bbbb")
    assert [e.label for e in of_runs(a, b)] == ["one head.C=1", "two head.C=2"]
    assert [e.label for e in of_runs(a, names=("x", "x:bad"))] == ["one", "one:bad"]


def test_rows_in_another_order_and_folds_and_classes_of_other_numbers_are_the_same():
    stored = invented()
    frame = stored.frame.sample(frac=1, random_state=0).reset_index(drop=True)
    frame["fold"], frame["group"] = 5 - frame["fold"], 1000 - frame["group"]
    turned = Task("stance", STANCE.classes[::-1], reads_target=True)
    other = StoredRun(frame, (turned, ATTRIBUTION), {**FACTS, "run_id": "22222222bbbb"})
    a, b = of_runs(stored, other)
    assert (a.label, b.label) == ("one (11111111)", "one (22222222)")
    for task in common_tasks([a, b], []):
        assert two(a, b, task).same_answers


def changed(facts=FACTS, **columns) -> StoredRun:
    """With other facts, and columns computed from the frame."""
    stored = invented()
    return replace(stored, frame=stored.frame.assign(**columns), facts=facts)


OTHER_PROTOCOL = {**FACTS, "protocol": {**FACTS["protocol"], "folds": 2}}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (invented(data_sha256="0" * 64, data_path="o.csv"), r"different data: some\.csv .* and o\.csv"),
        (replace(invented(), frame=invented().frame.iloc[3:]), "3 rows were tested by one of them alone"),
        (changed(fold=lambda f: f["group"] // 8 % 4 + 1), "their folds differ: 240 of 240 rows"),
        (changed(OTHER_PROTOCOL, fold=lambda f: f["fold"] // 3 + 1), r"protocol\.folds is 4 and 2; train both"),
        (changed(group=lambda f: (f["group"] - 7) // 8 * 4 + f["fold"]), "their groups differ: 240 of 240 rows"),
    ],
    ids=["data", "rows", "folds", "protocol", "groups"],
)
def test_runs_that_cannot_be_compared_are_refused_with_the_reason(other, says):
    with pytest.raises(UserError, match=says):
        of_runs(invented(), other)


def test_a_leak_planted_across_folds_is_refused():
    stored = invented()
    stored.frame.loc[0, "fold"] = 4
    with pytest.raises(UserError, match=r"tested in different folds.*fold 1: 1 groups are on both sides"):
        of_runs(stored, names=("x", "x:bad"))
    elsewhere = replace(stored, facts={**FACTS, "protocol": {"kind": "published_split"}})
    assert len(of_runs(elsewhere, names=("x", "x:bad"))) == 2


def test_tasks_must_be_the_same():
    stored = invented()
    relabelled = changed(stance=lambda f: f["stance"].where(f.index > 5, "neutral"))
    differ = (stored.frame["stance"][:6] != "neutral").sum()
    with pytest.raises(UserError, match=f"the gold labels of {differ} of 240 rows differ"):
        common_tasks(of_runs(stored, relabelled), ["stance"])
    fewer = replace(stored, tasks=(Task("stance", (*STANCE.classes, "mixed")),))
    with pytest.raises(UserError, match="task stance is not the same: one of favor"):
        common_tasks(of_runs(stored, fewer), [])
    with pytest.raises(UserError, match="has no task 'frame'"):
        common_tasks(of_runs(stored, stored), ["frame"])
    alone = replace(stored, tasks=(ATTRIBUTION,))
    assert common_tasks(of_runs(stored, alone), []) == [ATTRIBUTION]
    with pytest.raises(UserError, match="no task in common"):
        common_tasks(of_runs(replace(stored, tasks=(STANCE,)), alone), [])


def test_what_is_asked_for_wrongly_is_said():
    stored = invented()
    (a, _) = of_runs(stored, stored)
    for call, says in [
        (lambda: of_runs(stored, names=("x",)), "two runs or more"),
        (lambda: of_runs(stored, names=("x", "x:nobody")), "no head 'nobody'; it has good, bad, as_good"),
        (lambda: slice_columns(a, ["town"]), "no such column; it has lang, target, stance, attribution"),
        (lambda: chosen_uncertainty(a, 95, None), "--level 95: is a share"),
        (lambda: chosen_uncertainty(a, None, 5), "--rounds 5: too few"),
    ]:
        with pytest.raises(UserError, match=says):
            call()
    assert slice_columns(a, []) == ["lang"]  # the target has one value
    assert slice_columns(a, ["fold"]) == ["fold"]
    assert chosen_uncertainty(a, 0.9, None) == UncertaintyConfig(300, 0.9, 0)


def test_a_ranking():
    ranking = rank(of_runs(invented(), names=("x:bad", "x", "x:as_good")), STANCE, UncertaintyConfig(300))
    assert [(r.rank, r.letters) for r in ranking.ranked] == [(1, "a"), (2, "a"), (3, "b")]
    assert {r.entrant.head for r in ranking.ranked[:2]} == {"good", "as_good"}
    assert ranking.ranked[2].entrant.label == "one:bad"
    assert [p.adjusted >= p.p for p in ranking.pairs] == [True] * 3
    assert all(p.difference.value >= 0 for p in ranking.pairs)
    overview = page.many([ranking], UncertaintyConfig(300))[0].sentences
    assert "is first; not distinguishable from it: one" in overview[0]
    assert "these 40 groups: permutation tests of all 3 pairs, Holm's procedure at 0.05" in overview[1]


def test_pages_keep_data_from_being_markup(tmp_path):
    a, b = of_runs(invented(groups=10), names=("x", "x:bad"))
    compared = [two(a, b)]
    sections = page.two(a, b, compared, UncertaintyConfig(300), shown=4)
    text = page.markdown(sections)
    assert "[/bold] \\| &lt;b>" in text
    assert "4 of " in text
    assert "| favor | recall |" in text
    assert "under 30 groups none of this is to be relied on" in text
    assert "| 10 * |" in text
    assert "rows that changed sides" not in page.markdown(page.two(a, b, compared, UncertaintyConfig(300), shown=0))
    page.write(tmp_path / "a.csv", sections, page.two_frame(compared))
    assert list(pd.read_csv(tmp_path / "a.csv")["part"].unique()) == ["all", "class", "lang"]
    with pytest.raises(UserError, match="cannot be written"):
        page.write(tmp_path / "none" / "a.md", sections, page.two_frame(compared))


def stored_in(folder: Path, stored: StoredRun) -> str:
    folder.mkdir()
    stored.frame.to_csv(folder / PREDICTIONS, index=False)
    write_facts(folder, stored.tasks, stored.facts)
    return str(folder)


def test_folders_of_runs_are_compared_on_the_command_line(tmp_path, capsys):
    one = stored_in(tmp_path / "one", invented())
    two = stored_in(tmp_path / "two", invented((0.5, 0.5, 0.9), name="two", run_id="22222222"))
    assert read_run(Path(one), one).gold(STANCE).tolist() == invented().gold(STANCE).tolist()
    assert run(["compare", one, two, "--task", "stance", "--changed", "2"]) == 0
    out = capsys.readouterr().out
    assert "two against one" in out
    assert "stance macro_f1: B is worse: " in out
    assert "row [bold]" in out  # as it is, not in bold
    assert "attribution" not in out
    out_file = tmp_path / "all.md"
    assert run(["compare", one, two, f"{one}:bad", "--out", str(out_file)]) == 0
    assert "one is first and better than all others" in capsys.readouterr().out
    assert "attribution: every pair" in out_file.read_text(encoding="utf-8")
    other = stored_in(tmp_path / "other", invented(name="other", data_sha256="0"))
    for arguments, says in [([one, other], "different data"), ([one, two, "--out", "a.txt"], "use one of .md, .csv")]:
        assert run(["compare", *arguments]) == 2
        error = capsys.readouterr().err.strip()
        assert says in error
        assert len(error.splitlines()) == 1


def test_heads_of_a_tracked_run(trained, monkeypatch, capsys):
    monkeypatch.chdir(trained)
    (artifacts,) = (trained / "outputs").glob("*/artifacts")
    name = read_run(artifacts, "trained").name
    assert run(["compare", name, f"{name}:majority"]) == 0
    out = capsys.readouterr().out
    assert "stance macro_f1: B is worse: " in out
    assert "under 30 groups none of this is to be relied on" in out
    assert run(["compare", name, f"{name}:tfidf", f"{name}:majority", "--out", "ranking.csv"]) == 0
    assert "is first" in capsys.readouterr().out
    table = pd.read_csv("ranking.csv")
    assert table.groupby("task")["rank"].max().to_dict() == {"stance": 3, "attribution": 3, "frame": 3}


def test_sentences_labelled_differently_toward_their_targets_have_lines_of_their_own():
    run_of_pairs = invented()
    frame = run_of_pairs.frame
    frame["text"] = [f"sentence {i // 2}" for i in range(len(frame))]
    good, bad, as_good = of_runs(run_of_pairs, names=("x", "x:bad", "x:as_good"))
    gold, right = frame["stance"].to_numpy(), {}
    for head in ("good", "bad"):
        right[head] = (frame[f"{head}/stance"].to_numpy() == gold).reshape(-1, 2)
    mixed = gold.reshape(-1, 2)[:, 0] != gold.reshape(-1, 2)[:, 1]
    whole, single = (line for line in two(good, bad).lines if line.part == MIXED)
    assert (whole.score, whole.rows) == ("all rows right", mixed.sum())
    assert whole.a == pytest.approx(right["good"][mixed].all(axis=1).mean())
    assert whole.b == pytest.approx(right["bad"][mixed].all(axis=1).mean())
    assert single.a == pytest.approx(right["good"][mixed].mean())
    assert whole.verdict(0.95) == "worse"
    assert whole.groups == len(np.unique(frame["group"].to_numpy()[::2][mixed]))
    (same, _) = (line for line in two(good, as_good).lines if line.part == MIXED)
    assert same.verdict(0.95) == "not distinguishable"
    sections = page.two(good, bad, [two(good, bad)], UncertaintyConfig(rounds=300), 0)
    assert f"stance: {MIXED}" in [s.title for s in sections]


def test_without_such_sentences_there_are_no_such_lines():
    good, bad = of_runs(invented(), names=("x", "x:bad"))
    assert not [line for line in two(good, bad).lines if line.part == MIXED]
