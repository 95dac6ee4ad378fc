"""How long 10,000 bootstrap rounds of every score take, beside a loop that draws rows and asks scikit-learn.

    python benchmarks/bootstrap_10k.py

2,400 invented rows in 200 groups, with the classes of the repository's three tasks. A round draws groups and scores all
tasks. The loop computes the same scores of the same draws, for a few rounds, and both must agree. Three alternating
repetitions.
"""

from __future__ import annotations

import time

import numpy as np
from sklearn import metrics as sk

from framing.compose import composer
from framing.config import make_tasks
from framing.labels import Task
from framing.metrics import group_counts, scores
from framing.uncertainty import UncertaintyConfig, bootstrap, draw_weights

ROWS, GROUPS, ROUNDS, LOOPED = 2400, 200, 10_000, 20


def main() -> None:
    """Print both times for a round, and their ratio."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    rng = np.random.default_rng(0)
    groups = np.sort(rng.permutation(np.arange(ROWS) % GROUPS))
    data = {task: (_labels(task, rng), _labels(task, rng)) for task in tasks}
    config = UncertaintyConfig(rounds=ROUNDS)
    for _ in range(3):
        start = time.perf_counter()
        weights = draw_weights(GROUPS, config)
        for task, (gold, predicted) in data.items():
            bootstrap(task, group_counts(task, gold, predicted, groups), weights, config.level, ROWS)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        looped = [[_scikit_learn(task, *data[task], _rows(groups, w)) for task in tasks] for w in weights[:LOOPED]]
        loop = (time.perf_counter() - start) * ROUNDS / LOOPED
        _agree(data, groups, weights[:LOOPED], looped)
        print(f"{ROUNDS} rounds: {ours:.2f} s, a loop would take {loop:.0f} s, ratio {loop / ours:.0f}")


def _labels(task: Task, rng: np.random.Generator) -> np.ndarray:
    k = len(task.classes)
    return (rng.random((ROWS, k)) < 0.3).astype(int) if task.multi else rng.integers(0, k, ROWS)


def _rows(groups: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(ROWS), weight[groups].astype(int))


def _scikit_learn(task: Task, gold: np.ndarray, predicted: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    """Every score of these rows, but the one that scikit-learn does not have (``f_avg``)."""
    gold, predicted = gold[rows], predicted[rows]
    labels = range(len(task.classes))
    by_class = sk.precision_recall_fscore_support(gold, predicted, labels=labels, average=None, zero_division=0)
    found = {
        f"{c}/{m}": v
        for m, of in zip(("precision", "recall", "f1", "support"), by_class, strict=True)
        for c, v in zip(task.classes, of, strict=True)
    }
    found["macro_f1"] = sk.f1_score(gold, predicted, average="macro", zero_division=0)
    if task.multi:
        found["micro_f1"] = sk.f1_score(gold, predicted, average="micro", zero_division=0)
    return found | {"exact_match" if task.multi else "accuracy": sk.accuracy_score(gold, predicted)}


def _agree(
    data: dict[Task, tuple[np.ndarray, np.ndarray]],
    groups: np.ndarray,
    weights: np.ndarray,
    looped: list[list[dict[str, float]]],
) -> None:
    for i, (task, (gold, predicted)) in enumerate(data.items()):
        drawn = scores(task, weights @ group_counts(task, gold, predicted, groups))
        for name in looped[0][i]:
            np.testing.assert_allclose(drawn[name], [of_round[i][name] for of_round in looped])


if __name__ == "__main__":
    main()
