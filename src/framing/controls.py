"""Training again, to see what the figures are worth.

On folds of shuffled sentences, what would have been claimed; on shuffled labels, whether anything leaks; with other
folds and seeds, how far the figures spread. None of it changes the run's own figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from framing.exceptions import UserError
from framing.heads import Head, head_kind
from framing.metrics import group_counts, guessed_counts, headline, scores
from framing.out_of_fold import Protocol, out_of_fold
from framing.progress import Progress
from framing.protocols import KFOLD, ProtocolConfig, make_splits, shuffled_rows
from framing.scoring import Result, Scorer, Scores
from framing.split import numbered
from framing.uncertainty import Interval, paired_difference
from framing.unfinished import Unfinished


@dataclass
class ControlsConfig:
    """naive: folds of shuffled sentences. shuffled: training on shuffled labels. Each is auto (for the run's own head,
    if it learns in seconds), always (for the references as well) or never."""

    naive: str = "auto"
    shuffled: str = "auto"

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value not in ("auto", "always", "never"):
                raise UserError(f"controls.{one.name}={value}: unknown; use auto, always or never")


@dataclass(frozen=True)
class Spread:
    """One score of a head that was trained several times, the run's own first. ``sd``: with n - 1 below."""

    values: tuple[float, ...]
    mean: float
    sd: float
    n: int

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of two values or more."""
        return cls(tuple(values), float(np.mean(values)), float(np.std(values, ddof=1)), len(values))

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.sd:.3f}"


@dataclass(frozen=True)
class Shuffled:
    """A head that learnt from shuffled labels: its headline scores, and the first of them without any knowledge.

    ``chance`` is the better of two that know nothing of the text: the majority head, if the run has it, and the same
    answers dealt out to the rows at random.
    """

    scores: dict[str, Interval]
    chance: float

    @property
    def suspicious(self) -> bool:
        """Whether it knows more than nothing: then labels reach it in another way than by its training rows."""
        return next(iter(self.scores.values())).low > self.chance


@dataclass(frozen=True)
class Retrained:
    """By head, then by task; of each task the headline scores.

    ``claimed`` are the scores on folds of shuffled sentences, ``gap`` is what they have in excess of the run's own.
    ``not_run`` says why, by control and head; it is empty where nothing was to be trained again.
    """

    claimed: dict[str, Scores] = field(default_factory=dict)
    gap: dict[str, Scores] = field(default_factory=dict)
    shuffled: dict[str, dict[str, Shuffled]] = field(default_factory=dict)
    spreads: dict[str, dict[str, dict[str, Spread]]] = field(default_factory=dict)
    not_run: dict[str, dict[str, str]] = field(default_factory=dict)


def retrained_of(values: Mapping[str, Any]) -> Retrained:
    """What ``dataclasses.asdict`` made of it, read again. Raises ``UserError`` where that does not fit."""
    try:
        by_head = {
            name: {
                h: {t: {m: Interval(**i) for m, i in s.items()} for t, s in ts.items()}
                for h, ts in values[name].items()
            }
            for name in ("claimed", "gap")
        }
        shuffled = {
            h: {
                t: Shuffled({m: Interval(**i) for m, i in s["scores"].items()}, float(s["chance"]))
                for t, s in ts.items()
            }
            for h, ts in values["shuffled"].items()
        }
        spreads = {
            h: {t: {m: Spread(**{**s, "values": tuple(s["values"])}) for m, s in ms.items()} for t, ms in ts.items()}
            for h, ts in values["spreads"].items()
        }
        return Retrained(by_head["claimed"], by_head["gap"], shuffled, spreads, dict(values["not_run"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"what training again gave cannot be read ({error})") from None


Makers = Mapping[str, Callable[[], Head]]


def retrain(
    protocol: Protocol,
    config: ProtocolConfig,
    controls: ControlsConfig,
    results: Mapping[str, Result],
    makers: Callable[[int], Makers],
    unfinished: Unfinished,
) -> Retrained:
    """Train every head again in the ways that the settings ask for.

    ``results`` are those of ``protocol``, whose splits ``config`` describes. ``makers`` gives heads for each repeat: 0
    has the seed of the run.
    """
    table, groups = protocol.table, protocol.groups
    found = Retrained(not_run={"naive": {}, "shuffled": {}})
    jobs: list[tuple[str, str, int, Protocol]] = []  # what, head, repeat, on what
    naive = replace(protocol, splits=shuffled_rows(table, config)) if config.kind in KFOLD else protocol
    for name in results:
        for what, asked, on in (("naive", controls.naive, naive), ("shuffled", controls.shuffled, protocol)):
            reason = _why_not(what, asked, name, config, own=name == next(iter(results)))
            if reason:
                found.not_run[what][name] = reason
            else:
                jobs.append((what, name, 0, on))
    for repeat in range(1, config.repeats):
        splits = make_splits(table, groups, replace(config, seed=config.seed + repeat))
        jobs += [("repeat", name, repeat, replace(protocol, splits=splits)) for name in results]
    again: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in results}
    with Progress("training again", sum(len(on.splits) for *_, on in jobs)) as progress:
        for what, name, repeat, on in jobs:
            make, step = makers(repeat)[name], f"{what} {repeat} {name}"
            shuffle = config.seed if what == "shuffled" else None
            raw, _ = out_of_fold(step, make, on, unfinished, progress.advance, ["marked"], shuffle)
            scorer = Scorer(on)
            predicted = scorer.answers(raw)
            if what == "repeat":
                again[name].append(_points(scorer, predicted))
            elif what == "naive":
                found.claimed[name] = dict(_headlines(scorer, predicted))
                found.gap[name] = dict(_gaps(protocol, predicted, results[name].predicted))
            else:
                found.shuffled[name] = dict(_shuffled(scorer, predicted, results.get("majority")))
    for name, others in again.items():
        if others:
            runs = [{t: {m: i.value for m, i in s.items()} for t, s in results[name].scores.items()}, *others]
            found.spreads[name] = {
                task.name: {m: Spread.of([r[task.name][m] for r in runs]) for m in headline(task)}
                for task in table.tasks
            }
    return found


def _why_not(what: str, asked: str, name: str, config: ProtocolConfig, own: bool) -> str:
    """Why a control is not run; empty if it is."""
    if config.kind not in KFOLD:
        return f"protocol {config.kind} is none of {', '.join(KFOLD)}"
    if asked == "never":
        return f"controls.{what}=never"
    if asked == "auto" and not head_kind(name).quick:
        return f"it does not train in seconds; controls.{what}=always runs it"
    if asked == "auto" and not own:
        return f"a reference; controls.{what}=always runs it"
    return ""


def _points(scorer: Scorer, predicted: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Scores without intervals, of the rows that were tested."""
    rows, found = scorer.rows, {}
    for task in scorer.table.tasks:
        gold = scorer.table.labels[task.name][rows]
        counts = group_counts(task, gold, predicted[task.name][rows], np.zeros_like(rows))
        found[task.name] = {name: float(value) for name, value in scores(task, counts[0]).items()}
    return found


