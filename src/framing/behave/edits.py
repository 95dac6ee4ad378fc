"""Changing a text while leaving the names of forces alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from framing.behave.cases import Reading
from framing.targets import find_mentions, spans_of

Edit = tuple[int, int, str]  # text[start:end] becomes this


@lru_cache(maxsize=20_000)
def protected(reading: Reading) -> tuple[tuple[int, int], ...]:
    """Where the text names the target, or any force: no rule touches this, but the one that exchanges forces."""
    named = [(m.start, m.end) for m in find_mentions(reading.text)]
    return tuple(sorted({*named, *spans_of(reading.text, reading.target)}))


def is_free(reading: Reading, start: int, end: int) -> bool:
    """Whether nothing in ``text[start:end]`` is protected."""
    return all(end <= s or e <= start for s, e in protected(reading))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with all of them made; they must not overlap."""
    parts, cursor = [], 0
    for start, end, new in sorted(edits):
        parts += [text[cursor:start], new]
        cursor = end
    return "".join([*parts, text[cursor:]])


def substitute(reading: Reading, pattern: re.Pattern[str], new: Callable[[str], str]) -> str:
    """The text with every match that is not protected replaced by ``new`` of it."""
    free = (m for m in pattern.finditer(reading.text) if is_free(reading, m.start(), m.end()))
    return apply_edits(reading.text, [(m.start(), m.end(), new(m.group())) for m in free])


def keeps_mentions(before: Reading, after: Reading) -> bool:
    """Whether the target is named in both by the same strings, in the same order."""
    first, second = ([r.text[s:e] for s, e in spans_of(r.text, r.target)] for r in (before, after))
    return first == second
