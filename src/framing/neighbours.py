"""The training rows that a text is most like, by the words that they share: cheap, and the same for every head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from framing.text import fold

METHOD = "cosine of TF-IDF of words"
_CANDIDATES = 5  # of one text there may be as many rows as it has targets


@dataclass(frozen=True)
class Neighbour:
    """The position of a row, and how like it is, from 0 to 1."""

    position: int
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """Rows to look among. ``folds``: ``(n,)`` the split that tested each; those of the others are what was learnt
    from."""

    texts: Sequence[str]
    targets: Sequence[str]
    folds: np.ndarray

    @cached_property
    def _features(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(sublinear_tf=True, lowercase=False, token_pattern=r"\w+")  # noqa: S106
        try:
            return vectorizer.fit_transform([fold(t) for t in self.texts])
        except ValueError:  # no word in any text
            return None

    def nearest(self, positions: Sequence[int], count: int = 3) -> list[list[Neighbour]]:
        """For each of ``positions`` the nearest texts among the rows of the other folds.

        A text counts once, with the row of the same target if there is one. Rows without a word in common are left out,
        so fewer than ``count`` may be found; none where there is one fold.
        """
        if not len(positions) or len(np.unique(self.folds)) < 2 or self._features is None:
            return [[] for _ in positions]
        found = []
        for position, row in zip(positions, self._features[list(positions)] @ self._features.T, strict=True):
            kept = self.folds[row.indices] != self.folds[position]
            likeness, others = row.data[kept], row.indices[kept]
            same = np.array([self.targets[i] == self.targets[position] for i in others], dtype=bool)
            seen: dict[str, Neighbour] = {}
            for k in np.lexsort((others, ~same, -likeness.round(9)))[: count * _CANDIDATES]:
                seen.setdefault(self.texts[others[k]], Neighbour(int(others[k]), float(likeness[k])))
            found.append(list(seen.values())[:count])
        return found
