"""Are flipped labels found? Flips 5 % of the stance labels, twenty times, and scores the ranking by doubt.

    python benchmarks/label_errors.py

Prints the average precision of the ranking, its base rate, and their ratio with a 95 % interval over the seeds
(Student's t). Uses the rows of data/labels.csv that are not held out, and the baseline's head.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student
from sklearn.metrics import average_precision_score

from framing.compose import composer
from framing.config import make_tasks
from framing.data import Table, read_table
from framing.encoder import Encoder
from framing.evaluate import evaluate
from framing.heads import make_head
from framing.label_errors import suspicion
from framing.out_of_fold import Protocol
from framing.protocols import make_splits
from framing.split import group_rows, hold_out
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished

SEEDS, SHARE = 20, 0.05


def main() -> None:
    """Print the table."""
    with composer(None) as compose:
        config = compose(["+exp=baseline", "task=[stance]"]).config
    table = read_table(config.data.path, make_tasks(config.tasks))
    groups = group_rows(table)
    kept = hold_out(table, groups, config.data.held_out_column, config.data.held_out_value).train
    table, groups = table.take(kept), groups[kept]
    (task,) = table.tasks
    encoder = Encoder(config.encoder)
    precisions = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        labels = table.labels["stance"].copy()
        flipped = rng.choice(len(labels), size=round(SHARE * len(labels)), replace=False)
        labels[flipped] = (labels[flipped] + rng.integers(1, len(task.classes), len(flipped))) % len(task.classes)
        noisy = Table(table.path, table.sha256, table.frame, {"stance": labels}, table.tasks, table.numbers)
        splits = make_splits(noisy, groups, config.protocol)
        makers = {"logistic": lambda: make_head(config.head, noisy.tasks, encoder, 0)}  # noqa: B023
        protocol = Protocol(noisy, groups, splits, UncertaintyConfig(rounds=2))
        result = evaluate(protocol, makers, Unfinished()).main
        doubt = suspicion(task, labels, result.probabilities["stance"])
        truth = np.isin(np.arange(len(labels)), flipped)
        precisions.append(average_precision_score(truth, doubt))
    ratio = np.array(precisions) / SHARE
    half = student.ppf(0.975, SEEDS - 1) * ratio.std(ddof=1) / SEEDS**0.5
    print(f"rows {len(table)}, flipped {SHARE:.0%}, seeds {SEEDS}")
    print(f"average precision {np.mean(precisions):.3f}, base rate {SHARE:.3f}")
    print(f"ratio {ratio.mean():.2f} [{ratio.mean() - half:.2f}, {ratio.mean() + half:.2f}]")


if __name__ == "__main__":
    main()
