"""Several trainings of the same head, alone and together, on rows that other writers wrote.

python experiments/members.py train FILE OUT NAME [OVERRIDE ...]   writes OUT/NAME.npz, unless it is there
python experiments/members.py table FILE OUT WAY WAY ...           prints a Markdown table

FILE is what ``shift.py`` writes. ``train`` fits the head that the overrides say (``+exp=finetune head.lr=1e-4 seed=1``)
on the rows of ``train``, and keeps its probabilities of those of ``test``, not calibrated. A WAY is names joined by
``+``, whose log probabilities (log odds, where labels are many) are added up. Differences are paired, to the first WAY.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import Table, read_table
from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.heads import make_head
from framing.heads.pooled import pooled
from framing.labels import Task
from framing.metrics import all_right_counts, group_counts, headline
from framing.split import group_rows
from framing.summary import markdown_table
from framing.uncertainty import UncertaintyConfig, bootstrap, bootstrap_shares, draw_weights, paired_difference


def sides(file: str, tasks: tuple[Task, ...]) -> tuple[Table, np.ndarray]:
    """All rows, and which of them test."""
    return read_table(file, tasks), (pd.read_csv(file, dtype=str)["split"] == "test").to_numpy()


def train(file: str, out: str, name: str, *overrides: str) -> None:
    """Fit, ask, keep."""
    target = Path(out) / f"{name}.npz"
    if target.is_file():
        return
    with composer(None) as compose:
        config = compose(list(overrides)).config
    tasks = make_tasks(config.tasks)
    table, test = sides(file, tasks)
    learn, ask = np.flatnonzero(~test), np.flatnonzero(test)
    head = make_head(config.head, tasks, Encoder(config.encoder), config.seed)
    start = time.monotonic()
    known = {task.name: table.labels[task.name][learn] for task in tasks}
    head.fit(table.rows.take(learn), known, group_rows(table)[learn])
    print(f"{name}: {time.monotonic() - start:.0f} s")
    Path(out).mkdir(parents=True, exist_ok=True)
    np.savez(target, **head.predict_proba(table.rows.take(ask)))


def show(file: str, out: str, *ways: str) -> None:
    """Print the table."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    table, test = sides(file, tasks)
    rows = np.flatnonzero(test)
    groups = np.unique(group_rows(table)[rows], return_inverse=True)[1]
    texts = table.rows.take(rows).texts
    config = UncertaintyConfig()
    weights = draw_weights(int(groups.max()) + 1, config)
    lines = [("way", *(f"{t.name} {headline(t)[0]}" for t in tasks), "differently labelled, all right",
              "stance, to the first")]
    first = None
    for way in ways:
        parts = [np.load(Path(out) / f"{name}.npz", allow_pickle=False) for name in way.split("+")]
        cells = [way]
        for task in tasks:
            gold = table.labels[task.name][rows]
            p = pooled(task, parts[0][task.name], [(1.0, part[task.name]) for part in parts[1:]])
            said = task.decide(p)
            metric = headline(task)[0]
            cells.append(str(bootstrap(task, group_counts(task, gold, said, groups), weights, 0.95, len(rows))[metric]))
            if task.name == "stance":
                mixed = all_right_counts(texts, gold, said, np.arange(len(rows)), groups)['mixed/all']
                first = said if first is None else first
                difference = paired_difference(task, gold, said, first, groups, config)[metric].signed
        lines.append((*cells, *(str(v) for v in bootstrap_shares({"mixed": mixed}, weights, 0.95).values()), difference))
    print(f"{len(rows)} rows of {groups.max() + 1} groups\n\n{markdown_table(lines)}")


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["train", file, out, name, *overrides]:
                train(file, out, name, *overrides)
            case ["table", file, out, *ways] if ways:
                show(file, out, *ways)
            case _:
                sys.exit(__doc__)
    except UserError as error:
        sys.exit(str(error))
