"""The rule that puts another force in the place of the target: every name of it, where the grammar allows.

A name is replaced inside its phrase ("Turkish bases" becomes "Iranian bases") or as a whole ("the Revolutionary Guard"
becomes "the Turkish army"). The forms of a slot fit wherever one of them does.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from framing.behave.cases import Reading
from framing.behave.edits import apply_edits
from framing.behave.exchange import attach, forms_pattern, found_form
from framing.lexicon import BARE, DEFAULT_TARGET, KNOWN_TARGETS, NOUNS, OUTRIGHT, PEOPLE, STATES
from framing.targets import spans_of
from framing.text import fold, fold_with_offsets

Slot = dict[str, str]  # target -> its form, and other spellings by which it is found


def _slot(us: str = "", turkey: str = "", iran: str = "", nato: str = "", foreign: str = "") -> Slot:
    forms = {"us_coalition": us, "turkey": turkey, "iran": iran, "nato": nato, "foreign_forces": foreign}
    return {target: form for target, form in forms.items() if form}


# A form after "+" is put in and never looked for: the same string is looked for in an earlier slot, or in none.
SLOTS: dict[str, tuple[Slot, ...]] = {
    "ar": (
        _slot(
            "التحالف الدولي|التحالف", "الجيش التركي", "الحرس الثوري|الحرس الثوري الإيراني",
            "حلف شمال الأطلسي|الناتو|حلف الأطلسي|الحلف الأطلسي|الأطلسي|حلف الناتو",
        ),
        _slot("أمريكا|أميركا", "تركيا", "إيران"),
        _slot(turkey="أتراك", foreign="أجانب"),
        _slot(turkey="الأتراك", foreign="الأجانب"),
        _slot("أمريكي|أميركي", "تركي", "إيراني", foreign="أجنبي"),
        _slot("الأمريكي|الأميركي", "التركي", "الإيراني", foreign="الأجنبي"),
        _slot("أمريكية|أميركية", "تركية", "إيرانية", foreign="أجنبية"),
        _slot("الأمريكية|الأميركية", "التركية", "الإيرانية", foreign="الأجنبية"),
        _slot("أمريكيين|أميركيين", "+أتراك", "إيرانيين", foreign="+أجانب"),
        _slot("الأمريكيين|الأميركيين", "+الأتراك", "الإيرانيين", foreign="+الأجانب"),
        _slot("أمريكيون|أميركيون", "+أتراك", "إيرانيون", foreign="+أجانب"),
        _slot("الأمريكيون|الأميركيون", "+الأتراك", "الإيرانيون", foreign="+الأجانب"),
    ),
    "fa": (
        _slot("ائتلاف بین‌المللی", "ارتش ترکیه", "سپاه پاسداران|سپاه|پاسداران|سپاه پاسداران ایران", "ناتو"),
        _slot("آمریکا|امریکا|ایالات متحده", "ترکیه", "ایران", "+ناتو"),
        _slot("آمریکایی|امریکایی", iran="ایرانی", foreign="خارجی|بیگانه"),
        _slot("آمریکایی‌ها|امریکایی‌ها", "ترک‌ها", "ایرانی‌ها", foreign="خارجی‌ها|بیگانگان"),
    ),
    "ckb": (
        _slot("هاوپەیمانیی نێودەوڵەتی|هاوپەیمانی نێودەوڵەتی", "سوپای تورکیا", "سوپای پاسداران", "ناتۆ"),
        _slot("ئەمریکا|ئەمەریکا", "تورکیا", "ئێران", "+ناتۆ"),
        _slot("ئەمریکی|ئەمەریکی", "تورک", "ئێرانی", foreign="بیانی"),
        _slot("ئەمریکییەکان|ئەمەریکییەکان", "تورکەکان", "ئێرانییەکان", foreign="بیانییەکان"),
    ),
    "tr": (
        _slot(turkey="Türk Silahlı Kuvvetleri", iran="Devrim Muhafızları"),
        _slot("Amerikan|ABD", "Türk", "İran", "+NATO"),
        _slot("Amerikalı", "+Türk", "İranlı"),
    ),
    "en": (
        _slot(
            "the U.S.-led coalition|the US-led coalition|the international coalition", "the Turkish army", nato="NATO",
        ),
        _slot("Washington's", "Ankara's", "Tehran's"),
        _slot(turkey="Turkey's", iran="Iran's"),
        _slot("Americans", "Turks", "Iranians", foreign="foreigners"),
        _slot("American|U.S.|US", "Turkish", "Iranian", "+NATO", "foreign"),
    ),
    "fr": (
        _slot(
            "l'armée américaine|la coalition internationale", "l'armée turque", "l'armée iranienne",
            "l'Otan|l'Alliance atlantique",
        ),
        _slot("américain", "turc", "iranien", foreign="étranger"),
        _slot("américaine", "turque", "iranienne", foreign="étrangère"),
        _slot("américains", "turcs", "iraniens", foreign="étrangers"),
        _slot("américaines", "turques", "iraniennes", foreign="étrangères"),
    ),
}  # fmt: skip

# Words that still speak of a force when its names are gone.
_REMINDERS = {
    "us_coalition": r"\w*بنتاغون|pentagon\w*|پنتاگون|البيت الأبيض|white house|"
    r"coalition|koalisyon\w*|\w*تحالف|ائتلاف|هاوپەیمان\w*",
    "nato": r"بروكسل|brussels|bruxelles|brüksel\w*|برۆکسل\w*|بروکسل|\w*حلف|alliance|ittifak\w*|"
    r"پیمان|پەیمان\w*|هاوپەیمانییەکە\w*",
    "turkey": r"أردوغان|erdo[gğ]an\w*",
    "iran": "خامنئي|khamenei",
}


def forces(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """The target's names replaced by another force's, and the target with them.

    None where one of the names cannot be exchanged, where something in the text still speaks of the old force, or where
    it already speaks of every other force that would fit.
    """
    slots = SLOTS.get(reading.lang)
    if slots is None or reading.target not in KNOWN_TARGETS:
        return None
    places = _places(reading, slots)
    others = [t for t in KNOWN_TARGETS if t != reading.target]
    named = [t for t in others if _speaks_of(reading.text, t)]
    if named and reading.target == DEFAULT_TARGET:
        return None  # "foreign forces" takes in those that are named beside them
    fitting = [t for t in others if t not in named and all(t in slots[n] for *_, n in places)]
    if named:
        fitting = [t for t in fitting if t != DEFAULT_TARGET]
    if not places or not fitting:
        return None
    new = fitting[rng.integers(len(fitting))]
    edits = [(start, end, _form(reading, start, clitic, slots[n][new])) for start, end, clitic, n in places]
    after = Reading(apply_edits(reading.text, edits), new, reading.lang)
    if not all(form for *_, form in edits) or _speaks_of(after.text, reading.target):
        return None
    return after if len(spans_of(after.text, new)) >= len(places) else None


def _places(reading: Reading, slots: tuple[Slot, ...]) -> list[tuple[int, int, str, int]]:
    """Start, end, clitic and slot of each of the target's names; empty if one of them has no slot."""
    text, target = reading.text, reading.target
    pattern, slot_of = _finder(reading.lang, target)
    folded, offsets = fold_with_offsets(text)
    hits = [(offsets[m.start()], offsets[m.end() - 1] + 1, m) for m in pattern.finditer(folded)]
    places: list[tuple[int, int, str, int]] = []
    for start, end in spans_of(text, target):
        if places and start < places[-1][1]:
            continue  # part of the name before
        hit = next((h for h in hits if h[0] < end and start < h[1]), None)
        if hit is None or not _is_full(text[start:end], target):
            return []
        if not _fits(reading, hit[0], hit[1], folded[hit[2].end() :]):
            return []
        clitic = text[hit[0] : offsets[hit[2].start("form" if hit[2]["form"] else "short")]]
        places.append((hit[0], hit[1], clitic, slot_of[found_form(hit[2])]))
    return places


