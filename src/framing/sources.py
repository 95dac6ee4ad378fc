"""Who speaks or acts in a sentence, found by words, so that a control can take it away.

The words stand in ``lexicon_sources.py``. This is no parser: a party that is named by no word of the lists is missed,
and one that is only spoken of is found as well. How often is measured in ``tests/test_sources.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from framing.lexicon_sources import ARABIC, ARABIC_NO_NAME, ARABIC_OPENS, ARABIC_SAYS, LANGUAGES, Words
from framing.text import detect_language, fold, fold_with_offsets

PLACEHOLDER = "(...)"
Span = tuple[int, int]

_EDGE, _TAIL = r"(?<!\w)", r"(?!\w)"
_NAME = re.compile(r"(?: (?:(?:al|el|bin|ben|abu|abou)[ -])?[A-ZÀ-ÖØ-ÞĀ-ŽİŞ][\w’'-]+){1,3}")


@dataclass(frozen=True)
class _Patterns:
    """Of one language. ``title``: a head with its title. ``person``: a head at the end that a name may follow.
    ``state``: a name of a state (its second group); after a word of its first group it is a place."""

    title: re.Pattern[str]
    head: re.Pattern[str]
    person: re.Pattern[str]
    state: re.Pattern[str]

    @classmethod
    def of(cls, words: Words) -> _Patterns:
        return cls(
            re.compile(fold(f"{_EDGE}{_title(words)}")),
            re.compile(fold(rf"{_EDGE}(?:{words.heads}|{words.states}){_TAIL}")),
            re.compile(fold(rf"(?:{words.persons})$")),
            re.compile(fold(rf"{_EDGE}(?:({words.places}) )?({words.states}){_TAIL}")),
        )


def _title(words: Words) -> str:
    """A head with what belongs to its title. The number of words is bounded: a line costs no more than its length."""
    tied = rf"(?:{words.links}){{1,2}}(?:{words.heads}|{words.linked}){_TAIL}"
    more = rf"[ -](?:(?:{words.after}|{words.heads}){_TAIL}|{tied})"
    return rf"(?:(?:{words.before}){_TAIL}[ -]){{0,4}}(?:{words.heads}){_TAIL}(?:{more}){{0,8}}"


@lru_cache(maxsize=1)
def _patterns() -> dict[str, _Patterns]:
    return {language: _Patterns.of(words) for language, words in LANGUAGES.items()}


@lru_cache(maxsize=1)
def _arabic_name() -> re.Pattern[str]:
    """A speaker's title with the name behind it, between the verb and what is said."""
    name = rf"(?: (?!{ARABIC_NO_NAME}{_TAIL})\w{{2,}}){{1,3}}"
    return re.compile(fold(rf"{_EDGE}{ARABIC_SAYS} ({_title(ARABIC)}{name})(?={ARABIC_OPENS})"))


@lru_cache(maxsize=50_000)
def _named(text: str) -> tuple[Span, ...]:
    """Parties in order, without overlap, by the words of the text's language; if that is none of ours, of all."""
    folded, offsets = fold_with_offsets(text)
    language = detect_language(text)
    found: list[Span] = []
    for patterns in [_patterns()[language]] if language in LANGUAGES else _patterns().values():
        for match in patterns.title.finditer(folded):
            start, end = _at(offsets, match, 0)
            name = _NAME.match(text, end) if patterns.person.search(match.group()) else None
            found.append((start, name.end() if name else end))
        found += [_at(offsets, m, 2) for m in patterns.state.finditer(folded) if m.group(1) is None]
        if patterns is _patterns()["ar"]:
            found += [_at(offsets, m, 1) for m in _arabic_name().finditer(folded)]
    return tuple(_joined(text, found))


def _at(offsets: Sequence[int], match: re.Match[str], group: int) -> Span:
    """In the text, with the marks behind the last letter, which folding drops."""
    last = offsets[match.end(group) - 1]
    following = offsets[match.end(group)] if match.end(group) < len(offsets) else last + 1
    return offsets[match.start(group)], max(last + 1, following)


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """Spans that overlap, or between which only spaces stand, are one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def find_sources(text: str, keep: Iterable[Span] = ()) -> list[Span]:
    """Where parties that speak or act are named, in order, without overlap. No span touches one of ``keep``; what is
    left of a title beside such a span counts only if it still names somebody."""
    left: list[Span] = []
    kept, at = sorted(keep), 0
    for start, end in _named(text):
        while at < len(kept) and kept[at][1] <= start:
            at += 1
        pieces, k = [], at
        while k < len(kept) and kept[k][0] < end:
            pieces.append((start, kept[k][0]))
            start = max(start, kept[k][1])
            k += 1
        pieces.append((start, end))
        left += [_trimmed(text, *p) for p in pieces if k == at or _names_somebody(text[p[0] : p[1]])]
    return left


def _names_somebody(piece: str) -> bool:
    folded = fold(piece)
    return any(p.head.search(folded) for p in _patterns().values())


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def mask_sources(text: str, keep: Iterable[Span] = ()) -> str:
    """The text with every party that speaks or acts replaced by a placeholder; what ``keep`` spans is not touched."""
    parts, cursor = [], 0
    for start, end in find_sources(text, keep):
        parts += [text[cursor:start], PLACEHOLDER]
        cursor = end
    return "".join([*parts, text[cursor:]])
