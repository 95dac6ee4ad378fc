"""Controls that do not come out as they should, in words."""

from __future__ import annotations

from framing.evaluate import Evaluation
from framing.labels import Task
from framing.metrics import headline
from framing.split import numbered
from framing.targets import Mode
from framing.uncertainty import Interval, UncertaintyConfig, paired_difference

BY_SOURCE = "attribution"  # the task that nobody can answer without the sources
MAY_FALL = 0.03  # what a task that reads the target may lose without the sources


def fall(task: Task, evaluation: Evaluation, head: str, mode: Mode, config: UncertaintyConfig) -> Interval:
    """By how much a head's first headline score is lower if the text is shown in this way: a paired difference."""
    result, rows = evaluation.results[head], evaluation.tested
    found = paired_difference(
        task,
        evaluation.table.labels[task.name][rows],
        result.predicted[task.name][rows],
        result.answers[mode][task.name][rows],
        numbered(evaluation.groups[rows]),
        config,
    )
    return found[headline(task)[0]]


def control_flags(evaluation: Evaluation, config: UncertaintyConfig) -> list[str]:
    """A sentence for each control of the run's own head that does not come out as it should; none is the best.

    Without its marker, no sentence that is labelled differently toward its targets can be wholly right, and where there
    are such sentences, the score must fall without the marker and without the names. Without the sources, attribution
    must fall, and a task that reads the target must not fall by more than ``MAY_FALL``.
    """
    flags = []
    for task in evaluation.table.tasks:
        what = f"{task.name} {headline(task)[0]}"
        head = evaluation.main.head
        mixed = evaluation.main.controls["unmarked"].get(task.name, {}).get("mixed/all")
        if mixed and mixed.value > 0:
            flags.append(
                f"{task.name}: without the marker {mixed} of the {mixed.n_rows} sentences labelled differently toward "
                "their targets are wholly right, where none can be: the head learns of the target in another way"
            )
        answered = {mode for mode, answers in evaluation.main.answers.items() if task.name in answers}
        for mode in (m for m in ("unmarked", "masked") if mixed and m in answered):
            lost = fall(task, evaluation, head, mode, config)
            if lost.low <= 0:
                flags.append(f"{what} {mode}: falls by {lost.signed}, and should fall")
        if "sourceless" not in answered:
            continue
        lost = fall(task, evaluation, head, "sourceless", config)
        if task.name == BY_SOURCE and lost.low <= 0:
            flags.append(f"{what} sourceless: falls by {lost.signed}, and should fall")
        if task.reads_target and lost.low > MAY_FALL:
            flags.append(f"{what} sourceless: falls by {lost.signed}, which is more than {MAY_FALL}")
        elif task.reads_target and lost.high > MAY_FALL:
            flags.append(f"{what} sourceless: falls by {lost.signed}, which may be more than {MAY_FALL}")
    return flags
