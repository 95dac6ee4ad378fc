"""The tables of a report. A cell that is a score stays an :class:`Interval`, so that a page can draw it; ``str`` of it
gives the same digits everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.behave.stored import SuiteOutcome
from framing.ceiling import Ceiling
from framing.config import PublishedConfig
from framing.evaluate import Evaluation
from framing.labels import EMPTY_SET, Task
from framing.metrics import group_counts, headline, scores
from framing.retrained_page import not_run, spread_table
from framing.slices import MOST, Slice
from framing.summary import slice_table, verdict
from framing.uncertainty import FEW_GROUPS, Interval

Cell = str | Interval


@dataclass(frozen=True)
class Grid:
    """A table: its first line is the header, the first cell of a line names the line. ``note`` stands below it."""

    caption: str
    lines: Sequence[tuple[Cell, ...]]
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Grids under one heading. Without any, ``missing`` says why, and ``command`` what would fill it."""

    grids: Sequence[Grid] = ()
    sentences: Sequence[str] = ()
    missing: str = ""
    command: str = ""


@dataclass(frozen=True)
class Confusion:
    """``rows[i][j]``: how often gold class i was answered j; ``shares`` of the gold class."""

    task: str
    classes: tuple[str, ...]
    rows: list[list[int]]
    shares: list[list[float]]


def headline_grid(evaluation: Evaluation, ceiling: Ceiling | None) -> Grid:
    """The score of each task that models are chosen by: all heads, and one reader against the other."""
    against = ceiling.columns[-1] if ceiling else ""
    lines: list[tuple[Cell, ...]] = [("task", "score", *evaluation.results, *([against] if ceiling else ()))]
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        line: list[Cell] = [result.scores[task.name][metric] for result in evaluation.results.values()]
        if ceiling:
            found = ceiling.scores(task)
            line.append(found[against][metric] if found else "not read")
        lines.append((task.name, metric, *line))
    note = f"{against}: one reader's labels against the other's, on the rows that both have read." if ceiling else ""
    return Grid("Every head on the same rows", lines, note)


def score_grid(task: Task, evaluation: Evaluation, caption: str, ceiling: Ceiling | None = None) -> Grid:
    """Every headline score of every head, with the paired difference of the first head to it, in words as well; and of
    the readers, if any are known."""
    first, *others = evaluation.results
    readers = _readers(task, ceiling)
    compared = (f"{first} minus it", "verdict") if others else ()
    lines: list[tuple[Cell, ...]] = [("score", "head", "value", *compared)]
    for metric in headline(task):
        for head, result in evaluation.results.items():
            value = result.scores[task.name][metric]
            if head == first:
                lines.append((metric, head, value, *("" for _ in compared)))
            else:
                d = evaluation.differences[head][task.name][metric]
                word = verdict(d)
                told = word if word == "not distinguishable" else f"{first} is {word}"
                lines.append((metric, head, value, d.signed, told))
        lines += [(metric, name, found[metric], *("" for _ in compared)) for name, found in readers.items()]
    value = evaluation.main.scores[task.name][headline(task)[0]]
    return Grid(f"{caption}, {value.n_rows} rows in {value.n_groups} groups", lines, _who(ceiling) if readers else "")


def _readers(task: Task, ceiling: Ceiling | None) -> dict[str, dict[str, Interval]]:
    """What stands beside the head, by what it is shown as; nothing if nobody has read for this task."""
    found = ceiling.scores(task) if ceiling else {}
    return {shown: found[name] for shown, name in ceiling.beside.items()} if ceiling and found else {}


def _who(ceiling: Ceiling | None) -> str:
    return f"{' and '.join(ceiling.readings.names)}: {ceiling.readings.kind}." if ceiling else ""


def class_grid(task: Task, evaluation: Evaluation, ceiling: Ceiling | None) -> Grid:
    """Precision, recall and F1 of the run's own head by class, and the readers' F1."""
    scores, readers = evaluation.main.scores[task.name], _readers(task, ceiling)
    lines: list[tuple[Cell, ...]] = [("class", "precision", "recall", "F1", "rows", *(f"F1, {r}" for r in readers))]
    for name in task.classes:
        parts = [scores[f"{name}/{m}"] for m in ("precision", "recall", "f1")]
        beside = [found[f"{name}/f1"] for found in readers.values()]
        lines.append((name, *parts, f"{scores[f'{name}/support'].value:.0f}", *beside))
    notes = ["rows: that carry the class in the gold labels.", *([_who(ceiling)] if readers else [])]
    return Grid(f"{task.name}: {evaluation.main.head} by class", lines, " ".join(notes))


