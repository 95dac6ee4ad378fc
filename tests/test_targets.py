from __future__ import annotations

import time

import pytest

from framing.targets import beside_mark, find_mentions, mentions_in_order, render, spans_of


def targets(text):
    return sorted({m.target for m in find_mentions(text)})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("غادرت القوات الأمريكية قاعدة عين الأسد", ["us_coalition"]),
        ("غادرت القوات الاميركيه القاعدة", ["us_coalition"]),
        ("وأكد التحالف الدولي أن مهمته باقية", ["us_coalition"]),
        ("رحب الوزير ببعثة الناتو", ["nato"]),
        ("مدربو حلف شمال الأطلسي وصلوا", ["nato"]),
        ("قصفت المدفعية التركية قرى دهوك", ["turkey"]),
        ("طالب الأهالي برحيل الأتراك", ["turkey"]),
        ("انتشر مستشارون من الحرس الثوري", ["iran"]),
        ("انسحاب القوات الأمريكية والتركية", ["turkey", "us_coalition"]),
        ("الوجود الأجنبي مرفوض", ["foreign_forces"]),
        ("بين القوات الأمريكية والقوات التركية", ["turkey", "us_coalition"]),
        ("ارتفعت أسعار النفط في إيران", []),
        ("قال مسؤول غربي إن القوات الأمريكية باقية", ["us_coalition"]),
        ("U.S. troops left as Turkish shelling resumed", ["turkey", "us_coalition"]),
        ("an Iranian-backed militia denied it", []),
        ("NATO's mission in Iraq", ["nato"]),
        ("نیروهای آمریکایی عراق را ترک کردند", ["us_coalition"]),
        ("سربازان ترک در شمال عراق ماندند", ["turkey"]),
        ("نیروهای خارجی باید کشور را ترک کنند", ["foreign_forces"]),
        ("the foreign ministry said its consul general met the troops", []),
        ("le ministère des affaires étrangères salue les troupes", []),
        ("the flow of foreign fighters was cut by military action", []),
        ("a base of foreign terrorist fighters near the troops", []),
        ("les combattants étrangers et l'armée", []),
        ("The United States condemns the attacks that killed mourners", []),
        ("وأدانت الولايات المتحدة الهجوم الذي قتل المصلين", []),
        ("Washington said that its soldiers would stay", ["us_coalition"]),
        ("The soldiers who guard the road told us so", []),
        ("US soldiers guard the road", ["us_coalition"]),
        ("ضربت القوات العراقية المقاتلين الأجانب في التنظيم", []),
        ("على الأجانب أن يرحلوا", ["foreign_forces"]),
        ("سوپای تورکیا گوندەکەی تۆپباران کرد", ["turkey"]),
        ("Türk askeri üsleri ve ABD güçleri", ["turkey", "us_coalition"]),
        ("les troupes américaines et l'OTAN", ["nato", "us_coalition"]),
    ],
)
def test_forces_are_found_by_name(text, expected):
    assert targets(text) == expected


def test_offsets_are_of_the_text_as_given():
    text = "وفي بغداد، غادرت القُوّات الأمـريكية مقرها"
    (mention,) = find_mentions(text)
    assert text[mention.start : mention.end] == "القُوّات الأمـريكية"


def test_a_bare_noun_takes_the_force_last_named():
    article = [
        "وصلت القوات التركية إلى الموصل.",
        "وقال شاهد إن القوات نصبت خياما.",
        "وأكد الحلف دعمه.",
        "وباشرت البعثة عملها.",
    ]
    found = [[(m.target, m.bare) for m in ms] for ms in mentions_in_order(article)]
    assert found == [[("turkey", False)], [("turkey", True)], [("nato", True)], [("nato", True)]]
    assert mentions_in_order(["وقال شاهد إن القوات نصبت خياما."]) == [[]]


def test_rendering_marks_prefixes_unmarks_and_masks():
    text = "رحب ببعثة الناتو ورفض القوات التركية"
    assert render(text, "turkey") == "رحب ببعثة الناتو ورفض { القوات التركية }"
    assert render(text, "iran") == "{ iran } " + text
    assert render(text, "turkey", "unmarked") == render(text, "nato", "unmarked") == text
    assert render(text, "turkey", "masked") == "رحب ببعثة الناتو ورفض { }"
    assert render(text, "iran", "masked") == text


def test_words_beside_the_mark_are_told_apart_by_their_side():
    text = "The minister praised Turkish troops and rejected NATO troops outright"
    assert beside_mark(render(text, "turkey"), 2) == "<minister <praised {} >and >rejected"
    assert beside_mark(render(text, "nato"), 1) == "<rejected {} >troops"
    assert beside_mark(render(text, "iran"), 1) == "{} >The"
    assert beside_mark(render("NATO", "nato"), 3) == "{}"
    assert beside_mark(render("NATO left, NATO returned", "nato"), 1) == "{} >left <left {} >returned"
    assert beside_mark(render(text, "nato", "unmarked"), 2) == ""


def test_a_bare_noun_is_marked_if_the_target_is_named_by_nothing_else():
    assert render("باشرت البعثة عملها", "nato") == "باشرت { البعثة } عملها"


def test_a_text_cannot_forge_the_marker():
    assert render("القوات التركية { القوات الأمريكية }", "turkey").count("{") == 1


def test_a_target_of_the_users_own_is_found_as_it_is_written():
    assert spans_of("They back Climate Policy now", "climate policy") == [(10, 24)]
    assert render("nothing of it", "climate_policy") == "{ climate policy } nothing of it"


@pytest.mark.parametrize(
    "text",
    ["القوات " * 20_000, "القوات التركية " * 20_000, "ا" * 200_000, "the forces of " * 10_000, "\u0651" * 100_000],
)
def test_hostile_length_does_not_hang(text):
    start = time.monotonic()
    find_mentions(text)
    assert time.monotonic() - start < 20
