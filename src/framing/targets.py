"""Which forces a sentence mentions, and how a sentence is shown together with one of them.

The model is told which force is meant by braces around its mention (``{ القوات التركية }``), or, where the sentence
does not name it, by its name in braces before the text. The controls that take this away again live here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from framing.lexicon import BARE, KNOWN_TARGETS, NOUNS, OUTRIGHT, PEOPLE, STATES, STOPS
from framing.text import fold, fold_with_offsets, normalise

RENDERING_VERSION = "1"  # stored in saved models: raise it when what `render` gives changes
Mode = Literal["marked", "unmarked", "masked"]


@dataclass(frozen=True)
class Mention:
    """``text[start:end]`` names ``target``; ``bare`` says that only the words before tell which force it is."""

    target: str
    start: int
    end: int
    bare: bool = False


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    edge, tail = r"(?<!\w)", r"(?!\w)"
    gap = rf"(?:[ -](?!(?:{STOPS}){tail})[\w.’'-]+){{0,2}}[ -]"
    found: list[tuple[str, re.Pattern[str]]] = []
    for target, outright in OUTRIGHT.items():
        found.append((target, re.compile(fold(rf"{edge}(?:{'|'.join(outright)}){tail}"))))
    for target, state in STATES.items():
        backed = r"(?!-(?:backed|led|aligned|linked|allied|made|sponsored))"
        one = rf"{edge}(?:{NOUNS}){gap}(?:{state}){tail}{backed}"
        other = rf"{edge}(?=[a-z])(?:{state}){tail}{backed}{gap}(?:{NOUNS}){tail}"  # English, Turkish
        found.append((target, re.compile(fold(rf"{one}|{other}"))))
    for target, people in PEOPLE.items():
        found.append((target, re.compile(fold(rf"{edge}(?:{people}){tail}"))))
    return found


@lru_cache(maxsize=1)
def _state_patterns() -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]]]:
    edge, tail = r"(?<!\w)", r"(?!\w)"
    nouns = re.compile(fold(rf"{edge}(?:{NOUNS}){tail}"))
    backed = r"(?!-(?:backed|led|aligned|linked|allied|made|sponsored))"
    return nouns, [(t, re.compile(fold(rf"{edge}(?:{p}){tail}{backed}"))) for t, p in STATES.items()]


@lru_cache(maxsize=1)
def _bare_patterns() -> list[tuple[re.Pattern[str], tuple[str, ...], str]]:
    return [
        (re.compile(fold(rf"(?<!\w)(?:{pattern})(?!\w)")), targets, default)
        for pattern, targets, default in BARE
    ]


def find_mentions(text: str) -> list[Mention]:
    """Forces that the text names by themselves, in order, without overlap (the longer of two names wins)."""
    folded, offsets = fold_with_offsets(text)
    spans = [
        Mention(target, offsets[m.start()], offsets[m.end() - 1] + 1)
        for target, pattern in _patterns()
        for m in pattern.finditer(folded)
    ]
    nouns, states = _state_patterns()
    if nouns.search(folded):
        named = {m.target for m in spans}
        spans += [
            Mention(target, offsets[m.start()], offsets[m.end() - 1] + 1)
            for target, pattern in states
            if target not in named
            for m in pattern.finditer(folded)
        ]
    return _without_overlap(spans)


def _bare_mentions(text: str) -> list[tuple[int, int, tuple[str, ...], str]]:
    folded, offsets = fold_with_offsets(text)
    return [
        (offsets[m.start()], offsets[m.end() - 1] + 1, targets, default)
        for pattern, targets, default in _bare_patterns()
        for m in pattern.finditer(folded)
    ]


def _without_overlap(spans: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
        if all(span.end <= k.start or span.start >= k.end for k in kept):
            kept.append(span)
    return sorted(kept, key=lambda s: s.start)


def mentions_in_order(texts: Sequence[str]) -> list[list[Mention]]:
    """The mentions of each sentence of one article; a bare noun takes the force last named before it."""
    last = ""
    result: list[list[Mention]] = []
    for text in texts:
        named = find_mentions(text)
        bare = [
            b for b in _bare_mentions(text) if all(b[1] <= m.start or b[0] >= m.end for m in named)
        ]
        mentions: list[Mention] = []
        for item in sorted([*((m.start, m) for m in named), *((b[0], b) for b in bare)], key=lambda x: x[0]):
            thing = item[1]
            if isinstance(thing, Mention):
                mention = thing
            else:
                start, end, targets, default = thing
                target = last if last in targets else default
                if not target:
                    continue
                mention = Mention(target, start, end, bare=True)
            last = mention.target
            mentions.append(mention)
        result.append(_without_overlap(mentions))
    return result


def spans_of(text: str, target: str) -> list[tuple[int, int]]:
    """Where the text names this target: by a name, else by a bare noun that may stand for it."""
    if target not in KNOWN_TARGETS:
        return _literal_spans(text, target)
    spans = [(m.start, m.end) for m in find_mentions(text) if m.target == target]
    if spans:
        return spans
    bare = [Mention(target, s, e) for s, e, targets, _ in _bare_mentions(text) if target in targets]
    named = find_mentions(text)
    free = [b for b in bare if all(b.end <= m.start or b.start >= m.end for m in named)]
    return [(m.start, m.end) for m in _without_overlap(free)]


def _literal_spans(text: str, target: str) -> list[tuple[int, int]]:
    wanted = fold(target).replace("_", " ").strip()
    if not wanted:
        return []
    folded, offsets = fold_with_offsets(text)
    return [
        (offsets[m.start()], offsets[m.end() - 1] + 1)
        for m in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded)
    ]


@lru_cache(maxsize=50_000)
def render(text: str, target: str, mode: Mode = "marked") -> str:
    """The normalised text as a head that reads the target sees it.

    ``marked``: the target's mentions in braces, or its name in braces before the text. ``unmarked``: the text
    alone, so that two targets of one sentence look the same. ``masked``: the mentions replaced by a
    placeholder, so that what is said of the force is seen and not which force it is.
    """
    if mode == "unmarked":
        return normalise(text)
    text = text.replace("{", "(").replace("}", ")")  # the marker is ours alone
    spans = spans_of(text, target)
    if mode == "masked" or spans:
        parts, cursor = [], 0
        for start, end in spans:
            inner = "" if mode == "masked" else text[start:end]
            parts += [text[cursor:start], "{ ", inner, " }"]
            cursor = end
        return normalise("".join([*parts, text[cursor:]]))
    return normalise(f"{{ {target.replace('_', ' ')} }} {text}")
