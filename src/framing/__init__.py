"""framing: who is quoted, what position a sentence carries toward which force, in which frame.

The public face is :func:`load_model`; everything else is reached through ``python -m framing``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framing.model import Model

__version__ = "0.1.0"
__all__ = ["__version__", "load_model"]


def load_model(source: Any) -> Model:
    """Open a saved model.

    ``source`` is a model folder, the MLflow folder around one, or an MLflow address such as
    ``models:/framing@champion``. Every file is checked against the manifest before it is read, and
    nothing in the folder is ever executed.

    Raises :class:`framing.exceptions.UserError` where there is no model, or one that cannot be trusted.
    """
    from framing.model import load

    if isinstance(source, str) and source.startswith(("models:/", "runs:/")):
        from framing.registry import model_folder

        source = model_folder(source)
    return load(source)
