"""Text to vectors. One class for every encoder; what differs between them stands in one small file each.

A kind of encoder is a module with ``fingerprint(config, cache)``, which says what the weights are without loading
them, and ``load(config, cache)``, which gives a function from a list of texts to an ``(n, d)`` array.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from framing.encoder.cache import EmbeddingCache
from framing.exceptions import UserError
from framing.progress import Progress
from framing.ranges import COUNT, check_ranges
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

    def __post_init__(self) -> None:
        check_ranges("encoder", self, {"batch_size": COUNT})


def cache_folder() -> Path:
    """``FRAMING_CACHE`` if it is set, else the user's cache folder (``~/.cache/framing`` on Linux)."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("FRAMING_CACHE")
    return Path(chosen).absolute() if chosen else user_cache_path("framing")


class Encoder:
    """Embeds distinct texts once. The model itself is loaded when the first text has to be embedded.

    ``remember=False`` keeps nothing, neither on disk nor in memory, from one call to the next.
    """

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
        self._remember = remember
        self._memory: dict[bytes, np.ndarray] = {}
        self._disk = self._open_cache() if remember else None

    def _open_cache(self) -> EmbeddingCache:
        file = self.cache / "embeddings" / f"{self._key()}.sqlite"
        try:
            return EmbeddingCache(file)
        except (OSError, sqlite3.OperationalError) as error:
            raise UserError(
                f"{file}: the cache of embeddings cannot be written ({error}); set FRAMING_CACHE to a folder of yours"
            ) from None

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
        vectors = self._memory if self._remember else {}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        if self._disk and missing:
            vectors.update(self._disk.get(missing))
            missing = {key: text for key, text in missing.items() if key not in vectors}
        if missing:
            self._embed(missing, vectors, label)
        return np.stack([vectors[k] for k in keys]) if keys else np.zeros((0, 0), dtype=np.float32)

    def _embed(self, missing: dict[bytes, str], into: dict[bytes, np.ndarray], label: str) -> None:
        if self._function is None:
            self._function = self._module.load(self.config, self.cache)
        order = sorted(missing, key=lambda k: (len(missing[k]), missing[k]))  # like lengths: little padding
        with Progress(label, len(order)) as progress:
            for i in range(0, len(order), _PART):
                part = order[i : i + _PART]
                vectors = self._function([self.config.prompt + missing[k] for k in part])
                vectors = np.asarray(vectors, dtype=np.float32)
                into.update(zip(part, vectors, strict=True))
                if self._disk:
                    self._disk.put(part, vectors)
                self.embedded += len(part)
                progress.advance(len(part))