def _headlines(scorer: Scorer, predicted: Mapping[str, np.ndarray]) -> Iterator[tuple[str, dict[str, Interval]]]:
    for task in scorer.table.tasks:
        found = scorer.score(task, predicted[task.name], scorer.rows)
        yield task.name, {metric: found[metric] for metric in headline(task)}


def _gaps(
    protocol: Protocol, naive: Mapping[str, np.ndarray], grouped: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, dict[str, Interval]]]:
    """Naive minus grouped, on the same rows and the same draws of groups."""
    groups = numbered(protocol.groups)
    for task in protocol.table.tasks:
        gold, pair = protocol.table.labels[task.name], (naive[task.name], grouped[task.name])
        found = paired_difference(task, gold, *pair, groups, protocol.uncertainty)
        yield task.name, {metric: found[metric] for metric in headline(task)}


def _shuffled(
    scorer: Scorer, predicted: Mapping[str, np.ndarray], majority: Result | None
) -> Iterator[tuple[str, Shuffled]]:
    for (name, found), task in zip(_headlines(scorer, predicted), scorer.table.tasks, strict=True):
        first = headline(task)[0]
        counts = guessed_counts(task, scorer.table.labels[name], predicted[name])
        levels = [float(scores(task, counts)[first])]
        if majority:
            levels.append(majority.scores[name][first].value)
        yield name, Shuffled(found, max(levels))
