"""Sentences put together from two others, to learn from: what is said of one force is no position toward the other.

Each half keeps its own target and its own label, so that the whole is a sentence in which the words between must not
mislead (cf. the composed sentences of Andreas, "Good-enough compositional data augmentation", ACL 2020).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from framing.data import Rows
from framing.labels import Task
from framing.targets import spans_of

_LONGEST = 320  # characters of both halves: time is spent on the position, not on the length
_TRIES = 40  # for each that is wanted
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def compose(
    rows: Rows, labels: Mapping[str, np.ndarray], tasks: Sequence[Task], wanted: int, seed: int
) -> tuple[Rows, dict[str, np.ndarray]]:
    """Up to ``wanted`` new rows, two by two of one text, with the labels of ``labels`` for each task.

    Both halves name their own target and not the other's, say themselves who speaks, and are of one script. A task that
    reads the target has the labels of its own half, another of many labels those of both. A task of one label that
    reads no target has no answer to such a text: then there are no new rows.
    """
    if any(not (t.multi or t.reads_target) for t in tasks):
        wanted = 0
    rng = np.random.default_rng([seed, wanted])
    arabic = [bool(_ARABIC.search(text)) for text in rows.texts]
    texts: list[str] = []
    halves: list[tuple[int, int]] = []  # of each new row: the half that it asks about, and the other
    for i, j in rng.integers(len(rows), size=(wanted * _TRIES, 2)).tolist() if wanted else ():
        if len(texts) >= wanted:
            break
        first, second = rows.texts[i], rows.texts[j]
        if arabic[i] != arabic[j] or len(first) + len(second) > _LONGEST or not _apart(rows, i, j):
            continue
        stop = "؛ " if arabic[i] else "; "
        texts += [first.rstrip(".!؟?۔ ") + stop + second] * 2
        halves += [(i, j), (j, i)]
    own, other = np.array(halves, dtype=np.int64).reshape(-1, 2).T
    new = {
        t.name: labels[t.name][own] if t.reads_target else labels[t.name][own] | labels[t.name][other] for t in tasks
    }
    return Rows(texts, [rows.targets[i] for i in own]), new


def _apart(rows: Rows, i: int, j: int) -> bool:
    """Whether each names its own target and not the other's, and says itself who speaks."""
    return (
        not (rows.introductions[i] or rows.introductions[j])
        and rows.targets[i] != rows.targets[j]
        and all(spans_of(rows.texts[k], rows.targets[k]) for k in (i, j))
        and not spans_of(rows.texts[i], rows.targets[j])
        and not spans_of(rows.texts[j], rows.targets[i])
    )
