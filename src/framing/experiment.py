"""Training, in order: the page to read first.

text → rows → embeddings → heads → evaluation → tracked run → saved model
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from framing import model, plots, provenance, summary, track
from framing.calibrate import Calibration
from framing.checks import training_problems
from framing.config import Config, make_tasks, reference_configs
from framing.data import Table, read_table
from framing.encoder import Encoder, cache_folder
from framing.evaluate import Evaluation, evaluate, prediction_table
from framing.exceptions import UserError
from framing.heads import Head, head_kind, make_head
from framing.labels import Task
from framing.metrics import headline
from framing.progress import Progress
from framing.split import group_rows, hold_out, make_splits
from framing.uncertainty import Interval
from framing.unfinished import Unfinished


@dataclass(frozen=True)
class Request:
    """A composed configuration, and how it was asked for. ``unresolved`` still holds interpolations as written, so
    that no secret of the environment is logged."""

    config: Config
    unresolved: Mapping[str, Any]
    yaml: str
    overrides: Sequence[str]
    parent: str | None = None

    @property
    def run_name(self) -> str:
        """The configuration's name, and what was changed in it on the command line."""
        changes = [o for o in self.overrides if not o.startswith(("+exp=", "data.", "tracking."))]
        return " ".join([self.config.name, *changes])

    @property
    def command(self) -> str:
        """What was typed, as one would type it again."""
        return " ".join(["python -m framing train", *(f"'{o}'" if " " in o else o for o in self.overrides)])


@dataclass(frozen=True)
class Outcome:
    """What came of a run. ``held_out``: the evaluation on the rows that were kept from choosing, if asked for."""

    evaluation: Evaluation
    held_out: Evaluation | None
    run_id: str
    folder: Path
    registered: track.Registered


def train(request: Request) -> Outcome:
    """Read, check, evaluate, fit on all rows, save, record. Raises ``UserError`` for what the user can mend."""
    config = request.config
    clock = Clock()
    with clock("read"):
        table = read_training_table(config)
    with clock("group"):
        groups = group_rows(table)
        held_out = hold_out(table, groups, config.data.held_out_column, config.data.held_out_value)
        chosen = table.take(held_out.train)
        refuse_problems(chosen, config)
        splits = make_splits(chosen, groups[held_out.train], config.protocol)
    kinds = {config.head.kind: config.head, **reference_configs(config.references, config.head.kind)}
    encoder = Encoder(config.encoder) if any(head_kind(k).embeds for k in kinds) else None
    makers: dict[str, Callable[[], Head]] = {
        name: partial(make_head, settings, table.tasks, encoder, config.seed) for name, settings in kinds.items()
    }
    unfinished = Unfinished.of(cache_folder(), _what_decides(config, table, encoder))
    tracking = track.resolve(config.tracking.uri, config.tracking.experiment, config.tracking.artifacts)
    with track.run(tracking, request.run_name, request.parent) as run:
        run.params(request.unresolved)
        run.tags(_facts(request, table, encoder))
        run.dataset(table.frame, table.path, table.sha256)
        with clock("prepare"):
            for make in makers.values():
                make().prepare(table.rows)
        with clock("evaluate"):
            with Progress("evaluating", len(makers) * len(splits)) as progress:
                evaluation = evaluate(
                    chosen,
                    groups[held_out.train],
                    splits,
                    makers,
                    config.uncertainty,
                    config.calibration,
                    unfinished,
                    progress.advance,
                )
            final = None
            if config.data.score_held_out and len(held_out.test):
                final = evaluate(
                    table,
                    groups,
                    [held_out],
                    makers,
                    config.uncertainty,
                    config.calibration,
                    unfinished,
                    calibrated={name: r.calibrations for name, r in evaluation.results.items()},
                )
        warning = summary.few_groups_warning(evaluation)
        if warning:
            print(f"framing: {warning}", file=sys.stderr)
        with clock("fit"):
            head = makers[config.head.kind]()
            with unfinished.training("fit on all rows") as state:
                head.fit(table.rows, table.labels, groups, state)
        folder = _new_output_folder(config.name)
        used = encoder if head_kind(config.head.kind).embeds else None
        with clock("save"):
            calibrations = evaluation.main.calibrations
            _save_model(folder / model.MLFLOW_FOLDER, head, calibrations, request, table, used, run.id)
        _write_artifacts(folder / "artifacts", request, evaluation, final)
        run.metrics({**_metrics(evaluation), **clock.seconds})
        if final:
            run.metrics({f"held_out/{name}": value for name, value in _metrics(final).items()})
        run.folder(folder / "artifacts")
        registered = run.finish(
            folder / model.MLFLOW_FOLDER,
            _champion_facts(config, evaluation, used),
            may_lead=used is None or not used.is_stand_in,
        )
    unfinished.done()
    return Outcome(evaluation, final, run.id, folder, registered)


def read_training_table(config: Config) -> Table:
    """The validated table; says which tasks it has no column for."""
    tasks = make_tasks(config.tasks)
    table = read_table(config.data.path, tasks)
    for task in tasks:
        if task not in table.tasks:
            print(
                f"framing: {table.path}: no column {task.column!r}; task {task.name} is left out",
                file=sys.stderr,
            )
    return table


def refuse_problems(table: Table, config: Config) -> None:
    """Raise ``UserError`` with all that keeps the table from being cross-validated."""
    problems = training_problems(table, config.protocol.folds)
    if problems:
        raise UserError("\n".join(p.line(table.path) for p in problems))


