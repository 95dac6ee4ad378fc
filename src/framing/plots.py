"""Pictures of a run. matplotlib alone: it shapes and orders Arabic by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from framing.evaluate import Evaluation
    from framing.labels import Task

_INK, _FIRST, _OTHERS = "#1f2933", "#1f6feb", ("#8b98a5", "#c9d1d9", "#e3b341", "#a371f7")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")


def save_confusion(task: Task, matrix: np.ndarray, title: str, file: Path) -> None:
    """Rows are gold, columns predicted; the colour is the share of the gold class, the figure the rows."""
    from matplotlib import pyplot as plt

    k = len(task.classes)
    figure, axes = _figure(2.4 + 0.9 * k, 2.0 + 0.7 * k)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for i in range(k):
        for j in range(k):
            colour = "white" if share[i, j] > 0.55 else _INK
            axes.text(j, i, f"{matrix[i, j]}\n{share[i, j]:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(k), task.classes)
    axes.set_yticks(range(k), task.classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold")
    axes.set_title(title, fontsize=11)
    figure.savefig(file, dpi=150)
    plt.close(figure)


def save_scores(evaluation: Evaluation, metric_of: dict[str, str], file: Path) -> None:
    """The headline score of each task, every head beside the others, with its interval."""
    from matplotlib import pyplot as plt

    tasks, results = list(metric_of), list(evaluation.results.values())
    figure, axes = _figure(2.5 + 2.0 * len(tasks), 4.0)
    width = 0.8 / len(results)
    for h, result in enumerate(results):
        intervals = [result.scores[t][metric_of[t]] for t in tasks]
        at = np.arange(len(tasks)) + (h - (len(results) - 1) / 2) * width
        values = np.array([i.value for i in intervals])
        spread = [
            np.maximum(values - [i.low for i in intervals], 0),
            np.maximum([i.high for i in intervals] - values, 0),
        ]
        colour = _FIRST if h == 0 else _OTHERS[(h - 1) % len(_OTHERS)]
        axes.bar(at, values, width * 0.92, yerr=spread, label=result.head, color=colour, ecolor=_INK, capsize=3)
        for x, interval in zip(at, intervals, strict=True):
            axes.text(x, interval.high + 0.015, f"{interval.value:.2f}", ha="center", fontsize=9, color=_INK)
    axes.set_xticks(range(len(tasks)), [f"{t}\n{metric_of[t]}" for t in tasks])
    axes.set_ylim(0, 1)
    axes.set_ylabel(f"score, {evaluation.level:.0%} interval over groups")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(results), loc="upper right")
    figure.savefig(file, dpi=150)
    plt.close(figure)
