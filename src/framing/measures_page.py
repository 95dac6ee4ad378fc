"""The measures of a run as parts of its page."""

from __future__ import annotations

from collections.abc import Sequence

from framing.ceiling import Ceiling
from framing.conformal import ALL, Sets
from framing.evaluate import Evaluation
from framing.flags import MAY_FALL
from framing.labels import Task
from framing.measures import Measures
from framing.metrics import headline
from framing.reliability import Figures
from framing.uncertainty import Interval

Lines = list[tuple[str, ...]]
_PARTS = ("lang", "target")  # of which the readers' scores are shown


def with_readers(lines: Lines, evaluation: Evaluation, ceiling: Ceiling | None) -> Lines:
    """A table of tasks and scores, with the readers' scores of the same rows in further columns."""
    if ceiling is None:
        return lines
    found = {t.name: ceiling.scores(t) for t in evaluation.table.tasks}
    cells = [_cells(ceiling, found[task], metric) for task, metric, *_ in lines[1:]]
    return _beside(lines, [tuple(_columns(ceiling)), *cells])


def classes_with_readers(lines: Lines, task: Task, ceiling: Ceiling | None) -> Lines:
    """A table of classes, with the readers' F1 of the same rows in further columns."""
    if ceiling is None:
        return lines
    found = ceiling.scores(task)
    cells = [_cells(ceiling, found, f"{name}/f1") for name, *_ in lines[1:]]
    return _beside(lines, [tuple(f"F1, {c}" for c in _columns(ceiling)), *cells])


def _beside(lines: Lines, more: Sequence[tuple[str, ...]]) -> Lines:
    return [(*line, *cells) for line, cells in zip(lines, more, strict=True)]


def _columns(ceiling: Ceiling) -> list[str]:
    return [f"{shown} ({ceiling.readings.kind})" if name else shown for shown, name in ceiling.beside.items()]


def _cells(ceiling: Ceiling, found: dict[str, dict[str, Interval]], metric: str) -> tuple[str, ...]:
    return tuple(str(found[name][metric]) if found else "not read" for name in ceiling.beside.values())


def part_table(measures: Measures, evaluation: Evaluation) -> Lines:
    """The first headline score of the run's own head, and of the readers, by language and by target."""
    ceiling = measures.ceiling
    columns = _columns(ceiling) if ceiling else []
    metrics = {task.name: headline(task)[0] for task in evaluation.table.tasks}
    lines: Lines = [("task", "score", "rows where", "rows", "groups", evaluation.main.head, *columns)]
    for part in (s for s in measures.slices if s.by in _PARTS):
        for task, own in part.scores.items():
            shown = {name: {metrics[task]: interval} for name, interval in part.readers[task].items()}
            cells = _cells(ceiling, shown, metrics[task]) if ceiling else ()
            n = str(own.n_rows), str(own.n_groups)
            lines.append((task, metrics[task], f"{part.by}={part.value}", *n, str(own), *cells))
    return lines


_FIGURES = ("ECE", "ECE if calibrated", "Brier", "AURC", "E-AURC")


def _figure_cells(figures: Figures) -> tuple[str, ...]:
    return tuple(str(i) for i in (figures.ece, figures.expected, figures.brier, figures.aurc, figures.excess))


def calibration_table(measures: Measures, evaluation: Evaluation) -> Lines:
    """Calibration error beside its reference, Brier score and risk against coverage of every task and head."""
    lines: Lines = [("task", "head", *_FIGURES)]
    for task in evaluation.table.tasks:
        for head, tasks in measures.reliability.items():
            lines.append((task.name, head, *_figure_cells(tasks[task.name].figures)))
    return lines


def label_table(measures: Measures, evaluation: Evaluation) -> Lines:
    """As :func:`calibration_table`, for each label of the run's own head where labels are many."""
    lines: Lines = [("task", "label", *_FIGURES)]
    for task in (t for t in evaluation.table.tasks if t.multi):
        for curve in measures.reliability[evaluation.main.head][task.name].curves:
            lines.append((task.name, curve.name, *_figure_cells(curve.figures)))
    return lines


