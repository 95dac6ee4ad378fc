"""Would the heads of a stored run answer better together? Three ways, on its out-of-fold probabilities.

python experiments/stacking.py RUN

`stack`: for each fold a logistic regression (one for each label where labels are many) learns from the log odds that
all heads gave to the rows of the *other* folds, and answers this fold (Wolpert 1992). `pool`: the log probabilities
(log odds, where labels are many) are added up, those of the run's own head twice; nothing is learnt. `mean`: the mean
of the probabilities. Prints a Markdown table of paired differences to the run's own head alone, with intervals over
groups.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing.calibrate import CalibrationConfig, fit
from framing.labels import Task
from framing.metrics import headline
from framing.registry import open_run
from framing.rescore import uncertainty_of
from framing.stored import StoredRun
from framing.summary import markdown_table
from framing.track import DEFAULT_URI
from framing.uncertainty import paired_difference

_TINY = 1e-4


def stacked(run: StoredRun, task: Task, how: str) -> np.ndarray:
    """Labels as the task encodes them; each fold is answered by what the other folds taught."""
    every = [np.clip(run.probabilities(task, head), _TINY, 1 - _TINY) for head in run.heads]
    x, gold = np.hstack([np.log(p / (1 - p)) for p in every]), run.gold(task)
    out = np.zeros_like(gold)
    for fold in np.unique(run.folds):
        here = run.folds == fold
        p = np.mean(every, axis=0)
        if how == "pool":
            parts = [q / (1 - q) if task.multi else q for q in every]
            product = parts[0] * np.prod(np.sqrt(parts[1:]), axis=0)
            p = product / (1 + product) if task.multi else product / product.sum(axis=1, keepdims=True)
        elif how == "stack" and task.multi:
            found = [LogisticRegression().fit(x[~here], y).predict_proba(x)[:, 1] for y in gold[~here].T]
            p = np.stack(found, axis=1)
        elif how == "stack":
            p = LogisticRegression(class_weight="balanced", max_iter=1000).fit(x[~here], gold[~here]).predict_proba(x)
        calibration = fit(task, p[~here], gold[~here], CalibrationConfig())
        out[here] = calibration.decide(task, calibration.apply(task, p[here]))
    return out


def main(name: str) -> None:
    """Print the table of one run."""
    run = open_run(name, DEFAULT_URI)
    lines: list[tuple[str, ...]] = [("task", "score", "answers", f"minus {run.head} alone")]
    for task in run.tasks:
        alone, metric = run.predicted(task), headline(task)[0]
        for how in ("stack", "pool", "mean"):
            difference = paired_difference(
                task, run.gold(task), stacked(run, task, how), alone, run.groups, uncertainty_of(run)
            )
            lines.append((task.name, metric, f"{how} of {', '.join(run.heads)}", difference[metric].signed))
    print(markdown_table(lines))


if __name__ == "__main__":
    main(sys.argv[1])
