"""Articles in, labelled sentences out: one row for a sentence and each force that it mentions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from framing.article import Article, expand, open_article
from framing.data import Rows, read_table
from framing.exceptions import UserError
from framing.files import whole_file
from framing.progress import Progress
from framing.speakers import introductions
from framing.targets import mentions_in_order
from framing.terminal import show_table
from framing.text import detect_language

if TYPE_CHECKING:
    from framing.model import Model

ENDINGS = (".csv", ".jsonl", ".parquet")
_BATCH = 2048  # rows put to the model at once
_PLACE = ("id", "doc_id", "sentence_id", "start", "end", "text", "lang", "target")


def article_rows(article: Article) -> list[dict[str, Any]]:
    """The rows of one article, in order. A sentence that mentions no force gives one row with an empty target."""
    found = article.sentences()
    texts = [sentence.text for sentence in found]
    rows = []
    for number, (sentence, mentions, introduction) in enumerate(
        zip(found, mentions_in_order(texts), introductions(texts), strict=True), 1
    ):
        targets = list(dict.fromkeys(m.target for m in mentions)) or [""]
        for target in targets:
            rows.append(
                {
                    "id": f"{article.doc_id}:{number}:{target}",
                    "doc_id": article.doc_id,
                    "sentence_id": number,
                    "start": sentence.start,
                    "end": sentence.end,
                    "text": sentence.text,
                    "lang": sentence.lang,
                    "target": target,
                    "introduction": introduction,
                }
            )
    return rows


def csv_rows(path: str) -> list[dict[str, Any]]:
    """The rows of a user's CSV; each keeps its id, and one without a target is read as in training."""
    table = read_table(path, (), need_labels=False)
    frame = table.frame
    langs = frame["lang"] if "lang" in frame else [detect_language(t) for t in frame["text"]]
    columns = (frame["id"], frame["doc_id"], frame["text"], langs, frame["target"], table.introductions)
    return [
        {
            "id": i,
            "doc_id": d,
            "sentence_id": None,
            "start": None,
            "end": None,
            "text": t,
            "lang": g,
            "target": f,
            "introduction": s,
        }
        for i, d, t, g, f, s in zip(*columns, strict=True)
    ]


def read_inputs(inputs: list[str], text_out: Path | None, skipped: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of all inputs, one article in memory at a time.

    An article that cannot be read is told on stderr and put into ``skipped``; if there is only one input, it raises.
    """
    paths = expand(inputs)
    seen: dict[str, str] = {}
    with Progress("reading", len(paths)) as progress:
        for path in paths:
            if path.lower().endswith(".csv"):
                yield from csv_rows(path)
                progress.advance()
                continue
            try:
                article = open_article(path)
                if article.doc_id in seen:
                    raise UserError(f"{path}: its name is also that of {seen[article.doc_id]}; rename one of them")
            except UserError as error:
                if len(paths) == 1:
                    raise
                print(f"framing: skipped: {error}", file=sys.stderr)
                skipped.append(path)
                progress.advance()
                continue
            seen[article.doc_id] = path
            if text_out:
                text_out.mkdir(parents=True, exist_ok=True)
                (text_out / f"{article.doc_id}.txt").write_text(article.text, encoding="utf-8", newline="")
            yield from article_rows(article)
            progress.advance()


def predict(model: Model, rows: Iterator[dict[str, Any]]) -> pd.DataFrame:
    """Where each row stands, and the model's answers, in the columns of the README."""
    parts = []
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            parts.append(_answer(model, batch))
            batch = []
    if batch or not parts:
        parts.append(_answer(model, batch))
    return pd.concat(parts, ignore_index=True)


def _answer(model: Model, batch: list[dict[str, Any]]) -> pd.DataFrame:
    place = pd.DataFrame(batch, columns=list(_PLACE))
    for name in ("sentence_id", "start", "end"):
        place[name] = place[name].astype("Int64")
    asked = Rows(place["text"].tolist(), place["target"].tolist(), [row["introduction"] for row in batch])
    answers = model.predict_rows(asked)
    answers = answers.drop(columns=["text", "target"])
    numbers = answers.select_dtypes("float").columns
    answers[numbers] = answers[numbers].round(6)
    return pd.concat([place, answers], axis=1)


def write(table: pd.DataFrame, out: Path) -> None:
    """CSV, JSON lines or Parquet by ending; the file appears whole or not at all."""
    with whole_file(out) as half:
        match out.suffix.lower():
            case ".csv":
                table.to_csv(half, index=False)
            case ".jsonl":
                with half.open("w", encoding="utf-8") as stream:
                    for record in table.to_dict("records"):
                        clean = {k: None if pd.isna(v) else v for k, v in record.items()}
                        stream.write(json.dumps(clean, ensure_ascii=False) + "\n")
            case ".parquet":
                table.to_parquet(half, index=False)


def show(table: pd.DataFrame, model: Model) -> None:
    """A table for people, on standard output."""
    lines = [("sentence", "target", *(t.name for t in model.tasks), "text")]
    for row in table.to_dict("records"):
        answers = []
        for task in model.tasks:
            name = str(row[task.name])
            chance = row.get(f"{task.name}_{name}")
            sure = f" {chance:.2f}" if not task.multi and chance is not None and not pd.isna(chance) else ""
            answers.append(name.replace("|", ", ") + sure or "–")
        where = row["id"] if pd.isna(row["sentence_id"]) else f"{row['doc_id']}:{row['sentence_id']}"
        lines.append((str(where), str(row["target"] or "–"), *answers, str(row["text"])))
    show_table(lines, whole=("sentence", "target"), apart=True)
