"""Heads through the splits of a protocol: what each says of rows that it has not learnt from."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framing import memory
from framing.calibrate import CalibrationConfig
from framing.data import Table
from framing.heads import Head
from framing.heads.base import Chooses
from framing.split import Split
from framing.targets import MODES, Mode, modes_of
from framing.uncertainty import UncertaintyConfig
from framing.unfinished import Unfinished


@dataclass(frozen=True)
class Protocol:
    """On what, and how, heads are measured."""

    table: Table
    groups: np.ndarray
    splits: Sequence[Split]
    uncertainty: UncertaintyConfig = field(default_factory=UncertaintyConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)


Raw = Mapping[Mode, Mapping[str, np.ndarray]]  # (n, k) probabilities by way of showing the text and by task


def out_of_fold(
    name: str,
    make: Callable[[], Head],
    protocol: Protocol,
    unfinished: Unfinished,
    after_split: Callable[[], None] = lambda: None,
    modes: Collection[Mode] = MODES,
    shuffle: int | None = None,
) -> tuple[Raw, list[dict[str, Any]]]:
    """Probabilities as the head gives them; and of each split its seconds, its memory and the settings chosen.

    ``name`` and the splits' names say what is finished already. With ``shuffle``, a seed, the labels of each split's
    training rows, those of all tasks together, are dealt out anew among these rows.
    """
    table, rows = protocol.table, protocol.table.rows
    asked = {m: [t for t in table.tasks if m in modes_of(t.reads_target)] for m in MODES if m in modes}
    raw = {m: {t.name: np.full((len(table), len(t.classes)), np.nan) for t in tasks} for m, tasks in asked.items()}
    facts = []
    for number, split in enumerate(protocol.splits):
        step = f"{name} {split.name}"
        given = unfinished.recall(step)
        if given is None:
            memory.forget_peak()
            start = time.perf_counter()
            head = make()
            owners = split.train
            if shuffle is not None:
                owners = np.random.default_rng([shuffle, number]).permutation(owners)
            labels = {task: labels[owners] for task, labels in table.labels.items()}
            with unfinished.training(step) as folder:
                head.fit(rows.take(split.train), labels, protocol.groups[split.train], folder)
            given = {}
            for mode, tasks in asked.items():
                found = head.predict_proba(rows.take(split.test), mode, [t.name for t in tasks])
                given |= {f"{mode}/{task}": p for task, p in found.items()}
            chosen = {f"head.{k}": v for k, v in head.chosen.items()} if isinstance(head, Chooses) else {}
            known = {"seconds": time.perf_counter() - start, "peak_mb": memory.peak(), **chosen}
            given["facts"] = np.frombuffer(json.dumps(known).encode(), dtype=np.uint8)
            unfinished.remember(step, given)
        for mode, by_task in raw.items():
            for task_name, array in by_task.items():
                array[split.test] = given[f"{mode}/{task_name}"]
        facts.append(json.loads(given["facts"].tobytes()))
        after_split()
    return raw, facts
