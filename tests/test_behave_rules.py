"""What each rule does to a sentence, and what it must never do."""

from __future__ import annotations

import re

import numpy as np
import pytest

from conftest import ATTRIBUTION, ROOT, STANCE
from framing.behave import CASES, RULES, Reading, rule_suites
from framing.behave.exchange import attach
from framing.data import parse_table, read_table
from framing.lexicon import KNOWN_TARGETS
from framing.targets import find_mentions, spans_of
from framing.text import normalise


def change(rule, text, lang="ar", target="iran", seed=0):
    after = RULES[rule].change(Reading(text, target, lang), np.random.default_rng(seed))
    return after and after.text


def outcomes(rule, text, lang="ar", target="iran"):
    """Everything that a rule may make of a text."""
    rule = RULES[rule].change
    found = [rule(Reading(text, target, lang), np.random.default_rng(seed)) for seed in range(60)]
    return {(after.target, after.text) for after in found if after}


@pytest.mark.parametrize(
    ("rule", "lang", "text", "expected"),
    [
        ("spelling", "ar", "أكد إلى مدرسة القوات الإيرانية", "اكد الي مدرسه القوات الإيرانية"),
        ("spelling", "fa", "یک گزارش کوتاه", "يك گزارش كوتاه"),
        ("spelling", "ckb", "لە کوردستان", "له\u200c كوردستان"),
        ("spelling", "en", "a report", None),
        ("spelling", "ar", "القوات الإيرانية", None),
        ("digits", "ar", "في 12 شباط 2020", "في ١٢ شباط ٢٠٢٠"),
        ("digits", "ar", "في ١٢ شباط", "في 12 شباط"),
        ("digits", "fa", "حدود ۵۰۰ مربی", "حدود 500 مربی"),
        ("digits", "ckb", "نزیکەی 25 سەرباز", "نزیکەی ٢٥ سەرباز"),
        ("digits", "en", "some 500 men", None),
        ("digits", "ar", "قاعدة K1 قرب كركوك", None),
        ("latin", "en", "parliament's defence committee", "parliament’s defense committee"),
        ("latin", "en", "the centre’s adviser", "the center's advisor"),
        ("latin", "fr", "À Erbil, l'école", "A Erbil, l’école"),
        ("latin", "tr", "harekâtın askerî yönü", "harekatın askeri yönü"),
        ("latin", "ar", "قال النائب", None),
        ("capitals", "en", "The minister said so.", "THE MINISTER SAID so."),
        ("capitals", "tr", "İki diplomat, ikinci günde", "İKİ DİPLOMAT, ikinci günde"),
        ("capitals", "fr", "Un député a dit non.", "UN DÉPUTÉ A dit non."),
        ("capitals", "fa", "یک نماینده گفت", None),
        ("clause_before", "de", "Der Minister sagte", None),
        ("clause_after", "ar", "متى يرحلون؟", None),
        ("clause_after", "en", 'He said: "They must go."', None),
        ("dates", "ar", "قال أب لمراسلنا إن الاثنين معا", None),
        ("dates", "en", "They may march and march again", None),
        ("dates", "ar", "دعا خطيب الجمعة", None),
        ("places", "ar", "اجتمع الوزراء في بغداد", None),
        ("places", "ar", "قالت أربيل", None),
        ("names", "ar", "على الأراضي العراقية", None),
        ("names", "en", "the base at Ain al-Asad", None),
    ],
)
def test_a_rule_does_this(rule, lang, text, expected):
    assert change(rule, text, lang) == expected


