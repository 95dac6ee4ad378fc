"""Whom a sentence that only refers back means, and that the tasks which ask for it are told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from framing.article import article_from_bytes
from framing.data import Rows, parse_table
from framing.heads.base import shown
from framing.labels import Task, View
from framing.predict import article_rows
from framing.speakers import introductions, introductions_in_rows
from framing.targets import show

MEMBER = "قال عضو لجنة الأمن والدفاع النيابية حازم ربيع السعدون، الاثنين، إن بعثة الناتو مرحب بها."
MEMBER_IS = "قال عضو لجنة الأمن والدفاع النيابية حازم ربيع السعدون، الاثنين،"
LEADER = "من جهته، رفض القيادي في فصيل مسلح نصير عوض الجابري بقاء القوات التركية."
LEADER_IS = "رفض القيادي في فصيل مسلح نصير عوض الجابري بقاء القوات التركية."
BACKGROUND = "وتنتشر القوات التركية في ثلاث نقاط شمالي البلاد منذ سنوات."


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("وأضاف أن المدربين لم يطلبوا البقاء.", LEADER_IS),  # whoever spoke last
        ("وتابع: لن نسكت على ذلك.", LEADER_IS),
        ("كما أشار إلى أن القصف لم يتوقف.", LEADER_IS),
        ("وردا على سؤال عن موعد الانسحاب، أجاب بأن لا موعد بعد.", LEADER_IS),
        ("وقال السعدون في تصريح صحفي إن اللجنة ستصوت.", MEMBER_IS),  # by his surname, though another came between
        ("وبحسب السعدون، فإن اللجنة ستصوت.", MEMBER_IS),
        ("وحول القوات التركية، بيّن السعدون أن اللجنة سجلت خروقات.", MEMBER_IS),
        ("وذكر القيادي أن رجاله لن ينسحبوا.", LEADER_IS),  # by his title
        ("وقال وزير الدفاع إن القوات باقية.", ""),  # a new speaker
        ("وقال مسؤول في الوزارة إن القوات باقية.", ""),
        ("وقال الدليمي إن القوات باقية.", ""),  # nobody of that name spoke before
        ("وأعلن «لواء الضفاف» أنه لن ينسحب.", ""),  # a name in quotes
        ("وأعلن التحالف الدولي إغلاق المقر.", ""),
        ("وصلت القوات إلى القاعدة صباح اليوم.", ""),  # nobody speaks
    ],
)
def test_who_speaks_is_found_in_an_earlier_sentence(sentence, who):
    assert introductions([MEMBER, LEADER, BACKGROUND, sentence]) == ["", "", "", who]


def test_a_chain_leads_back_to_the_introduction():
    chain = ["وأضاف السعدون أن العدد محدود.", BACKGROUND, "وتابع أن التدريب مستمر.", "وختم بالقول: سنصوت غدا."]
    assert introductions([MEMBER, *chain]) == ["", MEMBER_IS, "", MEMBER_IS, MEMBER_IS]


def test_nobody_is_found_where_nobody_spoke_before():
    assert introductions(["وأضاف أن المدربين باقون.", "وقال السعدون إن اللجنة ستصوت."]) == ["", ""]
    assert introductions([]) == []


def test_english_refers_back_by_pronoun_and_surname():
    found = introductions(
        [
            "Defence ministry official Karim Haddad said on Monday that the troops must leave.",
            "He added that talks go on.",
            "Haddad said the mission helps.",
            "A tribal elder said no.",
            '"We stay," he said.',
            "Party leader Salim Nasser said he rejected that.",
        ]
    )
    official = "Defence ministry official Karim Haddad said on Monday"
    assert found[:4] == ["", official, official, ""]
    assert found[4].startswith("A tribal elder said")
    assert found[5] == ""


def test_rows_of_one_sentence_have_the_same_and_other_documents_nothing_to_do_with_it():
    after = "وأضاف أن الجنود باقون."
    texts = [MEMBER, MEMBER, after, after, after]
    assert introductions_in_rows(["a", "a", "a", "a", "b"], texts) == ["", "", MEMBER_IS, MEMBER_IS, ""]


@pytest.mark.parametrize("name", ['"لواء الضفاف"', "«لواء الضفاف»", "“لواء الضفاف”"])
def test_a_name_in_quotation_marks_belongs_to_the_introduction(name):
    first = f"قال المتحدث باسم {name} حازم السعدون إن الجنود باقون."
    assert introductions([first, "وأضاف أن القصف لم يتوقف."])[1] == f"قال المتحدث باسم {name} حازم السعدون"
    said = "قال المتحدث حازم السعدون «الجنود باقون في القاعدة حتى نهاية العام»."
    assert introductions([said, "وأضاف أن القصف لم يتوقف."])[1] == "قال المتحدث حازم السعدون"


def test_an_article_of_thousands_of_sentences_that_refer_back_is_read():
    found = introductions([MEMBER, *["وأضاف السعدون أن الجنود باقون."] * 3000])
    assert set(found[1:]) == {MEMBER_IS}


def test_a_table_knows_who_speaks():
    after = "وأضاف أن الجنود باقون."
    task = Task("stance", ("favor", "against", "neutral"), reads_target=True)
    frame = pd.DataFrame({"doc_id": ["a", "a", ""], "text": [MEMBER, after, after], "stance": ["favor"] * 3})
    table = parse_table(frame.to_csv(index=False).encode(), "x.csv", [task])
    assert table.rows.introductions == ["", MEMBER_IS, ""]
    assert table.take(np.array([1])).rows.introductions == [MEMBER_IS]


def test_an_article_s_sentences_without_a_force_count_as_well():
    article = article_from_bytes(
        "قال الباحث حازم ربيع السعدون إن الوضع هادئ.\nوأضاف أن القوات التركية باقية.\n".encode(), "a", "a.txt"
    )
    rows = article_rows(article)
    assert [row["introduction"] for row in rows] == ["", "قال الباحث حازم ربيع السعدون"]


def test_only_a_task_that_reads_the_speaker_sees_who_it_is():
    rows = Rows(["وأضاف أن القوات التركية باقية"], ["turkey"], ["قال {القيادي}"])
    assert shown(rows, View()) == rows.texts
    assert shown(rows, View(target=True)) == ["وأضاف أن { القوات التركية } باقية"]
    assert shown(rows, View(speaker=True)) == ["[قال {القيادي}] وأضاف أن القوات التركية باقية"]
    assert shown(rows, View(speaker=True), "sourceless") == [show(rows.texts[0], "turkey", False, "sourceless")]