def confusion_of(task: Task, evaluation: Evaluation) -> Confusion:
    """Of a task with one class a row."""
    matrix = evaluation.main.confusions[task.name]
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    return Confusion(task.name, task.classes, matrix.tolist(), shares.tolist())


def confusion_grid(confusion: Confusion) -> Grid:
    """The same as a table of counts."""
    lines: list[tuple[Cell, ...]] = [("gold \\ answered", *confusion.classes)]
    lines += [(c, *map(str, row)) for c, row in zip(confusion.classes, confusion.rows, strict=True)]
    return Grid(f"{confusion.task}: which class is taken for which", lines)


def slice_grids(found: Sequence[Slice], head: str, ceiling: Ceiling | None) -> list[Grid]:
    """One table for each way of cutting the rows, with the readers beside the head; what rests on few groups is
    marked."""
    grids = []
    beside = ceiling.beside if ceiling else {}
    for by in dict.fromkeys(s.by for s in found):
        some = [s for s in found if s.by == by]
        lines: list[tuple[Cell, ...]] = [(by, "task", head, *beside, "rows", "groups")]
        for s in some:
            n = str(s.n_rows), f"{s.n_groups}{' *' if s.is_thin else ''}"
            for task, own in s.scores.items():
                lines.append((s.value, task, own, *(s.readers[task].get(b, "not read") for b in beside.values()), *n))
        notes = [f"* under {FEW_GROUPS} groups: the interval is not to be relied on."] if _any_thin(some) else []
        notes += [f"The {MOST} largest."] if len(some) == MOST else []
        notes += ["A row with several labels stands in several lines."] if by == "attribution" else []
        notes += [_who(ceiling)] if ceiling else []
        grids.append(Grid(f"By {by}", lines, " ".join(notes)))
    return grids


def _any_thin(found: Sequence[Slice]) -> bool:
    return any(s.is_thin for s in found)


_SHOWN_AS = {
    "marked": "as it is",
    "unmarked": "without the mark of the target",
    "masked": "with the names of the target masked",
    "sourceless": "with those who speak masked",
}


def control_grid(task: Task, evaluation: Evaluation) -> Grid:
    """Every head under each way of showing the text; and, if the task reads the target, how it does on the sentences
    that are labelled differently toward their targets."""
    metric = headline(task)[0]
    mixed = ("rows right", "all rows right") if task.reads_target else ()
    lines: list[tuple[Cell, ...]] = [("the text is shown", "head", metric, *mixed)]
    for mode, words in _SHOWN_AS.items():
        for head, result in evaluation.results.items():
            found = result.controls.get(mode, {}).get(task.name)  # type: ignore[call-overload]
            if found:
                parts = [found.get(f"mixed/{part}", "no such row") for part in ("rows", "all")] if mixed else []
                lines.append((words, head, found[metric], *parts))
    several = evaluation.main.scores[task.name].get("mixed/all")
    note = (
        f"The last two columns: of the {several.n_rows if several else 0} sentences that are labelled differently "
        "toward their targets. Without the mark, all targets of a sentence get one answer."
    )
    return Grid(f"{task.name}: what the answer is read from", lines, note if mixed else "")


def retrained_grids(evaluation: Evaluation) -> list[Grid]:
    """What training again gave: on shuffled sentences, on shuffled labels, with other folds and seeds."""
    again, tasks = evaluation.retrained, evaluation.table.tasks
    naive: list[tuple[Cell, ...]] = [("task", "score", "head", "shuffled sentences", "whole articles", "gap")]
    labels: list[tuple[Cell, ...]] = [("task", "score", "head", "from shuffled labels", "by chance")]
    for task in tasks:
        for metric in headline(task):
            for head, gap in again.gap.items():
                claimed, own = (
                    again.claimed[head][task.name][metric],
                    evaluation.results[head].scores[task.name][metric],
                )
                naive.append((task.name, metric, head, claimed, own, gap[task.name][metric].signed))
            for head, found in again.shuffled.items():
                if metric == headline(task)[0]:
                    one = found[task.name]
                    labels.append((task.name, metric, head, one.scores[metric], f"{one.chance:.3f}"))
    grids = [
        Grid("What shuffling sentences would have claimed", naive, " ".join(not_run(evaluation, "naive"))),
        Grid("Learnt from shuffled labels, tested on true ones", labels, " ".join(not_run(evaluation, "shuffled"))),
        Grid("Trained again with other folds and seeds", spread_table(evaluation)),
    ]
    return [g for g in grids if len(g.lines) > 1 or g.note]


