"""Protocols: how rows are split into what is learnt from and what is tested.

A protocol is a function from a table, its groups and the protocol's settings to a list of
:class:`framing.split.Split`. All of them fit every head.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing.data import Table
from framing.exceptions import UserError
from framing.split import Split, refuse_leak, refuse_users_leak


@dataclass
class ProtocolConfig:
    """kind: one of ``PROTOCOLS``. folds: how many parts. seed: of the shuffle. repeats: how often everything is done,
    each time with other folds and seeds; the figures are those of the first, and their spread stands apart. together:
    columns whose equal values stay on one side, as articles do.

    column, train, test: of a split that a column gives; column is also what is left out one after the other, or holds
    the dates. share: of the documents, the latest that are tested. grid, inner_folds: of a nested search, the values to
    try for settings of the head (empty: those of its kind), and the folds of the training rows that choose.
    """

    kind: str = "grouped_kfold"
    folds: int = 5
    seed: int = 0
    repeats: int = 1
    together: list[str] = field(default_factory=list)
    column: str = "split"
    train: str = "train"
    test: str = "test"
    share: float = 0.2
    grid: dict[str, Any] = field(default_factory=dict)
    inner_folds: int = 3


def strata(table: Table) -> np.ndarray:
    """``(n,)`` what splits are stratified by: the first task's label, or set of labels."""
    task = table.tasks[0]
    labels = table.labels[task.name]
    return np.unique(labels, axis=0, return_inverse=True)[1].ravel() if task.multi else labels


