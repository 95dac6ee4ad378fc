"""What a head is: one small interface, so that protocols, tracking and saved models fit every one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from framing.data import Rows
from framing.labels import View
from framing.targets import Mode, show


@dataclass
class HeadConfig:
    """The settings of a head; ``kind`` names it in ``HEADS``."""

    kind: str = "???"


def shown(rows: Rows, view: View, mode: Mode = "marked") -> list[str]:
    """``n`` texts as a task of this view sees them."""
    introductions = rows.introductions if view.speaker else [""] * len(rows)
    each = zip(rows.texts, rows.targets, introductions, strict=True)
    return [show(text, target, view.target, mode, introduction) for text, target, introduction in each]


class Head(Protocol):
    """Fits rows to labels and gives probabilities. Labels are as :meth:`framing.labels.Task.encode` gives them."""

    def prepare(self, rows: Rows) -> None:
        """Do once for all rows what depends on no label, such as embedding them."""

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """Learn every task in ``labels``. A head that learns for long keeps its state in the folder ``unfinished``, and
        goes on from what it finds there."""

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """``(n, k)`` for each task, or ``only`` for these; rows sum to 1 for a single-label task, else each label is
        apart."""

    def save(self, folder: Path) -> None:
        """Write into an existing folder: safetensors, JSON or skops."""

    def load(self, folder: Path) -> None:
        """Take up what :meth:`save` wrote."""


@runtime_checkable
class Chooses(Protocol):
    """A head that chooses some of its settings while it is fitted; ``chosen`` holds them by name."""

    chosen: dict[str, Any]
