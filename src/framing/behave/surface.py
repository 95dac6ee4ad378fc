"""Rules that change how a text is written and nothing that it says.

Each takes a reading and a generator and gives the changed reading, or None where it does not apply.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from framing.behave.cases import Reading
from framing.behave.edits import Edit, apply_edits, is_free, substitute
from framing.behave.words import ENGLISH_SPELLINGS

_ALEF_HAMZA = re.compile("[أإآٱ]")
_FINAL = re.compile(r"[ةى](?!\w)")
_KAF_YEH = str.maketrans({"ک": "ك", "ی": "ي"})
_SORANI = str.maketrans({"ک": "ك", "ی": "ي", "ە": "ه\u200c"})
_EASTERN_LETTERS = re.compile("[کیە]")
_DIGITS = re.compile(r"(?<![A-Za-z\d-])[0-9]+|[٠-٩]+|[۰-۹]+")
_ASCII_DIGITS = {ord(str(d)): d for d in range(10)}
_ARABIC_LETTER = re.compile("[\u0628-\u063a\u0641-\u0647](?=[\u0621-\u064a])")
_JOINED = re.compile("[بتثجحخسشصضطظعغفقكلمنهيیک](?=[\u0621-\u064aیک])")
_MARKS = "\u064e\u064f\u0650\u0651\u0652"  # fatha, damma, kasra, shadda, sukun
_TATWEEL = "\u0640"


def _changed(reading: Reading, text: str) -> Reading | None:
    return replace(reading, text=text) if text != reading.text else None


def spelling(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Letters that keyboards and houses exchange: bare alef for hamza, heh for teh marbuta, yeh for alef maqsura; in
    Persian and Sorani the Arabic kaf and yeh, in Sorani also heh with a zero-width non-joiner."""
    if reading.lang == "ar":
        bare = replace(reading, text=substitute(reading, _ALEF_HAMZA, lambda _: "ا"))
        return _changed(reading, substitute(bare, _FINAL, lambda m: {"ة": "ه", "ى": "ي"}[m]))
    table = {"fa": _KAF_YEH, "ckb": _SORANI}.get(reading.lang)
    if table is None:
        return None
    return _changed(reading, substitute(reading, _EASTERN_LETTERS, lambda m: m.translate(table)))


def digits(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """ASCII digits become those of the script, and these become ASCII ones."""
    zero = {"ar": 0x0660, "ckb": 0x0660, "fa": 0x06F0}.get(reading.lang)
    if zero is None:
        return None
    local = {c: chr(zero + d) for c, d in _ASCII_DIGITS.items()}

    def other(number: str) -> str:
        return number.translate(local) if number.isascii() else "".join(str(int(d)) for d in number)

    return _changed(reading, substitute(reading, _DIGITS, other))


def diacritics(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Arabic letters get marks, as in a text for learners; which mark is no matter, as readers skip them."""
    if reading.lang != "ar":
        return None
    return _changed(reading, substitute(reading, _ARABIC_LETTER, lambda m: m + _MARKS[rng.integers(len(_MARKS))]))


def tatweel(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Every other joined letter is stretched."""
    if reading.lang not in ("ar", "fa"):
        return None
    return _changed(reading, substitute(reading, _JOINED, lambda m: m + _TATWEEL * int(rng.integers(3))))


_STYLES = (("«", "»"), ("“", "”"), ('"', '"'))
_QUOTED = re.compile(r"(«[ \u00a0\u202f]?)[^«»“”\"]*?([ \u00a0\u202f]?»)|(“)[^«»“”\"]*(”)|(\")[^«»“”\"]*(\")")
_COMMAS = {"،": ",", "؛": ";", "؟": "?"}
_PUNCTUATION = re.compile(r"[،؛؟](?=\s|$)|(?<=\s)[-–—](?=\s)")
_DASHES = {"-": "–", "–": "—", "—": "-"}


def punctuation(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """Quotation marks of another style, Latin commas in Arabic script, dashes of another length."""
    edits: list[Edit] = []
    if reading.text.count('"') % 2 == 0:
        for match in _QUOTED.finditer(reading.text):
            number = next(i for i in (1, 3, 5) if match.group(i) is not None)
            others = [s for s in _STYLES if s[0] != match.group(number)[0]]
            for part, mark in zip((number, number + 1), others[rng.integers(len(others))], strict=True):
                edits.append((match.start(part), match.end(part), mark))
    for match in _PUNCTUATION.finditer(reading.text):
        edits.append((match.start(), match.end(), (_COMMAS | _DASHES)[match.group()]))
    return _changed(reading, apply_edits(reading.text, [e for e in edits if is_free(reading, e[0], e[1])]))


_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_CIRCUMFLEXES, _NO_CIRCUMFLEX = re.compile("[âîûÂÎÛ]"), str.maketrans("âîûÂÎÛ", "aiuAİU")
_ACCENTED, _NO_ACCENT = re.compile("[ÀÂÇÉÈÊÎÔ]"), str.maketrans("ÀÂÇÉÈÊÎÔ", "AACEEEIO")
_BOTH_WAYS = ENGLISH_SPELLINGS | {american: british for british, american in ENGLISH_SPELLINGS.items()}
_ENGLISH = re.compile(rf"\b(?:{'|'.join(sorted(_BOTH_WAYS, key=len, reverse=True))})\b")


def latin(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """The typewriter's apostrophe for the printer's, or the other way; British and American spelling; Turkish without
    circumflexes, French capitals without accents."""
    if reading.lang not in ("en", "fr", "tr"):
        return None
    text = substitute(reading, _APOSTROPHE, lambda m: "’" if m == "'" else "'")
    step = replace(reading, text=text)
    if reading.lang == "en":
        text = substitute(step, _ENGLISH, lambda m: _BOTH_WAYS[m])
    else:
        letters, table = (_CIRCUMFLEXES, _NO_CIRCUMFLEX) if reading.lang == "tr" else (_ACCENTED, _NO_ACCENT)
        text = substitute(step, letters, lambda m: m.translate(table))
    return _changed(reading, text)


_FIRST_WORDS = re.compile(r"^\W*[^\W\d][\w’'-]*(?:\s[^\W\d][\w’'-]*){0,2}")


def capitals(reading: Reading, rng: np.random.Generator) -> Reading | None:
    """The first words in capitals, as newspapers open a report; a Turkish i keeps its dot."""
    if reading.lang not in ("en", "fr", "tr"):
        return None
    return _changed(reading, substitute(reading, _FIRST_WORDS, lambda m: _upper(m, reading.lang)))


def _upper(text: str, lang: str) -> str:
    return (text.replace("i", "İ") if lang == "tr" else text).upper()
