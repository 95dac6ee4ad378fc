from __future__ import annotations

import pytest

from framing.article import article_from_bytes, expand, open_article
from framing.boilerplate import is_boilerplate
from framing.exceptions import UserError
from framing.text import fold, fold_with_offsets, normalise, sentences


def test_normalise_removes_what_cannot_be_seen_and_keeps_zwnj():
    assert normalise("قُـــوّات  ١٢۳\u200f") == "قوات 123"
    assert normalise("می\u200cماند") == "می\u200cماند"
    assert normalise("ﻻ\u00a0x\ud800") == "لا x\ufffd"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أمريكا", "امريكا"),
        ("العراقية", "العراقيه"),
        ("علی", "على"),
        ("كُردستان", "کردستان"),
        ("قـــوات", "قوات"),
        ("İran", "iran"),
        ("ÉTÉ", "été"),
        ("٢٠٢٤", "2024"),
    ],
)
def test_fold_makes_spellings_equal(one, other):
    assert fold(one) == fold(other)


def test_fold_offsets_lead_back():
    text = "قال إنّ «ﻻ» ١٢"
    folded, offsets = fold_with_offsets(text)
    assert len(folded) == len(offsets)
    assert folded == fold(text)
    assert offsets == sorted(offsets)
    assert text[offsets[folded.index("12")]] == "١"


def test_sentences_are_slices_of_the_article():
    article = "  عنوان الخبر\n\nقال د. سالم إن القوات باقية. وأضاف أ.د. علي: «لن نغادر. هذا قرارنا».\r\nانتهى الخبر؟ نعم!\n***\n"
    found = sentences(article)
    assert [s.text for s in found] == [
        "عنوان الخبر",
        "قال د. سالم إن القوات باقية.",
        "وأضاف أ.د. علي: «لن نغادر. هذا قرارنا».",
        "انتهى الخبر؟",
        "نعم!",
    ]
    assert all(article[s.start : s.end] == s.text for s in found)


def test_language_of_each_sentence():
    article = "The parliament voted on Sunday to end the mission of foreign troops.\nصوت البرلمان يوم الأحد على إنهاء مهمة القوات الأجنبية."
    assert [s.lang for s in sentences(article)] == ["en", "ar"]


@pytest.mark.parametrize(
    "line",
    [
        "اضف تعليق",
        "اقرأ أيضاً: بيان جديد",
        "م.ن",
        "الخميس 12 كانون الثاني 2020 10:33",
        "2020-01-05",
        "January 5, 2020",
        "By Sara Holm",
        "السومرية نيوز/ بغداد",
        "Related news",
        "Devamını oku",
        "نظرات",
    ],
)
def test_furniture_is_told_from_sentences(line):
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "انسحبت القوات الأمريكية",
        "«فليرحلوا اليوم قبل الغد»، قال أحدهم.",
        "Reading the resolution aloud took the speaker an hour.",
        "NATO to stay, minister says",
        "مصدر أمني: سقوط صاروخين قرب القاعدة",
        "في 12 شباط 2020 صوت المجلس على القرار",
    ],
)
def test_sentences_are_not_furniture(line):
    assert not is_boilerplate(line)


HTML = """<!doctype html><html><head><title>t</title><script>alert(1)</script></head><body><nav>Home | News</nav>
<article><h1>وصول مدربين إلى القاعدة</h1><p>{p}</p><p>{q}</p></article><footer>© 2024</footer></body></html>"""


def test_html_gives_its_article_and_no_script(tmp_path):
    p = "أعلنت وزارة الدفاع وصول دفعة جديدة من مدربي بعثة الحلف إلى القاعدة الجوية صباح اليوم الثلاثاء."
    q = "وقال متحدث إن المدربين سيبقون ستة أشهر في معسكر قرب العاصمة لتدريب الجنود على إزالة الألغام."
    file = tmp_path / "page.html"
    file.write_text(HTML.format(p=p, q=q), encoding="utf-8")
    article = open_article(str(file))
    texts = [s.text for s in article.sentences()]
    assert p in texts
    assert q in texts
    assert "alert" not in article.text
    assert all(article.text[s.start : s.end] == s.text for s in article.sentences())


def test_repeated_headline_and_related_links_are_dropped():
    text = (
        "الحكومة تطلب مدربين\nالحكومة تطلب مدربين\nطلبت الحكومة مدربين من الحلف يوم الأحد.\n"
        "أخبار ذات صلة\nمقتل جندي في هجوم\nزيارة وزير الدفاع إلى بروكسل\n"
    )
    article = article_from_bytes(text.encode(), "a", "a.txt")
    assert [s.text for s in article.sentences()] == ["الحكومة تطلب مدربين", "طلبت الحكومة مدربين من الحلف يوم الأحد."]


def test_inputs(tmp_path):
    (tmp_path / "b.txt").write_text("x")
    (tmp_path / "a.html").write_text("x")
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / "c.pdf").write_text("x")
    assert [p.rsplit("/", 1)[1] for p in expand([str(tmp_path)])] == ["a.html", "b.txt"]
    with pytest.raises(UserError, match="unknown kind"):
        expand([str(tmp_path / "c.pdf")])
    with pytest.raises(UserError, match="no such file"):
        open_article(str(tmp_path / "none.txt"))
    with pytest.raises(UserError, match="no article text"):
        article_from_bytes(b" \n ", "a", "a.txt")
    with pytest.raises(UserError, match="cp1256"):
        article_from_bytes("طالب النائب بخروج القوات".encode("cp1256"), "a", "a.txt")