def grouped_kfold(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """``StratifiedGroupKFold``, stratified by the first task's labels; every row is tested once."""
    from sklearn.model_selection import StratifiedGroupKFold

    count = len(np.unique(groups))
    if count < config.folds:
        raise UserError(
            f"{table.path}: {count} independent documents cannot be split into protocol.folds={config.folds}; "
            "add documents, or set protocol.folds lower"
        )
    splitter = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    with warnings.catch_warnings():  # rare label sets of a multi-label task: stratified as far as it goes
        warnings.filterwarnings("ignore", message="The least populated class in y has only")
        parts = list(splitter.split(np.zeros(len(table)), strata(table), groups))
    return [Split(f"fold {k}", train, test) for k, (train, test) in enumerate(parts, 1)]


def shuffled_rows(table: Table, config: ProtocolConfig) -> list[Split]:
    """As many stratified folds of single rows, whatever group they belong to: no protocol, but what to beware of."""
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(config.folds, shuffle=True, random_state=config.seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class in y has only")
        parts = list(splitter.split(np.zeros(len(table)), strata(table)))
    return [Split(f"rows {k}", train, test) for k, (train, test) in enumerate(parts, 1)]


def nested(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The grouped folds. In each, the head's settings are chosen on its training rows (``framing.nested``)."""
    splits = grouped_kfold(table, groups, config)
    fewest = min(len(np.unique(groups[split.train])) for split in splits)
    if not 2 <= config.inner_folds <= fewest:
        raise UserError(
            f"{table.path}: protocol.inner_folds={config.inner_folds}: a fold trains on {fewest} independent "
            f"documents; give 2 to {fewest}, or more documents"
        )
    return splits


def by_date(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """Train on the past: the latest ``share`` of the documents is tested, and all that is wholly older is learnt from.

    Nothing learnt from is as late as anything tested. A group that has rows on both sides of that day is left out.
    """
    if not 0 < config.share < 1:
        raise UserError(f"protocol.share={config.share}: a share between 0 and 1 is wanted")
    days = _days(table, config.column)
    names, number = np.unique(groups, return_inverse=True)
    first, last = np.full(len(names), days.max()), np.full(len(names), days.min())
    np.minimum.at(first, number, days)
    np.maximum.at(last, number, days)
    tested = max(1, round(config.share * len(names)))
    cut = np.sort(first)[-tested]
    train, test = np.flatnonzero((last < cut)[number]), np.flatnonzero((first >= cut)[number])
    day = datetime.date.fromordinal(int(cut))
    if not len(train):
        raise UserError(
            f"{table.path}: column {config.column!r}: no document is older than {day}, from which day on "
            f"protocol.share={config.share} is tested; give other dates, or a smaller share"
        )
    return [Split(f"before {day}, and from then on", train, test, dropped=len(table) - len(train) - len(test))]


def _days(table: Table, column: str) -> np.ndarray:
    """``(n,)`` days, counted as ``datetime.date.toordinal`` does."""
    days = []
    for number, cell in zip(table.numbers, _cells(table, column), strict=True):
        try:
            days.append(datetime.datetime.fromisoformat(cell).toordinal())
        except ValueError:
            raise UserError(
                f"{table.path}: row {number}, column {column!r}: {cell!r} is no date; write it as 2024-01-31"
            ) from None
    return np.array(days)


def leave_one_out(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """Every value of the column left out once, crossed with the grouped folds.

    A split tests this fold's rows of one value, and learns from the other folds' rows of the other values. So every
    row with a value is tested once, by a head that has seen neither its group nor its value. Rows without a value take
    no part.
    """
    cells = np.array(_cells(table, config.column))
    values = sorted(set(cells.tolist()) - {""})
    if len(values) < 2:
        only = f"every row that says anything says {values[0]!r}" if values else "every cell is empty"
        raise UserError(
            f"{table.path}: column {config.column!r}: {only}; to leave one out, two values are needed "
            "(protocol.column names another column)"
        )
    splits = []
    folds = grouped_kfold(table, groups, config)
    for value in values:
        for fold in folds:
            test = fold.test[cells[fold.test] == value]
            train = fold.train[(cells[fold.train] != value) & (cells[fold.train] != "")]
            if len(test) and len(train):
                part = f"{config.column} {value}"
                splits.append(Split(f"{part}, {fold.name}", train, test, part=part))
    if not splits:
        raise UserError(
            f"{table.path}: column {config.column!r}: no document is left to train on once a value and its documents "
            "are taken away; add documents"
        )
    return splits


def _cells(table: Table, column: str) -> list[str]:
    if column not in table.frame:
        raise UserError(f"{table.path}: protocol.column: there is no column {column!r}; add it, or name another")
    return [cell.strip() for cell in table.column(column)]


def published_split(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The one split that the data's makers give in a column, leaks included."""
    cells = np.array(_cells(table, config.column))
    sides = {value: np.flatnonzero(cells == value) for value in (config.train, config.test)}
    for value, rows in sides.items():
        if not len(rows):
            raise UserError(
                f"{table.path}: column {config.column!r}: no row says {value!r} (protocol.train, protocol.test; rows "
                "that data.held_out_value names are not among them)"
            )
    return [Split(f"{config.train} to {config.test}", sides[config.train], sides[config.test], published=True)]


def fixed_split(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The one split that a column of the user's own gives. A document on both sides is an error."""
    (split,) = published_split(table, groups, config)
    refuse_users_leak(table, split, groups, config.column)
    return [Split(split.name, split.train, split.test)]


PROTOCOLS: dict[str, Callable[[Table, np.ndarray, ProtocolConfig], list[Split]]] = {
    "grouped_kfold": grouped_kfold,
    "nested": nested,
    "by_date": by_date,
    "leave_one_out": leave_one_out,
    "fixed_split": fixed_split,
    "published_split": published_split,
}
KFOLD = ("grouped_kfold", "nested")  # every row is tested once, by heads that all learn from the same kind of rows


def make_splits(table: Table, groups: np.ndarray, config: ProtocolConfig) -> list[Split]:
    """The splits of the configured protocol, each proved to keep every group on one side."""
    if config.kind not in PROTOCOLS:
        raise UserError(f"protocol.kind={config.kind}: unknown; use one of {', '.join(PROTOCOLS)}")
    for name, least in (("folds", 2), ("repeats", 1)):
        if getattr(config, name) < least:
            raise UserError(f"protocol.{name}={getattr(config, name)}: at least {least} needed")
    splits = PROTOCOLS[config.kind](table, groups, config)
    for split in splits:
        refuse_leak(split, groups)
    return splits
