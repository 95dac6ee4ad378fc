"""The saved model: a folder of safetensors, JSON and skops with a manifest, and nothing that can run.

manifest.json   sha256 and size of every other file
model.json      the layout below: tasks, head, calibration, encoder, where it was trained
head.skops      the head's own files, or finetuned.safetensors and finetuned.json
encoder/        only in a standalone model: the whole encoder
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from framing import calibrate
from framing.calibrate import Calibration
from framing.data import Rows
from framing.encoder import Encoder, EncoderConfig, transformer
from framing.exceptions import UserError
from framing.heads import Head, config_from_dict, head_kind, make_head
from framing.labels import Task
from framing.lexicon import DEFAULT_TARGET
from framing.speakers import introductions_in_rows
from framing.targets import RENDERING_VERSION, Mode
from framing.text import NORMALISER_VERSION

FORMAT = 3
MANIFEST, LAYOUT, ENCODER_FOLDER = "manifest.json", "model.json", "encoder"
MLFLOW_FOLDER = "model"  # the name that our folder has inside the `data/` of the MLflow folder around it
_MAX_JSON = 4_000_000


@dataclass(frozen=True)
class Layout:
    """What ``model.json`` says. ``encoder`` is empty for a head that needs none."""

    tasks: list[dict[str, Any]]
    head: dict[str, Any]
    calibration: dict[str, Any]
    encoder: dict[str, Any]
    standalone: bool = False
    training: dict[str, Any] = field(default_factory=dict)
    normaliser: str = NORMALISER_VERSION
    rendering: str = RENDERING_VERSION
    format: int = FORMAT


class Model:
    """A trained head with all it needs to answer for new text."""

    def __init__(
        self, tasks: tuple[Task, ...], head: Head, calibrations: Mapping[str, Calibration], layout: Layout
    ) -> None:
        self.tasks, self.head, self.calibrations, self.layout = tasks, head, calibrations, layout

    def predict(self, rows: Any) -> pd.DataFrame:
        """Answers for strings, dicts, or a DataFrame with ``text`` and, if they are known, ``target`` and ``doc_id``.

        A missing target means ``foreign_forces``. Rows of one ``doc_id`` are sentences of one article, in order: one
        that says only "he added" is read with the words that introduced who speaks. One row each, in their order:
        ``text, target``, then for every task ``TASK`` (sets ``|``-joined), ``TASK_CLASS`` calibrated probabilities and
        ``TASK_abstained``, which is 1 where the answer is less sure than the precision that was wanted in training
        asks for. Raises ``UserError`` where a row has no text.
        """
        frame = _as_frame(rows)
        texts = frame["text"].tolist()
        return self.predict_rows(
            Rows(texts, frame["target"].tolist(), introductions_in_rows(_documents(frame), texts))
        ).set_index(frame.index)

    def predict_rows(self, rows: Rows, mode: Mode = "marked") -> pd.DataFrame:
        """As :meth:`predict`; here an empty target means that no force is meant, and a task that reads the
        target stays empty for such a row."""
        columns: dict[str, Any] = {"text": rows.texts, "target": rows.targets}
        given = self.head.predict_proba(rows, mode) if len(rows) else {}
        empty = np.array([not t for t in rows.targets], dtype=bool)
        for task in self.tasks:
            calibration = self.calibrations[task.name]
            probabilities = calibration.apply(task, given.get(task.name, np.zeros((0, len(task.classes)))))
            silent = empty if task.reads_target else np.zeros_like(empty)
            names = np.array(task.names(calibration.decide(task, probabilities)), dtype=object)
            columns[task.name] = np.where(silent, "", names) if len(rows) else names
            for i, name in enumerate(task.classes):
                columns[f"{task.name}_{name}"] = np.where(silent, np.nan, probabilities[:, i])
            columns[f"{task.name}_abstained"] = (calibration.abstains(task, probabilities) & ~silent).astype(np.int64)
        return pd.DataFrame(columns)


def _documents(frame: pd.DataFrame) -> list[str]:
    """The article of each row; one that has none is an article by itself."""
    given = frame["doc_id"] if "doc_id" in frame else [None] * len(frame)
    return [f"row:{i}" if pd.isna(d) or not str(d).strip() else str(d) for i, d in enumerate(given)]


def _as_frame(rows: Any) -> pd.DataFrame:
    if isinstance(rows, str):
        rows = [rows]
    if isinstance(rows, pd.DataFrame):
        frame = rows.copy()
    elif isinstance(rows, pd.Series):
        frame = rows.to_frame("text")
    else:
        items = [{"text": r} if isinstance(r, str) else r for r in rows]
        if not all(isinstance(r, Mapping) for r in items):
            raise UserError("predict: rows must be strings, dicts or a DataFrame")
        frame = pd.DataFrame(items, columns=None if items else ["text"])
    if "text" not in frame:
        raise UserError("predict: there is no 'text' in the rows; give each row its sentence")
    wrong = [i for i, t in enumerate(frame["text"]) if not isinstance(t, str) or not t.strip()]
    if wrong:
        raise UserError(f"predict: row {wrong[0] + 1}: text is empty or not a string")
    if "target" not in frame:
        frame["target"] = DEFAULT_TARGET
    frame["target"] = [t.strip() if isinstance(t, str) and t.strip() else DEFAULT_TARGET for t in frame["target"]]
    return frame


def save(
    folder: Path,
    head: Head,
    head_settings: Mapping[str, Any],
    tasks: Iterable[Task],
    calibrations: Mapping[str, Calibration],
    encoder: Encoder | None,
    training: Mapping[str, Any],
    standalone: bool = False,
) -> None:
    """Write a model folder: whole, or not at all. Replaces nothing; raises ``FileExistsError``."""
    if folder.exists():
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".model-", dir=folder.parent))
    try:
        head.save(half)
        packed = standalone and encoder is not None
        if packed and encoder is not None:
            _pack_encoder(encoder, half / ENCODER_FOLDER)
        layout = Layout(
            tasks=[asdict(t) for t in tasks],
            head=dict(head_settings),
            calibration=calibrate.to_json(calibrations),
            encoder=encoder.describe() if encoder else {},
            standalone=packed,
            training=dict(training),
        )
        text = json.dumps(asdict(layout), ensure_ascii=False, indent=2)
        (half / LAYOUT).write_text(text, encoding="utf-8")
        files = {p.relative_to(half).as_posix(): p for p in sorted(half.rglob("*")) if p.is_file()}
        entries = {n: {"sha256": _sha256(p), "size": p.stat().st_size} for n, p in files.items()}
        manifest = {"format": FORMAT, "files": entries}
        (half / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        half.chmod(0o755)
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _pack_encoder(encoder: Encoder, target: Path) -> None:
    source = encoder.model_folder()
    if source is None:
        raise UserError(
            f"model.standalone=true: encoder {encoder.config.kind} is no folder of weights to pack; use e5_small or hub"
        )
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "*.md"))


def load(source: str | os.PathLike[str]) -> Model:
    """Open a model folder, or the MLflow folder around one. See :func:`framing.load_model`."""
    folder = _bare_folder(Path(source))
    _verify(folder)
    layout = _read_layout(folder)
    try:
        tasks = tuple(Task(**{**t, "classes": tuple(t["classes"])}) for t in layout.tasks)
        head_config = config_from_dict(layout.head)
        calibrations = calibrate.from_json(layout.calibration, tasks)
        encoder = _open_encoder(folder, layout) if head_kind(head_config.kind).embeds else None
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise UserError(f"{folder}/{LAYOUT}: is not a model's description ({error})") from None
    head = make_head(head_config, tasks, encoder, seed=0)
    try:
        head.load(folder)
    except UserError:
        raise
    except Exception as error:  # whatever a broken or hostile file makes a reader raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"{folder}: the head cannot be opened safely ({reason})") from None
    return Model(tasks, head, calibrations, layout)


def _load_pyfunc(path: str) -> Model:
    """Called by ``mlflow.pyfunc.load_model``: the same safe loader."""
    return load(path)


def _bare_folder(path: Path) -> Path:
    if not path.exists():
        raise UserError(f"{path}: no such model folder")
    for candidate in (path, path / "data" / MLFLOW_FOLDER):
        if (candidate / MANIFEST).is_file():
            return candidate.resolve()
    raise UserError(f"{path}: not a model folder: there is no {MANIFEST} in it")


def _verify(folder: Path) -> None:
    """Every file is listed, plain, inside the folder and as it was written; nothing else is there."""
    manifest = _read_json(folder / MANIFEST)
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, dict) or manifest.get("format") != FORMAT:
        raise UserError(f"{folder}/{MANIFEST}: not a manifest of format {FORMAT}; made by another version?")
    for name, entry in files.items():
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or "\0" in name:
            raise UserError(f"{folder}/{MANIFEST}: {name!r} leads out of the folder; the model is not opened")
        if not isinstance(entry, dict) or not isinstance(entry.get("size"), int):
            raise UserError(f"{folder}/{MANIFEST}: {name!r}: no size and sha256")
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
    for name, path in there.items():
        if path.is_symlink():
            raise UserError(f"{folder}/{name}: is a link; the model is not opened")
        if path.is_file() and name not in files and name != MANIFEST:
            raise UserError(f"{folder}/{name}: is not in the manifest; the model is not opened")
    for name, entry in files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path}: is missing; copy the whole model folder again")
        if path.stat().st_size != entry["size"] or _sha256(path) != entry.get("sha256"):
            raise UserError(f"{path}: is not the file that was saved (sha256 differs); copy the model again")
    if LAYOUT not in files:
        raise UserError(f"{folder}/{LAYOUT}: is missing; copy the whole model folder again")


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_JSON:
            raise UserError(f"{path}: larger than any model's description; not opened")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise UserError(f"{path}: cannot be read as JSON") from None


def _read_layout(folder: Path) -> Layout:
    content = _read_json(folder / LAYOUT)
    try:
        layout = Layout(**content)
    except TypeError:
        raise UserError(f"{folder}/{LAYOUT}: is not a model's description") from None
    for name, ours in (
        ("format", FORMAT),
        ("normaliser", NORMALISER_VERSION),
        ("rendering", RENDERING_VERSION),
    ):
        if getattr(layout, name) != ours:
            raise UserError(
                f"{folder}/{LAYOUT}: {name} {getattr(layout, name)}, this version of framing has {ours}; "
                "train the model again, or install the version that made it"
            )
    return layout


def _open_encoder(folder: Path, layout: Layout) -> Encoder:
    settings = dict(layout.encoder)
    expected = settings.pop("fingerprint")
    config = EncoderConfig(**settings)
    if layout.standalone:
        config = EncoderConfig(**{**settings, "kind": "hub", "name": str(folder / ENCODER_FOLDER), "revision": ""})
        return Encoder(config, remember=False)  # its files are in the manifest
    if config.kind == "hub":
        config = replace(config, name=str(transformer.already_here(config)))
    encoder = Encoder(config, remember=False)
    if encoder.fingerprint != expected:
        raise UserError(
            f"{folder}: was made with encoder {config.kind} {str(expected)[:12]}…, here it is "
            f"{encoder.fingerprint[:12]}…; install the version that made it, or train again"
        )
    return encoder


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
