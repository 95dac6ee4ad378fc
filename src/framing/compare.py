"""Runs against each other: two in every part of their rows, more than two as a ranking. Plain values, no words.

Everything is asked of stored runs, whose answers are fixed; the spread from training again is another matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from framing.entrants import Entrant
from framing.exceptions import UserError
from framing.labels import Task
from framing.metrics import all_right_counts, group_counts, headline, scores
from framing.paired import PERMUTATIONS, holm, letters, permutation_test, right_or_wrong
from framing.split import numbered
from framing.uncertainty import (
    Interval,
    UncertaintyConfig,
    bootstrap,
    draw_weights,
    paired_difference,
    percentile_interval,
)

SLICES = ("lang", "target", "outlet")  # columns that are looked into unasked
_VALUES = range(2, 13)  # if they have so many values
MIXED = "sentences labelled differently toward their targets"


@dataclass(frozen=True)
class Line:
    """One score of A and of B on some rows, ``b - a`` with its interval, and the p-value of its permutation test.

    ``part`` is ``all``, ``class``, :data:`MIXED` or a column, ``value`` the class or the column's value. ``rows`` and
    ``groups`` are what the score rests on; of a class, those that carry it, of whole sentences, these.
    """

    task: str
    part: str
    value: str
    score: str
    a: float
    b: float
    difference: Interval
    p: float
    rows: int
    groups: int

    def verdict(self, level: float) -> str:
        """Of B. The interval and the test must agree, for each is too ready in its own way with few groups."""
        if self.p >= 1 - level or self.difference.low <= 0 <= self.difference.high:
            return "not distinguishable"
        return "better" if self.difference.value > 0 else "worse"


@dataclass(frozen=True)
class TaskComparison:
    """Two entrants on one task: ``lines`` begin with the first headline score of all rows.

    ``right`` is the table of :func:`framing.paired.right_or_wrong` (of a set: wholly right). ``changed`` has a line for
    each row that only one of them has right: ``id, target, gold, A, B, right, text``, first those whose
    probabilities differ most.
    """

    task: Task
    lines: list[Line]
    right: np.ndarray
    changed: pd.DataFrame
    same_answers: bool


@dataclass(frozen=True)
class Ranked:
    """One entrant's place. Entrants that share a letter cannot be told apart."""

    rank: int
    entrant: Entrant
    score: Interval
    letters: str


@dataclass(frozen=True)
class Pair:
    """The higher ranked minus the lower, with the p-value as tested and as Holm adjusts it for all pairs."""

    first: Entrant
    second: Entrant
    difference: Interval
    p: float
    adjusted: float


@dataclass(frozen=True)
class Ranking:
    """All entrants by the first headline score of a task."""

    task: Task
    score: str
    ranked: list[Ranked]
    pairs: list[Pair]


def chosen_uncertainty(entrant: Entrant, level: float | None, rounds: int | None) -> UncertaintyConfig:
    """The settings of the entrant's run, with another level or other rounds if given. Raises ``UserError``."""
    own = UncertaintyConfig(**entrant.run.facts["uncertainty"])
    if level is not None and not 0.5 <= level < 1:
        raise UserError(f"--level {level}: is a share from 0.5 to below 1, such as 0.95")
    if rounds is not None and rounds < 100:
        raise UserError(f"--rounds {rounds}: too few for an interval; 100 at least")
    return replace(own, level=own.level if level is None else level, rounds=own.rounds if rounds is None else rounds)


def slice_columns(entrant: Entrant, wanted: Sequence[str]) -> list[str]:
    """The wanted columns, or those of ``SLICES`` that tell 2 to 12 kinds of rows apart. Raises ``UserError``."""
    frame = entrant.run.frame
    for name in wanted:
        if name not in frame:
            own = [c for c in frame.columns if "/" not in c and c not in ("id", "text", "group", "fold")]
            raise UserError(f"--slice {name}: run {entrant.run.name} has no such column; it has {', '.join(own)}")
    return list(dict.fromkeys(wanted)) or [c for c in SLICES if c in frame and frame[c].nunique() in _VALUES]


