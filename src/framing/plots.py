"""Pictures of a run. matplotlib alone: it shapes and orders Arabic by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from framing.curve import TaskCurve
    from framing.evaluate import Evaluation
    from framing.labels import Task
    from framing.measures import Measures

_INK, _FIRST, _OTHERS = "#1f2933", "#1f6feb", ("#8b98a5", "#c9d1d9", "#e3b341", "#a371f7")


def _figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", squeeze=rows * columns == 1)


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


def save_matrix(values: list[str], matrix: np.ndarray, title: str, file: Path) -> None:
    """``(k, k)`` scores: rows are learnt from, columns tested. The colour says how far a score is from the in-domain
    one of its column, which is framed."""
    from matplotlib import pyplot as plt
    from matplotlib.patches import Rectangle

    k = len(values)
    figure, axes = _figure(3.2 + 0.9 * k, 2.4 + 0.6 * k)
    away = matrix - np.diag(matrix)
    widest = max(float(np.abs(away).max()), 1e-9)
    image = axes.imshow(away, cmap="RdBu", vmin=-widest, vmax=widest)
    for i in range(k):
        axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=_INK, linewidth=1.5))
        for j in range(k):
            colour = "white" if abs(away[i, j]) > 0.6 * widest else _INK
            axes.text(j, i, f"{matrix[i, j]:.2f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(k), values, rotation=30, ha="right")
    axes.set_yticks(range(k), values)
    axes.set_xlabel("tested on")
    axes.set_ylabel("learnt from")
    axes.set_title(title, fontsize=11)
    figure.colorbar(image, label="minus the in-domain score")
    figure.savefig(file, dpi=150)
    plt.close(figure)


def save_curve(curve: TaskCurve, title: str, file: Path) -> None:
    """Scores by documents with their intervals, the band of the draws, and the forecast with its band."""
    from matplotlib import pyplot as plt

    figure, axes = _figure(7.0, 4.2)
    at = np.array([p.documents for p in curve.points])
    values = np.array([p.score.value for p in curve.points])
    spread = [values - [p.score.low for p in curve.points], np.array([p.score.high for p in curve.points]) - values]
    lowest, highest = ([end(p.draws) for p in curve.points] for end in (min, max))
    axes.fill_between(at, lowest, highest, color=_FIRST, alpha=0.25, linewidth=0, label="lowest to highest draw")
    axes.errorbar(at, values, np.maximum(spread, 0), fmt="o", color=_FIRST, ecolor=_INK, capsize=3, label="measured")
    if curve.law:
        axes.plot(curve.band_at, curve.law(curve.band_at), color=_INK, linewidth=1, label="fitted and forecast")
        axes.fill_between(curve.band_at, *curve.band, color=_OTHERS[1], alpha=0.5, linewidth=0, zorder=0)
    axes.set_xlabel("documents learnt from")
    axes.set_ylabel(curve.metric)
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(file, dpi=150)
    plt.close(figure)


def save_reliability(measures: Measures, tasks: list[str], file: Path) -> None:
    """For each task: the share right by probability, and the share wrong by how much is answered. A line for each
    label; of a single-label task, for each head."""
    from matplotlib import pyplot as plt

    figure, axes = _figure(4.2 * len(tasks), 8.0, 2, len(tasks))
    main = next(iter(measures.reliability))
    for i, task in enumerate(tasks):
        above, below = axes[0, i], axes[1, i]
        curves = {c.name: c for c in measures.reliability[main][task].curves}
        if len(curves) == 1:
            curves = {head: by_task[task].curves[0] for head, by_task in measures.reliability.items()}
        above.plot([0, 1], [0, 1], color=_INK, linewidth=0.8, linestyle=":")
        for number, (name, curve) in enumerate(curves.items()):
            colour = f"C{number % 10}"
            above.plot(curve.probability, curve.right, color=colour, marker="o", markersize=3, label=name)
            below.plot(curve.coverage, curve.risk, color=colour, label=name)
        above.set(title=task, xlabel="mean probability", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
        below.set(xlabel="share answered, the surest first", ylabel="share of these wrong", xlim=(0, 1), ylim=(0, None))
        above.legend(frameon=False, fontsize=8)
        for part in (above, below):
            part.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=150)
    plt.close(figure)
