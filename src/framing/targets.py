"""Which forces a sentence mentions, and how a sentence is shown together with one of them.

The model is told which force is meant by braces around its mention (``{ القوات التركية }``), or, where the sentence
does not name it, by its name in braces before the text. The controls that take this away again live here too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from framing.lexicon import (
    AL,
    ANYBODYS,
    BARE,
    KNOWN_TARGETS,
    NEVER_ALONE,
    NOT_BACKED,
    NOUNS,
    OUTRIGHT,
    PEOPLE,
    STATES,
    STOPS,
)
from framing.sources import PLACEHOLDER, find_sources, mask_sources
from framing.text import fold, fold_with_offsets, normalise

RENDERING_VERSION = "4"  # stored in saved models: raise it when what `render` gives changes
Mode = Literal["marked", "unmarked", "masked", "sourceless"]
_WORDS = re.compile(r"\w+|[{}]")
_PRONOUN = "us"  # and not the US: folding takes the capitals away
MODES: tuple[Mode, ...] = ("marked", "unmarked", "masked", "sourceless")


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
    words = rf"(?:[ -](?!(?:{STOPS}){tail})[\w.’'-]+){{0,2}}[ -]"
    found: list[tuple[str, re.Pattern[str]]] = []
    for target, outright in OUTRIGHT.items():
        found.append((target, re.compile(fold(rf"{edge}(?:{'|'.join(outright)}){tail}"))))
    for target, state in STATES.items():
        one = rf"{edge}(?:{NOUNS})({words})(?:{state}){tail}{NOT_BACKED}"
        other = rf"{edge}(?=[a-z])(?:{state}){tail}{NOT_BACKED}({words})(?:{NOUNS}){tail}"  # English, Turkish
        found += [(target, re.compile(fold(pattern))) for pattern in (one, other)]
    for target, people in PEOPLE.items():
        found.append((target, re.compile(fold(rf"{edge}(?:{people}){tail}"))))
    return found


@lru_cache(maxsize=1)
def _state_patterns() -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]]]:
    edge, tail = r"(?<!\w)", r"(?!\w)"
    nouns = re.compile(fold(rf"{edge}(?!(?:{ANYBODYS}){tail})(?:{NOUNS}){tail}"))
    return nouns, [
        (t, re.compile(fold(rf"{edge}(?!{AL}(?:{NEVER_ALONE}))(?:{p}){tail}{NOT_BACKED}"))) for t, p in STATES.items()
    ]


@lru_cache(maxsize=1)
def _bare_patterns() -> list[tuple[re.Pattern[str], tuple[str, ...], str]]:
    return [(re.compile(fold(rf"(?<!\w)(?:{pattern})(?!\w)")), targets, default) for pattern, targets, default in BARE]


def find_mentions(text: str) -> list[Mention]:
    """Forces that the text names by themselves, in order, without overlap.

    Of two that overlap, the one whose noun and state stand closer together is meant, then the longer one. A state
    whose noun is not beside it ("Ankara ... its soldiers") counts where the sentence speaks of a force at all.
    """
    folded, offsets = fold_with_offsets(text)

    def mention(target: str, match: re.Match[str]) -> Mention:
        return Mention(target, offsets[match.start()], offsets[match.end() - 1] + 1)

    spans = [(_words_between(m), mention(t, m)) for t, pattern in _patterns() for m in pattern.finditer(folded)]
    spans.sort(key=lambda s: (s[0], s[1].start - s[1].end, s[1].start))
    kept = _without_overlap(named for _, named in spans)
    nouns, states = _state_patterns()
    if nouns.search(folded):
        before = {m.target for m in kept}
        alone = [mention(t, m) for t, pattern in states if t not in before for m in pattern.finditer(folded)]
        kept = _without_overlap([*kept, *(m for m in alone if text[m.start : m.end] != _PRONOUN)])
    return sorted(kept, key=lambda m: m.start)


def _words_between(match: re.Match[str]) -> int:
    """How many words stand between the noun and its state, which is the pattern's one group; none in a name."""
    return len(match.group(1).split()) if match.re.groups else 0


@dataclass(frozen=True)
class _Bare:
    """A bare noun: the forces that it may stand for, and the one that it names if none was named before."""

    start: int
    end: int
    targets: tuple[str, ...]
    default: str


def _bare_nouns(text: str, named: Sequence[Mention]) -> list[_Bare]:
    """Bare nouns that are not part of a force's name."""
    folded, offsets = fold_with_offsets(text)
    found = [
        _Bare(offsets[m.start()], offsets[m.end() - 1] + 1, targets, default)
        for pattern, targets, default in _bare_patterns()
        for m in pattern.finditer(folded)
    ]
    taken = _Taken()
    for mention in named:
        taken.take(mention.start, mention.end)
    return [b for b in found if taken.is_free(b.start, b.end)]


