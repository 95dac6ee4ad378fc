"""What a run got wrong, the most confident first, with what a reader needs to see why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from framing import agree
from framing.exceptions import UserError
from framing.files import read_bytes
from framing.label_errors import issues
from framing.labels import EMPTY_SET, SEPARATOR, Task
from framing.neighbours import Neighbours
from framing.protocols import KFOLD
from framing.stored import StoredRun

NEAREST = 3
READINGS = "annotations.csv"  # beside the data, in the form that `framing agree` reads
_OF_ROW = ("id", "doc_id", "lang", "outlet", "date", "target", "fold", "text")


@dataclass(frozen=True)
class Readings:
    """What each reader said, by task and row; ``missing`` says why there is nothing."""

    tasks: Mapping[str, agree.Units] = field(default_factory=dict)
    missing: str = ""


def readings(run: StoredRun) -> Readings:
    """The annotations beside the run's data, if the data are still those that it was measured on."""
    data = Path(str(run.facts["data_path"]))
    beside = data.parent / READINGS
    if not data.is_file() or not beside.is_file():
        return Readings(missing=f"there is no {READINGS} beside {data}")
    try:
        if hashlib.sha256(read_bytes(data)).hexdigest() != run.facts["data_sha256"]:
            return Readings(missing=f"{data} is no longer the file that the run read")
        return Readings(agree.read_annotations(beside))
    except UserError as error:
        return Readings(missing=str(error))


@dataclass(frozen=True)
class Mistakes:
    """The mistakes of one head of a run, as tables with one line each.

    ``position`` counts in the run's frame. Where labels are many, a row has a line for each label that was given
    wrongly or missed, and the probability of the wrong answer is that of the label, or one minus it.
    """

    run: StoredRun
    head: str
    given: Readings

    def count(self, task: Task) -> int:
        """How many there are."""
        return int((self.run.gold(task) != self.run.predicted(task, self.head)).sum())

    def of(self, task: Task, top: int | None = None) -> pd.DataFrame:
        """All of them, or the first, ranked by ``confidence``: the calibrated probability of the wrong answer.

        Columns: ``rank``, ``task``, ``label`` (where labels are many), ``mistake`` in words, ``gold``, ``predicted``,
        ``confidence``, ``gold_probability``, ``abstained``, what is known of the row, ``before`` and ``after`` (the
        sentences around it in its document), and ``reader_NAME`` for each reader.
        """
        frame = self._ranked(task).iloc[:top].copy()
        at = frame["position"].to_numpy()
        for column in (c for c in _OF_ROW if c in self.run.frame):
            frame[column] = self.run.frame[column].to_numpy()[at]
        frame["before"] = [self._around[i][0] for i in at]
        frame["after"] = [self._around[i][1] for i in at]
        units = self.given.tasks.get(task.name, {})
        for name in sorted({name for of_row in units.values() for name in of_row}):
            said = [units.get(i, {}).get(name) for i in frame["id"]]
            frame[f"reader_{name}"] = ["" if s is None else _cell(task, s) for s in said]
        return frame

    def with_nearest(self, task: Task, frame: pd.DataFrame) -> pd.DataFrame:
        """With ``near_1_id``, ``_label``, ``_similarity``, ``_lang``, ``_text`` and so on: the rows of other folds that
        are most alike by :data:`framing.neighbours.METHOD`, with their gold labels; empty where what the other folds
        test is not what was learnt from."""
        found = self._neighbours.nearest(frame["position"].tolist(), NEAREST)
        labels = [n or EMPTY_SET for n in task.names(self.run.gold(task))]
        ids, texts = self.run.frame["id"].tolist(), self.run.frame["text"].tolist()
        langs = self.run.frame["lang"].tolist() if "lang" in self.run.frame else [""] * len(ids)
        out = frame.copy()
        for k in range(NEAREST):
            each = [near[k] if k < len(near) else None for near in found]
            name = f"near_{k + 1}"
            out[f"{name}_similarity"] = [round(n.similarity, 3) if n else float("nan") for n in each]
            for part, values in (("id", ids), ("label", labels), ("lang", langs), ("text", texts)):
                out[f"{name}_{part}"] = [values[n.position] if n else "" for n in each]
        return out

    def with_doubt(self, task: Task, frame: pd.DataFrame) -> pd.DataFrame:
        """With ``label_error``: 1 where the gold label is probably wrong, by :func:`framing.label_errors.issues`."""
        doubted = issues(task, self.run.gold(task), self.run.probabilities(task, self.head))
        at = frame["position"].to_numpy()
        place = (at, [task.classes.index(c) for c in frame["label"]]) if task.multi else at
        return frame.assign(label_error=doubted[place].astype(int))

    def _ranked(self, task: Task) -> pd.DataFrame:
        gold, predicted = self.run.gold(task), self.run.predicted(task, self.head)
        p = self.run.probabilities(task, self.head)
        if task.multi:
            rows, labels = np.nonzero(gold != predicted)
            missed = gold[rows, labels] == 1
            right = np.where(missed, p[rows, labels], 1 - p[rows, labels])
            wrong = 1 - right
            label = [task.classes[i] for i in labels]
            words = [f"{'missed' if m else 'gave'} {c}" for m, c in zip(missed, label, strict=True)]
        else:
            rows = np.flatnonzero(gold != predicted)
            wrong, right = p[rows, predicted[rows]], p[rows, gold[rows]]
            label = [""] * len(rows)
            pairs = zip(task.names(gold[rows]), task.names(predicted[rows]), strict=True)
            words = [f"took {g} for {a}" for g, a in pairs]
        frame = pd.DataFrame({"position": rows.astype(int), "task": task.name, "label": label, "mistake": words})
        frame["gold"] = [n or EMPTY_SET for n in task.names(gold[rows])]
        frame["predicted"] = [n or EMPTY_SET for n in task.names(predicted[rows])]
        frame["confidence"], frame["gold_probability"] = wrong.round(6), right.round(6)
        silent = self.run.abstained(task, self.head)
        frame["abstained"] = 0 if silent is None else silent[rows].astype(int)
        frame = frame.sort_values(["confidence", "position"], ascending=[False, True], ignore_index=True)
        frame.insert(1, "rank", np.arange(1, len(frame) + 1))
        return frame

    @cached_property
    def _around(self) -> list[tuple[str, str]]:
        """For each row the sentences before and after its own among the rows of its document, which may have many rows
        of one sentence."""
        sentences: dict[str, dict[str, int]] = {}
        pairs = list(zip(self.run.frame["doc_id"].tolist(), self.run.frame["text"].tolist(), strict=True))
        for document, text in pairs:
            known = sentences.setdefault(document, {})
            known.setdefault(text, len(known))
        in_order = {document: list(known) for document, known in sentences.items()}
        found = []
        for document, text in pairs:
            beside, at = in_order[document], sentences[document][text]
            found.append((beside[at - 1] if at else "", beside[at + 1] if at + 1 < len(beside) else ""))
        return found

    @cached_property
    def _neighbours(self) -> Neighbours:
        frame, folds = self.run.frame, self.run.folds
        if self.run.facts["protocol"]["kind"] not in KFOLD:  # what the other splits test is not what was learnt from
            folds = np.zeros_like(folds)
        return Neighbours(frame["text"].tolist(), frame["target"].tolist(), folds)


def _cell(task: Task, labels: frozenset[str]) -> str:
    known = [c for c in task.classes if c in labels]
    return SEPARATOR.join([*known, *sorted(labels - set(known))]) or EMPTY_SET
