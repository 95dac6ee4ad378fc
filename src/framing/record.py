"""What a run leaves: its facts, its metrics by name, and the files that are its artifacts."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from framing import pages, plots, prose, provenance, retrained_page, stored, summary
from framing.config import Config, PublishedConfig
from framing.data import Table
from framing.encoder import Encoder
from framing.evaluate import Evaluation, prediction_table
from framing.labels import Task
from framing.measures import Measures
from framing.metrics import headline
from framing.report import report_of
from framing.uncertainty import Interval

if TYPE_CHECKING:
    from framing.experiment import Request


def what_decides(config: Config, table: Table, encoder: Encoder | None) -> dict[str, Any]:
    """Everything that the predictions of a run follow from, beside the code. Whether held-out rows are scored as well
    does not change those on the others: a run that is asked for them later goes on with its folds."""
    values = asdict(config)
    kept = {name: values[name] for name in ("seed", "data", "tasks", "head", "references", "protocol")}
    del kept["data"]["score_held_out"]
    return {
        **kept,
        "data_sha256": table.sha256,
        "encoder": encoder.describe() if encoder else {},
        "versions": provenance.package_versions(),
    }


def facts(request: Request, table: Table, encoder: Encoder | None) -> dict[str, str]:
    """What a run is to be found by."""
    found = {
        "data_sha256": table.sha256,
        "data_rows": str(len(table)),
        "encoder_fingerprint": encoder.fingerprint if encoder else "none",
        "overrides": " ".join(request.overrides),
        "command": request.command,
        **provenance.git_state(Path.cwd()),
    }
    return {**found, **{f"version.{k}": v for k, v in provenance.package_versions().items()}}


def metrics(evaluation: Evaluation) -> dict[str, float]:
    """Every score under ``task/metric``, those of other heads under ``head/task/metric``; a headline score has its
    bounds and n beside it."""
    found: dict[str, float] = {}
    for name, result in evaluation.results.items():
        prefix = "" if result is evaluation.main else f"{name}/"
        found[f"seconds/evaluate_{name}"], found[f"memory/evaluate_{name}_mb"] = result.seconds, result.memory
        for task in evaluation.table.tasks:
            found |= _bounded(f"{prefix}{task.name}", result.scores[task.name], task)
            for mode, controls in result.controls.items():
                if mode != "marked" and task.name in controls:
                    found |= _bounded(f"{prefix}{mode}/{task.name}", controls[task.name], task)
            for part, by_task in result.slices.items():
                found |= _bounded(f"{prefix}{in_a_name(part)}/{task.name}", by_task[task.name], task)
            found |= _retrained(prefix, name, task, evaluation)
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


def _retrained(prefix: str, head: str, task: Task, evaluation: Evaluation) -> dict[str, float]:
    """What training this head again gave: ``naive_gap``, ``shuffled``, and mean and sd of ``retrained``."""
    again = evaluation.retrained
    found: dict[str, float] = {}
    if head in again.gap:
        found |= _bounded(f"{prefix}naive_gap/{task.name}", again.gap[head][task.name], task)
    if head in again.shuffled:
        found |= _bounded(f"{prefix}shuffled/{task.name}", again.shuffled[head][task.name].scores, task)
        found[f"{prefix}shuffled/{task.name}/chance"] = again.shuffled[head][task.name].chance
    for metric, spread in again.spreads.get(head, {}).get(task.name, {}).items():
        key = f"{prefix}retrained/{task.name}/{metric}"
        found[f"{key}_mean"], found[f"{key}_sd"], found[f"{key}_n"] = spread.mean, spread.sd, spread.n
    return found


def in_a_name(value: str) -> str:
    """A value of the data as part of a metric's name: MLflow takes letters, digits, and few other characters."""
    return re.sub(r"[^\w.\- ]", "_", value)


def _bounded(prefix: str, scores: Mapping[str, Interval], task: Task) -> dict[str, float]:
    """Scores by name; headline ones and shares with their bounds."""
    found = {}
    for metric, interval in scores.items():
        key = f"{prefix}/{metric}"
        found[key] = interval.value
        if metric in headline(task) or metric.startswith(("sure/", "mixed/")):
            found[f"{key}_low"], found[f"{key}_high"] = interval.low, interval.high
    return found


