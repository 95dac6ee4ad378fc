"""The learning curve: scores by how many documents were learnt from, what more of them would give, and where.

In each grouped fold the head learns from nested random subsets of the training documents, and is tested on the whole
fold. The curve is by documents, not by rows, because documents are what one collects and what is independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.heads import Head
from framing.labels import Task
from framing.metrics import group_counts, headline, scores
from framing.out_of_fold import Protocol, out_of_fold
from framing.power_law import NoForecastError, PowerLaw, fit, fit_checked
from framing.scoring import Scorer
from framing.split import Split, numbered
from framing.uncertainty import Interval, draw_weights, percentile_interval
from framing.unfinished import Unfinished

SHARES = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)  # of the training documents of a fold
AHEAD = (1.0, 1.5, 2.0)  # times all documents at hand; the saved model has learnt from once all
LEAST = 30  # tested rows of a cell
MORE = 100  # rows that a cell's worth is told for
_REFITS = 200  # draws that the forecast's band is of


@dataclass(frozen=True)
class Point:
    """``documents`` and ``rows`` learnt from, means over the folds. ``score``: the mean over the draws of documents,
    with an interval over the tested groups; ``draws``: each by itself, which make the band."""

    share: float
    documents: float
    rows: float
    score: Interval
    draws: tuple[float, ...]


@dataclass(frozen=True)
class TaskCurve:
    """The first headline score of a task. ``ahead`` forecasts it by documents, ``law`` and ``band`` (low and high by
    documents, on ``band_at``) draw it; without a forecast ``refused`` says why."""

    task: Task
    metric: str
    points: list[Point]
    law: PowerLaw | None
    ahead: dict[int, Interval]
    band_at: np.ndarray
    band: np.ndarray
    refused: str


@dataclass(frozen=True)
class Cell:
    """Rows of one target in one language. ``worth``: how much ``MORE`` rows would add to the score of this cell's rows:
    the slope of the cell's own curve where it ends, so rows like those at hand, of all targets and languages; mean,
    lowest and highest of the draws. Else ``refused`` says why."""

    task: str
    metric: str
    target: str
    lang: str
    n_rows: int
    n_groups: int
    score: float
    worth: Interval | None
    refused: str


@dataclass(frozen=True)
class Curve:
    """Everything that one study of a head gave."""

    draws: int
    curves: list[TaskCurve]
    cells: list[Cell]


Answers = list[list[dict[str, np.ndarray]]]  # by share, then by draw; of a task all rows


def subsets(folds: Sequence[Split], groups: np.ndarray, draw: int, seed: int) -> dict[float, list[Split]]:
    """For each share the folds with that part of their training documents; a larger share holds every smaller one."""
    found: dict[float, list[Split]] = {share: [] for share in SHARES}
    for number, fold in enumerate(folds):
        names = np.random.default_rng([seed, draw, number]).permutation(np.unique(groups[fold.train]))
        for share, splits in found.items():
            kept = names[: max(1, round(share * len(names)))]
            train = fold.train[np.isin(groups[fold.train], kept)]
            splits.append(Split(f"{fold.name}, share {share}, draw {draw}", train, fold.test))
    return found


def trainings(folds: int, draws: int) -> int:
    """How often a head is trained: all documents can be drawn in one way only."""
    return folds * ((len(SHARES) - 1) * draws + 1)


def learning_curve(
    protocol: Protocol,
    name: str,
    makers: Callable[[int], Callable[[], Head]],
    draws: int,
    seed: int,
    unfinished: Unfinished,
    after_split: Callable[[], None],
) -> Curve:
    """``protocol`` holds the whole folds. ``makers`` gives the head of each draw, with a seed of its own."""
    sizes: list[list[tuple[float, float]]] = [[] for _ in SHARES]
    answers: Answers = [[] for _ in SHARES]
    for draw in range(draws):
        for i, splits in enumerate(subsets(protocol.splits, protocol.groups, draw, seed).values()):
            if SHARES[i] == 1.0 and draw:
                answers[i].append(answers[i][0])
                continue
            part = replace(protocol, splits=splits)
            raw, _ = out_of_fold(name, makers(draw), part, unfinished, after_split, modes=["marked"])
            answers[i].append(Scorer(part).answers(raw))
            groups = [len(np.unique(protocol.groups[s.train])) for s in splits]
            sizes[i].append((float(np.mean(groups)), float(np.mean([len(s.train) for s in splits]))))
    documents, rows = np.array([np.mean(size, axis=0) for size in sizes]).T
    curves = [_curve(task, protocol, answers, documents, rows) for task in protocol.table.tasks]
    return Curve(draws, curves, list(_cells(protocol, answers, rows)))


def _counts(task: Task, protocol: Protocol, answers: Answers, rows: np.ndarray) -> np.ndarray:
    """``(shares, draws, G, S)`` counts of groups, of the rows at these positions."""
    gold, groups = protocol.table.labels[task.name][rows], numbered(protocol.groups[rows])
    return np.array([[group_counts(task, gold, a[task.name][rows], groups) for a in draws] for draws in answers])


def _curve(task: Task, protocol: Protocol, answers: Answers, documents: np.ndarray, rows: np.ndarray) -> TaskCurve:
    metric, level = headline(task)[0], protocol.uncertainty.level
    counts = _counts(task, protocol, answers, Scorer(protocol).rows)
    weights = draw_weights(counts.shape[2], protocol.uncertainty)
    exact = scores(task, counts.sum(axis=2))[metric]  # (shares, draws)
    drawn = scores(task, weights @ counts)[metric]  # (shares, draws, rounds)
    n = (len(Scorer(protocol).rows), counts.shape[2])

    def interval(value: float, drawn: np.ndarray) -> Interval:
        return percentile_interval(value, drawn, level, *n)

    points = [
        Point(
            share,
            float(documents[i]),
            float(rows[i]),
            interval(float(exact[i].mean()), drawn[i].mean(axis=0)),
            tuple(exact[i].tolist()),
        )
        for i, share in enumerate(SHARES)
    ]
    total = len(np.unique(protocol.groups))
    at = np.geomspace(documents[0], max(AHEAD) * total, 60)
    try:
        law = fit_checked(documents, exact.mean(axis=1))
    except NoForecastError as reason:
        return TaskCurve(task, metric, points, None, {}, at, np.zeros((2, 0)), str(reason))
    again = _refit(documents, drawn, protocol.uncertainty.seed)
    wanted = [round(times * total) for times in AHEAD]
    ahead = {k: interval(float(law(k)), np.array([float(one(k)) for one in again])) for k in wanted}
    band = np.quantile([one(at) for one in again], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return TaskCurve(task, metric, points, law, ahead, at, band, "")


def _refit(documents: np.ndarray, drawn: np.ndarray, seed: int) -> list[PowerLaw]:
    """The law of each of some resamples: of the tested groups, and of the draws of documents."""
    _, draws, rounds = drawn.shape
    rng = np.random.default_rng(seed)
    return [
        fit(documents, drawn[:, rng.integers(draws, size=draws), k].mean(axis=1)) for k in range(min(_REFITS, rounds))
    ]


def _cells(protocol: Protocol, answers: Answers, rows: np.ndarray) -> Iterator[Cell]:
    table = protocol.table
    pairs = list(zip(table.column("target"), table.column("lang"), strict=True))
    for task in table.tasks:
        metric = headline(task)[0]
        for target, lang in sorted(set(pairs)):
            here = np.array([i for i in Scorer(protocol).rows if pairs[i] == (target, lang)], dtype=int)
            if not len(here):
                continue
            counts = _counts(task, protocol, answers, here)
            exact = scores(task, counts.sum(axis=2))[metric]
            n = (len(here), counts.shape[2])
            worth, refused = None, "" if len(here) >= LEAST else f"too few: under {LEAST} rows"
            if not refused:
                try:
                    fit_checked(rows, exact.mean(axis=1))
                    each = [MORE * fit(rows, one).slope(rows[-1]) for one in exact.T]
                    worth = Interval(float(np.mean(each)), min(each), max(each), *n, float(np.std(each)))
                except NoForecastError as reason:
                    refused = str(reason)
            yield Cell(task.name, metric, target, lang, *n, float(exact[-1].mean()), worth, refused)
