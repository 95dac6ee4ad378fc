"""The pages that are made of a run: the same figures everywhere, and nothing in the data can act."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framing import record
from framing.cli import run
from framing.data import read_table
from framing.model import load
from framing.pages import model_card, report_page
from framing.registry import open_run
from framing.report import report_of
from framing.rescore import rescored
from framing.stored import read_run

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202e|`x`|[a](http://evil.example) & {{ 7*7 }}"


class Page(HTMLParser):
    """Tags must close in order; what is loaded or run is collected, and the text that is seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.seen: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in <{tag}>"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.seen.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())


def assert_harmless(page: Page) -> None:
    """Nothing runs, nothing is fetched, and the page forbids both."""
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "form", "base", "link", "img"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "action", "formaction", "srcdoc", "background"}, (tag, name)
            assert "url(" not in (value or "").lower()
            if name == "href":
                assert (value or "").startswith("#")
    policies = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "script-src" not in policies[0]


def assert_readable(page: Page) -> None:
    """Headings in order, cells that say what they are of, anchors that lead somewhere."""
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch("h[1-6]", t)]
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels)), levels
    assert all(a.get("scope") in ("row", "col") for t, a in page.tags if t == "th")
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(set(ids)) == len(ids)
    assert {a["href"][1:] for t, a in page.tags if t == "a"} <= set(ids)
    assert sum(t == "caption" for t, _ in page.tags) == sum(t == "table" for t, _ in page.tags) > 0


@pytest.fixture(scope="module")
def artifacts(trained) -> Path:
    (folder,) = (trained / "outputs").glob("*/artifacts")
    return folder


@pytest.fixture(scope="module")
def logged(trained) -> dict[str, float]:
    """The metrics of the run, as MLflow keeps them."""
    with closing(sqlite3.connect(trained / "mlflow.db")) as db:
        return dict(db.execute("select key, value from metrics").fetchall())


@pytest.fixture
def copy(artifacts, tmp_path) -> Path:
    """Artifacts that a test may change."""
    return Path(shutil.copytree(artifacts, tmp_path / "copy"))


def change(folder: Path, **facts) -> None:
    file = folder / "run.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | facts), encoding="utf-8")


def test_scoring_the_stored_answers_gives_the_figures_of_the_run(artifacts, logged):
    again = record.metrics(rescored(read_run(artifacts, "it")))
    compared = {k: v for k, v in again.items() if not k.startswith(("seconds/", "memory/"))}
    assert len(compared) > 200
    for name, value in compared.items():
        assert value == pytest.approx(logged[name], abs=1e-12), name


def headline_figures(logged: dict[str, float]) -> set[str]:
    """Every score that has bounds, as it is written; differences with their sign. Of controls the score that models are
    chosen by, and what only a task that reads the target has."""
    found = set()
    for name, value in logged.items():
        of_control = re.search(r"(unmarked|masked|sourceless|shuffled)/", name)
        told = not of_control or re.search(r"stance/macro_f1|/micro_f1|/mixed/", name)
        if f"{name}_low" in logged and told:
            sign = "+" if re.search(r"^minus_|(^|/)naive_gap/", name) else ""
            low, high = logged[f"{name}_low"], logged[f"{name}_high"]
            found.add(f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]")
    return found


def test_every_headline_figure_stands_on_the_page_and_in_the_card(artifacts, logged):
    figures = headline_figures(logged)
    assert len(figures) > 40
    page = Page((artifacts / "report.html").read_text(encoding="utf-8"))
    card = (artifacts / "model_card.md").read_text(encoding="utf-8")
    for figure in figures:
        assert figure in page.text, figure
        assert figure in card, figure
    for task in ("stance", "attribution", "frame"):
        n = f"{logged[f'{task}/n_rows']:.0f} rows in {logged[f'{task}/n_groups']:.0f} groups"
        assert n in page.text
        assert n in card
    for verdict in re.findall(r": (better|worse|not distinguishable)$", (artifacts / "summary.md").read_text(), re.M):
        assert verdict in page.text


