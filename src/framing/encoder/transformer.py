"""Any sentence-transformers model: the default one, or one from a hub or a folder."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.encoder import e5_small
from framing.exceptions import UserError

if TYPE_CHECKING:
    from framing.encoder import EncodeFunction, EncoderConfig

_MODULES = {"Transformer", "Pooling", "Normalize", "Dense"}
_ENDINGS = {".json", ".safetensors", ".txt", ".model", ".md", ""}


def fingerprint(config: EncoderConfig, cache: Path) -> str:
    """sha256 of what makes the vectors: the checked source of ``e5_small``, the files of a folder."""
    if config.kind == "e5_small":
        return e5_small.FINGERPRINT
    return folder_fingerprint(model_folder(config, cache))


def folder_fingerprint(folder: Path) -> str:
    """sha256 over the names and contents of a model folder."""
    total = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        total.update(f"{file.relative_to(folder).as_posix()}\n{digest}\n".encode())
    return total.hexdigest()


def model_folder(config: EncoderConfig, cache: Path) -> Path:
    """Where the model's files are; built or downloaded now if they are not there. Checked before it is opened."""
    if config.kind == "e5_small":
        return e5_small.folder(cache)
    if not config.name:
        raise UserError("encoder=hub needs encoder.name=… (a model's name, or the path of a folder)")
    local = Path(config.name).expanduser()
    folder = local.resolve() if local.is_dir() else _download(config)
    check_folder(folder)
    return folder


def already_here(config: EncoderConfig) -> Path:
    """The folder of a hub's model on this machine: a saved model, which may be a stranger's, makes nobody download."""
    local = Path(config.name).expanduser()
    return local if local.is_dir() else _download(config, local_files_only=True)


def _download(config: EncoderConfig, local_files_only: bool = False) -> Path:
    if config.name.startswith((".", "/", "~")) or config.name.count("/") > 1:
        raise UserError(f"encoder.name={config.name}: no such folder")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import snapshot_download

    name, revision = config.name, config.revision or None
    try:
        wanted: dict[str, Any] = {"allow_patterns": ["*.json", "*.safetensors", "*.txt", "*.model"]}
        return Path(snapshot_download(name, revision=revision, local_files_only=local_files_only, **wanted))
    except (OSError, ValueError) as error:
        if local_files_only:
            raise UserError(
                f"the model was made with the encoder {name} of the hub, which is not on this machine; if you trust "
                f"its makers, fetch it: hf download {name}" + (f" --revision {revision}" if revision else "")
            ) from None
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            f"encoder.name={name}: cannot be had from the hub ({reason}); "
            "check the name, the revision and the network, or give the path of a folder"
        ) from None


def check_folder(folder: Path) -> None:
    """Refuse a model folder that would run code when opened: pickles, Python files, foreign modules."""
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix.lower() not in _ENDINGS and not file.name.startswith("."):
            raise UserError(f"{file}: a model folder may hold safetensors, JSON and text only; take it out")
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kinds = [str(m["type"]) for m in modules]
    except (OSError, ValueError, TypeError, KeyError):
        raise UserError(f"{folder}: not a sentence-transformers folder (modules.json, config.json)") from None
    for kind in kinds:
        package, _, name = kind.rpartition(".")
        if not package.startswith("sentence_transformers.") or name not in _MODULES:
            raise UserError(f"{folder}/modules.json: module {kind} is not one of {', '.join(sorted(_MODULES))}")
    if "auto_map" in config:
        raise UserError(f"{folder}/config.json: auto_map would run code of the model's own; not opened")


def load(config: EncoderConfig, cache: Path) -> EncodeFunction:
    """Open the model; see :class:`framing.encoder.Encoder`."""
    model = open_model(model_folder(config, cache))
    autocast = config.precision == "bfloat16"

    def encode(texts: list[str]) -> np.ndarray:
        import torch

        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            return model.encode(texts, batch_size=config.batch_size, convert_to_numpy=True, show_progress_bar=False)

    return encode


def open_model(folder: Path) -> Any:
    """A ``SentenceTransformer`` from a folder, with no look-up of any kind."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder.resolve()),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"{folder}: cannot be opened as a sentence-transformers model ({reason})") from None
