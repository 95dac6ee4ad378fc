"""Heads: what learns the labels, by name.

A head learns all tasks of a run at once (one that is fine-tuned shares its encoder between them) and keeps itself in
a folder without any pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.heads.base import Head, HeadConfig
from framing.heads.estimators import KnnConfig, LogisticConfig, MajorityConfig, SklearnHead, SvmConfig, TfidfConfig
from framing.heads.finetuned import FinetuneConfig, FinetunedHead
from framing.heads.pooled import PoolConfig, PooledHead
from framing.heads.setfit import SetfitConfig, SetfitHead
from framing.labels import Task

__all__ = ["HEADS", "Head", "HeadConfig", "HeadKind", "config_from_dict", "head_kind", "make_head"]


@dataclass(frozen=True)
class HeadKind:
    """How a kind of head is configured and made, and whether it needs embeddings.

    ``quick``: it learns in seconds, so that what needs it trained again is done unasked. ``grid``: what a nested search
    tries for it if nothing else is given.
    """

    config: type[HeadConfig]
    make: Callable[[Any, Sequence[Task], Encoder | None, int], Head]
    embeds: bool
    quick: bool = False
    grid: Mapping[str, Sequence[Any]] = field(default_factory=dict)


HEADS: dict[str, HeadKind] = {
    "majority": HeadKind(MajorityConfig, SklearnHead, embeds=False, quick=True),
    "tfidf": HeadKind(TfidfConfig, SklearnHead, embeds=False, quick=True, grid={"C": (0.1, 1.0, 10.0)}),
    "logistic": HeadKind(LogisticConfig, SklearnHead, embeds=True, quick=True, grid={"C": (0.001, 0.01, 0.1)}),
    "svm": HeadKind(SvmConfig, SklearnHead, embeds=True, quick=True, grid={"C": (0.3, 1.0, 3.0)}),
    "knn": HeadKind(KnnConfig, SklearnHead, embeds=True, quick=True, grid={"neighbours": (5, 15, 45)}),
    "finetune": HeadKind(FinetuneConfig, FinetunedHead, embeds=True, grid={"lr": (1e-4, 2e-4, 4e-4)}),
    "pool": HeadKind(PoolConfig, PooledHead, embeds=True, grid={"lr": (1e-4, 2e-4, 4e-4)}),
    "setfit": HeadKind(SetfitConfig, SetfitHead, embeds=True),
}


def make_head(config: HeadConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> Head:
    """A head ready to be fitted or loaded."""
    kind = head_kind(config.kind)
    return kind.make(config, tasks, encoder if kind.embeds else None, seed)


def head_kind(name: str) -> HeadKind:
    """The entry of a head in ``HEADS``."""
    if name not in HEADS:
        raise UserError(f"head {name!r}: unknown; use one of {', '.join(HEADS)}")
    return HEADS[name]


def config_from_dict(values: Mapping[str, Any]) -> HeadConfig:
    """Settings from a saved model. Raises ``UserError`` for anything that is not a head's settings."""
    kind = head_kind(str(values.get("kind")))
    try:
        return kind.config(**values)
    except TypeError:
        raise UserError(f"head {values.get('kind')!r}: settings do not fit: {sorted(values)}") from None