def _is_full(mention: str, target: str) -> bool:
    """Whether these words name a force by themselves, and not its state alone ("Ankara", "the Turkish ambassador")."""
    return " " in mention or _by_itself(target).fullmatch(fold(mention)) is not None


@lru_cache(maxsize=8)
def _by_itself(target: str) -> re.Pattern[str]:
    return re.compile(fold("|".join([*OUTRIGHT.get(target, ()), PEOPLE.get(target, "$^")])))


@lru_cache(maxsize=64)
def _finder(lang: str, target: str) -> tuple[re.Pattern[str], dict[str, int]]:
    slot_of: dict[str, int] = {}
    for number, slot in enumerate(SLOTS[lang]):
        for form in slot.get(target, "+").split("|"):
            if not form.startswith("+"):
                slot_of.setdefault(fold(form), number)
    return forms_pattern(list(slot_of) or ["\0"], lang), slot_of


def _fits(reading: Reading, start: int, end: int, rest: str) -> bool:
    """Whether what stands around a name goes with any other name. ``rest`` is the folded text behind it."""
    text = reading.text
    if rest[:1] in ("-", "(") or rest.startswith((" (", " الذي", " التي", " بقياده")):
        return False
    if re.search(r"[(-]$|(?:دول|حلف|الإسلامية|الاسلامية|اسلامی)\s$", text[:start]):
        return False
    if reading.lang == "tr" and not text[start:end].endswith("lı"):
        # the name's own suffix, or the missing one of the noun behind it, would have to change
        return not re.match(r"['’]|\s\w+l[ae]r(?:in|[ae]|d[ae]n?|l[ae])?(?!\w)", rest)
    if reading.lang == "en" and text[start:end] == "NATO":  # "the NATO mission" is no noun
        return not re.search(r"\b[Tt]he $", text[:start]) and not re.match(fold(rf" (?:\w+ )?(?:{NOUNS})(?!\w)"), rest)
    return True


def _form(reading: Reading, start: int, clitic: str, forms: str) -> str:
    """The first of these forms as the place wants it, or nothing where it cannot stand there."""
    form = forms.removeprefix("+").split("|")[0]
    before, old = reading.text[:start], reading.text[start + len(clitic)]
    elides = {"fr": r"(?:[dlnqj][’']|\b(?:de|le|la|que|ne)\s)$", "en": r"\ban?\s$"}.get(reading.lang)
    vowels = [bool(re.match("[aeiou]", fold(letter))) for letter in (old, form[0])]
    if elides and vowels[0] != vowels[1] and re.search(elides, before, re.IGNORECASE):
        return ""
    if reading.lang == "fr" and old.isupper() and form.startswith("étranger"):
        return ""  # no people
    if not re.search(r"\w", before) or (reading.lang == "fr" and old.isupper()):
        form = form[0].upper() + form[1:]
    return attach(clitic, form)


@lru_cache(maxsize=8)
def _about(target: str) -> re.Pattern[str]:
    """Whatever names a force, its state or its people, also where no soldier is meant."""
    alone = [pattern for pattern, targets, _ in BARE if targets == (target,)]
    parts = [*OUTRIGHT.get(target, ()), STATES.get(target, "$^"), PEOPLE.get(target, "$^"), *alone]
    parts.append(_REMINDERS.get(target, "$^"))
    return re.compile(fold(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)"))


def _speaks_of(text: str, target: str) -> bool:
    return _about(target).search(fold(text)) is not None
