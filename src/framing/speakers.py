"""Who speaks in a sentence that only refers back: "وأضاف أن", "وقال الساعدي إن", "she added that".

The press introduces a speaker once, in full, and from then on by a verb alone, a surname or a title. Read by itself
such a sentence does not say whether an official speaks or a militia's leader. So it is shown together with the words
that introduced its speaker. They are found by the words of ``lexicon_speakers.py``, in Arabic and English; in other
languages nothing is found.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from framing import lexicon_speakers as lexicon
from framing.text import fold

_LONGEST = 14  # words of an introduction
_BEFORE = 10  # of them before the name
_REFERENCE = 4  # words of a name or title that is repeated, at most
_ANSWER = 40  # words of a question that stands before its answer, at most
_FAR = 100  # sentences that a reference may reach back: an article of thousands stays fast
_WORD = re.compile(r"[\w\u064b-\u065f\u0670\u200c\u200d]+|[^\w\s]")  # vowel marks and joiners are inside words
_OPENING, _CLOSING = frozenset('"«“'), frozenset('"»”')
_MARKS = frozenset(":\"'«»“”„‟(),،؛;.…-–—[]")


def introductions(texts: Sequence[str]) -> list[str]:
    """For each sentence of one article, in order: the words of an earlier sentence that introduce who speaks here.

    Empty where the sentence introduces its speaker itself, quotes nobody, or refers to nobody that was found.
    """
    before: deque[_Sentence] = deque(maxlen=_FAR)
    found: list[str] = []
    named: dict[tuple[str, ...], str] = {}
    last = ""  # whoever spoke last
    for text in texts:
        here = _read(text)
        reference = _reference(here, before)
        introduction = "" if reference is None else last
        if reference:
            introduction = named.get(reference) or _by_name(reference, before)
            if not _is(reference[0], "title"):  # of which there may be another one soon
                named[reference] = introduction
        if introduction:
            last = introduction
        elif here.verb is not None:
            last = here.speaker(here.verb)
        found.append(introduction)
        before.append(here)
    return found


def introductions_in_rows(documents: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The same for rows, of which those with one text and document are one sentence; their order is the article's."""
    articles: dict[str, dict[str, str]] = {}
    for document, text in zip(documents, texts, strict=True):
        articles.setdefault(document, {})[text] = ""
    for sentences in articles.values():
        sentences.update(zip(sentences, introductions(list(sentences)), strict=True))
    return [articles[document][text] for document, text in zip(documents, texts, strict=True)]


@dataclass(frozen=True)
class _Sentence:
    """``words``: folded words and marks, with their places in ``text``; ``bare``: the same without the article;
    ``verb``: where the first verb of saying is."""

    text: str
    words: tuple[str, ...]
    bare: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    verb: int | None

    def find(self, reference: Sequence[str]) -> int | None:
        """Where these words stand first, with or without the article."""
        wanted = tuple(_bare(word) for word in reference)
        if wanted[0] not in self.bare:
            return None
        first = range(self.bare.index(wanted[0]), len(self.bare))
        return next((i for i in first if self.bare[i : i + len(wanted)] == wanted), None)

    def refers_by(self, reference: tuple[str, ...]) -> bool:
        """Whether these words stand behind its verb of saying: then it introduces nobody by them."""
        return self.verb is not None and self.words[self.verb + 1 : self.verb + 1 + len(reference)] == reference

    def cut(self, start: int, core: int) -> str:
        """From a word on, until what is said begins behind the word ``core``."""
        end = start
        while end < min(len(self.words), start + _LONGEST) and not (end >= core and self._begins(end)):
            end = (_closes(self.words, end) or end) + 1
        return self.text[self.places[start][0] : self.places[end - 1][1]]

    def _begins(self, at: int) -> bool:
        word = self.words[at]
        return word == ":" or (word in _OPENING and not _closes(self.words, at)) or _is(word, "clause")

    def speaker(self, verb: int) -> str:
        """The words around a verb of saying: behind it in Arabic, before it in English."""
        start = max(0, verb - _BEFORE) if self.words[verb].isascii() else verb
        return self.cut(start, verb + 2)

    def around(self, reference: Sequence[str]) -> str:
        """The words around a name: from a verb of saying before it, if there is one."""
        at = self.find(reference)
        assert at is not None
        earliest = max(0, at - _BEFORE)
        verbs = [i for i in range(earliest, at) if _is(self.words[i], "says") and not self.words[i].isascii()]
        return self.cut(verbs[-1] if verbs else earliest, at + len(reference))


