"""The furniture of a page, told from the sentences of its article: date lines, bylines, credits, links."""

from __future__ import annotations

import re

from framing.text import Sentence, fold

# What stands on a page beside the article, in the six languages, matched on folded text (see `text.fold`).
_CREDIT = re.compile(
    r"^[^.!?؟:]{2,40}\s*[-–—/|:]\s*(متابعه|متابعات|خاص|وكالات|ترجمه|تقرير|بغداد|اربيل|"
    r"agencies|staff|exclusive|agences|redaction|haber merkezi|ajanslar|اژانس ها|ههوال)\s*\.?$"
)
_FURNITURE = re.compile(
    r"^\W*("
    r"ا[قخ]را ايضا|اقرا المزيد|اخبار ذات صله|مواضيع ذات صله|ذات صله|مقالات ذات صله|المزيد من|شارك|اضف تعليق|"
    r"التعليقات|لا توجد تعليقات|طباعه|ارسل لصديق|الكلمات المفتاحيه|كلمات مفتاحيه|تابعونا|تابعنا|جميع الحقوق محفوظه|"
    r"المصدر\s*:|تحرير\s*:|كتب\s*:|بقلم\s*:|ترجمه\s*:|نشر في|اخر تحديث|تاريخ النشر|"
    r"related (news|articles|stories)|read (more|also)|see also|more on|share (this|on)|add a? ?comment|comments\b|"
    r"leave a comment|all rights reserved|copyright|by [a-z.\-]+ [a-z.\-]+( [a-z.\-]+)?$|reporting by|editing by|"
    r"published( on)?:?|last updated|advertisement|follow us|subscribe|sign up|"
    r"lire aussi|a lire aussi|sur le meme sujet|partager|commentaires|tous droits reserves|publie le|mis a jour|"
    r"ilgili haberler|devamini oku|yorum (yap|ekle)|paylas|tum haklari|son guncelleme|"
    r"بيشتر بخوانيد|اخبار مرتبط|مطالب مرتبط|ارسال نظر|نظرات|اشتراك گذاري|انتهاي پيام|كد خبر|"
    r"هه?والي په?يوه?نديدار|زياتر بخوينه?وه?|بابه?تي په?يوه?نديدار|كومينت"
    r")"
)
_LINKS_HEADING = re.compile(
    r"^\W*(ا[قخ]را ايضا|اخبار ذات صله|مواضيع ذات صله|مقالات ذات صله|ذات صله|related|read also|see also|more on|"
    r"lire aussi|a lire aussi|sur le meme sujet|ilgili haberler|اخبار مرتبط|مطالب مرتبط|بيشتر بخوانيد|"
    r"بابه?تي په?يوه?نديدار|هه?والي په?يوه?نديدار)"
)
_WORDS = r"[^\W\d]+(?:\s+[^\W\d]+)?"
_DATE_LINE = re.compile(
    rf"^\W*(?:[^\W\d]+\W+){{0,3}}(\d{{1,4}}\s*[-/.]\s*\d{{1,2}}\s*[-/.]\s*\d{{1,4}}|"
    rf"\d{{1,2}}\s+{_WORDS}(\s*/\s*{_WORDS})?,?\s+\d{{4}}|{_WORDS}\s+\d{{1,2}},?\s+\d{{4}})"
    r"(\W+\d{1,2}:\d{2}(:\d{2})?\s*(\w{1,4})?)?\W*$"
)
_INITIALS = re.compile(r"^\W*(\w{1,3}\W+){0,3}\w{1,3}\W*$")


def is_boilerplate(sentence: str) -> bool:
    """Whether a line of the page is a date line, a byline, a credit or a link, and no sentence."""
    flat = " ".join(fold(sentence).split())
    if len(flat) > 150:
        return False
    words = len(flat.split())
    return bool(
        _DATE_LINE.match(flat)
        or (_INITIALS.match(flat) and words <= 4)
        or (_CREDIT.match(flat) and words <= 7)
        or (_FURNITURE.match(flat) and words <= 12)
    )


def drop_boilerplate(found: list[Sentence]) -> list[Sentence]:
    """Leave out the page's furniture, and a headline that the page repeats.

    After a heading such as "related news" short lines without a full stop are links to other articles, up to
    the next full sentence.
    """
    kept: list[Sentence] = []
    seen: set[str] = set()
    in_links = False
    for s in found:
        flat = " ".join(fold(s.text).split())
        if is_boilerplate(s.text):
            in_links = bool(_LINKS_HEADING.match(flat))
            continue
        if in_links and not s.text.rstrip("\"'”»)").endswith((".", "!", "?", "؟", "…")) and len(flat.split()) < 20:
            continue
        in_links = False
        if flat in seen:
            continue
        seen.add(flat)
        kept.append(s)
    return kept
