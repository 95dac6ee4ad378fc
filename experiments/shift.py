"""On what another writer wrote: rows of some writers teach, those of others test; heads alone, and together.

python experiments/shift.py file FILE WRITER ...                writes FILE, whose WRITERs test
python experiments/shift.py train FILE OUT NAME [OVERRIDE ...]  writes OUT/NAME.npz, unless it is there
python experiments/shift.py table FILE OUT WAY WAY ...          prints a Markdown table

A writer is the letters of a ``doc_id`` in ``data/labels.csv``, whose held-out rows stand in FILE on neither side.
``train`` fits the head that the overrides say (``+exp=finetune head.epochs=2 seed=1``), and keeps its probabilities,
not calibrated. A WAY is names joined by ``+``, whose log probabilities (log odds, where labels are many) are added up.
Differences are paired, to the first WAY. Where sentences refer back to a speaker whom an earlier one introduced, a
second table has these alone.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import Table, read_table
from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.files import whole_file
from framing.heads import make_head
from framing.heads.pooled import pooled
from framing.labels import Task
from framing.metrics import all_right_counts, group_counts, headline
from framing.split import group_rows, hold_out, numbered
from framing.summary import markdown_table
from framing.uncertainty import UncertaintyConfig, bootstrap, bootstrap_shares, draw_weights, paired_difference

DATA = Path(__file__).resolve().parent.parent / "data"


def make_file(file: str, *writers: str) -> None:
    """Write the file, and say how many rows stand on each side."""
    rows = pd.read_csv(DATA / "labels.csv", dtype=str, keep_default_na=False)
    rows = rows[rows["split"] == "train"]
    written = rows["doc_id"].str.extract("^([a-z]+)", flags=re.I)[0]
    if unknown := set(writers) - set(written):
        raise UserError(f"nothing by {', '.join(sorted(unknown))} in {DATA / 'labels.csv'}")
    rows["split"] = written.isin(writers).map({True: "test", False: "train"})
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
    """Print the tables."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    whole = read_table(file, tasks)
    groups = group_rows(whole)
    rows = hold_out(whole, groups, "split", "test").test
    table, groups = whole.take(rows), numbered(groups[rows])
    said = {way: _decisions(tasks, [Path(out) / f"{name}.npz" for name in way.split("+")]) for way in ways}
    everywhere = np.arange(len(table))
    back = np.flatnonzero(np.array(table.introductions) != "")
    for what, part in [("", everywhere), (" that refer back to their speaker", back)]:
        if len(part):
            some = {way: {task: given[part] for task, given in decided.items()} for way, decided in said.items()}
            print(f"{len(part)} rows{what}, {_compared(tasks, table.take(part), numbered(groups[part]), some)}\n")


def _decisions(tasks: Sequence[Task], files: Sequence[Path]) -> dict[str, np.ndarray]:
    parts = [np.load(file, allow_pickle=False) for file in files]
    return {t.name: t.decide(pooled(t, parts[0][t.name], [(1.0, part[t.name]) for part in parts[1:]])) for t in tasks}


def _compared(
    tasks: Sequence[Task], table: Table, groups: np.ndarray, said: Mapping[str, Mapping[str, np.ndarray]]
) -> str:
    """One line for each way: scores, differences to the first way."""
    config = UncertaintyConfig()
    weights = draw_weights(int(groups.max()) + 1, config)
    metrics = {task: headline(task)[0] for task in tasks}
    scores = [f"{task.name} {metric}" for task, metric in metrics.items()]
    lines = [("way", *scores, "differently labelled, all right", *(f"{task.name}, to the first" for task in tasks))]
    first = next(iter(said.values()))
    for way, decided in said.items():
        cells, differences = [], []
        for task, metric in metrics.items():
            gold, ours = table.labels[task.name], decided[task.name]
            counts = group_counts(task, gold, ours, groups)
            cells.append(str(bootstrap(task, counts, weights, config.level, len(table))[metric]))
            differences.append(paired_difference(task, gold, ours, first[task.name], groups, config)[metric].signed)
        stance = table.labels["stance"], decided["stance"]
        right = all_right_counts(table.rows.texts, *stance, np.arange(len(table)), groups)
        mixed = bootstrap_shares({"all": right["mixed/all"]}, weights, config.level)["all"]
        lines.append((way, *cells, str(mixed), *differences))
    return f"of {groups.max() + 1} groups\n\n{markdown_table(lines)}"


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