def champion_facts(config: Config, evaluation: Evaluation, encoder: Encoder | None) -> dict[str, str]:
    """What two models must share before their scores may be compared, and the score."""
    first = evaluation.table.tasks[0]
    kept_out = {"column": config.data.held_out_column, "value": config.data.held_out_value}
    protocol = json.dumps({**asdict(config.protocol), "repeats": 1, "held_out": kept_out}, sort_keys=True)
    tasks = json.dumps([asdict(t) for t in evaluation.table.tasks], ensure_ascii=False)
    return {
        "data_sha256": evaluation.table.sha256,
        "protocol": protocol,
        "tasks": hashlib.sha256(tasks.encode()).hexdigest(),
        "score_name": f"{first.name}/macro_f1",
        "score": repr(evaluation.main.scores[first.name]["macro_f1"].value),
        "stand_in": str(bool(encoder and encoder.is_stand_in)).lower(),
    }


def _facts_of_run(request: Request, evaluation: Evaluation, run_id: str) -> dict[str, Any]:
    config = request.config
    return {
        "name": request.run_name,
        "run_id": run_id,
        "command": request.command,
        "overrides": list(request.overrides),
        "data_path": evaluation.table.path,
        "data_sha256": evaluation.table.sha256,
        "protocol": asdict(config.protocol),
        "uncertainty": asdict(config.uncertainty),
        "calibration": asdict(config.calibration),
        "annotations": config.data.annotations,
        "readers": config.data.readers,
        "splits": [split.name for split in evaluation.splits],
        "parts": [split.part for split in evaluation.splits],
        "published": [asdict(p) for p in config.published],
        "heads": list(evaluation.results),
        "seconds": {name: result.seconds for name, result in evaluation.results.items()},
        "memory_mb": {name: result.memory for name, result in evaluation.results.items()},
        "retrained": asdict(evaluation.retrained),
        "versions": provenance.package_versions(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **provenance.git_state(Path.cwd()),
    }


def write_request(folder: Path, request: Request) -> None:
    """What was asked, into a new folder."""
    folder.mkdir()
    (folder / "config.yaml").write_text(request.yaml, encoding="utf-8")
    (folder / "overrides.txt").write_text("\n".join(request.overrides) + "\n", encoding="utf-8")


def write_artifacts(
    folder: Path,
    request: Request,
    evaluation: Evaluation,
    final: Evaluation | None,
    run_id: str,
    measures: Measures,
    final_measures: Measures | None,
) -> None:
    """All files of a run, into a new folder."""
    write_request(folder, request)
    for name, result in evaluation.results.items():
        pd.DataFrame(result.folds).to_csv(folder / f"folds_{name}.csv", index=False)
    facts = _facts_of_run(request, evaluation, run_id)
    write_results(folder, evaluation, final, facts, measures, final_measures, request.config.published)


def write_results(
    folder: Path,
    evaluation: Evaluation,
    final: Evaluation | None,
    facts: Mapping[str, Any],
    measures: Measures,
    final_measures: Measures | None = None,
    published: Sequence[PublishedConfig] = (),
) -> None:
    """What was answered and what came of it, in a form to be opened again (``stored``), in words and in pictures."""
    prediction_table(evaluation).to_csv(folder / stored.PREDICTIONS, index=False)
    if final:
        prediction_table(final).to_csv(folder / stored.HELD_OUT, index=False)
    stored.write_facts(folder, evaluation.table.tasks, facts)
    run = stored.read_run(folder, str(facts["name"]))
    how = prose.protocol(run) if facts["protocol"]["kind"] == prose.NEW_DATA else ""
    again = retrained_page.sections(evaluation)
    asked = run.name, str(facts["command"])
    page = summary.run_summary(evaluation, final, *asked, measures, final_measures, published, how, again)
    (folder / "summary.md").write_text(page, encoding="utf-8")
    tasks = {t.name: t for t in evaluation.table.tasks}
    for name, matrix in evaluation.main.confusions.items():
        title = f"{name}: {evaluation.main.head}, {len(evaluation.tested)} rows"
        plots.save_confusion(tasks[name], matrix, title, folder / f"confusion_{name}.png")
    plots.save_scores(evaluation, {n: headline(t)[0] for n, t in tasks.items()}, folder / "scores.png")
    plots.save_reliability(measures, [t.name for t in tasks.values()], folder / "reliability.png")
    command = shlex.join(["python", "-m", "framing", "report", str(facts["run_id"]) or str(folder)])
    found = report_of(run, evaluation, final, command, measures=measures)
    (folder / "report.html").write_text(pages.report_page(found), encoding="utf-8")
    (folder / "model_card.md").write_text(pages.model_card(found), encoding="utf-8")
