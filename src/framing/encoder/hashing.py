"""A tiny stand-in for tests: hashed character n-grams, no weights. Its scores mean nothing."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framing.text import fold

if TYPE_CHECKING:
    from framing.encoder import EncodeFunction, EncoderConfig

DIMENSION = 64


def fingerprint(config: EncoderConfig, cache: Path) -> str:
    """Names this scheme of hashing."""
    return hashlib.sha256(f"hashing:{DIMENSION}:3-4:1".encode()).hexdigest()


def load(config: EncoderConfig, cache: Path) -> EncodeFunction:
    """See :class:`framing.encoder.Encoder`."""
    return encode


def encode(texts: list[str]) -> np.ndarray:
    """``(n, 64)`` unit vectors of signed n-gram counts."""
    out = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for row, text in enumerate(texts):
        folded = f" {fold(text)} "
        for size in (3, 4):
            for i in range(len(folded) - size + 1):
                code = zlib.crc32(folded[i : i + size].encode("utf-8"))
                out[row, code % DIMENSION] += 1.0 if code & 0x80000000 else -1.0
    norms = np.linalg.norm(out, axis=1, keepdims=True)
    return out / np.where(norms > 0, norms, 1.0)
