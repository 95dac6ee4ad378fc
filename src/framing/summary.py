"""A run in words and tables: for the terminal, for MLflow, and for ``experiments/``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framing.config import PublishedConfig
from framing.evaluate import Evaluation
from framing.labels import Task
from framing.measures import Measures
from framing.measures_page import (
    calibration_sections,
    classes_with_readers,
    control_sections,
    readers_text,
    slice_sections,
    with_readers,
)
from framing.metrics import headline
from framing.uncertainty import FEW_GROUPS, Interval


def score_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """A header, then one line for each task and headline score: the heads, and the first minus each other."""
    heads = list(evaluation.results)
    others = heads[1:]
    table: list[tuple[str, ...]] = [("task", "score", *heads, *(f"{heads[0]} - {o}" for o in others))]
    for task in evaluation.table.tasks:
        for metric in headline(task):
            line = [str(evaluation.results[h].scores[task.name][metric]) for h in heads]
            line += [evaluation.differences[o][task.name][metric].signed for o in others]
            table.append((task.name, metric, *line))
    return table


def head_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """As :func:`score_table`, without the differences: narrow enough for a terminal."""
    width = 2 + len(evaluation.results)
    return [line[:width] for line in score_table(evaluation)]


def verdicts(evaluation: Evaluation) -> list[str]:
    """For each task, in words: the run's own head against each other one, by the first headline score."""
    lines = []
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        for other, differences in evaluation.differences.items():
            d = differences[task.name][metric]
            lines.append(f"{task.name} {metric}: {evaluation.main.head} - {other} = {d.signed}: {verdict(d)}")
    return lines


def verdict(difference: Interval) -> str:
    """In a word, what the interval of a difference allows to say."""
    if difference.n_groups == 1:
        return "not distinguishable"
    return "better" if difference.low > 0 else "worse" if difference.high < 0 else "not distinguishable"


