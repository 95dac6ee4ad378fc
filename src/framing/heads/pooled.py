"""The fine-tuned encoder, with a quiet word from TF-IDF, which learns something else.

A logarithmic opinion pool (Genest and Zidek, Statistical Science 1986): the log odds of the two are added up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framing.data import Rows
from framing.encoder import Encoder
from framing.heads.estimators import SklearnHead, TfidfConfig
from framing.heads.finetuned import FinetuneConfig, FinetunedHead
from framing.labels import Task
from framing.ranges import COUNT, POSITIVE, check_ranges
from framing.targets import Mode

_TINY = 1e-4  # no part is surer than this, or one word that training never had would outvote the other


@dataclass
class PoolConfig(FinetuneConfig):
    """The fine-tuned encoder's settings, and: tfidf: how much TF-IDF weighs beside it, which weighs 1. What they weigh
    together does not matter: probabilities are calibrated afterwards. near: see :class:`TfidfConfig`."""

    kind: str = "pool"
    tfidf: float = 1.0
    near: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ranges("head", self, {"tfidf": POSITIVE, "near": COUNT})


class PooledHead:
    """See :class:`framing.heads.base.Head`."""

    TFIDF = "tfidf"  # its folder in a saved model

    def __init__(self, config: PoolConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> None:
        self.config, self.tasks = config, tuple(tasks)
        self.main = FinetunedHead(config, tasks, encoder, seed)
        self.beside = SklearnHead(TfidfConfig(near=config.near), tasks, None, seed)

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`."""
        self.main.prepare(rows)

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`."""
        self.main.fit(rows, labels, groups, unfinished)
        self.beside.fit(rows, labels, groups)

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`. A class that training never had stays impossible."""
        main, beside = (head.predict_proba(rows, mode, only) for head in (self.main, self.beside))
        asked = [task for task in self.tasks if task.name in main]
        return {t.name: pooled(t, main[t.name], [(self.config.tfidf, beside[t.name])]) for t in asked}

    def save(self, folder: Path) -> None:
        """See :class:`Head`."""
        self.main.save(folder)
        (folder / self.TFIDF).mkdir()
        self.beside.save(folder / self.TFIDF)

    def load(self, folder: Path) -> None:
        """See :class:`Head`."""
        self.main.load(folder)
        self.beside.load(folder / self.TFIDF)


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