def _read(text: str) -> _Sentence:
    found = [(word, match.span()) for match in _WORD.finditer(text) if (word := _folded(match.group()))]
    words = tuple(word for word, _ in found)
    verb = next((i for i, word in enumerate(words) if _is(word, "says")), None)
    return _Sentence(text, words, tuple(map(_bare, words)), tuple(place for _, place in found), verb)


_folded = lru_cache(maxsize=50_000)(fold)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = {
        "about": lexicon.ABOUT,
        "by": lexicon.BY,
        "clause": lexicon.CLAUSE,
        "new": lexicon.NEW,
        "opens": lexicon.OPENS,
        "pronoun": lexicon.PRONOUNS,
        "says": lexicon.SAYS,
        "then": lexicon.THEN,
        "title": lexicon.TITLES,
    }
    return {kind: re.compile(fold(pattern)) for kind, pattern in words.items()}


@lru_cache(maxsize=50_000)
def _is(word: str, kind: str) -> bool:
    return bool(_patterns()[kind].fullmatch(word))


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    """Without the article, and what is written together with it."""
    return re.sub(r"^(?:[وف]?[بك]?ال|[وف]?لل)(?=\w{3})", "", word)


def _reference(here: _Sentence, before: Collection[_Sentence]) -> tuple[str, ...] | None:
    """The name or title by which a sentence refers back, empty if it does by its verb alone; None if it does not."""
    words = here.words
    at = next((i for i, word in enumerate(words) if word not in _MARKS and not _is(word, "then")), len(words))
    if at < len(words) and _is(words[at], "about") and here.verb is not None and here.verb <= _ANSWER:
        at = here.verb
    if at == len(words):
        return None
    if here.verb and _is(words[here.verb - 1], "pronoun"):
        return ()
    if _is(words[at], "by"):
        return _repeated(words[at + 1 :], before, _opens)
    if _is(words[at], "says"):
        rest = words[at + 1 :]
        if rest and rest[0] in _OPENING:  # of a name, or of what is said
            return None if _closes(rest, 0) else ()
        return () if not rest or _opens(rest[0]) else _repeated(rest, before, _opens)
    return _repeated(words[at:], before, lambda word: word.isascii() and _is(word, "says"))


def _closes(words: Sequence[str], at: int) -> int | None:
    """Where the quotation that opens at a word ends, if it has few words, as a name has; None if none does."""
    if words[at] not in _OPENING:
        return None
    return next((i for i in range(at + 1, min(len(words), at + _REFERENCE + 2)) if words[i] in _CLOSING), None)


def _opens(word: str) -> bool:
    return word in _MARKS or _is(word, "opens")


def _repeated(
    words: Sequence[str], before: Collection[_Sentence], stops: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """The first words, up to one that ``stops``, if an earlier sentence has them so."""
    end = next((i for i, word in enumerate(words[: _REFERENCE + 1]) if stops(word)), 0)
    if not end or _is(words[0], "new") or all(sentence.find(words[:end]) is None for sentence in before):
        return None
    return tuple(words[:end])


def _by_name(reference: tuple[str, ...], before: Collection[_Sentence]) -> str:
    """The words around a name where it stands first; around a title, where it was given last before this sentence."""
    order = list(before)
    if _is(reference[0], "title"):
        order.reverse()
        order = [s for s in order if not s.refers_by(reference) and s.find(reference) is not None] or order
    return next(s for s in order if s.find(reference) is not None).around(reference)
