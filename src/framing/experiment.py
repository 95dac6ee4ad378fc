"""Training, in order: the page to read first.

text → rows → embeddings → heads → evaluation → tracked run → saved model
"""

from __future__ import annotations

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

from framing import memory, model, provenance, public_data, record, summary, track
from framing.calibrate import Calibration
from framing.checks import training_problems
from framing.config import Config, make_tasks, reference_configs
from framing.data import Table
from framing.encoder import Encoder, cache_folder
from framing.evaluate import Evaluation, Protocol, evaluate
from framing.exceptions import UserError
from framing.heads import Head, head_kind, make_head
from framing.progress import Progress
from framing.split import group_rows, hold_out, make_splits
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
    """What came of a run. ``held_out``: the evaluation on the rows that were kept from choosing, if asked for.
    ``registered``: nothing, if no model was to be saved."""

    evaluation: Evaluation
    held_out: Evaluation | None
    run_id: str
    folder: Path
    registered: track.Registered | None


def train(request: Request) -> Outcome:
    """Read, check, evaluate, fit on all rows, save, record. Raises ``UserError`` for what the user can mend."""
    config = request.config
    clock = Clock()
    with clock("read"):
        table = read_training_table(config)
    with clock("group"):
        groups = group_rows(table, config.protocol.together)
        held_out = hold_out(table, groups, config.data.held_out_column, config.data.held_out_value)
        chosen = table.take(held_out.train)
        refuse_problems(chosen, config)
        splits = make_splits(chosen, groups[held_out.train], config.protocol)
    kinds = {config.head.kind: config.head, **reference_configs(config.references, config.head.kind)}
    encoder = Encoder(config.encoder) if any(head_kind(k).embeds for k in kinds) else None
    makers: dict[str, Callable[[], Head]] = {
        name: partial(make_head, settings, table.tasks, encoder, config.seed) for name, settings in kinds.items()
    }
    unfinished = Unfinished.of(cache_folder(), record.what_decides(config, table, encoder))
    tracking = track.resolve(config.tracking.uri, config.tracking.experiment, config.tracking.artifacts)
    with track.run(tracking, request.run_name, request.parent) as run:
        run.params(request.unresolved)
        run.tags(record.facts(request, table, encoder))
        run.dataset(table.frame, table.path, table.sha256)
        with clock("prepare"):
            for make in makers.values():
                make().prepare(table.rows)
        with clock("evaluate"):
            measures = (config.uncertainty, config.calibration)
            with Progress("evaluating", len(makers) * len(splits)) as progress:
                protocol = Protocol(chosen, groups[held_out.train], splits, *measures)
                evaluation = evaluate(protocol, makers, unfinished, progress.advance)
            final = None
            if config.data.score_held_out and len(held_out.test):
                calibrated = {name: result.calibrations for name, result in evaluation.results.items()}
                protocol = Protocol(table, groups, [held_out], *measures)
                final = evaluate(protocol, makers, unfinished, calibrated=calibrated)
        warning = summary.few_groups_warning(evaluation)
        if warning:
            print(f"framing: {warning}", file=sys.stderr)
        folder = _new_output_folder(config.name)
        used = encoder if head_kind(config.head.kind).embeds else None
        if config.model.save:
            with clock("fit"):
                head = makers[config.head.kind]()
                with unfinished.training("fit on all rows") as state:
                    head.fit(table.rows, table.labels, groups, state)
            with clock("save"):
                calibrations = evaluation.main.calibrations
                _save_model(folder / model.MLFLOW_FOLDER, head, calibrations, request, table, used, run.id)
        record.write_artifacts(folder / "artifacts", request, evaluation, final, run.id)
        run.metrics({**record.metrics(evaluation), **clock.seconds, "memory/peak_mb": memory.peak()})
        if final:
            run.metrics({f"held_out/{name}": value for name, value in record.metrics(final).items()})
        run.folder(folder / "artifacts")
        registered = None
        if config.model.save:
            registered = run.finish(
                folder / model.MLFLOW_FOLDER,
                record.champion_facts(config, evaluation, used),
                may_lead=used is None or not used.is_stand_in,
            )
    unfinished.done()
    return Outcome(evaluation, final, run.id, folder, registered)


def read_training_table(config: Config) -> Table:
    """The validated table; says which tasks it has no column for."""
    tasks = make_tasks(config.tasks)
    table = public_data.read(config.data.path, config.data.form, tasks)
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