def abstention_grid(evaluation: Evaluation) -> Grid:
    """What share of rows gets an answer, and what share of those answers is right."""
    lines: list[tuple[Cell, ...]] = [("task", "head", "share answered", "of these right")]
    for task in evaluation.table.tasks:
        for head, result in evaluation.results.items():
            found = result.scores[task.name]
            lines.append((task.name, head, *(found.get(f"sure/{part}", "none") for part in ("coverage", "precision"))))
    return Grid("Answers that are sure", lines, "Where labels are many: of the labels given.")


def fold_grid(evaluation: Evaluation) -> Grid:
    """The first headline score of each task, split by split: how much it depends on which rows are left out."""
    tasks = evaluation.table.tasks
    lines: list[tuple[Cell, ...]] = [("split", *(f"{t.name} {headline(t)[0]}" for t in tasks), "rows", "groups")]
    for split in evaluation.splits:
        one = np.zeros(len(split.test), dtype=int)
        values = []
        for task in tasks:
            gold, predicted = evaluation.table.labels[task.name], evaluation.main.predicted[task.name]
            counts = group_counts(task, gold[split.test], predicted[split.test], one)
            values.append(f"{float(scores(task, counts[0])[headline(task)[0]]):.3f}")
        n_groups = len(np.unique(evaluation.groups[split.test]))
        lines.append((split.name, *values, str(len(split.test)), str(n_groups)))
    return Grid(f"{evaluation.main.head}, split by split", lines)


def published_grid(evaluation: Evaluation, published: Sequence[PublishedConfig]) -> Grid | None:
    """What has been published for the same rows, beside it; of a published split the rows that were not learnt from,
    and of values that were left out each."""
    if not published and not evaluation.main.slices:
        return None
    caption = "Beside published figures" if published else "Parts that the protocol tells apart"
    return Grid(caption, slice_table(evaluation, published))


def balance_grids(evaluation: Evaluation) -> list[Grid]:
    """How often each class stands in the gold labels, and the languages and targets of the rows."""
    table, tested = evaluation.table, evaluation.tested
    grids = []
    for task in table.tasks:
        labels = table.labels[task.name][tested]
        counts = [(c, int(n)) for c, n in zip(task.classes, task.class_counts(labels), strict=True)]
        if task.multi:
            counts.append((EMPTY_SET, int((labels.sum(axis=1) == 0).sum())))
        grids.append(_counted(f"{task.name} in the gold labels", "class", counts, len(tested)))
    for column in ("lang", "target"):
        in_order = table.column(column)
        cells = [in_order[i] for i in tested]
        if any(cells):
            counts = Counter(c or "(empty)" for c in cells).most_common(MOST)
            grids.append(_counted(f"Rows by {column}", column, counts, len(tested)))
    return grids


def behaviour_grids(found: Sequence[SuiteOutcome]) -> list[Grid]:
    """One table for each task that was put to the test."""
    grids = []
    for task in dict.fromkeys(o.task for o in found):
        lines: list[tuple[Cell, ...]] = [("suite", "expected", "passed", "cases", "groups")]
        for o in (o for o in found if o.task == task):
            passed = o.passed or "settled by the normaliser"
            lines.append((o.suite, o.expected, passed, str(o.cases), str(o.passed.n_groups) if o.passed else ""))
        grids.append(Grid(f"{task}: which changes it bears, and which it heeds", lines))
    return grids


def _counted(caption: str, name: str, counts: Sequence[tuple[str, int]], n: int) -> Grid:
    return Grid(caption, [(name, "rows", "share"), *((c, str(k), f"{k / n:.1%}") for c, k in counts)])