@pytest.mark.parametrize(
    ("rule", "lang", "text", "gone", "kept", "pattern"),
    [
        ("places", "ar", "وصلوا للموصل ثم بالموصل", "الموصل", "وصلوا", r"وصلوا (?:لل|ل)\w+ ثم ب\w+"),
        ("places", "tr", "Musul'da toplandı", "Musul", "'da toplandı", r"Mahmur'da toplandı"),
        ("places", "fr", "un conseil de Mossoul", "Mossoul", "un conseil de", r"un conseil de [^AEIOU].+"),
        ("dates", "ar", "في الخامس من كانون الثاني/يناير", "يناير", "في الخامس من", r"في الخامس من \w+(?: \w+)?/\w+"),
        ("dates", "en", "on Monday, in March", "March", "on ", r"on \w+day, in [A-Z]\w+"),
        ("dates", "tr", "pazartesi günü geldi", "pazartesi", "günü geldi", r"\w+ günü geldi"),
        ("dates", "fr", "fin d'avril", "avril", "fin d'", r"fin d'(?:août|octobre)"),
        ("names", "ar", "قال النائب حيدر المنصراوي", "المنصراوي", "قال النائب", r"قال النائب \w+ ال\w+ي"),
        ("names", "ar", "قالت الباحثة هالة النعيمي", "هالة", "قالت الباحثة", r"قالت الباحثة \w+ ال\w+ي"),
        ("names", "ar", "قيادي في الحشد الشعبي", "الشعبي", "قيادي في", r"قيادي في الحشد \w+"),
        ("names", "ar", "فصيل «سرايا الجبل»", "الجبل", "فصيل", r"فصيل «.+»"),
        ("names", "en", "said Raad al-Khafaji", "Khafaji", "said", r"said [A-Z]\w+ al-[A-Z]\w+"),
        ("punctuation", "en", 'said "no"', '"', "said", r"said (?:«no»|“no”)"),
        ("punctuation", "fr", "dit « non »", "« ", "dit", 'dit (?:"non"|“non”)'),
        ("punctuation", "ar", "قال، وهو نائب", "،", "وهو نائب", r"قال, وهو نائب"),
        ("clause_before", "en", "The minister spoke.", "The minister", "minister spoke.", r".+; the minister spoke\."),
        ("clause_before", "en", "NATO spoke.", "\0", "NATO spoke.", r".+; NATO spoke\."),
        ("clause_after", "ar", "قال النائب ذلك.", "ذلك.", "قال النائب ذلك", r"قال النائب ذلك؛ .+\."),
    ],
)
def test_a_rule_puts_something_else_in(rule, lang, text, gone, kept, pattern):
    for seed in range(10):
        after = change(rule, text, lang, seed=seed)
        assert re.fullmatch(pattern, after), after
        assert gone not in after
        assert kept in after


def test_clitics_swallow_the_article():
    assert [attach("ل", "الموصل"), attach("ول", "تكريت"), attach("ب", "الموصل")] == ["للموصل", "ولتكريت", "بالموصل"]


def test_marks_and_tatweel_vanish_in_the_normaliser():
    text = "قال رئيس الكتلة إن القرار صريح"
    for rule in ("diacritics", "tatweel"):
        after = change(rule, text)
        assert after != text
        assert normalise(after) == text


FORCES = [
    (
        "ar", "turkey", "طالب برحيل القوات التركية وقال إن الأتراك باقون",
        {"foreign_forces": "طالب برحيل القوات الأجنبية وقال إن الأجانب باقون"},
    ),
    (
        "ar", "iran", "رحب بالمستشارين الإيرانيين",
        {
            "us_coalition": "رحب بالمستشارين الأمريكيين", "turkey": "رحب بالمستشارين الأتراك",
            "foreign_forces": "رحب بالمستشارين الأجانب",
        },
    ),
    (
        "ar", "nato", "سلّم العتاد للناتو",
        {
            "us_coalition": "سلّم العتاد للتحالف الدولي", "iran": "سلّم العتاد للحرس الثوري",
            "turkey": "سلّم العتاد للجيش التركي",
        },
    ),
    ("ar", "us_coalition", "غارات التحالف", {
        "nato": "غارات حلف شمال الأطلسي", "iran": "غارات الحرس الثوري", "turkey": "غارات الجيش التركي"}),
    ("en", "turkey", "a Turkish base", {"nato": "a NATO base", "foreign_forces": "a foreign base"}),  # "an" would have to change
    ("en", "us_coalition", "The American bases must go", {
        "turkey": "The Turkish bases must go", "iran": "The Iranian bases must go",
        "nato": "The NATO bases must go", "foreign_forces": "The foreign bases must go"}),
    ("fr", "nato", "la mission de l'Otan", {
        "us_coalition": "la mission de l'armée américaine", "turkey": "la mission de l'armée turque",
        "iran": "la mission de l'armée iranienne"}),
    ("tr", "turkey", "Türk askerinin çekilmesi", {
        "us_coalition": "Amerikan askerinin çekilmesi", "iran": "İran askerinin çekilmesi",
        "nato": "NATO askerinin çekilmesi"}),
    ("fa", "iran", "خروج مستشاران ایرانی", {
        "us_coalition": "خروج مستشاران آمریکایی", "foreign_forces": "خروج مستشاران خارجی"}),
    ("ckb", "nato", "ڕاهێنەرانی ناتۆ", {
        "us_coalition": "ڕاهێنەرانی هاوپەیمانیی نێودەوڵەتی", "turkey": "ڕاهێنەرانی سوپای تورکیا",
        "iran": "ڕاهێنەرانی سوپای پاسداران"}),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "target", "text", "expected"), FORCES)
