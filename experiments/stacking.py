"""Would the heads of a stored run answer better together? Three ways, on its out-of-fold probabilities.

python experiments/stacking.py RUN

`stack`: for each fold a logistic regression (one for each label where labels are many) learns from the log odds that
all heads gave to the rows of the *other* folds, and answers this fold (Wolpert 1992). `pool`: the log probabilities
(log odds, where labels are many) are added up, those of the run's own head twice; nothing is learnt. `mean`: the mean
of the probabilities. Prints a Markdown table of paired differences to the run's own head alone, with intervals over
groups; for held-out rows, if the run has them, all folds are learnt from.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing.calibrate import CalibrationConfig, fit
from framing.exceptions import UserError
from framing.heads.pooled import pooled
from framing.labels import Task
from framing.metrics import headline
from framing.protocols import KFOLD
from framing.registry import open_run, run_folder
from framing.rescore import uncertainty_of
from framing.stored import HELD_OUT, StoredRun
from framing.summary import markdown_table
from framing.track import DEFAULT_URI
from framing.uncertainty import paired_difference

_TINY = 1e-4
WAYS = ("stack", "pool", "mean")


def together(how: str, task: Task, parts: Sequence[np.ndarray], gold: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """``(n, k)`` probabilities of all heads as one; ``learn`` marks the rows whose labels may be used."""
    if how == "pool":
        return pooled(task, parts[0], [(0.5, p) for p in parts[1:]])
    if how == "mean":
        return np.mean(parts, axis=0)
    x = np.hstack([np.log(p / (1 - p)) for p in (np.clip(p, _TINY, 1 - _TINY) for p in parts)])
    if not task.multi:
        linear = LogisticRegression(class_weight="balanced", max_iter=1000)
        return linear.fit(x[learn], gold[learn]).predict_proba(x)
    return np.stack([LogisticRegression().fit(x[learn], y).predict_proba(x)[:, 1] for y in gold[learn].T], axis=1)


def answers(how: str, task: Task, parts: Sequence[np.ndarray], gold: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """Labels of the rows that are not learnt from, calibrated by those that are."""
    p = together(how, task, parts, gold, learn)
    calibration = fit(task, p[learn], gold[learn], CalibrationConfig())
    return calibration.decide(task, calibration.apply(task, p[~learn]))


def by_fold(run: StoredRun, task: Task, how: str) -> np.ndarray:
    """Each fold answered by what the other folds taught."""
    parts, gold = [run.probabilities(task, head) for head in run.heads], run.gold(task)
    out = np.zeros_like(gold)
    for fold in np.unique(run.folds):
        out[run.folds == fold] = answers(how, task, parts, gold, run.folds != fold)
    return out


def on_held_out(run: StoredRun, held: StoredRun, task: Task, how: str) -> np.ndarray:
    """The held-out rows answered by what all folds taught."""
    parts = [np.concatenate([r.probabilities(task, head) for r in (run, held)]) for head in run.heads]
    gold = np.concatenate([run.gold(task), held.gold(task)])
    return answers(how, task, parts, gold, np.arange(len(gold)) < len(run.frame))


def main(name: str) -> None:
    """Print the table of one run. ``UserError`` where other folds are not what a fold may learn from."""
    run = open_run(name, DEFAULT_URI)
    if run.facts["protocol"]["kind"] not in KFOLD:
        raise UserError(f"{name}: no run of folds, each of which may learn from the others ({', '.join(KFOLD)})")
    tables = [("folds", run, lambda task, how: by_fold(run, task, how))]
    if (run_folder(name, DEFAULT_URI) / HELD_OUT).is_file():
        held = open_run(name, DEFAULT_URI, HELD_OUT)
        tables.append(("held out", held, lambda task, how: on_held_out(run, held, task, how)))
    lines: list[tuple[str, ...]] = [("rows", "task", "score", f"{', '.join(run.heads)} by", f"minus {run.head} alone")]
    for rows, of, answered in tables:
        for task in run.tasks:
            metric = headline(task)[0]
            for how in WAYS:
                difference = paired_difference(
                    task, of.gold(task), answered(task, how), of.predicted(task), of.groups, uncertainty_of(run)
                )
                lines.append((f"{rows} ({len(of.frame)})", task.name, metric, how, difference[metric].signed))
    print(markdown_table(lines))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2] or sys.exit(__doc__))
    except UserError as error:
        sys.exit(str(error))
