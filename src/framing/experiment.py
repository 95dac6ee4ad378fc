"""Training, in order: the page to read first.

text → rows → embeddings → heads → evaluation → tracked run → saved model
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from framing import memory, model, provenance, record, summary, track
from framing.calibrate import Calibration
from framing.ceiling import read_readings
from framing.config import Config
from framing.controls import retrain
from framing.data import Table
from framing.encoder import Encoder
from framing.evaluate import Evaluation, evaluate
from framing.exceptions import UserError
from framing.heads import Head, head_kind
from framing.heads.base import Chooses
from framing.measures import measure
from framing.out_of_fold import Protocol
from framing.prepare import Clock, prepare
from framing.progress import Progress
from framing.protocols import make_splits


@dataclass(frozen=True)
class Request:
    """A composed configuration, and how it was asked for. ``unresolved`` still holds interpolations as written, so
    that no secret of the environment is logged."""

    config: Config
    unresolved: Mapping[str, Any]
    yaml: str
    overrides: Sequence[str]
    parent: str | None = None
    verb: str = "train"  # with its options

    @property
    def run_name(self) -> str:
        """The name that was given on the command line; else the configuration's, and what was changed in it there.
        Runs of one sweep are told apart by what was changed."""
        if not self.parent and any(o.startswith("name=") for o in self.overrides):
            return self.config.name
        changes = [o for o in self.overrides if not o.startswith(("+exp=", "data.", "tracking."))]
        return " ".join([self.config.name, *changes])

    @property
    def command(self) -> str:
        """What was typed, as one would type it again."""
        return " ".join([f"python -m framing {self.verb}", *(f"'{o}'" if " " in o else o for o in self.overrides)])


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
    clock = Clock()
    start = prepare(request, clock)
    config, table, groups = request.config, start.table, start.groups
    readings = read_readings(table, config.data.annotations, config.data.readers)
    with clock("split"):
        splits = make_splits(start.chosen, start.chosen_groups, config.protocol)
    makers, unfinished = start.makers(), start.unfinished()
    with start.tracked(clock) as run:
        with clock("evaluate"):
            measured_by = (config.uncertainty, config.calibration)
            with Progress("evaluating", len(makers) * len(splits)) as progress:
                protocol = Protocol(start.chosen, start.chosen_groups, splits, *measured_by)
                evaluation = evaluate(protocol, makers, unfinished, progress.advance)
            final = None
            if config.data.score_held_out and len(start.held_out.test):
                calibrated = {name: result.calibrations for name, result in evaluation.results.items()}
                all_rows = Protocol(table, groups, [start.held_out], *measured_by)
                final = evaluate(all_rows, makers, unfinished, calibrated=calibrated)
        with clock("controls"):
            again = retrain(protocol, config.protocol, config.controls, evaluation.results, start.makers, unfinished)
            evaluation = replace(evaluation, retrained=again)
        warning = summary.few_groups_warning(evaluation)
        if warning:
            print(f"framing: {warning}", file=sys.stderr)
        folder = new_output_folder(config.name)
        used = start.encoder if head_kind(config.head.kind).embeds else None
        if config.model.save:
            with clock("fit"):
                head = makers[config.head.kind]()
                with unfinished.training("fit on all rows") as state:
                    head.fit(table.rows, table.labels, groups, state)
            with clock("save"):
                calibrations = evaluation.main.calibrations
                _save_model(folder / model.MLFLOW_FOLDER, head, calibrations, request, table, used, run.id)
        with clock("measure"):
            measures = measure(evaluation, *measured_by, readings)
            final_measures = measure(final, *measured_by, readings, evaluation) if final else None
        record.write_artifacts(folder / "artifacts", request, evaluation, final, run.id, measures, final_measures)
        run.tags({"flags": "; ".join(measures.flags) or "none"})
        run.metrics({**record.metrics(evaluation), **measures.metrics()})
        run.metrics({**clock.seconds, "memory/peak_mb": memory.peak()})
        if final and final_measures:
            found = {**record.metrics(final), **final_measures.metrics()}
            run.metrics({f"held_out/{name}": value for name, value in found.items()})
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


def new_output_folder(name: str) -> Path:
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
    settings = asdict(config.head) | (head.chosen if isinstance(head, Chooses) else {})
    model.save(target, head, settings, table.tasks, calibrations, encoder, training, config.model.standalone)