class _Taken:
    """Stretches of a text that do not overlap; thousands of them stay fast."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing between the two is taken."""
        at = bisect_left(self._starts, end)  # the first that begins behind; only the one before it can reach in
        return at == 0 or self._ends[at - 1] <= start

    def take(self, start: int, end: int) -> None:
        """Take what is free."""
        at = bisect_left(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)


def _without_overlap(spans: Iterable[Mention]) -> list[Mention]:
    """The first of those that overlap."""
    taken, kept = _Taken(), []
    for span in spans:
        if taken.is_free(span.start, span.end):
            taken.take(span.start, span.end)
            kept.append(span)
    return kept


def mentions_in_order(texts: Sequence[str]) -> list[list[Mention]]:
    """The mentions of each sentence of one article; a bare noun takes the force last named before it."""
    last = ""
    result: list[list[Mention]] = []
    for text in texts:
        named = find_mentions(text)
        mentions: list[Mention] = []
        in_order: list[Mention | _Bare] = [*named, *_bare_nouns(text, named)]
        for item in sorted(in_order, key=lambda m: m.start):
            if isinstance(item, _Bare):
                target = last if last in item.targets else item.default
                if not target:
                    continue
                item = Mention(target, item.start, item.end, bare=True)
            last = item.target
            mentions.append(item)
        result.append(_without_overlap(mentions))
    return result


def spans_of(text: str, target: str) -> list[tuple[int, int]]:
    """Where the text names this target: by a name, else by a bare noun that may stand for it."""
    if target not in KNOWN_TARGETS:
        return _literal_spans(text, target)
    named = find_mentions(text)
    spans = [(m.start, m.end) for m in named if m.target == target]
    if spans:
        return spans
    bare = [Mention(target, b.start, b.end) for b in _bare_nouns(text, named) if target in b.targets]
    return [(m.start, m.end) for m in _without_overlap(bare)]


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
    placeholder, so that what is said of the force is seen and not which force it is. ``sourceless``: marked, with
    those who speak or act replaced by a placeholder.
    """
    if mode == "unmarked":
        return normalise(text)
    text = text.replace("{", "(").replace("}", ")")  # the marker is ours alone
    spans = spans_of(text, target)
    edits = [(start, end, f"{{ {'' if mode == 'masked' else text[start:end]} }}") for start, end in spans]
    if mode == "sourceless":
        edits += [(start, end, PLACEHOLDER) for start, end in find_sources(text, [*_forces(text), *spans])]
    parts, cursor = [], 0
    for start, end, instead in sorted(edits):
        parts += [text[cursor:start], instead]
        cursor = end
    shown = "".join([*parts, text[cursor:]])
    return normalise(shown if mode == "masked" or spans else f"{{ {target.replace('_', ' ')} }} {shown}")


def _forces(text: str) -> list[tuple[int, int]]:
    """Where forces are named: their names are no sources."""
    return [(m.start, m.end) for m in find_mentions(text)]


def show(text: str, target: str, reads_target: bool, mode: Mode = "marked", introduction: str = "") -> str:
    """The normalised text for a task that reads the target, as :func:`render` gives it, or for one that does not;
    with the words that introduced the speaker, if there are any, in brackets before it."""
    if reads_target:
        shown = render(text, target, mode)
    else:
        shown = normalise(mask_sources(text, _forces(text)) if mode == "sourceless" else text)
    return f"[{normalise(introduction)}] {shown}" if introduction and mode != "sourceless" else shown


def beside_mark(shown: str, near: int) -> str:
    """The words of a rendered text that stand up to ``near`` words from a mark, which is ``{}`` here, with ``<`` put
    before those ahead of it and ``>`` before those behind; empty where nothing is marked."""
    words = _WORDS.findall(shown)
    opened = [i for i, word in enumerate(words) if word == "{"]
    closed = [i for i, word in enumerate(words) if word == "}"]
    found: list[str] = []
    for start, end in zip(opened, closed, strict=False):
        found += ["<" + word for word in words[max(0, start - near) : start] if word not in "{}"]
        found.append("{}")
        found += [">" + word for word in words[end + 1 : end + 1 + near] if word not in "{}"]
    return " ".join(found)


def modes_of(reads_target: bool) -> tuple[Mode, ...]:
    """The ways of showing a text that differ for such a task."""
    return MODES if reads_target else ("marked", "sourceless")
