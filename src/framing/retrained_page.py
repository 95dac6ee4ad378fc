"""What training again gave (``controls.py``), in words and tables."""

from __future__ import annotations

from framing.evaluate import Evaluation
from framing.metrics import headline
from framing.summary import markdown_table


def naive_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """The first headline score of every task on folds of shuffled sentences, on the run's own folds, and the gap."""
    again = evaluation.retrained
    lines: list[tuple[str, ...]] = [("task", "score", "head", "shuffled sentences", "whole articles", "gap")]
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        for head, gap in again.gap.items():
            both = (again.claimed[head], evaluation.results[head].scores)
            scores = [str(found[task.name][metric]) for found in both]
            lines.append((task.name, metric, head, *scores, gap[task.name][metric].signed))
    return lines


def gap_lines(evaluation: Evaluation) -> list[str]:
    """The gap of the run's own head, for each task in words; nothing if it was not measured."""
    gaps = evaluation.retrained.gap.get(evaluation.main.head, {})
    return [
        f"{t.name} {headline(t)[0]}: shuffling sentences would have claimed {gaps[t.name][headline(t)[0]].signed}"
        for t in evaluation.table.tasks
        if gaps
    ]


def shuffled_lines(evaluation: Evaluation) -> list[str]:
    """Every head that learnt from shuffled labels, beside what chance gives; and those for which it was not run."""
    lines = []
    for head, tasks in evaluation.retrained.shuffled.items():
        for task in evaluation.table.tasks:
            found, metric = tasks[task.name], headline(task)[0]
            line = f"{task.name} {metric}, {head}: {found.scores[metric]}, by chance {found.chance:.3f}"
            if found.suspicious:
                line += "; **above chance: labels reach this head by another way than its training rows**"
            lines.append(line)
    return lines + not_run(evaluation, "shuffled")


def not_run(evaluation: Evaluation, control: str) -> list[str]:
    """Which heads were not trained again for this control: one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for head, why in evaluation.retrained.not_run.get(control, {}).items():
        by_reason.setdefault(why, []).append(head)
    return [f"not run for {', '.join(heads)}: {why}" for why, heads in by_reason.items()]


def spread_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Headline scores of heads that were trained several times: mean and standard deviation, lowest and highest."""
    lines: list[tuple[str, ...]] = [("task", "score", "head", "mean ± sd", "lowest", "highest", "trainings")]
    for task in evaluation.table.tasks:
        for metric in headline(task):
            for head, tasks in evaluation.retrained.spreads.items():
                spread = tasks[task.name][metric]
                ends = [f"{end(spread.values):.3f}" for end in (min, max)]
                lines.append((task.name, metric, head, str(spread), *ends, str(spread.n)))
    return lines


def sections(evaluation: Evaluation) -> list[str]:
    """What training again gave, in words and tables."""
    if not evaluation.retrained.not_run:  # nothing was to be trained again
        return []
    parts = ["## What shuffling sentences would have claimed"]
    if evaluation.retrained.gap:
        parts += [
            "The same heads on folds of single sentences, so that articles stand on both sides; the gap is a paired "
            "difference on the same draws of groups.",
            markdown_table(naive_table(evaluation)),
        ]
    parts += ["\n".join(f"- {line}" for line in not_run(evaluation, "naive"))]
    parts += [
        "## Learnt from shuffled labels",
        "Labels are dealt out anew among the training rows, and the true ones are tested. Chance is the better of the "
        "majority head and the same answers given to the rows at random.",
        "\n".join(f"- {line}" for line in shuffled_lines(evaluation)),
    ]
    if evaluation.retrained.spreads:
        parts += [
            "## The spread of retraining",
            "Trained again with other seeds and, where the protocol draws them, other folds. This says how far a score "
            "moves when training is repeated; the intervals above say how far it would move on other articles. Neither "
            "holds the other.",
            markdown_table(spread_table(evaluation)),
        ]
    return [part for part in parts if part]
