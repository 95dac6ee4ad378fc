"""Sentences that are the same story: near-duplicates by character shingles, found exactly.

A pair is near-duplicate when the Jaccard similarity of the two sets of 5-character shingles, taken after folding and
without spaces, punctuation, marks and digits' values, is at least the threshold. Candidates come from the prefix
filter of Bayardo, Ma and Srikant, "Scaling up all pairs similarity search" (WWW 2007), so no pair is missed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from framing.text import fold

THRESHOLD = 0.8
SHINGLE = 5


def flatten(text: str) -> str:
    """The letters of a text, folded, and a 0 for every digit."""
    return "".join("0" if c.isdigit() else c for c in fold(text) if c.isalnum())


def _shingles(flat: str) -> frozenset[str]:
    if len(flat) <= SHINGLE:
        return frozenset([flat])
    return frozenset(flat[i : i + SHINGLE] for i in range(len(flat) - SHINGLE + 1))


def near_duplicates(texts: Sequence[str], threshold: float = THRESHOLD) -> Iterator[tuple[int, int]]:
    """Pairs ``(i, j)``, ``i < j``, of positions; of texts that flatten to the same, each with the first of them."""
    first: dict[str, int] = {}
    for i, text in enumerate(texts):
        flat = flatten(text)
        if flat in first:
            yield first[flat], i
        else:
            first[flat] = i
    sets = {i: _shingles(flat) for flat, i in first.items()}
    frequency = Counter(s for shingles in sets.values() for s in shingles)
    index: dict[str, list[int]] = defaultdict(list)
    for i in sorted(sets, key=lambda i: (len(sets[i]), i)):
        mine = sets[i]
        rare_first = sorted(mine, key=lambda s: (frequency[s], s))
        prefix = rare_first[: len(mine) - math.ceil(threshold * len(mine)) + 1]
        candidates = {j for s in prefix for j in index[s] if len(sets[j]) >= threshold * len(mine)}
        for j in sorted(candidates):
            common = len(mine & sets[j])
            if common >= threshold * (len(mine) + len(sets[j]) - common):
                yield min(i, j), max(i, j)
        for s in prefix:
            index[s].append(i)
