"""Which heads of which runs are compared, and whether they may be: on the same rows, labels, groups and folds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from framing.exceptions import UserError
from framing.labels import Task
from framing.split import LeakError, Split, refuse_leak
from framing.stored import StoredRun


@dataclass(frozen=True)
class Entrant:
    """One head of one run, under the name that tells it from the others."""

    label: str
    run: StoredRun
    head: str

    def predicted(self, task: Task) -> np.ndarray:
        """Its answers as the task encodes them."""
        return self.run.predicted(task, self.head)

    def probabilities(self, task: Task) -> np.ndarray:
        """``(n, k)`` of its answers."""
        return self.run.probabilities(task, self.head)


def entrants(names: Sequence[str], opened: Callable[[str], StoredRun]) -> list[Entrant]:
    """What ``RUN`` and ``RUN:HEAD`` name, all with their rows in the order of the first.

    Raises ``UserError`` if a run is not known or has no such head, or if they cannot be compared, and says why.
    """
    if len(names) < 2:
        raise UserError("compare: needs two runs or more; of one run, name its heads (RUN RUN:tfidf)")
    asked, runs = [], {}
    for name in names:
        of_head = None if Path(name).is_dir() else re.fullmatch(r"(.+):(\w+)", name)
        place, head = of_head.groups() if of_head else (name, "")
        if place not in runs:
            runs[place] = opened(place)
        run = runs[place]
        if head and head not in run.heads:
            raise UserError(f"{name}: run {run.name} has measured no head {head!r}; it has {', '.join(run.heads)}")
        asked.append((run, head))
    labels = _told_apart([run.name for run, _ in asked])
    found = [
        Entrant(f"{label}:{head}" if head else label, run, head or run.head)
        for label, (run, head) in zip(labels, asked, strict=True)
    ]
    ids = {(e.label, e.run.facts["run_id"]) for e in found}
    if len({label for label, _ in ids}) < len(ids):  # two runs of one name
        found = [replace(e, label=f"{e.label} ({short_id(e.run)})") for e in found]
    first = found[0]
    _refuse_spread_groups(first)
    return [first, *(_beside(first, e) for e in found[1:])]


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names of runs without the overrides in them that all of them have, or that gave the name."""
    words = [name.split(" ") for name in names]
    shared = set.intersection(*map(set, words))
    return [
        " ".join([first, *(w for w in rest if w not in shared and not w.startswith("name="))]) for first, *rest in words
    ]


def short_id(run: StoredRun) -> str:
    """As much of a run's id as people read."""
    return str(run.facts["run_id"])[:8]


def common_tasks(compared: Sequence[Entrant], wanted: Sequence[str]) -> list[Task]:
    """The tasks that all runs have, as the first has them, or those of them that are wanted.

    Raises ``UserError`` where one is not there, or is another task of the same name or with other labels.
    """
    first = compared[0].run
    names = wanted or [t.name for t in first.tasks if all(t.name in [o.name for o in e.run.tasks] for e in compared)]
    if not names:
        has = "; ".join(f"{e.label}: {', '.join(t.name for t in e.run.tasks)}" for e in compared)
        raise UserError(f"compare: the runs have no task in common ({has})")
    for name in dict.fromkeys(names):
        task = first.task(name)
        for e in compared[1:]:
            other = e.run.task(name)
            if (set(other.classes), other.multi) != (set(task.classes), task.multi):
                raise UserError(
                    f"{compared[0].label} and {e.label}: task {name} is not the same: {_words(task)}, and "
                    f"{_words(other)}; choose others with --task"
                )
            gold, labels = first.gold(task), e.run.gold(task)
            differ = int((gold != labels).reshape(len(gold), -1).any(axis=1).sum())
            if differ:
                raise UserError(
                    f"{compared[0].label} and {e.label}: task {name}: the gold labels of {differ} of {len(gold)} rows "
                    "differ (tasks.*.column); train both on the same labels"
                )
    return [first.task(name) for name in dict.fromkeys(names)]


def _words(task: Task) -> str:
    return f"{'any' if task.multi else 'one'} of {', '.join(task.classes)}"


def _beside(first: Entrant, other: Entrant) -> Entrant:
    """The other with its rows in the order of the first. Raises ``UserError`` if they were not measured alike."""
    both = f"{first.label} and {other.label}"
    a, b = first.run, other.run
    if a.facts["data_sha256"] != b.facts["data_sha256"]:
        files = [f"{r.facts['data_path']} (sha256 {r.facts['data_sha256'][:12]})" for r in (a, b)]
        raise UserError(f"{both}: are about different data: {' and '.join(files)}; train both on the same file")
    ids, others = a.frame["id"], b.frame["id"]
    missing = len(set(ids) ^ set(others))
    if missing:
        raise UserError(
            f"{both}: {missing} rows were tested by one of them alone, which have {len(ids)} rows and "
            f"{len(others)}{_settings(a, b)}"
        )
    b = replace(b, frame=b.frame.set_index("id", drop=False).loc[ids].reset_index(drop=True))
    for what, x, y in (("groups", a.groups, b.groups), ("folds", a.folds, b.folds)):
        differ = _in_other_company(x, y)
        if differ:
            raise UserError(
                f"{both}: their {what} differ: {differ} of {len(ids)} rows share theirs with other rows"
                f"{_settings(a, b)}"
            )
    return replace(other, run=b)


def _in_other_company(a: np.ndarray, b: np.ndarray) -> int:
    """How many rows stand with other rows in one partition than in the other, whatever the parts' numbers."""
    pairs, place, size = np.unique(np.stack([a, b], axis=1), axis=0, return_inverse=True, return_counts=True)
    of_a, of_b = (dict(zip(*np.unique(x, return_counts=True), strict=True)) for x in (a, b))
    whole = np.array([of_a[x] == n == of_b[y] for (x, y), n in zip(pairs, size, strict=True)])
    return int((~whole[place.ravel()]).sum())


def _settings(a: StoredRun, b: StoredRun) -> str:
    """Which settings of the protocol explain it, if any does."""
    of_a, of_b = ({**r.facts["protocol"]} for r in (a, b))
    told = [f"protocol.{k} is {_value(of_a, k)} and {_value(of_b, k)}" for k in of_a if of_a[k] != of_b.get(k)]
    return f": {'; '.join(told)}; train both with the same protocol" if told else "; train both with the same protocol"


def _value(settings: dict[str, Any], key: str) -> str:
    return str(settings.get(key, "not set"))


def _refuse_spread_groups(entrant: Entrant) -> None:
    """Of k folds, what one does not test it was trained on; what other protocols train on is not stored."""
    if entrant.run.facts["protocol"]["kind"] != "grouped_kfold":
        return
    folds = entrant.run.folds
    for k in np.unique(folds):
        try:
            refuse_leak(Split(f"fold {k}", np.flatnonzero(folds != k), np.flatnonzero(folds == k)), entrant.run.groups)
        except LeakError as error:
            raise UserError(
                f"{entrant.label}: rows of one group were tested in different folds, so that it was trained on rows of "
                f"its own test groups ({error}); its scores are worth nothing, train again"
            ) from None
