"""Putting cases to a model, and what comes of it, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from framing.behave.cases import Case, Reading, Suite
from framing.data import Rows
from framing.exceptions import UserError
from framing.labels import Task
from framing.progress import Progress
from framing.split import numbered
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap_shares, draw_weights

_BATCH = 128  # texts put to the model at once


class Answers(Protocol):
    """What is asked: a :class:`framing.model.Model`, or anything that answers rows as it does."""

    tasks: tuple[Task, ...]

    def predict_rows(self, rows: Rows) -> pd.DataFrame:
        """One row each, in their order, with a column for every task."""


@dataclass(frozen=True)
class Outcome:
    """The answers to the two readings of a case, for one task.

    A case by rule is passed if the answers stand to each other as they must, a pair if both are right.
    """

    suite: Suite
    case: Case
    task: str
    first: str
    second: str

    @property
    def direction(self) -> bool:
        """Whether the answers are equal where they must be, and differ where they must."""
        return (self.first == self.second) == self.suite.expects_same(self.case, self.task)

    @property
    def both_right(self) -> bool | None:
        """Whether both are as labelled; None where the task is not labelled."""
        gold = self.case.gold.get(self.task)
        return None if gold is None else (self.first, self.second) == gold

    @property
    def passed(self) -> bool:
        """Whether the case is passed."""
        return bool(self.both_right) if self.suite.kind == "MFT" else self.direction


@dataclass(frozen=True)
class Shares:
    """How many of some outcomes passed, and the shares with their intervals; those are missing where nothing counts."""

    n: int
    passed: int
    pass_rate: Interval | None
    direction: Interval | None
    both_right: Interval | None


@dataclass(frozen=True)
class Behaviour:
    """All suites, and the outcomes of those that are not settled by construction."""

    suites: tuple[Suite, ...]
    tasks: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    uncertainty: UncertaintyConfig

    def of(self, task: str, suites: Iterable[Suite]) -> list[Outcome]:
        """The outcomes of a task in these suites."""
        names = {s.name for s in suites}
        return [o for o in self.outcomes if o.task == task and o.suite.name in names]

    def shares(self, task: str, suites: Iterable[Suite]) -> Shares:
        """Of all cases of these suites together."""
        return shares(self.of(task, suites), self.uncertainty)


def asked_tasks(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The task that tests are about (stance, else the first with one label a row), and attribution if there is one.

    Raises ``UserError`` where every task takes any number of labels.
    """
    single = [t for t in tasks if not t.multi]
    if not single:
        raise UserError("behave: the model has no task with exactly one label a row; there is nothing to test")
    main = next((t for t in single if t.name == "stance"), single[0])
    return (main, *(t for t in tasks if t.name == "attribution" and t != main))


def put(model: Answers, suites: Sequence[Suite], uncertainty: UncertaintyConfig | None = None) -> Behaviour:
    """Ask the model for every text and target of the suites once, and compare. Suites that are settled by construction
    are not asked: the model would be shown the same twice."""
    open_suites = [s for s in suites if not s.by_construction]
    readings = dict.fromkeys(
        (r.text, r.target) for s in open_suites for c in s.cases for r in (c.before, c.after)
    )  # in order, each once
    names = tuple(dict.fromkeys(t for s in suites for t in s.tasks))
    answers = _ask(model, list(readings), names)

    def answer(reading: Reading, task: str) -> str:
        return answers[reading.text, reading.target][task]

    outcomes = tuple(
        Outcome(s, c, t, answer(c.before, t), answer(c.after, t)) for s in open_suites for c in s.cases for t in s.tasks
    )
    return Behaviour(tuple(suites), names, outcomes, uncertainty or UncertaintyConfig())


def _ask(
    model: Answers, readings: Sequence[tuple[str, str]], names: Sequence[str]
) -> Mapping[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    with Progress("asking", len(readings)) as progress:
        for start in range(0, len(readings), _BATCH):
            batch = readings[start : start + _BATCH]
            frame = model.predict_rows(Rows([t for t, _ in batch], [t for _, t in batch]))
            for reading, *cells in zip(batch, *(frame[n] for n in names), strict=True):
                found[reading] = dict(zip(names, cells, strict=True))
            progress.advance(len(batch))
    return found


def shares(outcomes: Sequence[Outcome], config: UncertaintyConfig) -> Shares:
    """Shares of these outcomes; the interval is a bootstrap over the groups of their cases (see ``uncertainty``)."""
    groups = numbered(np.array([o.case.group for o in outcomes]))
    measures: dict[str, Callable[[Outcome], bool | None]] = {
        "passed": lambda o: o.passed,
        "direction": lambda o: o.direction,
        "both_right": lambda o: o.both_right,
    }
    found: dict[str, Interval] = {}
    if outcomes:
        counts = {name: _counts([of(o) for o in outcomes], groups) for name, of in measures.items()}
        found = bootstrap_shares(counts, draw_weights(int(groups.max()) + 1, config), config.level)
    rate, direction, right = (found.get(name) for name in measures)
    return Shares(len(outcomes), sum(o.passed for o in outcomes), rate, direction, right)


def _counts(values: Sequence[bool | None], groups: np.ndarray) -> np.ndarray:
    """``(G, 2)`` how many are true, and out of how many that are known."""
    out = np.zeros((int(groups.max()) + 1, 2))
    known = np.array([v is not None for v in values], dtype=float)
    np.add.at(out, groups, np.stack([np.array([bool(v) for v in values], dtype=float), known], axis=1))
    return out