def set_table(measures: Measures) -> Lines:
    """Measured coverage and sizes of the conformal sets: by class; with many labels, by label, coverage of the rows
    that have it and of those that have it not, and the sizes on all rows."""
    lines: Lines = [
        ("task", "class", "rows", "groups", "coverage", "coverage, not there", "mean size", "empty", "of one class")
    ]
    for task, by_question in measures.sets.items():
        for question, by_class in by_question.items():
            if question:
                there, absent = by_class.get(question), by_class.get(f"not {question}")
                lines.append((task, question, *_set_cells(there, absent, by_class[ALL])))
            else:
                lines += [(task, name, *_set_cells(sets, None, sets)) for name, sets in by_class.items()]
    return lines


def _set_cells(there: Sets | None, absent: Sets | None, sizes: Sets) -> tuple[str, ...]:
    n = (str(there.coverage.n_rows), str(there.coverage.n_groups)) if there else ("0", "0")
    covered = [str(sets.coverage) if sets else "" for sets in (there, absent)]
    return (*n, *covered, *map(str, (sizes.size, sizes.empty, sizes.single)))


def sourceless_table(measures: Measures, evaluation: Evaluation) -> Lines:
    """The first headline score of every task and head as it is, and without the sources."""
    lines: Lines = [("task", "score", "head", "as it is", "without sources", "falls by")]
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        for head, result in evaluation.results.items():
            if task.name not in measures.falls[head]:
                continue
            shown = [str(result.controls[mode][task.name][metric]) for mode in ("marked", "sourceless")]
            lines.append((task.name, metric, head, *shown, measures.falls[head][task.name].signed))
    return lines


def slice_sections(measures: Measures, evaluation: Evaluation) -> list[str | Lines]:
    """The run's own head by language and target; nothing if the rows differ in neither."""
    table = part_table(measures, evaluation)
    return [f"## {evaluation.main.head} by {' and '.join(_PARTS)}", table] if len(table) > 1 else []


def control_sections(measures: Measures, evaluation: Evaluation) -> list[str | Lines]:
    """The control without sources, and what of all controls does not come out as it should."""
    return [
        "## Without its sources",
        "Those who speak or act, found by words, are replaced by a placeholder. Attribution should fall; stance should "
        f"not, by more than {MAY_FALL}. The last column is a paired difference.",
        sourceless_table(measures, evaluation),
        "Of all controls:",
        "\n".join(f"- **flagged**: {flag}" for flag in measures.flags) or "- nothing is flagged",
    ]


def calibration_sections(measures: Measures, evaluation: Evaluation) -> list[str | Lines]:
    """Calibration and conformal sets; no sets where there was nothing to calibrate them on."""
    parts: list[str | Lines] = [
        "## Calibration",
        "Of the answer's probability; where labels are many, the mean over labels. ECE is never 0 on a sample: beside "
        "it, that of a perfectly calibrated model on these rows; its interval begins at 0 where the two cannot be told "
        "apart. AURC: the share of wrong answers, averaged over the shares that are answered, the surest first; "
        "E-AURC: its excess over the same answers in the best order.",
        calibration_table(measures, evaluation),
    ]
    if any(t.multi for t in evaluation.table.tasks):
        parts += [f"Of {evaluation.main.head}, by label:", label_table(measures, evaluation)]
    if any(measures.sets.values()):
        parts += [
            "## Conformal sets",
            f"Sets of {evaluation.main.head} that shall hold the right class of {measures.coverage:.0%} of the rows of "
            "every class, calibrated on other groups. Coverage is measured, not guaranteed: rows of one article are "
            "not exchangeable with those of others.",
            set_table(measures),
        ]
    return parts


def readers_text(ceiling: Ceiling | None) -> list[str | Lines]:
    """Who stands beside the heads, in words."""
    if ceiling is None:
        return []
    first, second = ceiling.readings.names
    text = (
        f"`{first}` and `{second}`: the two {ceiling.readings.kind}, each against the adjudicated label, and the one "
        "against the other."
    )
    partly = " Both have read part of the rows only; the head stands beside them on those." if ceiling.partial else ""
    return [text + partly]
