"""Writes the figures into DATASHEET.md; with --check says whether they are those of the files.

python data/datasheet.py
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd

from framing.agree import report
from framing.summary import markdown_table

HERE = Path(__file__).resolve().parent
VERSION = "1.7"
MARKS = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- /figures -->)", re.DOTALL)


def figures() -> str:
    """The part between the marks."""
    file = HERE / "labels.csv"
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    lines = [
        f"Version {VERSION}, sha256 `{hashlib.sha256(file.read_bytes()).hexdigest()}`.",
        composition(rows),
        counts(rows, "lang"),
        counts(rows, "target"),
        counts(rows, "attribution"),
        counts(rows, "outlet"),
        f"Frames: {frames(rows)}.",
        agreement(),
    ]
    return "\n" + "\n\n".join(lines) + "\n\n"


def composition(rows: pd.DataFrame) -> str:
    """Sizes, lengths, and how many sentences carry what."""
    sentences = rows.drop_duplicates(["doc_id", "text"])
    length = sentences["text"].str.split().str.len()
    stances: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows.itertuples():
        stances[row.doc_id, row.text].append(row.stance)
    several = [s for s in stances.values() if len(s) > 1]
    turned = [s for s in several if len(set(s)) > 1]
    opposed = [s for s in turned if {"favor", "against"} <= set(s)]
    pairs = rows.loc[rows["contrast_id"] != "", "contrast_id"]
    held = rows[rows["split"] == "test"]
    return (
        f"{len(rows)} rows, {len(sentences)} sentences, {rows['doc_id'].nunique()} articles; "
        f"{len(held)} rows in {held['doc_id'].nunique()} articles are held out. Words in a sentence: a tenth up to "
        f"{length.quantile(0.1):.0f}, median {length.median():.0f}, a tenth from {length.quantile(0.9):.0f}. "
        f"{sum(map(len, several))} rows are of sentences labelled for two or more forces; {len(turned)} sentences "
        f"carry different stances toward them, {len(opposed)} of these favor of one and against another. "
        f"{len(pairs)} rows stand in {pairs.nunique()} contrast pairs."
    )


def counts(rows: pd.DataFrame, column: str) -> str:
    """Rows of each value by stance; a set counts under each of its labels."""
    found: Counter[tuple[str, str]] = Counter()
    for value, stance in zip(rows[column], rows["stance"], strict=True):
        for part in value.split("|"):
            found[part or "(empty)", stance] += 1
    names = sorted({v for v, _ in found}, key=lambda v: (-sum(n for (w, _), n in found.items() if w == v), v))
    table: list[tuple[str, ...]] = [(column, "favor", "against", "neutral", "rows")]
    for name in names:
        numbers = [found[name, s] for s in ("favor", "against", "neutral")]
        table.append((name, *map(str, numbers), str(sum(numbers))))
    return markdown_table(table)


def frames(rows: pd.DataFrame) -> str:
    """Rows of each frame."""
    found = Counter(part or "(none)" for cell in rows["frame"] for part in cell.split("|"))
    return ", ".join(f"{name} {n}" for name, n in found.most_common())


def agreement() -> str:
    """The table of `framing agree`, without the parts."""
    lines = report(HERE / "annotations.csv", HERE / "labels.csv")
    table: list[tuple[str, ...]] = [
        ("task", "rows of", "label", "n", "Krippendorff's alpha", "F1 of one reader by the other")
    ]
    table += [(a.task, a.part, a.label, str(a.n), f"{a.alpha:.3f}", f"{a.f1:.3f}") for a in lines]
    return "Agreement of the two readers (both language models), before the third decided:\n\n" + markdown_table(table)


def main() -> None:
    """Write, or compare."""
    sheet = HERE / "DATASHEET.md"
    before = sheet.read_text(encoding="utf-8")
    after = MARKS.sub(lambda _: figures(), before)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if before == after else "DATASHEET.md: figures are not those of the files; run data/datasheet.py")
    sheet.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
