"""A saved model put through the same harness on rows of another file: nothing is trained, everything is scored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from framing import provenance
from framing.data import Rows, Table, read_table
from framing.evaluate import Evaluation, Protocol, evaluate
from framing.heads import Head
from framing.model import Model
from framing.prose import NEW_DATA
from framing.split import Split, group_rows
from framing.targets import Mode
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished


class _Trained:
    """A head that has learnt already, where the harness expects one that is to learn."""

    def __init__(self, head: Head) -> None:
        self._head = head

    def prepare(self, rows: Rows) -> None:
        """See :class:`framing.heads.Head`."""
        self._head.prepare(rows)

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """Does nothing: there are no rows to learn from."""

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`framing.heads.Head`."""
        return self._head.predict_proba(rows, mode, only)

    def save(self, folder: Path) -> None:
        """See :class:`framing.heads.Head`."""
        self._head.save(folder)

    def load(self, folder: Path) -> None:
        """See :class:`framing.heads.Head`."""
        self._head.load(folder)


def evaluate_on(model: Model, path: str, uncertainty: UncertaintyConfig) -> Evaluation:
    """Score a saved model on a CSV, under every way of showing the text, with the calibration that it was saved with.

    Tasks without a column are left out. No reference is scored beside it: a majority guess
    would have to be told what is frequent in these rows. Raises ``UserError`` for what the user can mend.
    """
    table = read_table(path, model.tasks)
    everything = Split("new data", np.array([], dtype=int), np.arange(len(table)))
    protocol = Protocol(table, group_rows(table), [everything], uncertainty)
    kind = str(model.layout.head["kind"])
    return evaluate(protocol, {kind: lambda: _Trained(model.head)}, Unfinished(), calibrated={kind: model.calibrations})


def learnt_these_rows(model: Model, table: Table) -> bool:
    """Whether the file is byte for byte the one that the model was trained on."""
    return model.layout.training.get("data_sha256") == table.sha256


def warning(model: Model, table: Table) -> str:
    """What is known of the rows having been in the training data."""
    if learnt_these_rows(model, table):
        return (
            "the model was trained on these very rows (same sha256): the figures say how well it remembers them, "
            "not how well it reads"
        )
    known = str(model.layout.training.get("data_sha256", "unknown"))[:16]
    return (
        f"the model was trained on another file (sha256 {known}); whether it held some of these sentences cannot be "
        "known from the model"
    )


def facts(model: Model, source: str, evaluation: Evaluation, uncertainty: UncertaintyConfig, command: str) -> dict:
    """What is known of the evaluation, as a run's ``run.json`` says it (:class:`framing.stored.StoredRun`)."""
    table = evaluation.table
    training: Mapping[str, Any] = model.layout.training
    kept = {k: training.get(k, "unknown") for k in ("run_id", "command", "data_sha256", "rows")}
    return {
        "name": f"{evaluation.main.head} on {Path(table.path).name}",
        "run_id": "",
        "command": command,
        "overrides": [],
        "data_path": table.path,
        "data_sha256": table.sha256,
        "protocol": {"kind": NEW_DATA},
        "splits": [split.name for split in evaluation.splits],
        "parts": [split.part for split in evaluation.splits],
        "uncertainty": asdict(uncertainty),
        "calibration": {},
        "heads": list(evaluation.results),
        "seconds": {name: result.seconds for name, result in evaluation.results.items()},
        "memory_mb": {name: result.memory for name, result in evaluation.results.items()},
        "versions": provenance.package_versions(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **provenance.git_state(Path.cwd()),
        "model": {"path": source, **kept},
        "warning": warning(model, table) if learnt_these_rows(model, table) else "",
    }
