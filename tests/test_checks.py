from __future__ import annotations

import csv
import re

import numpy as np
import pytest

from conftest import FAST, ROOT, STANCE, TASKS, sample_rows, write_csv
from framing.checks import CHECKS, find
from framing.cli import run
from framing.data import read_table
from framing.label_errors import suspicion


def findings(tmp_path, rows, code):
    columns = ("id", "doc_id", "lang", "target", "text", "stance", "contrast_id")
    filled = [dict(zip(columns, row, strict=True)) for row in rows]
    return find(read_table(write_csv(tmp_path / "t.csv", filled), TASKS), 2, [code])


LONG = "وطالب النائب بخروج القوات الأجنبية من البلاد قبل نهاية العام"


def test_duplicate_and_conflict(tmp_path):
    rows = [
        ("1", "a", "ar", "nato", LONG, "against", ""),
        ("2", "a", "ar", "iran", LONG, "against", ""),
        ("3", "b", "ar", "nato", LONG, "against", ""),
        ("4", "c", "ar", "iran", LONG, "favor", ""),
    ]
    (duplicate,) = findings(tmp_path, rows, "E104")
    assert duplicate.rows == (2, 4)
    (conflict,) = findings(tmp_path, rows, "E105")
    assert conflict.rows == (3, 5)
    assert "'against' and 'favor'" in conflict.message


def test_near_duplicates_across_documents_but_not_contrast_pairs(tmp_path):
    rows = [
        ("1", "a", "ar", "nato", LONG + " الجاري", "against", ""),
        ("2", "b", "ar", "nato", LONG + " الحالي", "against", ""),
        ("3", "b", "ar", "nato", "The council asked the trainers to stay in the capital", "favor", "k"),
        ("4", "c", "ar", "nato", "The council asked the trainers to leave the capital now", "against", "k"),
        ("5", "d", "ar", "nato", "The council asked the trainers to stay in the capitol", "favor", ""),
    ]
    found = findings(tmp_path, rows, "W201")
    assert [f.rows for f in found] == [(2, 3), (4, 6)]


def test_bidi_language_and_unmentioned(tmp_path):
    english = "The parliament voted on Sunday to ask the foreign troops to leave the country."
    rows = [
        ("1", "a", "ar", "nato", "رحب \u202eالوزير\u202c ببعثة الناتو في بغداد وقال إنها ستبقى", "favor", ""),
        ("2", "b", "ar", "foreign_forces", english, "against", ""),
        ("3", "c", "en", "my own target", english + " Again.", "against", ""),
        ("4", "d", "en", "turkey", "They must go.", "against", ""),
    ]
    assert [f.rows for f in findings(tmp_path, rows, "W202")] == [(2,)]
    assert [f.rows for f in findings(tmp_path, rows, "N302")] == [(3,)]
    assert [f.rows for f in findings(tmp_path, rows, "N301")] == [(5,)]


def disguise(text, k):
    """The same wire copy as another outlet would print it."""
    ways = [
        lambda t: "".join(c + ("\u064e" if c.isalpha() and i % 3 == 0 else "") for i, c in enumerate(t)),
        lambda t: "".join(c + ("\u0640" if c.isalpha() and i % 4 == 0 else "") for i, c in enumerate(t)),
        lambda t: t.translate({ord(str(d)): chr(0x0660 + d) for d in range(10)}),
        lambda t: "\u202b" + t + "\u202c",
        lambda t: "«" + t.replace("،", " -").replace(",", " -") + "»!!",
    ]
    return ways[(k + 2) % 5](ways[k % 5](text))


