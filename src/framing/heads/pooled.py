"""The fine-tuned encoder, with a quiet word from two heads that learn something else.

A logarithmic opinion pool (Genest and Zidek, Statistical Science 1986): the log odds of the fine-tuned encoder, of a
logistic regression on the frozen one, and of TF-IDF are added up, each with its weight.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framing.data import Rows
from framing.encoder import Encoder
from framing.heads.base import Head
from framing.heads.estimators import LogisticConfig, SklearnHead, TfidfConfig
from framing.heads.finetuned import FinetuneConfig, FinetunedHead
from framing.labels import Task
from framing.ranges import NUMBER, check_ranges
from framing.targets import Mode

_TINY = 1e-4  # no part is surer than this, or one word that training never had would outvote the others


@dataclass
class PoolConfig(FinetuneConfig):
    """The fine-tuned encoder's settings, and how much a logistic regression on the frozen encoder and TF-IDF weigh
    beside it; 0 leaves one out. What they weigh together does not matter: probabilities are calibrated afterwards."""

    kind: str = "pool"
    frozen: float = 1.0
    tfidf: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ranges("head", self, dict.fromkeys(("frozen", "tfidf"), NUMBER))


class PooledHead:
    """See :class:`framing.heads.base.Head`."""

    def __init__(self, config: PoolConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> None:
        self.config, self.tasks = config, tuple(tasks)
        self.main = FinetunedHead(config, tasks, encoder, seed)
        self._beside: dict[str, tuple[float, Head]] = {
            name: (weight, head)
            for name, weight, head in (
                ("frozen", config.frozen, SklearnHead(LogisticConfig(), tasks, encoder, seed)),
                ("tfidf", config.tfidf, SklearnHead(TfidfConfig(), tasks, None, seed)),
            )
            if weight
        }

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`."""
        for head in self._heads():
            head.prepare(rows)

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`."""
        for head in self._heads():
            head.fit(rows, labels, groups, unfinished)

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`. A class that training never had stays impossible."""
        main = self.main.predict_proba(rows, mode, only)
        beside = [(weight, head.predict_proba(rows, mode, only)) for weight, head in self._beside.values()]
        asked = [task for task in self.tasks if task.name in main]
        return {t.name: pooled(t, main[t.name], [(weight, given[t.name]) for weight, given in beside]) for t in asked}

    def save(self, folder: Path) -> None:
        """See :class:`Head`. Those beside have a folder each."""
        self.main.save(folder)
        for name, (_, head) in self._beside.items():
            (folder / name).mkdir()
            head.save(folder / name)

    def load(self, folder: Path) -> None:
        """See :class:`Head`."""
        self.main.load(folder)
        for name, (_, head) in self._beside.items():
            head.load(folder / name)

    def _heads(self) -> list[Head]:
        return [self.main, *(head for _, head in self._beside.values())]


def pooled(task: Task, main: np.ndarray, beside: Sequence[tuple[float, np.ndarray]]) -> np.ndarray:
    """``(n, k)`` probabilities of all parts as one: log probabilities, or log odds where labels are many, are added up,
    those of ``main`` once and those ``beside`` by their weights. What ``main`` gives 0 stays 0."""
    parts = [(weight, np.clip(p, _TINY, 1 - _TINY)) for weight, p in [(1.0, main), *beside]]
    if task.multi:
        out = 1 / (1 + np.exp(-sum(weight * np.log(p / (1 - p)) for weight, p in parts)))
        return np.where(main == 0, 0, out)
    x = np.where(main == 0, -np.inf, sum(weight * np.log(p) for weight, p in parts))
    out = np.exp(x - x.max(axis=1, keepdims=True))
    return out / out.sum(axis=1, keepdims=True)
