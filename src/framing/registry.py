"""Registered models: the folder behind an address, and which version leads."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from framing.exceptions import UserError
from framing.stored import PREDICTIONS, StoredRun, read_run
from framing.track import DEFAULT_URI, MODEL, Tracking, lock, mlflow_module, open_store, resolve


def model_folder(address: str, uri: str = DEFAULT_URI) -> Path:
    """The local folder behind ``models:/…`` or ``runs:/…``. Raises ``UserError`` with what to do if there is none."""
    tracking_uri = os.environ.get("MLFLOW_TRACKING_URI", uri) if uri == DEFAULT_URI else uri
    client = open_store(tracking_uri)
    mlflow = mlflow_module()
    try:
        place = urlparse(_source(client, address))
        folder = Path(unquote(place.path))
        if place.scheme in ("", "file"):
            return folder if folder.is_dir() else _moved(folder, resolve(tracking_uri))
        return Path(mlflow.artifacts.download_artifacts(address, tracking_uri=tracking_uri))
    except mlflow.exceptions.MlflowException as error:
        what = "there is no champion yet" if "champion" in address else str(error).splitlines()[0]
        raise UserError(
            f"{address}: no such model ({what}); train one, "
            "name another (--model models:/framing/latest), or promote a run (python -m framing promote RUN)"
        ) from None


def _source(client: Any, address: str) -> str:
    """The artifact address of a registered or logged model."""
    found = re.fullmatch(r"models:/([^/@]+)[/@](latest|\d+|[^/]+)", address)
    if found:
        name, which = found.groups()
        if which == "latest":  # MLflow keeps this word for itself: the version with the highest number
            numbers = [int(v.version) for v in client.search_model_versions(f"name = '{name}'")]
            which = str(max(numbers, default=0))
        alias, number = (None, which) if which.isdigit() else (which, None)
        version = client.get_model_version_by_alias(name, alias) if alias else client.get_model_version(name, number)
        address = version.source
    found = re.fullmatch(r"models:/(m-[0-9a-f]+)", address)
    return str(client.get_logged_model(found.group(1)).artifact_location) if found else address


def _moved(folder: Path, tracking: Tracking) -> Path:
    """MLflow stores absolute paths; of a project that was moved as a whole, the same place below its new one."""
    artifacts = Path(unquote(urlparse(tracking.artifacts).path))
    if artifacts.name in folder.parts:
        at = len(folder.parts) - 1 - folder.parts[::-1].index(artifacts.name)
        candidate = artifacts.joinpath(*folder.parts[at + 1 :])
        if candidate.is_dir():
            return candidate
    raise UserError(f"{folder}: the model's files are gone; train again, or put the folder back")


def promote(name: str, uri: str) -> str:
    """Make the model of a run (its id, the beginning of it, or its name) champion; gives what was done in words."""
    client = open_store(uri)
    versions = client.search_model_versions(f"name = '{MODEL}'")
    run_id = _find_run(client, name)
    by_run = {v.run_id: v for v in versions}
    if run_id not in by_run:
        raise UserError(f"{name}: this run has no registered model; see: python -m framing ui")
    version = by_run[run_id]
    if version.tags.get("stand_in") == "true":
        raise UserError(f"{name}: its encoder is a stand-in for tests; such a model never becomes champion")
    with lock(resolve(uri).uri, "champion"):
        client.set_registered_model_alias(MODEL, "champion", version.version)
    return f"models:/{MODEL}@champion is now version {version.version} (run {run_id[:8]})"


def open_run(name: str, uri: str, file: str = PREDICTIONS) -> StoredRun:
    """A run as it was recorded, by its id, the beginning of it, its name, or the folder of its artifacts."""
    return read_run(run_folder(name, uri), name, file)


def run_folder(name: str, uri: str) -> Path:
    """Where the artifacts of a run are. Raises ``UserError`` if there is no such run, or they are gone."""
    folder = Path(name)
    if not folder.is_dir():
        client = open_store(uri)
        run_id = _find_run(client, name)
        place = urlparse(client.get_run(run_id).info.artifact_uri)
        folder = Path(unquote(place.path))
        if place.scheme not in ("", "file"):
            address = f"runs:/{run_id}"
            folder = Path(mlflow_module().artifacts.download_artifacts(address, tracking_uri=resolve(uri).uri))
        elif not folder.is_dir():
            folder = _moved(folder, resolve(uri))
    return folder


def _find_run(client: Any, name: str) -> str:
    """The id of the run of this id, beginning of an id, or name; of several of one name, the newest."""
    experiments = [e.experiment_id for e in client.search_experiments()]
    found, token = [], None
    while True:
        page = client.search_runs(experiments, max_results=1000, page_token=token, order_by=["start_time DESC"])
        found += [r.info for r in page]
        token = page.token
        if not token:
            break
    by_id = [r.run_id for r in found if name and r.run_id.startswith(name)]
    if len(by_id) > 1:
        raise UserError(
            f"{name}: {len(by_id)} runs begin like this: {', '.join(i[:8] for i in by_id)}; give more of it"
        )
    by_name = [r.run_id for r in found if r.run_name == name]
    if not by_id and not by_name:
        raise UserError(f"{name}: no run of this id or name; see: python -m framing ui")
    return (by_id or by_name)[0]
