"""Studies that are no training of a model: transfer and learning curves, each one tracked run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from framing import memory, plots, record, study_tables
from framing.curve import Curve, learning_curve, trainings
from framing.exceptions import UserError
from framing.experiment import Request, new_output_folder
from framing.metrics import headline
from framing.out_of_fold import Protocol
from framing.prepare import Clock, Prepared, prepare
from framing.progress import Progress
from framing.protocols import KFOLD, make_splits
from framing.split import Split
from framing.transfer import Transfer, plan, transfer


@dataclass(frozen=True)
class Study:
    """What came of one: tables to print, with a title each, and where the rest is."""

    tables: Mapping[str, list[tuple[str, ...]]]
    run_id: str
    folder: Path


def run_transfer(request: Request, by: Sequence[str]) -> Study:
    """Transfer between the values of each of these columns. Raises ``UserError`` for what the user can mend."""
    clock = Clock()
    start, folds = _begin(request, clock, "transfer")
    plans = [plan(start.chosen, folds, column) for column in by]
    head, unfinished = start.config.head.kind, start.unfinished(study="transfer")
    protocol = Protocol(start.chosen, start.chosen_groups, folds, start.config.uncertainty, start.config.calibration)
    with start.tracked(clock, f"transfer {start.request.run_name}", {"study": "transfer"}) as run:
        total = sum(len(splits) for one in plans for splits in one.splits.values())
        with clock("evaluate"), Progress("learning", total) as progress:
            make = start.makers()[head]
            found = [transfer(one, protocol, head, make, unfinished, progress.advance) for one in plans]
        folder = new_output_folder(f"transfer-{start.config.name}")
        page = study_tables.transfer_page(found, start.request.run_name, start.request.command, head)
        _write_transfer(folder / "artifacts", start.request, found, page)
        run.metrics({**_transfer_metrics(found), **clock.seconds, "memory/peak_mb": memory.peak()})
        run.folder(folder / "artifacts")
    unfinished.done()
    tables = {
        f"{one.plan.by}: {task.name}, {headline(task)[0]}": study_tables.transfer_table(one, task.name)
        for one in found
        for task in one.tasks
    }
    return Study(tables, run.id, folder)


def run_curve(request: Request, draws: int) -> Study:
    """The learning curve of the run's own head. Raises ``UserError`` for what the user can mend."""
    if draws < 1:
        raise UserError(f"--repeats {draws}: at least 1 is needed")
    clock = Clock()
    start, folds = _begin(request, clock, "curve")
    config = start.config
    head, unfinished = config.head.kind, start.unfinished(study="curve")
    protocol = Protocol(start.chosen, start.chosen_groups, folds, config.uncertainty, config.calibration)
    with start.tracked(clock, f"curve {start.request.run_name}", {"study": "curve"}) as run:
        with clock("evaluate"), Progress("learning", trainings(len(folds), draws)) as progress:
            curve = learning_curve(
                protocol,
                head,
                lambda draw: start.makers(draw)[head],
                draws,
                config.protocol.seed,
                unfinished,
                progress.advance,
            )
        folder = new_output_folder(f"curve-{config.name}")
        page = study_tables.curve_page(curve, start.request.run_name, start.request.command, head)
        _write_curve(folder / "artifacts", start.request, curve, page)
        for one in curve.curves:
            for p in one.points:
                key = f"curve/{one.task.name}/{one.metric}"
                values = {key: p.score.value, f"{key}_low": p.score.low, f"{key}_high": p.score.high}
                run.metrics(values, round(p.documents))
        run.metrics({**_forecasts(curve), **clock.seconds, "memory/peak_mb": memory.peak()})
        run.folder(folder / "artifacts")
    unfinished.done()
    tables = {
        "learning curve": study_tables.curve_table(curve),
        "forecast": study_tables.forecast_table(curve),
        "worth of more rows": study_tables.worth_table(curve),
    }
    return Study(tables, run.id, folder)


def _begin(request: Request, clock: Clock, verb: str) -> tuple[Prepared, list[Split]]:
    """Without reference heads: a study is about one."""
    if request.config.protocol.kind not in KFOLD:
        raise UserError(
            f"{verb}: it has splits of its own; leave protocol={request.config.protocol.kind} away "
            f"(protocol.kind: {' or '.join(KFOLD)})"
        )
    start = prepare(replace(request, config=replace(request.config, references=[])), clock)
    return start, make_splits(start.chosen, start.chosen_groups, start.config.protocol)


def _write_transfer(folder: Path, request: Request, found: Sequence[Transfer], page: str) -> None:
    record.write_request(folder, request)
    (folder / "summary.md").write_text(page, encoding="utf-8")
    for one in found:
        by = record.in_a_name(one.plan.by)
        study_tables.transfer_frame(one).to_csv(folder / f"transfer_{by}.csv", index=False)
        values = one.plan.values
        for task in one.tasks:
            metric = headline(task)[0]
            matrix = np.array([[one.cells[a, b].scores[task.name][metric].value for b in values] for a in values])
            title = f"{task.name}, {metric}: {request.config.head.kind} from one {one.plan.by} to another"
            plots.save_matrix(values, matrix, title, folder / f"transfer_{by}_{task.name}.png")


def _transfer_metrics(found: Sequence[Transfer]) -> dict[str, float]:
    return {
        f"transfer/{by}/{train}/{test}/{task.name}/{headline(task)[0]}": cell.scores[task.name][headline(task)[0]].value
        for one in found
        for cell in one.cells.values()
        for by, train, test in [[record.in_a_name(v) for v in (one.plan.by, cell.train, cell.test)]]
        for task in one.tasks
    }


def _write_curve(folder: Path, request: Request, curve: Curve, page: str) -> None:
    record.write_request(folder, request)
    (folder / "summary.md").write_text(page, encoding="utf-8")
    for name, frame in study_tables.curve_frames(curve).items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    for one in curve.curves:
        title = f"{one.task.name}: {request.config.head.kind}, drawn {curve.draws} times"
        plots.save_curve(one, title, folder / f"curve_{one.task.name}.png")
        if one.refused:
            print(f"framing: {one.task.name}: no forecast: {one.refused}", file=sys.stderr)


def _forecasts(curve: Curve) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in curve.curves:
        for n, interval in one.ahead.items():
            key = f"forecast/{one.task.name}/{one.metric}/{n}_documents"
            found |= {key: interval.value, f"{key}_low": interval.low, f"{key}_high": interval.high}
    return found
