"""Groups that must stay together, and what a split by them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.data import Table
from framing.exceptions import UserError
from framing.near import near_duplicates

LINKS = ("contrast_id",)  # rows with the same value belong together


@dataclass(frozen=True)
class Split:
    """Positions to train on and positions to test on.

    ``published``: as the data's makers split it, leaks included. ``part``: of what all rows that it tests are, where
    scores of that part stand apart. ``dropped``: rows that would be on both sides, and so are on neither.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    published: bool = False
    part: str = ""
    dropped: int = 0


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


def hold_out(table: Table, groups: np.ndarray, column: str, value: str) -> Split:
    """Rows to choose a model with, and rows that the column keeps out of it; none are if there is no such column.

    Raises ``UserError`` where a group stands on both sides, or nothing is left.
    """
    kept_out = np.array([cell.strip() == value for cell in table.column(column)])
    split = Split("held out", np.flatnonzero(~kept_out), np.flatnonzero(kept_out))
    refuse_users_leak(table, split, groups, column)
    if not len(split.train):
        raise UserError(f"{table.path}: column {column!r}: every row is held out; nothing is left to train on")
    return split


def refuse_users_leak(table: Table, split: Split, groups: np.ndarray, column: str) -> None:
    """Raise ``UserError`` where a column of the user's puts a group on both sides."""
    both = np.intersect1d(groups[split.train], groups[split.test])
    if len(both):
        row = next(i for i in split.test if groups[i] in both)
        raise UserError(
            f"{table.path}: row {table.numbers[row]}, column {column!r}: this row is to be tested, but others of its "
            "article, or near-duplicates of them, are not; keep whole articles on one side"
        )


def fold_of_rows(splits: Sequence[Split], n: int) -> np.ndarray:
    """``(n,)`` the number (from 1) of the split that tests each row; 0 where none does."""
    fold = np.zeros(n, dtype=int)
    for k, split in enumerate(splits, 1):
        fold[split.test] = k
    return fold


def numbered(groups: np.ndarray) -> np.ndarray:
    """Group labels as numbers from 0 without gaps."""
    return np.unique(groups, return_inverse=True)[1].ravel()