def class_table(task: Task, evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Precision, recall and F1 of the run's own head by class, with support."""
    scores = evaluation.main.scores[task.name]
    lines: list[tuple[str, ...]] = [("class", "precision", "recall", "F1", "support")]
    for name in task.classes:
        parts = [str(scores[f"{name}/{m}"]) for m in ("precision", "recall", "f1")]
        lines.append((name, *parts, f"{scores[f'{name}/support'].value:.0f}"))
    return lines


def control_table(task: Task, evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Every head's score with the target marked, its marker removed, and its names masked; and on the sentences that
    are labelled differently toward their targets, how many have all their rows right."""
    metric = headline(task)[0]
    lines: list[tuple[str, ...]] = [("head", "target shown as", metric, "rows right", "all rows right")]
    for head, result in evaluation.results.items():
        for mode, by_task in result.controls.items():
            if task.name in by_task:  # not every way of showing differs for it
                found = by_task[task.name]
                mixed = [str(found.get(f"mixed/{part}", "no such sentence")) for part in ("rows", "all")]
                lines.append((head, mode, str(found[metric]), *mixed))
    return lines


def abstention_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """For each task and head: what share of rows gets an answer, and what share of those answers is right."""
    lines: list[tuple[str, ...]] = [("task", "head", "share answered", "of these right")]
    for task in evaluation.table.tasks:
        for head, result in evaluation.results.items():
            found = result.scores[task.name]
            shares = [str(found.get(f"sure/{part}", "none")) for part in ("coverage", "precision")]
            lines.append((task.name, head, *shares))
    return lines


def time_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Seconds of training and testing on all splits, and the process's highest memory meanwhile, by head."""
    lines: list[tuple[str, ...]] = [("head", "seconds, all splits", "peak memory, MB")]
    return lines + [(h, f"{r.seconds:.0f}", f"{r.memory:.0f}") for h, r in evaluation.results.items()]


def slice_table(evaluation: Evaluation, published: Sequence[PublishedConfig]) -> list[tuple[str, ...]]:
    """Headline scores of every head on all rows and on each slice, and what has been published for the same rows."""
    lines: list[tuple[str, ...]] = [("task", "score", "rows", "system", "value")]
    for task in evaluation.table.tasks:
        for metric in headline(task):
            for rows in ("all", *evaluation.main.slices):
                for head, result in evaluation.results.items():
                    scores = result.scores if rows == "all" else result.slices[rows]
                    found = scores[task.name][metric]
                    lines.append((task.name, metric, f"{rows} ({found.n_rows})", head, str(found)))
                for p in published:
                    if (p.task, p.score, p.rows) == (task.name, metric, rows):
                        lines.append((task.name, metric, rows, f"{p.system} ({p.source})", f"{p.value:.3f}"))
    return lines


def left_out_table(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """For each task and each value that was left out: rows and groups learnt from (fewest to most of its splits) and
    tested, and every head's first headline score."""
    heads = evaluation.results
    lines: list[tuple[str, ...]] = [
        ("task", "score", "left out", "learnt from: rows", "groups", "tested: rows", "groups", *heads)
    ]
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        for part in dict.fromkeys(s.part for s in evaluation.splits if s.part):
            learnt = [s.train for s in evaluation.splits if s.part == part]
            sides = [_from_to([len(rows) for rows in learnt])]
            sides.append(_from_to([len(np.unique(evaluation.groups[rows])) for rows in learnt]))
            found = [result.slices[part][task.name][metric] for result in heads.values()]
            sides += [str(found[0].n_rows), str(found[0].n_groups)]
            lines.append((task.name, metric, part, *sides, *map(str, found)))
    return lines


def _from_to(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def markdown_table(lines: list[tuple[str, ...]]) -> str:
    """GitHub's table of strings; the first line is the header."""
    rule = "|" + "---|" * len(lines[0])
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([rows[0], rule, *rows[1:]])


def few_groups_warning(evaluation: Evaluation) -> str:
    """Said where there are too few groups for the intervals to mean much; else empty."""
    n = len(set(evaluation.groups[evaluation.tested].tolist()))
    if n >= FEW_GROUPS:
        return ""
    return (
        f"warning: only {n} independent groups of rows; under {FEW_GROUPS} the intervals are too narrow to be relied "
        "on. Give `doc_id`, and more documents."
    )


def _out_of_fold(evaluation: Evaluation) -> str:
    if any(split.published for split in evaluation.splits):
        return (
            "Scores are of the split that the makers of the data gave. Where the same sentence stands on both sides, "
            "it flatters."
        )
    return (
        f"Scores are of out-of-fold predictions on {len(evaluation.splits)} splits that keep every group on one side."
    )


def run_summary(
    evaluation: Evaluation,
    final: Evaluation | None,
    name: str,
    command: str,
    measures: Measures,
    final_measures: Measures | None = None,
    published: Sequence[PublishedConfig] = (),
    how: str = "",
    more: Sequence[str] = (),
) -> str:
    """The page that a run leaves: what was asked, on what, and what came out. ``how``: what the scores are of, where
    they are not of out-of-fold predictions. ``more``: sections from elsewhere."""
    table = evaluation.table
    n_groups = len(set(evaluation.groups.tolist()))
    ceiling = measures.ceiling
    parts: list[str | list[tuple[str, ...]]] = [
        f"# {name}",
        f"Command: `{command}`",
        f"Data: `{table.path}`, sha256 `{table.sha256[:16]}`: {len(table)} rows in {table.frame['doc_id'].nunique()} "
        f"documents and {n_groups} independent groups (rows that are held out not counted).",
        f"{how or _out_of_fold(evaluation)} In brackets the {evaluation.level:.0%} interval of a bootstrap over "
        "groups. Columns of one head minus another are paired differences on the same draws.",
        with_readers(score_table(evaluation), evaluation, ceiling),
        *readers_text(ceiling),
        "\n".join(f"- {line}" for line in verdicts(evaluation)),
    ]
    untested = len(table) - len(evaluation.tested)
    if untested:
        dropped = sum(split.dropped for split in evaluation.splits)
        both = f"; {dropped} rows belong to both sides and so to neither" if dropped else ""
        parts.append(f"{untested} of the rows are not tested{both}.")
    warning = few_groups_warning(evaluation)
    if warning:
        parts.append(warning)
    if any(split.part for split in evaluation.splits):
        parts += ["## Left out, one after the other", markdown_table(left_out_table(evaluation))]
    if published or any(split.published for split in evaluation.splits):
        parts += ["## Slices, and published figures", markdown_table(slice_table(evaluation, published))]
    for task in table.tasks:
        parts += [
            f"## {task.name}: {evaluation.main.head} by class",
            classes_with_readers(class_table(task, evaluation), task, ceiling),
        ]
        if task.name in evaluation.main.confusions:
            matrix = evaluation.main.confusions[task.name]
            lines: list[tuple[str, ...]] = [("gold \\ predicted", *task.classes)]
            lines += [(c, *map(str, row)) for c, row in zip(task.classes, matrix, strict=True)]
            parts.append(markdown_table(lines))
    parts += slice_sections(measures, evaluation)
    for task in (t for t in table.tasks if t.reads_target):
        mixed = evaluation.main.scores[task.name].get("mixed/all")
        parts += [
            f"## Does {task.name} read the target?",
            "`unmarked`: the same text without its marker, so that all targets of a sentence get one answer. `masked`: "
            "its names replaced by a placeholder, so that only what is said of it is seen. The last two columns: "
            f"the {mixed.n_rows if mixed else 0} sentences labelled differently toward their targets.",
            markdown_table(control_table(task, evaluation)),
        ]
    parts += control_sections(measures, evaluation)
    parts += calibration_sections(measures, evaluation)
    parts += more
    parts += [
        "## Answers that are sure",
        "Probabilities are calibrated, and a threshold for the wanted precision is set, on other rows than these. "
        "Where all tested rows are of one split there are no others: nothing is calibrated, and there is no threshold.",
        markdown_table(abstention_table(evaluation)),
        "## Time",
        markdown_table(time_table(evaluation)),
    ]
    if final and final_measures:
        rows, groups = len(final.tested), len(set(final.groups[final.tested].tolist()))
        parts += [
            f"## On the {rows} rows ({groups} groups) that no choice has seen",
            "Trained once on all other rows.",
            with_readers(score_table(final), final, final_measures.ceiling),
        ]
        parts += [control_table(task, final) for task in table.tasks if task.reads_target]
        parts += control_sections(final_measures, final) + calibration_sections(final_measures, final)
    return "\n\n".join(part if isinstance(part, str) else markdown_table(part) for part in parts) + "\n"
