"""Rules that put other names, dates and places in, and a clause before or after; what is said of the force stays.

Each takes a reading and a generator and gives the changed reading, or None where it does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from framing.behave.cases import Reading
from framing.behave.edits import Edit, apply_edits, is_free
from framing.behave.words import (
    AMBIGUOUS,
    CLAUSES_AFTER,
    CLAUSES_BEFORE,
    DATES,
    GROUPS,
    INVENTED,
    LATIN_MEN,
    LATIN_SURNAMES,
    MEN,
    OPENERS,
    PLACES,
    SURNAMES,
    WOMEN,
    Pool,
)
from framing.text import fold, fold_with_offsets


def dates(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Other weekdays and other months."""
    return _exchange(reading, DATES.get(reading.lang, ()), rng)


def places(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Other towns and provinces of Iraq."""
    return _exchange(reading, PLACES.get(reading.lang, ()), rng)


def names(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Other people, parties, tribes and armed groups, each of the kind that it was."""
    people = _people_edits(reading, rng)
    step = replace(reading, text=apply_edits(reading.text, people))
    return _exchange(step, GROUPS.get(reading.lang, ()), rng) or (step if people else None)


def attach(clitic: str, name: str) -> str:
    """An Arabic name behind its clitics: ``ل`` swallows the alef of the article."""
    return clitic + "ل" + name[2:] if clitic.endswith("ل") and name.startswith("ال") else clitic + name


def forms_pattern(forms: Sequence[str], lang: str) -> re.Pattern[str]:
    """Finds any of these forms in folded text, the longest first: ``clitic`` and ``form`` are its groups, and in Arabic
    ``short`` is a form that has lost its alef behind ``ل``."""
    longest_first = sorted({fold(f) for f in forms}, key=len, reverse=True)
    whole = "|".join(map(re.escape, longest_first))
    if lang != "ar":
        return re.compile(rf"(?<!\w)(?P<clitic>)(?P<form>{whole})(?P<short>$^)?(?!\w)")
    short = "|".join(re.escape(f[1:]) for f in longest_first if f.startswith("ال")) or "$^"
    return re.compile(rf"(?<!\w)(?P<clitic>[وف]?[بكل]?)(?:(?P<form>{whole})|(?<=ل)(?P<short>{short}))(?!\w)")


def found_form(match: re.Match[str]) -> str:
    """The folded form that was found, with its alef."""
    return match["form"] or "ا" + match["short"]


def _found(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, clitic and folded form of every match, in offsets of the text."""
    folded, offsets = fold_with_offsets(text)
    for match in pattern.finditer(folded):
        start = offsets[match.start("form" if match["form"] else "short")]
        end = offsets[match.end() - 1] + 1
        yield offsets[match.start()], end, text[offsets[match.start()] : start], found_form(match)


@lru_cache(maxsize=200)
def _index(pool: Pool, lang: str) -> tuple[re.Pattern[str], dict[str, tuple[int, int]]]:
    """What finds the entries of a pool, and the numbers of entry and spelling of each folded form."""
    ambiguous = AMBIGUOUS.get(lang, frozenset())
    places: dict[str, tuple[int, int]] = {}
    for i, entry in enumerate(pool):
        for j, form in enumerate(entry):
            if form not in ambiguous:
                places.setdefault(fold(form), (i, j))
    return forms_pattern([f for entry in pool for f in entry if f not in ambiguous], lang), places


def _exchange(reading: Reading, pools: Sequence[Pool], rng: np.random.Generator) -> Reading | None:
    """Every entry of a pool that the text names becomes another one that it does not name; equal ones stay equal."""
    edits: list[Edit] = []
    flat = fold(reading.text)
    for pool in pools:
        pattern, places = _index(pool, reading.lang)
        hits = []
        for start, end, clitic, form in _found(reading.text, pattern):
            i, j = places[form]
            same_case = reading.text[start].isupper() == pool[i][j][0].isupper()  # "march" is no month
            if same_case and is_free(reading, start, end):
                hits.append((start, end, clitic, i, j))
        others = [k for k, entry in enumerate(pool) if not any(fold(form) in flat for form in entry)]
        entries = list(dict.fromkeys(i for *_, i, _ in hits))
        if len(others) < len(entries):
            continue
        new = dict(zip(entries, rng.permutation(others).tolist(), strict=False))
        for start, end, clitic, i, j in hits:
            entry = pool[new[i]]
            edits.append((start, end, attach(clitic, entry[min(j, len(entry) - 1)])))
    text = apply_edits(reading.text, edits)
    return replace(reading, text=text) if text != reading.text else None


def _person(given: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(fold, given))}) ال\w{{2,9}}ي(?!\w)")


_PERSONS = ((_person(MEN), MEN), (_person(WOMEN), WOMEN))
_LATIN_PERSON = re.compile(rf"\b(?:{'|'.join(LATIN_MEN)}) al-[A-Z]\w+")
_QUOTED_GROUP = re.compile(
    r"(?:كتائب|سرايا|لواء|ألوية|حركة|فصيل|جبهة) «([^«»]{2,30})»|«(?:لواء|سرايا|كتائب|حركة) ([^«»]{2,25})»"
)


def _people_edits(reading: Reading, rng: np.random.Generator) -> list[Edit]:
    """Invented people for those with a given name and a surname, invented groups for those in quotation marks."""
    edits: list[Edit] = []
    if reading.lang == "ar":
        folded, offsets = fold_with_offsets(reading.text)
        for pattern, given in _PERSONS:
            for match in pattern.finditer(folded):
                name = " ".join(_other(names, match.group(), rng) for names in (given, SURNAMES))
                edits.append((offsets[match.start()], offsets[match.end() - 1] + 1, name))
        for match in _QUOTED_GROUP.finditer(reading.text):
            group = 1 if match.group(1) else 2
            edits.append((match.start(group), match.end(group), _other(INVENTED, match.group(), rng)))
    elif reading.lang in ("en", "fr"):
        for match in _LATIN_PERSON.finditer(reading.text):
            name = " ".join(_other(names, match.group(), rng) for names in (LATIN_MEN, LATIN_SURNAMES))
            edits.append((match.start(), match.end(), name))
    return [e for e in edits if is_free(reading, e[0], e[1])]


def _other(options: Sequence[str], than: str, rng: np.random.Generator) -> str:
    """One of the options that does not stand in a text."""
    free = [o for o in options if fold(o) not in fold(than)]
    return free[rng.integers(len(free))]


def clause_before(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """A clause on schools or the weather, and a semicolon, before the sentence."""
    clauses = CLAUSES_BEFORE.get(reading.lang)
    if clauses is None:
        return None
    first = re.match(r"\w+", reading.text)
    text = reading.text
    if first and first.group() in OPENERS.get(reading.lang, ()) and is_free(reading, 0, first.end()):
        text = text[0].lower() + text[1:]
    return replace(reading, text=clauses[rng.integers(len(clauses))] + text)


_END = re.compile(r"(?P<body>.*(?P<last>[\w)%\"»”]))(?P<stop>\.?)\s*", re.DOTALL)


def clause_after(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """A semicolon and such a clause after a sentence that ends with a full stop, or with none."""
    clauses = CLAUSES_AFTER.get(reading.lang)
    end = _END.fullmatch(reading.text)
    if clauses is None or end is None:
        return None
    body = end["body"]
    if end["last"] in '"»”' and re.search(r"[.!?؟…]\s*.$", body):  # the sentence ends inside the quotation
        return None
    return replace(reading, text=body + clauses[rng.integers(len(clauses))] + (end["stop"] or "."))
