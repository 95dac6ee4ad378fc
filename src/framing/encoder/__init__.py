"""Text to vectors. One class for every encoder; what differs between them stands in one small file each.

A kind of encoder is a module with ``fingerprint(config, cache)``, which says what the weights are without loading
them, and ``load(config, cache)``, which gives a function from a list of texts to an ``(n, d)`` array.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from framing.encoder.cache import EmbeddingCache
from framing.exceptions import UserError
from framing.progress import Progress
from framing.text import NORMALISER_VERSION

KINDS = {
    "e5_small": "framing.encoder.transformer",
    "hub": "framing.encoder.transformer",
    "use_multilingual": "framing.encoder.use_multilingual",
    "hashing": "framing.encoder.hashing",
}
STAND_INS = {"hashing"}
EncodeFunction = Callable[[list[str]], np.ndarray]
_PART = 256  # texts between two steps of the progress bar, and between two writes to the cache


@dataclass
class EncoderConfig:
    """Which encoder, and everything that changes what it gives.

    kind: one of ``KINDS``. name, revision: for ``hub``, a model's name (pin its revision) or a folder.
    prompt: put before every text. precision: ``float32`` or ``bfloat16``.
    """

    kind: str = "e5_small"
    name: str = ""
    revision: str = ""
    prompt: str = ""
    precision: str = "float32"
    batch_size: int = 32


def cache_folder() -> Path:
    """``FRAMING_CACHE`` if it is set, else the user's cache folder (``~/.cache/framing`` on Linux)."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("FRAMING_CACHE")
    return Path(chosen).absolute() if chosen else user_cache_path("framing")


class Encoder:
    """Embeds distinct texts once. The model itself is loaded when the first text has to be embedded."""

    def __init__(self, config: EncoderConfig, cache: Path | None = None, remember: bool = True) -> None:
        if config.kind not in KINDS:
            raise UserError(f"encoder.kind={config.kind}: unknown; use one of {', '.join(KINDS)}")
        if config.precision not in ("float32", "bfloat16"):
            raise UserError(f"encoder.precision={config.precision}: unknown; use float32 or bfloat16")
        self.config = config
        self.cache = cache or cache_folder()
        self._module = importlib.import_module(KINDS[config.kind])
        self._function: EncodeFunction | None = None
        self.fingerprint: str = self._module.fingerprint(config, self.cache)
        self.embedded = 0  # texts that the model itself has embedded so far
        self._memory: dict[bytes, np.ndarray] = {}
        self._disk = EmbeddingCache(self.cache / "embeddings" / f"{self._key()}.sqlite") if remember else None

    @property
    def is_stand_in(self) -> bool:
        """Whether this is a tiny encoder for tests, not one to publish with."""
        return self.config.kind in STAND_INS

    def _key(self) -> str:
        """Everything but the text that changes an embedding."""
        parts = {
            "fingerprint": self.fingerprint,
            "prompt": self.config.prompt,
            "precision": self.config.precision,
            "normaliser": NORMALISER_VERSION,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    def describe(self) -> dict[str, str | int]:
        """How to build this encoder again, and the fingerprint that the result must have."""
        return {**asdict(self.config), "fingerprint": self.fingerprint}

    def model_folder(self) -> Path | None:
        """The folder of the encoder's files, for a standalone model; ``None`` if it is not made of one."""
        find = getattr(self._module, "model_folder", None)
        return find(self.config, self.cache) if find else None

    def encode(self, texts: Sequence[str], label: str = "embedding") -> np.ndarray:
        """``(n, d)`` float32 embeddings of ``n`` texts, in their order."""
        keys = [hashlib.sha256(t.encode("utf-8", "surrogatepass")).digest() for t in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._memory}
        if self._disk and missing:
            known = self._disk.get(missing)
            self._memory.update(known)
            missing = {key: text for key, text in missing.items() if key not in known}
        if missing:
            self._embed(missing, label)
        return np.stack([self._memory[k] for k in keys]) if keys else np.zeros((0, 0), dtype=np.float32)

    def _embed(self, missing: dict[bytes, str], label: str) -> None:
        if self._function is None:
            self._function = self._module.load(self.config, self.cache)
        order = sorted(missing, key=lambda k: (len(missing[k]), missing[k]))  # like lengths: little padding
        with Progress(label, len(order)) as progress:
            for i in range(0, len(order), _PART):
                part = order[i : i + _PART]
                vectors = self._function([self.config.prompt + missing[k] for k in part])
                vectors = np.asarray(vectors, dtype=np.float32)
                self._memory.update(zip(part, vectors, strict=True))
                if self._disk:
                    self._disk.put(part, vectors)
                self.embedded += len(part)
                progress.advance(len(part))

    def forget(self) -> None:
        """Drop the vectors held in memory, so that a long run over many texts stays small."""
        self._memory.clear()
