"""What every verb that trains begins with: read, group, hold out, refuse, then heads, tracking and finished steps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from framing import public_data, record, track
from framing.checks import training_problems
from framing.config import Config, make_tasks, reference_configs
from framing.data import Table
from framing.encoder import Encoder, cache_folder
from framing.exceptions import UserError
from framing.heads import Head, HeadConfig, head_kind, make_head
from framing.nested import SearchedHead, candidates
from framing.split import Split, group_rows, hold_out
from framing.unfinished import Unfinished

if TYPE_CHECKING:
    from framing.experiment import Request


class Clock:
    """Seconds of each step, as metrics."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[f"seconds/{step}"] = time.perf_counter() - start


@dataclass(frozen=True)
class Prepared:
    """The whole table with its groups, and the part of it (``chosen``) that choices may be made on."""

    request: Request
    table: Table
    groups: np.ndarray
    held_out: Split
    chosen: Table
    chosen_groups: np.ndarray

    @property
    def config(self) -> Config:
        """What the run is made of."""
        return self.request.config

    @cached_property
    def encoder(self) -> Encoder | None:
        """The run's encoder, if a head embeds; found or built when it is first asked for."""
        embeds = any(head_kind(name).embeds for name in _heads(self.config))
        return Encoder(self.config.encoder) if embeds else None

    def makers(self, repeat: int = 0) -> dict[str, Callable[[], Head]]:
        """The run's own head first, then its references; each repeat has a seed of its own."""
        config, seed = self.config, self.config.seed + repeat

        def make(settings: HeadConfig) -> Head:
            return make_head(settings, self.table.tasks, self.encoder, seed)

        made: dict[str, Callable[[], Head]] = {name: partial(make, s) for name, s in _heads(config).items()}
        if config.protocol.kind == "nested":
            own = (config.head, self.table.tasks, make, config.protocol, config.calibration)
            made[config.head.kind] = partial(SearchedHead, *own)
        return made

    def unfinished(self, **more: Any) -> Unfinished:
        """Where this run's finished steps are kept; ``more`` is what decides them beside the configuration."""
        return Unfinished.of(cache_folder(), {**record.what_decides(self.config, self.table, self.encoder), **more})

    @contextmanager
    def tracked(self, clock: Clock, name: str = "", tags: Mapping[str, str] | None = None) -> Iterator[track.Run]:
        """A tracked run that has recorded what it is made of; texts are embedded before it is handed over."""
        config = self.config.tracking
        tracking = track.resolve(config.uri, config.experiment, config.artifacts)
        with track.run(tracking, name or self.request.run_name, self.request.parent) as run:
            run.params(self.request.unresolved)
            run.tags({**record.facts(self.request, self.table, self.encoder), **(tags or {})})
            run.dataset(self.table.frame, self.table.path, self.table.sha256)
            with clock("prepare"):
                for make in self.makers().values():
                    make().prepare(self.table.rows)
            yield run


def prepare(request: Request, clock: Clock) -> Prepared:
    """Raises ``UserError`` for whatever keeps the table from being trained on."""
    config = request.config
    if config.protocol.kind == "nested":
        candidates(config.head, config.protocol.grid)  # refuses what cannot be tried, before anything is done
    with clock("read"):
        table = read_training_table(config)
    with clock("group"):
        groups = group_rows(table, config.protocol.together)
        held_out = hold_out(table, groups, config.data.held_out_column, config.data.held_out_value)
        chosen = table.take(held_out.train)
        problems = training_problems(chosen, config.protocol.folds)
    if problems:
        raise UserError("\n".join(p.line(table.path) for p in problems))
    return Prepared(request, table, groups, held_out, chosen, groups[held_out.train])


def _heads(config: Config) -> dict[str, HeadConfig]:
    return {config.head.kind: config.head, **reference_configs(config.references, config.head.kind)}


def read_training_table(config: Config) -> Table:
    """The validated table; says which tasks it has no column for."""
    tasks = make_tasks(config.tasks)
    table = public_data.read(config.data.path, config.data.form, tasks)
    for task in tasks:
        if task not in table.tasks:
            print(
                f"framing: {table.path}: no column {task.column!r}; task {task.name} is left out",
                file=sys.stderr,
            )
    return table