def test_another_force_takes_the_targets_place(lang, target, text, expected):
    assert outcomes("forces", text, lang, target) == set(expected.items())


@pytest.mark.parametrize(
    ("lang", "target", "text"),
    [
        ("ar", "iran", "غادرت القوات الإيرانية وقال السفير الإيراني ذلك"),  # its state speaks too
        ("ar", "nato", "وأكد الحلف دعمه"),  # not named in full
        ("ar", "turkey", "تسلمت أنقرة قواعد"),  # a state, no force
        ("ar", "nato", "مهمة حلف شمال الأطلسي (الناتو)"),  # named twice over
        ("ar", "foreign_forces", "القوات الأجنبية ومنها القوات التركية"),  # takes in the other
        ("tr", "turkey", "Türk subaylarla görüştü"),  # a Turkish army's officers take another suffix
        ("en", "nato", "the NATO mission"),  # an adjective here
        ("en", "turkey", "a Turkish base of the Americans, Iranians, NATO and foreigners"),
        ("ar", "climate", "سياسة المناخ"),
        ("de", "turkey", "Türk"),
    ],
)
def test_where_no_other_force_fits_there_is_no_case(lang, target, text):
    assert outcomes("forces", text, lang, target) == set()


@pytest.fixture(scope="module")
def suites():
    return {
        s.name: s
        for s in rule_suites(read_table(ROOT / "data/labels.csv", (STANCE, ATTRIBUTION)), (STANCE, ATTRIBUTION))
    }


def test_every_rule_has_cases_enough(suites):
    assert len(suites) == 14
    assert all(60 <= len(s.cases) <= CASES for s in suites.values()), {n: len(s.cases) for n, s in suites.items()}
    languages = {name: {c.before.lang for c in s.cases} for name, s in suites.items()}
    for name in ("punctuation", "forces", "names", "dates", "places", "clause_before", "clause_after", "targets"):
        assert languages[name] == {"ar", "ckb", "en", "fa", "fr", "tr"}, name
    assert languages["spelling"] == {"ar", "ckb", "fa"}
    assert languages["latin"] == {"en", "fr", "tr"}


def test_what_the_normaliser_settles_is_found_out(suites):
    assert {n for n, s in suites.items() if s.by_construction} == {"digits", "diacritics", "tatweel"}


def test_no_rule_touches_the_targets_name(suites):
    for name in RULES:
        for case in suites[name].cases:
            before, after = case.before, case.after
            assert after.text != before.text
            assert after.lang == before.lang
            if name != "forces":
                assert after.target == before.target
                named = [[r.text[s:e] for s, e in spans_of(r.text, r.target)] for r in (before, after)]
                assert named[0] == named[1], (name, case.id)


def test_the_old_force_is_gone_and_the_new_one_named(suites):
    for case in suites["forces"].cases:
        named = {m.target for m in find_mentions(case.after.text)}
        assert case.after.target in named
        assert case.before.target not in named
        assert case.after.target in KNOWN_TARGETS
        assert all(a == b for a, b in case.gold.values())


def test_other_targets_are_asked_of_the_same_sentence(suites):
    assert suites["targets"].kind == "DIR"
    for case in suites["targets"].cases:
        assert case.before.text == case.after.text
        assert case.before.target != case.after.target
        assert len(set(case.gold["stance"])) == 2


def test_cases_are_drawn_by_seed():
    lines = [f"{i},القوات الإيرانية في الموصل {i},iran,favor" for i in range(40)]
    table = parse_table(("id,text,target,stance\n" + "\n".join(lines)).encode(), "x.csv", (STANCE,))

    def drawn(cases, seed):
        return {s.name: s.cases for s in rule_suites(table, (STANCE,), cases, seed)}["places"]

    assert drawn(10, 0) == drawn(20, 0)[:10]
    assert [c.id for c in drawn(10, 0)] != [c.id for c in drawn(10, 1)]
    assert len(drawn(100, 0)) == 40
