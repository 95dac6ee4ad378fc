"""MLflow, and nothing else imports it: one run an experiment, and the model that it registers."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.exceptions import UserError
from framing.signals import Terminated, held_back

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_URI = "sqlite:///mlflow.db"
MODEL = "framing"
# Exactly what MLflow says on every run whatever one does; anything else is let through.
_WARNINGS = (
    "An input example was not provided when logging the model. To ensure the model signature functions correctly, "
    "specify the `input_example` parameter. See "
    "https://mlflow.org/docs/latest/model/signatures.html#model-input-example for more details about the benefits of "
    "using input_example.",
    "The specified dataset source can be interpreted in multiple ways: LocalArtifactDatasetSource, "
    "LocalArtifactDatasetSource. MLflow will assume that this is a LocalArtifactDatasetSource source.",
)


@dataclass(frozen=True)
class Tracking:
    """Where runs are kept, as absolute addresses."""

    uri: str
    experiment: str = "framing"
    artifacts: str = ""


def resolve(uri: str, experiment: str = "framing", artifacts: str = "") -> Tracking:
    """Relative paths of a sqlite address and of the artifact folder count from the working directory."""
    base = Path.cwd()
    if uri.startswith("sqlite:///"):
        database = Path(uri.removeprefix("sqlite:///"))
        base = database.absolute().parent
        uri = f"sqlite:///{database.absolute()}"
    folder = Path(artifacts).absolute() if artifacts else base / "mlruns"
    return Tracking(uri, experiment, folder.as_uri())


def database_file(uri: str) -> Path | None:
    """The file of a sqlite address."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def environment() -> dict[str, str]:
    """No look-up, no telemetry, no git chatter: to be set before MLflow is imported."""
    return {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def mlflow_module() -> Any:
    """MLflow itself, imported late and quietly."""
    for name, value in environment().items():
        os.environ.setdefault(name, value)
    for text in _WARNINGS:
        warnings.filterwarnings("ignore", message=rf"(\x1b\[[\d;]*m)?{re.escape(text)}(\x1b\[0m)?$")
    import mlflow

    for name in ("alembic", "mlflow.store.db.utils"):  # the tables of a new database, one line each
        logging.getLogger(name).setLevel(logging.WARNING)
    return mlflow


def lock(tracking_uri: str, what: str) -> Any:
    """A lock between processes that use one store."""
    from filelock import FileLock

    file = database_file(tracking_uri)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{file}.{what}.lock")
    name = hashlib.sha256(tracking_uri.encode()).hexdigest()[:16]
    return FileLock(str(Path(tempfile.gettempdir()) / f"framing-{name}.{what}.lock"))


def connect(tracking: Tracking) -> Any:
    """A client on the store, which is made if it is missing; several processes may be the first at once."""
    mlflow = mlflow_module()
    try:
        with lock(tracking.uri, "init"):
            client = mlflow.MlflowClient(tracking.uri, tracking.uri)
            if client.get_experiment_by_name(tracking.experiment) is None:
                kind = {"mlflow.experimentKind": "custom_model_development"}  # what the UI opens with
                client.create_experiment(tracking.experiment, tracking.artifacts, kind)
            if not client.search_registered_models(f"name = '{MODEL}'"):
                client.create_registered_model(MODEL)
    except mlflow.exceptions.MlflowException as error:
        raise UserError(f"tracking.uri={tracking.uri}: {str(error).splitlines()[0]}") from None
    except OSError as error:
        raise UserError(f"tracking.uri={tracking.uri}: cannot be written: {error.strerror}") from None
    return client


def open_store(uri: str) -> Any:
    """A client on a store that must be there already."""
    tracking = resolve(uri)
    file = database_file(tracking.uri)
    if file and not file.is_file():
        raise UserError(
            f"{file}: no such database, so there are no runs and no models here; "
            "train first (python -m framing train +exp=baseline), or go to the folder where you did"
        )
    return connect(tracking)


class Run:
    """What one run records. Everything goes through here."""

    def __init__(self, client: Any, run: Any, tracking: Tracking) -> None:
        self._client, self.tracking = client, tracking
        self.id: str = run.info.run_id

    def params(self, values: Mapping[str, Any]) -> None:
        """Settings, flattened with dots."""
        flat = dict(_flatten(values))
        mlflow_module().log_params({k: v if len(v) <= 6000 else v[:5997] + "…" for k, v in flat.items()})

    def tags(self, values: Mapping[str, str]) -> None:
        """Facts to search by."""
        mlflow_module().set_tags(dict(values))

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Figures; those that are no number are left out, since MLflow would take them silently."""
        finite = {k: float(v) for k, v in values.items() if v == v and abs(v) != float("inf")}
        mlflow_module().log_metrics(finite, step)

    def folder(self, path: Path) -> None:
        """All files of a folder, as artifacts."""
        mlflow_module().log_artifacts(str(path))

    def dataset(self, frame: pd.DataFrame, path: str, sha256: str) -> None:
        """The data that the run read."""
        mlflow = mlflow_module()
        data = mlflow.data.from_pandas(
            frame, source=str(Path(path).absolute()), name=Path(path).stem, digest=sha256[:12]
        )
        mlflow.log_input(data, context="training")

    def finish(self, model: Path, facts: Mapping[str, str], may_lead: bool) -> Registered:
        """Log the model folder, make it the next version (which is ``latest``), and champion if it has earned it.

        The last thing a run does: from the first entry in the registry to the run's end no signal comes between,
        so a run that is KILLED has registered nothing.
        """
        mlflow = mlflow_module()
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        optional = [ColSpec("string", name, required=False) for name in ("target", "doc_id")]
        inputs = Schema([ColSpec("string", "text"), *optional])
        info = mlflow.pyfunc.log_model(
            name="model",
            loader_module="framing.model",
            data_path=str(model),
            signature=ModelSignature(inputs=inputs),
            pip_requirements=[f"framing=={metadata.version('framing')}"],
        )
        with held_back():
            registered = self._register(info, facts, may_lead)
            mlflow.end_run("FINISHED")
        return registered

    def _register(self, info: Any, facts: Mapping[str, str], may_lead: bool) -> Registered:
        version = self._client.create_model_version(
            MODEL, source=info.model_uri, run_id=self.id, model_id=info.model_id, tags=dict(facts)
        )
        with lock(self.tracking.uri, "champion"):  # champion moves last, one process at a time
            reason = self._against_champion(facts) if may_lead else "a stand-in encoder never leads"
            if not reason:
                self._client.set_registered_model_alias(MODEL, "champion", version.version)
        return Registered(str(version.version), not reason, reason)

    def _against_champion(self, facts: Mapping[str, str]) -> str:
        """Why the champion stays; empty if it does not."""
        champion = _by_alias(self._client, "champion")
        if champion is None:
            return ""
        for fact in ("data_sha256", "protocol", "tasks", "score_name"):
            if champion.tags.get(fact) != facts[fact]:
                return f"its {fact.replace('_', ' ')} is not that of champion version {champion.version}"
        ours, theirs = float(facts["score"]), float(champion.tags["score"])
        if ours < theirs:
            return f"{facts['score_name']} {ours:.3f} is below {theirs:.3f} of champion version {champion.version}"
        return ""


@dataclass(frozen=True)
class Registered:
    """A model version; ``reason`` says why it did not become champion."""

    version: str
    champion: bool
    reason: str


@contextmanager
def run(tracking: Tracking, name: str, parent: str | None = None, again: str | None = None) -> Iterator[Run]:
    """A tracked run: FINISHED, FAILED if an exception leaves the block, KILLED on Ctrl-C and SIGTERM.

    ``again`` is the id of a run to go on with; one that is there no more is begun anew.
    """
    client = connect(tracking)
    mlflow = mlflow_module()
    mlflow.set_tracking_uri(tracking.uri)
    mlflow.set_registry_uri(tracking.uri)
    mlflow.set_experiment(tracking.experiment)
    if again and not _has_run(client, again):
        again = None
    active = mlflow.start_run(run_id=again, run_name=name, nested=parent is not None, parent_run_id=parent)
    try:
        yield Run(client, active, tracking)
    except (KeyboardInterrupt, Terminated):
        _end(active, "KILLED")
        raise
    except BaseException:
        _end(active, "FAILED")
        raise
    _end(active, "FINISHED")


def _has_run(client: Any, run_id: str) -> bool:
    try:
        client.get_run(run_id)
    except mlflow_module().exceptions.MlflowException:
        return False
    return True


def _end(active: Any, status: str) -> None:
    """End this run, unless it has ended already."""
    mlflow = mlflow_module()
    current = mlflow.active_run()
    if current is not None and current.info.run_id == active.info.run_id:
        mlflow.end_run(status)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _by_alias(client: Any, alias: str) -> Any:
    mlflow = mlflow_module()
    try:
        return client.get_model_version_by_alias(MODEL, alias)
    except mlflow.exceptions.MlflowException:
        return None


def ui(uri: str, host: str, port: int) -> int:
    """The MLflow UI on the store, until it is stopped. Gives its exit code."""
    open_store(uri)
    tracking = resolve(uri)
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", tracking.uri]
    command += ["--host", host, "--port", str(port), "--workers", "1"]
    print(f"MLflow UI on http://{host}:{port} (up in some seconds; Ctrl-C ends it)", flush=True)
    quiet = {"PYTHONWARNINGS": "ignore:starlette.middleware.wsgi is deprecated"}  # said by its server at each start
    process = subprocess.Popen(command, env={**quiet, **environment(), **os.environ})
    try:
        return process.wait()
    except (KeyboardInterrupt, Terminated):
        process.terminate()
        deadline = time.monotonic() + 5
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        return 0