class Clock:
    """Seconds of each step, as metrics."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Any:
        start = time.perf_counter()
        yield
        self.seconds[f"seconds/{step}"] = time.perf_counter() - start


def _what_decides(config: Config, table: Table, encoder: Encoder | None) -> dict[str, Any]:
    """Everything that the predictions of a run follow from, beside the code."""
    values = asdict(config)
    kept = {name: values[name] for name in ("seed", "data", "tasks", "head", "references", "protocol")}
    return {
        **kept,
        "data_sha256": table.sha256,
        "encoder": encoder.describe() if encoder else {},
        "versions": provenance.package_versions(),
    }


def _facts(request: Request, table: Table, encoder: Encoder | None) -> dict[str, str]:
    facts = {
        "data_sha256": table.sha256,
        "data_rows": str(len(table)),
        "encoder_fingerprint": encoder.fingerprint if encoder else "none",
        "overrides": " ".join(request.overrides),
        "command": request.command,
        **provenance.git_state(Path.cwd()),
    }
    return {**facts, **{f"version.{k}": v for k, v in provenance.package_versions().items()}}


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    """Every score under ``task/metric``, those of other heads under ``head/task/metric``; a headline score has its
    bounds and n beside it."""
    found: dict[str, float] = {}
    for name, result in evaluation.results.items():
        prefix = "" if result is evaluation.main else f"{name}/"
        found[f"seconds/evaluate_{name}"] = result.seconds
        for task in evaluation.table.tasks:
            found |= _bounded(f"{prefix}{task.name}", result.scores[task.name], task)
            for mode, controls in result.controls.items():
                if mode != "marked" and task.name in controls:
                    found |= _bounded(f"{prefix}{mode}/{task.name}", controls[task.name], task)
            first = result.scores[task.name][headline(task)[0]]
            found[f"{task.name}/n_rows"], found[f"{task.name}/n_groups"] = first.n_rows, first.n_groups
    for other, tasks in evaluation.differences.items():
        for task in evaluation.table.tasks:
            metric = headline(task)[0]
            difference = tasks[task.name][metric]
            key = f"minus_{other}/{task.name}/{metric}"
            found[key] = difference.value
            found[f"{key}_low"], found[f"{key}_high"] = difference.low, difference.high
    return found


def _bounded(prefix: str, scores: Mapping[str, Interval], task: Task) -> dict[str, float]:
    """Scores by name; headline ones and shares with their bounds."""
    found = {}
    for metric, interval in scores.items():
        key = f"{prefix}/{metric}"
        found[key] = interval.value
        if metric in headline(task) or metric.startswith(("sure/", "mixed/")):
            found[f"{key}_low"], found[f"{key}_high"] = interval.low, interval.high
    return found


def _champion_facts(config: Config, evaluation: Evaluation, encoder: Encoder | None) -> dict[str, str]:
    """What two models must share before their scores may be compared, and the score."""
    first = evaluation.table.tasks[0]
    kept_out = {"column": config.data.held_out_column, "value": config.data.held_out_value}
    protocol = json.dumps({**asdict(config.protocol), "held_out": kept_out}, sort_keys=True)
    tasks = json.dumps([asdict(t) for t in evaluation.table.tasks], ensure_ascii=False)
    return {
        "data_sha256": evaluation.table.sha256,
        "protocol": protocol,
        "tasks": hashlib.sha256(tasks.encode()).hexdigest(),
        "score_name": f"{first.name}/macro_f1",
        "score": repr(evaluation.main.scores[first.name]["macro_f1"].value),
        "stand_in": str(bool(encoder and encoder.is_stand_in)).lower(),
    }


def _new_output_folder(name: str) -> Path:
    """``outputs/`` in the working directory; time to the microsecond and the process keep two runs apart."""
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:60]
    folder = Path.cwd() / "outputs" / f"{stamp}-{os.getpid()}-{safe}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}); run where you may write") from None
    return folder


def _save_model(
    target: Path,
    head: Head,
    calibrations: Mapping[str, Calibration],
    request: Request,
    table: Table,
    encoder: Encoder | None,
    run_id: str,
) -> None:
    config = request.config
    training = {
        "run_id": run_id,
        "command": request.command,
        "data_sha256": table.sha256,
        "rows": len(table),
        "seed": config.seed,
        "versions": provenance.package_versions(),
    }
    settings = asdict(config.head)
    model.save(target, head, settings, table.tasks, calibrations, encoder, training, config.model.standalone)


def _write_artifacts(folder: Path, request: Request, evaluation: Evaluation, final: Evaluation | None) -> None:
    folder.mkdir()
    (folder / "config.yaml").write_text(request.yaml, encoding="utf-8")
    (folder / "overrides.txt").write_text("\n".join(request.overrides) + "\n", encoding="utf-8")
    page = summary.run_summary(evaluation, final, request.run_name, request.command)
    (folder / "summary.md").write_text(page, encoding="utf-8")
    prediction_table(evaluation).to_csv(folder / "predictions.csv", index=False)
    for name, result in evaluation.results.items():
        result.folds.to_csv(folder / f"folds_{name}.csv", index=False)
    tasks = {t.name: t for t in evaluation.table.tasks}
    for name, matrix in evaluation.main.confusions.items():
        title = f"{name}: {evaluation.main.head}, {len(evaluation.tested)} rows"
        plots.save_confusion(tasks[name], matrix, title, folder / f"confusion_{name}.png")
    plots.save_scores(evaluation, {n: headline(t)[0] for n, t in tasks.items()}, folder / "scores.png")