def test_twenty_planted_duplicates_in_disguise_are_all_found(tmp_path):
    with (ROOT / "data/labels.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    chosen = [r for r in rows if len(r["text"].split()) > 8][:: len(rows) // 20][:20]
    assert len(chosen) == 20
    planted = [
        {**r, "id": f"planted-{k}", "doc_id": f"planted-{k}", "text": disguise(r["text"], k), "contrast_id": ""}
        for k, r in enumerate(chosen)
    ]
    assert all(p["text"] != r["text"] for p, r in zip(planted, chosen, strict=True))
    table = read_table(write_csv(tmp_path / "t.csv", [*rows, *planted]), TASKS)
    found = find(table, 5, ["W201"])
    hit = {r for f in found for r in f.rows if r > len(rows) + 1}
    assert len(hit) == 20


def test_every_code_is_explained():
    pages = (ROOT / "docs/checks.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^## (\w\d+)$", pages, flags=re.MULTILINE))
    assert set(CHECKS) | {"E101", "E102", "E103", "N303"} == explained
    for code, (severity, _) in CHECKS.items():
        assert f"## {code}\n\n{severity}:" in pages


def test_the_repositorys_own_file_passes_strictly(capsys):
    assert run(["check", str(ROOT / "data/labels.csv"), "--strict"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_severities_decide_the_exit_code(tmp_path, capsys):
    rows = [{**r, "doc_id": f"{r['doc_id']}{k}"} for k in (0, 1) for r in sample_rows(4)]
    for i, row in enumerate(rows):
        row["id"], row["contrast_id"] = str(i), ""
        row["text"] += "" if i < len(rows) / 2 else "!"
    file = write_csv(tmp_path / "t.csv", rows)
    assert run(["check", str(file), "protocol.folds=2"]) == 0
    assert "W201" in capsys.readouterr().out
    assert run(["check", str(file), "protocol.folds=2", "--strict"]) == 2
    rows[-1]["text"], rows[-1]["target"] = rows[0]["text"], rows[0]["target"]
    rows[-1]["stance"] = "favor" if rows[0]["stance"] != "favor" else "against"
    write_csv(file, rows)
    assert run(["check", str(file), "protocol.folds=2"]) == 2
    assert "[E105]" in capsys.readouterr().out


def test_reading_errors_carry_codes(tmp_path, capsys):
    for text, code in (("a,b\n1,2\n", "E101"), ("text,stance\n,favor\n", "E102"), ("text,stance\nx,nope\n", "E103")):
        (tmp_path / "t.csv").write_text(text)
        assert run(["check", str(tmp_path / "t.csv")]) == 2
        assert f"[{code}]" in capsys.readouterr().err


def test_probable_label_errors_of_a_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = {"favor": "welcomed praised thanked", "against": "condemned rejected expelled", "neutral": "met counted"}
    rng = np.random.default_rng(0)
    filler = ["".join(rng.choice(list("abcdefgh"), 6)) for _ in range(400)]
    rows = [
        {"id": str(i), "doc_id": str(i // 3), "text": f"{' '.join(rng.choice(filler, 12))} {words[s]}", "stance": s}
        for i, s in enumerate(["favor", "against", "neutral"] * 100)
    ]
    for i in (7, 40, 77):
        rows[i]["stance"] = "favor" if rows[i]["stance"] != "favor" else "against"
    file = write_csv(tmp_path / "t.csv", rows)
    assert run(["train", "head=tfidf", "references=[]", *FAST, f"data.path={file}", "name=one"]) == 0
    capsys.readouterr()
    assert run(["check", str(file), "--run", "one", "--all"]) == 0  # by the name that was given
    lines = [line for line in capsys.readouterr().out.splitlines() if "[N303]" in line]
    assert {int(re.search(r"row (\d+)", line).group(1)) for line in lines} == {7 + 2, 40 + 2, 77 + 2}
    assert run(["check", str(file), "--run", "nobody"]) == 2


def test_suspicion_ranks_a_flipped_label_first():
    probabilities = np.array([[0.9, 0.05, 0.05]] * 5)
    doubt = suspicion(STANCE, np.array([0, 0, 1, 0, 0]), probabilities)
    assert doubt.argmax() == 2
    assert doubt[2] == pytest.approx(0.95)
