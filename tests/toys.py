"""Tables whose answers are known, and heads that say what they were given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from conftest import STANCE
from framing.data import Table
from framing.heads import HeadConfig


def toy(labels, words, documents, tasks=(STANCE,), more=None, **columns):
    """A table of these labels (class indices), one text a row, and its groups."""
    frame = pd.DataFrame({"id": [str(i) for i in range(len(words))], "text": words, "doc_id": documents})
    frame["target"] = "nato"
    for name, cells in columns.items():
        frame[name] = cells
    encoded = {tasks[0].name: np.asarray(labels), **(more or {})}
    table = Table("toy", "", frame.astype(object), encoded, tasks, list(range(2, len(words) + 2)))
    return table, np.unique(documents, return_inverse=True)[1].ravel()


def vocabulary(words, seed=0):
    """``(3, words)`` words for each label, without letters in common that would tell them."""
    letters = np.random.default_rng(seed).choice(list("abcdefghijklmnopqrstuvwxyz"), (3, words, 7))
    return [["".join(word) for word in of_label] for of_label in letters]


def learnable(n_documents, rows=4, words=1, said=None, **columns):
    """Each label has so many words of its own, of which a row holds one, among words that say nothing. ``said`` gives
    the words of each row."""
    rng = np.random.default_rng(0)
    n = n_documents * rows
    labels = rng.integers(0, 3, n)
    said = said or [vocabulary(words)] * n
    texts = [
        f"{own[y][rng.integers(words)]} " + " ".join(f"noise{k}" for k in rng.integers(0, 40, 5))
        for y, own in zip(labels, said, strict=True)
    ]
    documents = np.repeat([f"d{i:03}" for i in range(n_documents)], rows)
    return toy(labels, texts, documents, **columns)


@dataclass
class KnobConfig(HeadConfig):
    """A head that is the better the nearer its knob is to 3, whatever it learns."""

    kind: str = "majority"
    knob: int = 0
    rate: float = 0.5


class KnobHead:
    """Answers from the text: rightly if its number (the last word) is below a bound that the knob sets."""

    def __init__(self, config, log):
        self.config, self.log = config, log

    def prepare(self, rows):
        pass

    def fit(self, rows, labels, groups, unfinished=None):
        self.log.append(("fit", self.config, list(rows.texts), labels, unfinished))

    def predict_proba(self, rows, mode="marked", only=None):
        self.log.append(("predict", self.config, list(rows.texts), None, None))
        out = np.zeros((len(rows), 3))
        for i, text in enumerate(rows.texts):
            label, number = "abc".index(text[0]), int(text.rsplit(" ", 1)[1])
            wrong = number % 4 > self.config.knob if self.config.knob <= 3 else True
            out[i, (label + wrong) % 3] = 1
        return {"stance": out}
