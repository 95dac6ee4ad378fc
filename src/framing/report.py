"""Everything that the pages of a run say, in the order in which they say it: tables, sentences, mistakes.

Made from what the run has stored (:class:`framing.stored.StoredRun`); ``pages`` turns it into HTML and Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from framing import prose
from framing.behave.stored import read_outcomes
from framing.config import PublishedConfig
from framing.evaluate import Evaluation
from framing.labels import Task
from framing.measures import Measures
from framing.mistakes import NEAREST, Mistakes, Readings, readings
from framing.report_measures import (
    Chart,
    calibration_section,
    ceiling_of,
    ceiling_section,
    charts,
    flag_section,
    measures_of,
)
from framing.report_tables import (
    Confusion,
    Grid,
    Section,
    abstention_grid,
    balance_grids,
    behaviour_grids,
    class_grid,
    confusion_grid,
    confusion_of,
    control_grid,
    fold_grid,
    headline_grid,
    published_grid,
    retrained_grids,
    score_grid,
    slice_grids,
)
from framing.rescore import rescored, uncertainty_of
from framing.stored import StoredRun
from framing.uncertainty import UncertaintyConfig

SHOWN = 30  # mistakes of the first task on the page; of each other task a third of it


@dataclass(frozen=True)
class Wrong:
    """The most confident mistakes of a task as records, and how many there are in all."""

    task: str
    total: int
    records: list[dict[str, Any]]


@dataclass(frozen=True)
class Report:
    """One run. ``warnings`` stand at the top of the page."""

    run: StoredRun
    head: str
    command: str
    warnings: list[str]
    asked: str
    found: list[str]
    sure: list[str]
    question: list[str]
    explained: list[tuple[str, str]]
    protocol: str
    training: str
    data: list[tuple[str, str]]
    balance: list[Grid]
    headline: Grid
    scores: list[Grid]
    folds: Grid | None
    held_out: list[Grid]
    beside: Grid | None
    classes: list[Grid]
    confusions: list[Confusion]
    slices: list[Grid]
    controls: list[Grid]
    retrained: list[Grid]
    flags: Section
    abstention: Grid
    calibration: Section
    charts: dict[str, list[Chart]]
    ceiling: Section
    behaviour: Section
    mistakes: list[Wrong]
    readings: str  # why the labels of the readers are not there; empty if they are
    reproduce: list[tuple[str, str]]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def confusion_grids(self) -> list[Grid]:
        """The confusions as tables of counts."""
        return [confusion_grid(c) for c in self.confusions]


def report_of(
    run: StoredRun,
    evaluation: Evaluation | None = None,
    held_out: Evaluation | None = None,
    command: str = "",
    behaviour: Path | None = None,
    measures: Measures | None = None,
) -> Report:
    """The report of a run. ``evaluation`` is that of its rows and ``measures`` are its, if they are known already;
    ``command`` is what makes the same report again, without the file to write."""
    evaluation = evaluation or rescored(run)
    tasks = run.tasks
    given = readings(run)
    measures = measures or measures_of(run, evaluation, given)
    found = Mistakes(run, run.head, given)
    several = len(evaluation.splits) > 1
    return Report(
        run=run,
        head=run.head,
        command=command or f"python -m framing report {run.facts['run_id']}",
        warnings=_warnings(run),
        asked=prose.asked(evaluation),
        found=prose.found(evaluation),
        sure=prose.how_sure(run, evaluation, measures.slices, measures.ceiling),
        question=prose.question(tasks),
        explained=prose.explained(tasks),
        protocol=prose.protocol(run),
        training=prose.training(run),
        data=_data(run),
        balance=balance_grids(evaluation),
        headline=headline_grid(evaluation, measures.ceiling),
        scores=[score_grid(t, evaluation, t.name, measures.ceiling) for t in tasks],
        folds=fold_grid(evaluation) if several else None,
        held_out=_held_out_grids(run, held_out, given) if held_out else [],
        beside=published_grid(evaluation, [PublishedConfig(**p) for p in run.facts.get("published", [])]),
        classes=[class_grid(t, evaluation, measures.ceiling) for t in tasks],
        confusions=[confusion_of(t, evaluation) for t in tasks if not t.multi],
        slices=slice_grids(measures.slices, run.head, measures.ceiling),
        controls=[control_grid(t, evaluation) for t in tasks if len(run.modes(t)) > 1],
        retrained=retrained_grids(evaluation),
        abstention=abstention_grid(evaluation),
        calibration=calibration_section(measures, evaluation),
        charts=charts(measures, evaluation),
        ceiling=ceiling_section(measures, given.missing),
        flags=flag_section(measures, evaluation),
        behaviour=_behaviour(behaviour, uncertainty_of(run)),
        mistakes=[confident(found, t, SHOWN if t is tasks[0] else SHOWN // 3) for t in tasks],
        readings=given.missing,
        reproduce=_reproduce(run),
        versions=dict(run.facts.get("versions", {})),
    )


def _held_out_grids(run: StoredRun, held_out: Evaluation, given: Readings) -> list[Grid]:
    ceiling = ceiling_of(run, held_out, given)
    return [score_grid(task, held_out, f"{task.name}, held out", ceiling) for task in run.tasks]


def _behaviour(file: Path | None, uncertainty: UncertaintyConfig) -> Section:
    if file is None:
        return Section(missing="not measured", command="python -m framing behave MODEL --out behave.csv")
    return Section(
        behaviour_grids(read_outcomes(file, uncertainty)),
        [
            "A saved model was put to pairs of texts that must get the same answer, that must get different ones, or "
            f"whose answers are both known. Counted from {file}."
        ],
    )


def _warnings(run: StoredRun) -> list[str]:
    return [str(run.facts["warning"])] if run.facts.get("warning") else []


def _data(run: StoredRun) -> list[tuple[str, str]]:
    frame = run.frame
    languages = sorted({c for c in frame["lang"] if c}) if "lang" in frame else []
    facts = [
        ("file", str(run.facts["data_path"])),
        ("sha256", str(run.facts["data_sha256"])),
        ("rows measured", str(len(frame))),
        ("sentences", str(frame["text"].nunique())),
        ("documents", str(frame["doc_id"].nunique())),
        ("independent groups", str(len(set(run.groups.tolist())))),
        ("languages", ", ".join(languages)),
        ("targets", str(frame["target"].nunique())),
    ]
    return [(k, v) for k, v in facts if v]


def confident(found: Mistakes, task: Task, shown: int, doubt: bool = False) -> Wrong:
    """The first mistakes of a task; with ``doubt``, which labels are probably wrong, which takes seconds."""
    top = found.with_nearest(task, found.of(task, shown))
    return Wrong(task.name, found.count(task), records(found.with_doubt(task, top) if doubt else top))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Lines of a table of mistakes for a page: with ``readers`` and ``near`` as lists of what there is, and empty what
    the data do not say."""
    empty: dict[str, Any] = {"lang": "", "outlet": "", "date": "", "label_error": 0}
    lines: list[dict[str, Any]] = [{str(k): v for k, v in line.items()} for line in frame.to_dict("records")]
    found = []
    for line in lines:
        readers = [(k.removeprefix("reader_"), v) for k, v in line.items() if k.startswith("reader_") and v]
        numbers = range(1, NEAREST + 1)
        near = [
            {part: line[f"near_{k}_{part}"] for part in ("id", "label", "similarity", "lang", "text")}
            for k in numbers
            if line.get(f"near_{k}_id")
        ]
        found.append({**empty, **line, "readers": readers, "near": near})
    return found


def _reproduce(run: StoredRun) -> list[tuple[str, str]]:
    facts = run.facts
    uncertainty, calibration = facts["uncertainty"], facts.get("calibration") or {}
    found = [
        ("command", str(facts["command"])),
        ("run", str(facts["run_id"])),
        ("finished", str(facts.get("finished", ""))),
        ("commit", _commit(facts)),
        ("protocol", ", ".join(f"{k} {v}" for k, v in facts["protocol"].items() if v not in ("", []))),
        ("bootstrap", f"{uncertainty['rounds']} rounds over groups, seed {uncertainty['seed']}"),
        ("precision asked of answers", str(calibration.get("precision", ""))),
        ("seconds, all splits", ", ".join(f"{head} {s:.0f}" for head, s in facts["seconds"].items())),
        ("peak memory, MB", ", ".join(f"{head} {m:.0f}" for head, m in facts.get("memory_mb", {}).items())),
    ]
    return [(k, v) for k, v in found if v]


def _commit(facts: Any) -> str:
    commit = str(facts.get("git_commit", "none"))
    if commit == "none":
        return ""
    return f"{commit}{' with uncommitted changes' if facts.get('git_dirty') == 'true' else ''}"
