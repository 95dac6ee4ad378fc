"""Groups that must stay together, and the protocols that split by them.

A protocol is a function from a table, its groups and the protocol's settings to a list of :class:`Split`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from framing.data import Table
from framing.exceptions import UserError
from framing.near import near_duplicates

LINKS = ("contrast_id",)  # rows with the same value belong together


@dataclass
class ProtocolConfig:
    """kind: one of ``PROTOCOLS``. folds: how many parts. seed: of the shuffle. together: columns whose equal values
    stay on one side, as articles do. column, train, test: of a split that the data's makers give."""

    kind: str = "grouped_kfold"
    folds: int = 5
    seed: int = 0
    together: list[str] = field(default_factory=list)
    column: str = "split"
    train: str = "train"
    test: str = "test"


@dataclass(frozen=True)
class Split:
    """Positions to train on and positions to test on. ``published``: as the data's makers split it, leaks included."""

    name: str
    train: np.ndarray
    test: np.ndarray
    published: bool = False


class LeakError(Exception):
    """A group stands on both sides of a split: no figure of such a split is worth anything."""


def group_rows(table: Table, together: Sequence[str] = ()) -> np.ndarray:
    """``(n,)`` group numbers from 0, in order of appearance. A missing column of ``together`` is a ``UserError``.

    A group is an article with all that shares a near-duplicate sentence, a ``contrast_id`` or a ``translation_of``
    with it, and with all that is so tied to those.
    """
    n = len(table)
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def tie(i: int, j: int) -> None:
        parent[max(root(i), root(j))] = min(root(i), root(j))

    for name in together:
        if name not in table.frame:
            raise UserError(f"{table.path}: protocol.together: there is no column {name!r}")
    for name in ("doc_id", *LINKS, *together):
        first: dict[str, int] = {}
        for i, value in enumerate(table.column(name)):
            if value.strip():
                tie(first.setdefault(value, i), i)
    position = {row_id: i for i, row_id in enumerate(table.column("id"))}
    for i, original in enumerate(table.column("translation_of")):
        if original.strip() in position:
            tie(position[original.strip()], i)
    for i, j in near_duplicates(table.column("text")):
        tie(i, j)
    roots = [root(i) for i in range(n)]
    number = {r: k for k, r in enumerate(dict.fromkeys(roots))}
    return np.array([number[r] for r in roots])


def refuse_leak(split: Split, groups: np.ndarray) -> None:
    """Raise :class:`LeakError` if a group, or a row, is on both sides, unless the data's makers put it there."""
    if split.published:
        return
    both = np.intersect1d(groups[split.train], groups[split.test])
    if len(both):
        raise LeakError(f"{split.name}: {len(both)} groups are on both sides, the first is group {both[0]}")


def grouped_kfold(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """``StratifiedGroupKFold``, stratified by the first task's labels; every row is tested once."""
    from sklearn.model_selection import StratifiedGroupKFold

    count = len(np.unique(groups))
    if count < config.folds:
        raise UserError(
            f"{table.path}: {count} independent documents cannot be split into protocol.folds={config.folds}; "
            "add documents, or set protocol.folds lower"
        )
    task = table.tasks[0]
    labels = table.labels[task.name]
    strata = np.unique(labels, axis=0, return_inverse=True)[1].ravel() if task.multi else labels
    splitter = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    with warnings.catch_warnings():  # rare label sets of a multi-label task: stratified as far as it goes
        warnings.filterwarnings("ignore", message="The least populated class in y has only")
        parts = list(splitter.split(np.zeros(len(labels)), strata, groups))
    return [Split(f"fold {k}", train, test) for k, (train, test) in enumerate(parts, 1)]


def published_split(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The one split that the data's makers give in a column."""
    cells = np.array([cell.strip() for cell in table.column(config.column)])
    sides = {value: np.flatnonzero(cells == value) for value in (config.train, config.test)}
    for value, rows in sides.items():
        if not len(rows):
            raise UserError(f"{table.path}: column {config.column!r}: no row says {value!r} (protocol.train, .test)")
    return [Split(f"{config.train} to {config.test}", sides[config.train], sides[config.test], published=True)]


PROTOCOLS: dict[str, Callable[[Table, np.ndarray, ProtocolConfig], list[Split]]] = {
    "grouped_kfold": grouped_kfold,
    "published_split": published_split,
}


def make_splits(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The splits of the configured protocol, each proved to keep every group on one side."""
    if config.kind not in PROTOCOLS:
        raise UserError(f"protocol.kind={config.kind}: unknown; use one of {', '.join(PROTOCOLS)}")
    if config.folds < 2:
        raise UserError(f"protocol.folds={config.folds}: at least 2 are needed")
    splits = PROTOCOLS[config.kind](table, groups, config)
    for split in splits:
        refuse_leak(split, groups)
    return splits


def hold_out(table: Table, groups: np.ndarray, column: str, value: str) -> Split:
    """Rows to choose a model with, and rows that the column keeps out of it; none are if there is no such column.

    Raises ``UserError`` where a group stands on both sides, or nothing is left.
    """
    kept_out = np.array([cell.strip() == value for cell in table.column(column)])
    split = Split("held out", np.flatnonzero(~kept_out), np.flatnonzero(kept_out))
    try:
        refuse_leak(split, groups)
    except LeakError:
        both = set(groups[split.train]) & set(groups[split.test])
        row = next(i for i in split.test if groups[i] in both)
        raise UserError(
            f"{table.path}: row {table.numbers[row]}, column {column!r}: this row is held out, but others of its "
            "article, or near-duplicates of them, are not; hold out whole articles"
        ) from None
    if not len(split.train):
        raise UserError(f"{table.path}: column {column!r}: every row is held out; nothing is left to train on")
    return split


def fold_of_rows(splits: Sequence[Split], n: int) -> np.ndarray:
    """``(n,)`` the number (from 1) of the split that tests each row; 0 where none does."""
    fold = np.zeros(n, dtype=int)
    for k, split in enumerate(splits, 1):
        fold[split.test] = k
    return fold


def numbered(groups: np.ndarray) -> np.ndarray:
    """Group labels as numbers from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1].ravel()
