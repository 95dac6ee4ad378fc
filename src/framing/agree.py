"""How far readers agree: Krippendorff's alpha and pairwise F1, on anybody's annotations.

A file of annotations has the columns ``id, annotator, task, label``. A task whose labels are ever empty or joined by
``|`` is one of sets: alpha is then given for each label (present or not) and for the whole set under the MASI distance
(Passonneau, "Measuring agreement on set-valued items", LREC 2006).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from framing.data import read_columns
from framing.exceptions import UserError
from framing.labels import EMPTY_SET, SEPARATOR

Units = dict[str, dict[str, frozenset[str]]]  # row id -> annotator -> labels


@dataclass(frozen=True)
class Agreement:
    """One line: ``alpha`` over ``n`` rows read by two or more; ``f1`` is the mean over pairs of readers."""

    task: str
    part: str
    label: str
    n: int
    alpha: float
    f1: float


def read_annotations(path: Path) -> dict[str, Units]:
    """The annotations of each task. Raises ``UserError`` naming the row that cannot be used."""
    tasks: dict[str, Units] = {}
    for number, (row_id, annotator, task, label) in read_columns(path, ("id", "annotator", "task", "label")):
        parts = [p.strip() for p in label.split(SEPARATOR)] if label.strip() not in ("", EMPTY_SET) else []
        readings = tasks.setdefault(task, {}).setdefault(row_id, {})
        if not annotator or annotator in readings:
            what = f"reads id {row_id!r} twice" if annotator else "has no name"
            raise UserError(f"{path}: row {number}, column 'annotator': {annotator!r} {what} for task {task}")
        readings[annotator] = frozenset(parts)
    return tasks


def nominal_alpha(units: Iterable[Sequence[str]]) -> float:
    """Krippendorff's alpha for nominal values: one sequence of the readers' values for each row."""
    return _alpha([[frozenset([v]) for v in unit] for unit in units], masi=False)


def masi_alpha(units: Iterable[Sequence[frozenset[str]]]) -> float:
    """Krippendorff's alpha of whole sets under the MASI distance."""
    return _alpha([list(u) for u in units], masi=True)


def masi_distance(a: frozenset[str], b: frozenset[str]) -> float:
    """1 - Jaccard x monotonicity; 0 for equal sets, 1 for disjoint ones."""
    if a == b:
        return 0.0
    if not a & b:
        return 1.0
    monotonicity = 2 / 3 if a < b or b < a else 1 / 3
    return 1 - len(a & b) / len(a | b) * monotonicity


def _alpha(units: list[list[frozenset[str]]], masi: bool) -> float:
    """NaN where nothing varies, as there is then no disagreement to expect."""
    import krippendorff

    units = [u for u in units if len(u) >= 2]
    values = sorted({v for u in units for v in u}, key=sorted)
    if len(values) < 2:
        return float("nan")
    index = {v: i for i, v in enumerate(values)}
    counts = np.zeros((len(units), len(values)), dtype=int)
    for row, unit in enumerate(units):
        for value in unit:
            counts[row, index[value]] += 1
    if not masi:
        return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    table = np.array([[masi_distance(a, b) for b in values] for a in values])  # as it is, not squared, as there

    def metric(v1: Any, v2: Any, i1: np.ndarray, i2: np.ndarray, n_v: Any, dtype: Any = float) -> np.ndarray:
        return table[i1, i2]

    domain = np.arange(len(values), dtype=float)
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=metric))


def has_sets(units: Units) -> bool:
    """Whether a task is one of sets."""
    return any(len(s) != 1 for r in units.values() for s in r.values())


def agreement(units: Units, is_set: bool, task: str, part: str = "all") -> list[Agreement]:
    """The lines of one task, or of part of its rows: for each label, and for the whole."""
    readings = [list(r.values()) for r in units.values() if len(r) >= 2]
    labels = sorted({label for r in units.values() for s in r.values() for label in s})
    lines = []
    for label in labels:
        alpha = nominal_alpha([[str(label in s) for s in r] for r in readings])
        lines.append(Agreement(task, part, label, len(readings), alpha, _pairwise_f1(units, label)))
    whole = masi_alpha(readings) if is_set else nominal_alpha([[next(iter(s)) for s in r] for r in readings])
    f1 = float(np.mean([line.f1 for line in lines])) if lines else float("nan")
    lines.append(Agreement(task, part, "whole set (MASI)" if is_set else "all classes", len(readings), whole, f1))
    return lines


def _pairwise_f1(units: Units, label: str) -> float:
    """F1 of one reader against another, the mean over all pairs of readers. It does not matter who is called gold."""
    scores = []
    for a, b in combinations(sorted({name for r in units.values() for name in r}), 2):
        both = [(label in r[a], label in r[b]) for r in units.values() if a in r and b in r]
        common = sum(x and y for x, y in both)
        total = sum(x + y for x, y in both)
        if total:
            scores.append(2 * common / total)
    return float(np.mean(scores)) if scores else float("nan")


def report(annotations: Path, labels: Path | None) -> list[Agreement]:
    """Each task as a whole; with the file of the rows, each of its languages and targets too."""
    tasks = read_annotations(annotations)
    parts: dict[str, dict[str, str]] = {}
    if labels is not None:
        for column in ("lang", "target"):
            parts[column] = {row_id: value for _, (row_id, value) in read_columns(labels, ("id", column))}
    lines = []
    for task, units in tasks.items():
        is_set = has_sets(units)
        lines += agreement(units, is_set, task)
        for of_row in parts.values():
            for value in sorted({of_row[i] for i in units if i in of_row}):
                some = {i: r for i, r in units.items() if of_row.get(i) == value}
                lines.append(agreement(some, is_set, task, value)[-1])
    return lines


def table_lines(lines: Sequence[Agreement]) -> list[str]:
    """The lines as a table of text; columns are separated by two spaces or more."""
    rows = [("task", "rows of", "label", "n", "alpha", "F1")]
    rows += [(a.task, a.part, a.label, str(a.n), f"{a.alpha:.3f}", f"{a.f1:.3f}") for a in lines]
    widths = [max(len(r[i]) for r in rows) for i in range(6)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