def test_the_page_is_sound_needs_no_network_and_is_small(artifacts):
    text = (artifacts / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert_harmless(page)
    assert_readable(page)
    assert not re.search(r"https?://", text)
    assert len(text.encode()) < 2_000_000
    style = text[text.index("<style>") : text.index("</style>")]
    for media in ("prefers-color-scheme: dark", "prefers-contrast", "@media print", "max-width"):
        assert media in style
    assert "@import" not in style
    directions = {(a["lang"], a["dir"]) for tag, a in page.tags if "lang" in a and tag != "html"}
    assert ("ar", "rtl") in directions
    assert all(direction == ("rtl" if lang in ("ar", "fa", "ckb") else "auto") for lang, direction in directions)
    assert {lang for lang, _ in directions} & {"en", "fr", "tr"}


def test_report_from_the_folder_alone_is_what_the_run_left(artifacts, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("framing.registry.open_store", lambda uri: pytest.fail("a folder needs no store"))
    for out, left in (("r.html", "report.html"), ("c.md", "model_card.md")):
        assert run(["report", str(artifacts), "--out", out]) == 0
        made = (tmp_path / out).read_text(encoding="utf-8")
        run_id = json.loads((artifacts / "run.json").read_text())["run_id"]
        assert made.replace(str(artifacts), run_id) == (artifacts / left).read_text(encoding="utf-8")
    card = (tmp_path / "c.md").read_text(encoding="utf-8")
    assert f"python -m framing report {artifacts} --out FILE.md" in "".join(card.splitlines()[:4])
    headings = re.findall(r"^## (.+)$", card, flags=re.MULTILINE)
    assert headings == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats",
    ]


def test_a_run_is_reported_by_its_name(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(trained)
    out = tmp_path / "r.html"
    assert run(["report", "baseline encoder=hashing protocol.folds=3 uncertainty.rounds=200", "--out", str(out)]) == 0
    assert Page(out.read_text(encoding="utf-8")).tags


def test_nothing_in_the_data_can_act(copy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.read_csv(copy / "predictions.csv", dtype=str, keep_default_na=False)
    for column in ("id", "doc_id", "lang", "outlet", "target", "text"):
        frame[column] = [f"{EVIL} {column} {i}" for i in range(len(frame))]
    frame["date"] = f"2024-01{EVIL}"
    frame.to_csv(copy / "predictions.csv", index=False)
    change(copy, name=EVIL, command=EVIL, data_path=EVIL, finished=EVIL, git_commit=EVIL, warning=EVIL)
    assert run(["report", str(copy), "--out", "r.html"]) == 0
    assert run(["errors", str(copy), "--out", "e.html"]) == 0
    for name in ("r.html", "e.html"):
        text = Path(name).read_text(encoding="utf-8")
        page = Page(text)
        assert_harmless(page)
        assert "<script>alert(1)</script>" in page.text  # as text, to be read
        assert "\u202e" not in text
        assert "[U+202E]" in page.text
        assert "49 text" not in page.text  # no template in a template
        assert {a["lang"] for _, a in page.tags if "lang" in a} == {"en"}
    assert run(["report", str(copy), "--out", "c.md"]) == 0
    card = Path("c.md").read_text(encoding="utf-8")
    outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", card)
    assert "<script" not in outside_code
    assert "](http" not in outside_code
    widths = {line.count("|") - line.count("\\|") for line in card.splitlines() if line.startswith("| fold")}
    assert len(widths) == 1


def test_calibration_is_drawn_for_every_label(artifacts):
    found = report_of(open_run(str(artifacts), ""))
    assert {task: len(charts) for task, charts in found.charts.items()} == {"stance": 2, "attribution": 8, "frame": 16}
    page = Page(report_page(found))
    drawn = [a for tag, a in page.tags if tag == "svg"]
    assert len(drawn) == 26
    assert all(a["role"] == "img" and a["aria-label"] for a in drawn)
    lines = [a["points"].split() for tag, a in page.tags if tag == "polyline"]
    points = [tuple(map(float, pair.split(","))) for line in lines for pair in line]
    assert all(22 <= x <= 122 and 4 <= y <= 104 for x, y in points)
    assert len({x for x, _ in points}) > 50
    assert "Expected: without its mark" in page.text


def test_readers_stand_beside_the_heads(copy, small_csv, tmp_path):
    shutil.copy(small_csv, tmp_path / "labels.csv")
    stored = read_run(copy, "it")
    gold = stored.task("stance").names(stored.gold(stored.task("stance")))
    lines = [f"{i},ann,stance,{g}\n{i},bob,stance,neutral\n" for i, g in zip(stored.frame["id"], gold, strict=True)]
    (tmp_path / "annotations.csv").write_text("id,annotator,task,label\n" + "".join(lines), encoding="utf-8")
    assert "not measured" in Page(report_page(report_of(stored))).text
    change(copy, data_path=str(tmp_path / "labels.csv"), readers="two clerks")
    found = report_of(read_run(copy, "it"))
    right = stored.frame["stance"] == "neutral"
    accuracy = {name: value for score, name, value, *_ in found.scores[0].lines if score == "accuracy"}
    assert accuracy[f"{stored.head}, rows that both read"] == accuracy[stored.head]  # all, of this task
    assert str(accuracy["ann vs gold"]) == "1.000 [1.000, 1.000]"
    assert accuracy["bob vs gold"].value == accuracy["ann vs bob"].value == pytest.approx(right.mean())
    assert not [name for _, name, *_ in found.scores[1].lines if " vs " in name]  # read by nobody
    header, *by_class = found.classes[0].lines
    assert header[-3:] == ("F1, ann vs gold", "F1, bob vs gold", "F1, ann vs bob")
    assert all("ann and bob: two clerks." in g.note for g in (found.scores[0], found.classes[0], *found.slices))
    assert [line[-2].value > 0 for line in by_class] == [False, False, True]
    by_lang = next(g for g in found.slices if g.lines[0][0] == "lang")
    head, first, second, both = by_lang.lines[0][-6:-2]
    assert (head, first, second, both) == (
        f"{stored.head}, rows that both read",
        "ann vs gold",
        "bob vs gold",
        "ann vs bob",
    )
    for line in by_lang.lines[1:]:
        here = stored.frame["lang"] == line[0]
        if line[1] == "stance":
            assert line[-5].value == 1
            assert line[2] == line[-6]
        else:
            assert line[-6:-2] == ("not read",) * 4
        assert line[-2] == str(here.sum())
    page = Page(report_page(found))
    assert "two clerks" in page.text
    assert any("one reaches macro_f1" in line for line in found.sure)
    assert "ann vs bob" in page.text
    assert "not read" in page.text


def test_slices_say_what_they_rest_on(artifacts):
    stored = open_run(str(artifacts), "")
    page = Page(report_page(report_of(stored)))
    counts = stored.frame["lang"].value_counts()
    by_lang = next(g for g in report_of(stored).slices if g.lines[0][0] == "lang")
    assert {(line[0], line[-2]) for line in by_lang.lines[1:]} == {(k, str(v)) for k, v in counts.items()}
    assert all(str(line[-1]).endswith(" *") for line in by_lang.lines[1:])  # fourteen articles are few
    assert "under 30 groups" in page.text
    outlets = next(g for g in report_of(stored).slices if g.lines[0][0] == "outlet")
    assert sum(int(str(line[-2])) for line in outlets.lines[1:]) == len(stored.tasks) * len(stored.frame)


def test_a_run_without_languages_or_outlets_is_reported_too(copy):
    frame = pd.read_csv(copy / "predictions.csv", dtype=str, keep_default_na=False)
    kept = [c for c in frame if c not in ("lang", "outlet", "date") and "@" not in c]
    frame[kept].assign(target="foreign_forces").to_csv(copy / "predictions.csv", index=False)
    found = report_of(read_run(copy, "it"))
    page = Page(report_page(found))
    assert_readable(page)
    assert "languages" not in dict(found.data)
    assert [g.lines[0][0] for g in found.slices] == ["attribution"]
    assert "not measured: the run has recorded no answers to changed texts" in page.text
    assert "not measured" in model_card(found)


def test_a_published_split_is_reported_with_its_slice_and_what_was_published(small_csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = pd.read_csv(small_csv, dtype=str, keep_default_na=False)
    rows["half"] = np.where(np.arange(len(rows)) % 2, "a", "b")
    rows.to_csv("halves.csv", index=False)
    published = "published=[{system: Theirs, source: A 2020, task: stance, score: macro_f1, value: 0.123}]"
    protocol = ["protocol=published_split", "protocol.column=half", "protocol.train=a", "protocol.test=b"]
    settings = ["head=tfidf", "references=[]", "task=[stance]", "uncertainty.rounds=50", "data.path=halves.csv"]
    assert run(["train", *settings, *protocol, published]) == 0
    (left,) = Path("outputs").glob("*/artifacts")
    page = Page((left / "report.html").read_text(encoding="utf-8"))
    tested = rows[rows["half"] == "b"]
    unseen = tested[~tested["text"].isin(rows.loc[rows["half"] == "a", "text"])]
    assert 0 < len(unseen) < len(tested)
    assert f"unseen sentences ({len(unseen)})" in page.text
    assert "Theirs (A 2020)" in page.text
    assert "0.123" in page.text
    run_id = json.loads((left / "run.json").read_text(encoding="utf-8"))["run_id"]
    assert run(["report", run_id, "--out", "r.html"]) == 0
    assert Path("r.html").read_text(encoding="utf-8") == (left / "report.html").read_text(encoding="utf-8")


def test_behaviour_is_counted_from_the_cases(copy, model_folder, small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["behave", str(model_folder), "--data", str(small_csv), "--cases", "4", "--out", "cases.csv"]) == 0
    assert "not measured" in next(iter(report_of(read_run(copy, "it")).behaviour.missing.splitlines()))
    assert run(["report", str(copy), "--behave", "cases.csv", "--out", "r.html"]) == 0
    shutil.copy("cases.csv", copy / "behave.csv")
    assert run(["report", str(copy), "--out", "r2.html"]) == 0  # among the artifacts it is found
    pages = [Page(Path(name).read_text(encoding="utf-8")) for name in ("r.html", "r2.html")]
    cases = pd.read_csv("cases.csv", dtype=str, keep_default_na=False)
    asked = cases[cases["passed"].isin(["0", "1"])]
    assert 0 < len(asked) < len(cases)
    for (_, suite), part in asked.groupby(["task", "suite"]):
        share = (part["passed"] == "1").mean()
        assert all(re.search(rf"{re.escape(str(suite))} [\w ]+ {share:.3f} \[", page.text) for page in pages), suite
    assert "settled by the normaliser" in pages[0].text
    cases.assign(passed="yes").to_csv("other.csv", index=False)
    capsys.readouterr()
    assert run(["report", str(copy), "--behave", "other.csv"]) == 2
    assert "column 'passed': 'yes'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "nowhere"], "no run of this id or name"),
        (["report", "RUN", "--out", "r.pdf"], "unknown ending"),
        (["report", "RUN", "--out", "no/r.html"], "there is no folder"),
        (["report", "RUN", "--behave", "none.csv"], "no such file"),
        (["errors", "nowhere"], "no run of this id or name"),
        (["errors", "RUN", "--task", "tone"], "has no task 'tone'"),
        (["errors", "RUN", "--head", "oracle"], "has measured no head 'oracle'"),
        (["errors", "RUN", "--top", "0"], "at least 1"),
        (["errors", "RUN", "--out", "e.xlsx"], "unknown ending"),
        (["evaluate", "nowhere", "x.csv"], "no such model folder"),
        (["evaluate", "MODEL", "none.csv"], "no such file"),
        (["evaluate", "MODEL", "bare.csv"], "no label column"),
        (["evaluate", "MODEL", "bare.csv", "--out", "."], "is there already"),
        (["evaluate", "MODEL", "bare.csv", "--out", "no/new"], "there is no folder"),
    ],
)
def test_wrong_calls_are_one_line(arguments, says, trained, artifacts, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare.csv").write_text("text\nsome words\n")
    names = {"RUN": str(artifacts), "MODEL": str(artifacts.parent / "model")}
    store = [] if arguments[0] == "evaluate" else ["--tracking-uri", f"sqlite:///{trained}/mlflow.db"]
    assert run([*(names.get(a, a) for a in arguments), *store]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1


def test_a_saved_model_on_its_own_training_rows_says_so(model_folder, small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["evaluate", str(model_folder), str(small_csv), "--out", "done"]) == 0
    said = capsys.readouterr()
    assert "trained on these very rows" in said.err
    model = load(model_folder)
    table = read_table(small_csv, model.tasks)
    answers = model.predict_rows(table.rows)
    for task in table.tasks:
        right = answers[task.name].to_numpy() == np.array(task.names(table.labels[task.name]))
        score = rescored(open_run("done", "")).main.scores[task.name]["exact_match" if task.multi else "accuracy"]
        assert score.value == pytest.approx(right.mean())
        assert str(score) in said.out
        assert (score.n_rows, score.n_groups) == (len(table), 14)
    page = Page(Path("done/report.html").read_text(encoding="utf-8"))
    assert "trained on these very rows" in page.text
    assert "out-of-fold" not in Path("done/summary.md").read_text(encoding="utf-8")
    assert "majority" not in page.text  # the gold majority of these rows is no fair reference
    assert run(["report", "done", "--out", "again.html"]) == 0
    assert Path("again.html").read_text(encoding="utf-8") == Path("done/report.html").read_text(encoding="utf-8")
    assert run(["errors", "done", "--out", "e.csv"]) == 0


def test_a_saved_model_on_other_rows(model_folder, small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = pd.read_csv(small_csv, dtype=str, keep_default_na=False).head(60)
    rows.drop(columns="frame").to_csv("new.csv", index=False)
    assert run(["evaluate", str(model_folder), "new.csv", "--out", "done"]) == 0
    said = capsys.readouterr().err
    assert "cannot be known" in said
    assert "task frame is left out" in said
    assert "independent groups" in said
    stored = open_run("done", "")
    assert [t.name for t in stored.tasks] == ["stance", "attribution"]
    assert stored.modes(stored.tasks[0]) == ["marked", "unmarked", "masked", "sourceless"]
    page = Page(Path("done/report.html").read_text(encoding="utf-8"))
    assert "trained on these very rows" not in page.text
    assert "Nothing was trained or fitted on these rows" in page.text


def test_values_left_out_one_after_the_other_are_told_apart(small_csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = ["head=tfidf", "references=[]", "task=[stance]", "uncertainty.rounds=50", "protocol.folds=2"]
    protocol = ["protocol=leave_one_target_out", "controls.naive=never", "controls.shuffled=never"]
    assert run(["train", *settings, *protocol, f"data.path={small_csv}"]) == 0
    (left,) = Path("outputs").glob("*/artifacts")
    stored = read_run(left, "it")
    page = Page((left / "report.html").read_text(encoding="utf-8"))
    for target, n in stored.frame["target"].value_counts().items():
        assert f"target {target} ({n})" in page.text
    assert "Every value of 'target' was left out once" in page.text
    assert "The nearest training rows" not in page.text  # what the other splits test is not what was learnt from
    assert report_page(report_of(stored)) == (left / "report.html").read_text(encoding="utf-8")
