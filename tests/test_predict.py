from __future__ import annotations

import io
import json
import sys

import pandas as pd
import pytest

from framing.article import article_from_bytes
from framing.cli import run
from framing.predict import article_rows

ARTICLE = """وكالة الخبر - متابعة
البرلمان يناقش مستقبل القوات الأجنبية

طالب رئيس كتلة نيابية بخروج القوات الأمريكية فوراً، ورحب في الوقت نفسه ببعثة الناتو التدريبية. وقال إن البعثة تعمل بطلب الحكومة.
وارتفعت أسعار الخضار في أسواق العاصمة اليوم.
اضف تعليق
"""
COLUMNS = ["id", "doc_id", "sentence_id", "start", "end", "text", "lang", "target", "stance", "stance_favor"]


@pytest.fixture
def work(tmp_path, monkeypatch, model_folder):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def test_one_row_for_a_sentence_and_each_force():
    rows = article_rows(article_from_bytes(ARTICLE.encode(), "story", "story.txt"))
    assert [(r["sentence_id"], r["target"]) for r in rows] == [
        (1, "foreign_forces"), (2, "us_coalition"), (2, "nato"), (3, "nato"), (4, ""),
    ]  # fmt: skip
    assert [r["id"] for r in rows][:2] == ["story:1:foreign_forces", "story:2:us_coalition"]
    assert all(ARTICLE[r["start"] : r["end"]] == r["text"] for r in rows)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_format_holds_the_same(ending, work, model_folder):
    assert run(["predict", "story.txt", "--model", str(model_folder), "--out", f"out.{ending}"]) == 0
    out = work / f"out.{ending}"
    read = {"csv": lambda f: pd.read_csv(f, keep_default_na=False), "parquet": pd.read_parquet,
            "jsonl": lambda f: pd.DataFrame([json.loads(line) for line in f.open(encoding="utf-8")])}  # fmt: skip
    table = read[ending](out)
    assert list(table.columns[:10]) == COLUMNS
    assert list(table.columns[-1:]) == ["frame_abstained"]
    assert table["sentence_id"].tolist() == [1, 2, 2, 3, 4]
    assert table["stance"].tolist()[-1] == ""
    assert table["attribution"].notna().all()
    assert not list(work.glob(".*.part"))


def test_a_csv_row_keeps_its_id_and_target(work, model_folder):
    (work / "rows.csv").write_text("id,text,target\nx7,القوات باقية,iran\nx2,they left,\n", encoding="utf-8")
    assert run(["predict", "rows.csv", "--model", str(model_folder), "--out", "out.csv"]) == 0
    table = pd.read_csv(work / "out.csv", keep_default_na=False)
    assert table["id"].tolist() == ["x7", "x2"]
    assert table["target"].tolist() == ["iran", "foreign_forces"]
    assert table["sentence_id"].tolist() == ["", ""]
    assert table["stance"].isin(["favor", "against", "neutral"]).all()


def test_folders_html_standard_input_and_texts(work, model_folder, monkeypatch):
    (work / "many").mkdir()
    paragraph = (
        "أعلنت وزارة الدفاع وصول مدربي بعثة الناتو إلى القاعدة الجوية صباح الثلاثاء لتدريب الجنود على إزالة الألغام."
    )
    page = f"<html><body><article><p>{paragraph}</p><p>{paragraph[::-1]}</p></article></body></html>"
    (work / "many/page.html").write_text(page, encoding="utf-8")
    (work / "many/story.txt").write_text(ARTICLE, encoding="utf-8")
    model = ["--model", str(model_folder)]
    assert run(["predict", "many", *model, "--out", "a.csv", "--text-out", "texts"]) == 0
    table = pd.read_csv(work / "a.csv", keep_default_na=False)
    assert table["doc_id"].unique().tolist() == ["page", "story"]
    for row in table.itertuples():
        text = (work / f"texts/{row.doc_id}.txt").read_text(encoding="utf-8")
        assert text[int(row.start) : int(row.end)] == row.text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ARTICLE.encode())))
    assert run(["predict", "-", *model, "--out", "b.csv"]) == 0
    assert pd.read_csv(work / "b.csv")["doc_id"].unique().tolist() == ["stdin"]


def test_what_cannot_be_read_is_skipped_and_said(work, model_folder, capsys):
    (work / "many").mkdir()
    (work / "many/bad.txt").write_bytes("طالب النائب بخروج القوات".encode("cp1256"))
    (work / "many/good.txt").write_text(ARTICLE, encoding="utf-8")
    assert run(["predict", "many", "--model", str(model_folder), "--out", "a.csv"]) == 1
    error = capsys.readouterr().err
    assert "skipped" in error
    assert "cp1256" in error
    assert set(pd.read_csv(work / "a.csv")["doc_id"]) == {"good"}
    assert run(["predict", "many/bad.txt", "--model", str(model_folder)]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["story.txt", "--out", "a.xlsx"], "unknown ending"),
        (["story.txt", "--out", "no/a.csv"], "no folder"),
        (["none.txt"], "no such file"),
        (["story.pdf"], "unknown kind"),
        (["empty.csv"], "the file is empty"),
        (["story.txt", "--model", "nowhere"], "no such model folder"),
    ],
)
def test_wrong_calls_are_one_line(arguments, says, work, model_folder, capsys):
    (work / "empty.csv").write_text("")
    (work / "story.pdf").write_text("")
    if "--model" not in arguments:
        arguments = [*arguments, "--model", str(model_folder)]
    assert run(["predict", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1


def test_the_readable_table_shows_text_as_text(work, model_folder, capsys):
    (work / "story.txt").write_text("[red]The minister[/red] welcomed [link=x]NATO's mission[/link] on Monday.")
    assert run(["predict", "story.txt", "--model", str(model_folder)]) == 0
    out = capsys.readouterr().out
    assert "[red]The minister" in out
    assert "nato" in out


def test_a_long_input_goes_through_in_parts(work, model_folder, monkeypatch):
    monkeypatch.setattr("framing.predict._BATCH", 7)
    (work / "long.txt").write_text("\n".join(f"النائب رقم {i} رحب ببعثة الناتو." for i in range(30)), encoding="utf-8")
    assert run(["predict", "long.txt", "--model", str(model_folder), "--out", "a.csv"]) == 0
    assert len(pd.read_csv(work / "a.csv")) == 30