def compare_two(
    a: Entrant, b: Entrant, task: Task, columns: Sequence[str], uncertainty: UncertaintyConfig
) -> TaskComparison:
    """B against A on one task: all headline scores, each class, and the first headline score for each value of a
    column."""
    frame, groups = a.run.frame, a.run.groups
    gold, of_a, of_b = a.run.gold(task), a.predicted(task), b.predicted(task)

    def lines(part: str, value: str, rows: np.ndarray, names: Sequence[str]) -> Iterator[Line]:
        numbers = numbered(groups[rows])
        found = paired_difference(task, gold[rows], of_b[rows], of_a[rows], numbers, uncertainty)
        counts = [group_counts(task, gold[rows], answers[rows], numbers) for answers in (of_a, of_b)]
        p = permutation_test(task, counts[0], counts[1], seed=uncertainty.seed)
        value_a, value_b = (scores(task, c.sum(axis=0)) for c in counts)
        support = {c: gold[rows] == i if gold.ndim == 1 else gold[rows, i] == 1 for i, c in enumerate(task.classes)}
        for name in names:
            of_class, _, score = name.rpartition("/")
            has = support.get(of_class, np.ones(len(rows), dtype=bool))
            yield Line(
                task.name,
                "class" if of_class else part,
                of_class or value,
                score,
                float(value_a[name]),
                float(value_b[name]),
                found[name],
                p[name],
                int(has.sum()),
                len(np.unique(numbers[has])),
            )

    classes = [f"{c}/{score}" for c in task.classes for score in ("precision", "recall", "f1")]
    found = list(lines("all", "", np.arange(len(gold)), [*headline(task), *classes]))
    if task.reads_target:
        found += _mixed(a, b, task, uncertainty)
    for column in columns:
        values = frame[column].astype(str)
        for value in sorted(values.unique()):
            found += lines(column, value, np.flatnonzero(values == value), headline(task)[:1])
    right_a, right_b = ((gold == answers).reshape(len(gold), -1).all(axis=1) for answers in (of_a, of_b))
    changed = _changed(a, b, task, right_b, np.flatnonzero(right_a != right_b))
    return TaskComparison(task, found, right_or_wrong(right_a, right_b), changed, bool((of_a == of_b).all()))


def _mixed(a: Entrant, b: Entrant, task: Task, uncertainty: UncertaintyConfig) -> Iterator[Line]:
    """Shares of what is right where the target decides the label; nothing where no sentence is labelled so."""
    gold, texts = a.run.gold(task), a.run.frame["text"].tolist()
    counts = [all_right_counts(texts, gold, e.predicted(task), np.arange(len(gold)), a.run.groups) for e in (a, b)]
    for key, name in (("mixed/all", "all rows right"), ("mixed/rows", "rows right")):
        has = counts[0][key][:, 1] > 0
        if not has.any():
            return
        of_a, of_b = (c[key][has] for c in counts)
        n, n_groups = int(of_a[:, 1].sum()), len(of_a)
        drawn = [_share(draw_weights(n_groups, uncertainty) @ c) for c in (of_a, of_b)]
        value_a, value_b = (float(_share(c.sum(axis=0))) for c in (of_a, of_b))
        yield Line(
            task.name,
            MIXED,
            "",
            name,
            value_a,
            value_b,
            percentile_interval(value_b - value_a, drawn[1] - drawn[0], uncertainty.level, n, n_groups),
            permutation_test(lambda c: {"share": _share(c)}, of_a, of_b, seed=uncertainty.seed)["share"],
            n,
            n_groups,
        )


def _share(counts: np.ndarray) -> np.ndarray:
    """``(...,)`` of ``(..., 2)``: how many, of how many."""
    return np.asarray(counts[..., 0] / counts[..., 1])


def _changed(a: Entrant, b: Entrant, task: Task, right_b: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    apart = np.abs(a.probabilities(task) - b.probabilities(task)).sum(axis=1)
    rows = rows[np.argsort(-apart[rows], kind="stable")]
    frame = a.run.frame.iloc[rows]
    answers = {"gold": a.run.gold(task), "A": a.predicted(task), "B": b.predicted(task)}
    return pd.DataFrame(
        {
            "id": frame["id"].to_numpy(),
            "target": frame["target"].to_numpy() if "target" in frame else "",
            **{name: task.names(labels[rows]) for name, labels in answers.items()},
            "right": np.where(right_b[rows], "B", "A"),
            "text": frame["text"].to_numpy(),
        }
    )


def rank(entrants: Sequence[Entrant], task: Task, uncertainty: UncertaintyConfig) -> Ranking:
    """All entrants on one task. Each pair is tested; Holm's procedure over the pairs says which differ.

    With many pairs more permutations are drawn than usual, for the smallest p-value must pass Holm's first step.
    """
    groups, gold, metric = entrants[0].run.groups, entrants[0].run.gold(task), headline(task)[0]
    counts = [group_counts(task, gold, e.predicted(task), groups) for e in entrants]
    weights = draw_weights(len(counts[0]), uncertainty)
    found = [bootstrap(task, c, weights, uncertainty.level, len(gold))[metric] for c in counts]
    order = sorted(range(len(entrants)), key=lambda i: -found[i].value)
    pairs = list(combinations(order, 2))
    rounds = max(PERMUTATIONS, math.ceil(2 * len(pairs) / (1 - uncertainty.level)))
    p = [permutation_test(task, counts[i], counts[j], rounds, uncertainty.seed)[metric] for i, j in pairs]
    adjusted = holm(p)
    place = {i: k for k, i in enumerate(order)}
    different = [(place[i], place[j]) for (i, j), q in zip(pairs, adjusted, strict=True) if q < 1 - uncertainty.level]
    shared = letters(len(order), different)
    ranked = [Ranked(k + 1, entrants[i], found[i], shared[k]) for k, i in enumerate(order)]
    tested = []
    for (i, j), raw, q in zip(pairs, p, adjusted, strict=True):
        answers = (entrants[i].predicted(task), entrants[j].predicted(task))
        difference = paired_difference(task, gold, *answers, groups, uncertainty)[metric]
        tested.append(Pair(entrants[i], entrants[j], difference, raw, float(q)))
    return Ranking(task, metric, ranked, tested)
