"""On what another writer wrote: rows of some writers teach, those of others test; heads alone, and together.

python experiments/shift.py file FILE WRITER ...                writes FILE, whose WRITERs test
python experiments/shift.py train FILE OUT NAME [OVERRIDE ...]  writes OUT/NAME.npz, unless it is there
python experiments/shift.py table FILE OUT WAY WAY ...          prints a Markdown table

A writer is the letters of a ``doc_id`` in ``data/labels.csv``; held-out rows are in FILE on neither side. ``train``
fits the head that the overrides say (``+exp=finetune head.epochs=2 seed=1``), and keeps its probabilities, not
calibrated. A WAY is names joined by ``+``, whose log probabilities (log odds, where labels are many) are added up.
Differences are paired, to the first WAY.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import read_table
from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.files import whole_file
from framing.heads import make_head
from framing.heads.pooled import pooled
from framing.metrics import all_right_counts, group_counts, headline
from framing.split import group_rows, hold_out, numbered
from framing.summary import markdown_table
from framing.uncertainty import UncertaintyConfig, bootstrap, bootstrap_shares, draw_weights, paired_difference

LABELS = Path(__file__).resolve().parent.parent / "data" / "labels.csv"


def make_file(file: str, *writers: str) -> None:
    """Write the file, and say how many rows stand on each side."""
    rows = pd.read_csv(LABELS, dtype=str, keep_default_na=False)
    rows = rows[rows["split"] == "train"].copy()
    testing = rows["doc_id"].str.extract("^([a-z]+)", flags=re.I)[0].isin(writers)
    rows["split"] = testing.map({True: "test", False: "train"})
    with whole_file(Path(file)) as stream:
        rows.to_csv(stream, index=False)
    print(rows["split"].value_counts().to_string())


def train(file: str, out: str, name: str, *overrides: str) -> None:
    """Fit, ask, keep."""
    target = Path(out) / f"{name}.npz"
    if target.is_file():
        return
    with composer(None) as compose:
        config = compose(list(overrides)).config
    tasks = make_tasks(config.tasks)
    table = read_table(file, tasks)
    groups = group_rows(table)
    split = hold_out(table, groups, "split", "test")
    head = make_head(config.head, tasks, Encoder(config.encoder), config.seed)
    start = time.monotonic()
    learn = table.take(split.train)
    head.fit(learn.rows, learn.labels, groups[split.train])
    print(f"{name}: {time.monotonic() - start:.0f} s")
    Path(out).mkdir(parents=True, exist_ok=True)
    np.savez(target, **head.predict_proba(table.rows.take(split.test)))


def show(file: str, out: str, *ways: str) -> None:
    """Print the table."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    whole = read_table(file, tasks)
    groups = group_rows(whole)
    rows = hold_out(whole, groups, "split", "test").test
    table, groups = whole.take(rows), numbered(groups[rows])
    config = UncertaintyConfig()
    weights = draw_weights(int(groups.max()) + 1, config)
    header = [f"{task.name} {headline(task)[0]}" for task in tasks]
    lines = [("way", *header, "differently labelled, all right", "stance, to the first")]
    first = None
    for way in ways:
        parts = [np.load(Path(out) / f"{name}.npz", allow_pickle=False) for name in way.split("+")]
        cells = [way]
        for task in tasks:
            gold, metric = table.labels[task.name], headline(task)[0]
            said = task.decide(pooled(task, parts[0][task.name], [(1.0, part[task.name]) for part in parts[1:]]))
            counts = group_counts(task, gold, said, groups)
            cells.append(str(bootstrap(task, counts, weights, config.level, len(rows))[metric]))
            if task.name == "stance":
                first = said if first is None else first
                right = all_right_counts(table.rows.texts, gold, said, np.arange(len(rows)), groups)
                mixed = bootstrap_shares({"all": right["mixed/all"]}, weights, config.level)["all"]
                last = (str(mixed), paired_difference(task, gold, said, first, groups, config)[metric].signed)
        lines.append((*cells, *last))
    print(f"{len(rows)} rows of {groups.max() + 1} groups\n\n{markdown_table(lines)}")


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["file", file, *writers] if writers:
                make_file(file, *writers)
            case ["train", file, out, name, *overrides]:
                train(file, out, name, *overrides)
            case ["table", file, out, *ways] if ways:
                show(file, out, *ways)
            case _:
                sys.exit(__doc__)
    except UserError as error:
        sys.exit(str(error))
