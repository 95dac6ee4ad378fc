"""How often sentences refer back to a speaker, and whether the one that was found fits.

python experiments/speakers.py [FILE]

For Arabic sentences of FILE (``data/labels.csv``), by writer (the letters of ``doc_id``): how many there are, in how
many an earlier one was found to introduce who speaks, and of these the share whose attribution has a class in common
with it. One of two speakers can have none in common and be right; one found at random often has one.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import read_table
from framing.exceptions import UserError
from framing.summary import markdown_table

LABELS = Path(__file__).resolve().parent.parent / "data" / "labels.csv"


def main(file: str) -> None:
    """Print the table."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    table = read_table(file, tasks)
    frame = table.frame.assign(introduction=table.introductions)
    frame["writer"] = frame["doc_id"].str.extract("^([a-z]+)", flags=re.I)[0]
    sentences = frame[frame["lang"] == "ar"].drop_duplicates(["doc_id", "text"])
    lines = [("writer", "sentences", "refer back", "of these with a class in common")]
    for writer, rows in [("all", sentences), *sentences.groupby("writer")]:
        found = rows[rows["introduction"] != ""]
        if not len(found):
            continue
        each = zip(found["attribution"], found["introduction"], found["doc_id"], strict=True)
        common = sum(_in_common(said, words, sentences[sentences["doc_id"] == doc]) for said, words, doc in each)
        lines.append(
            (writer, f"{len(rows)}", f"{len(found)} ({len(found) / len(rows):.0%})", f"{common / len(found):.2f}")
        )
    print(markdown_table(lines))


def _in_common(attribution: str, introduction: str, document: pd.DataFrame) -> bool:
    there = document[document["text"].str.contains(introduction, regex=False)]
    return any(set(attribution.split("|")) & set(cell.split("|")) for cell in there["attribution"])


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else str(LABELS))
    except UserError as error:
        sys.exit(str(error))
