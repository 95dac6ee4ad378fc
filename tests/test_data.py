from __future__ import annotations

import pytest

from conftest import STANCE, TASKS
from framing.checks import training_problems
from framing.data import read_table
from framing.exceptions import UserError

GOOD = "text,stance\nthe troops may stay,favor\nthe troops must go,against\n"


def read(tmp_path, content, tasks=TASKS):
    file = tmp_path / "mine.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_table(file, tasks)


def test_text_and_one_label_column_are_enough(tmp_path):
    table = read(tmp_path, GOOD)
    assert [t.name for t in table.tasks] == ["stance"]
    assert table.frame["target"].tolist() == ["foreign_forces"] * 2
    assert table.frame["id"].tolist() == ["1", "2"]
    assert table.frame["doc_id"].nunique() == 2


def test_unknown_columns_are_carried_and_literals_survive(tmp_path):
    table = read(tmp_path, "text,stance,note\nNone,favor,NA\nNA,against,007\n")
    assert table.frame["text"].tolist() == ["None", "NA"]
    assert table.frame["note"].tolist() == ["NA", "007"]


def test_an_article_without_doc_id_is_its_own(tmp_path):
    table = read(tmp_path, "doc_id,text,stance\na,x y,favor\n,z w,against\n,v u,favor\n")
    assert table.frame["doc_id"].nunique() == 3


def test_any_target_is_allowed_and_a_missing_one_is_foreign_forces(tmp_path):
    table = read(tmp_path, "text,target,stance\nx,climate policy,favor\ny,,against\n")
    assert table.frame["target"].tolist() == ["climate policy", "foreign_forces"]


def test_byte_order_mark_and_line_ends(tmp_path):
    table = read(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert table.frame.columns[0] == "text"
    assert len(table) == 2


def test_quoted_line_breaks_and_unicode_separators_stay_in_the_cell(tmp_path):
    table = read(tmp_path, 'text,stance\n"a\nb",favor\nc\u2028d\x85e,against\n')
    assert table.frame["text"].tolist() == ["a\nb", "c\u2028d\x85e"]


ARABIC = "text,stance\nطالب النائب بخروج القوات,against\nرحب بها,favor\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ARABIC.encode("utf-16"), ["UTF-16", "iconv"]),
        (ARABIC.encode("utf-16-le"), ["UTF-16", "iconv"]),
        (ARABIC.encode("cp1256"), ["cp1256", "iconv"]),
        (b"text,stance\nok,favor\n\xff\xfa,against\n", ["line 3", "not UTF-8"]),
        (GOOD.replace("may", "m\0y"), ["row 2", "'text'", "NUL"]),
        ('text,stance\nok,favor\nx,"against\n', ["row 3", "'stance'", "quotation mark"]),
        ('text,stance\n"ok" then,favor\n', ["row 2", "'text'", "quotation mark"]),
        ("text,stance\na,b,favor\n", ["row 2", "3 fields", "header has 2"]),
        ("text,stance\na\n", ["row 2", "1 fields"]),
        ("text,text\na,b\n", ["row 1", "'text'", "2 times"]),
        ("text,,stance\na,b,favor\n", ["row 1", "column 2", "no name"]),
        ("text;stance\na;favor\n", ["row 1", "commas"]),
        ("id,text,stance\n7,a,favor\n8,b,against\n7,c,favor\n", ["row 4", "'id'", "row 2"]),
        ("text,stance\na,favour\n", ["row 2", "'stance'", "favour", "favor"]),
        ("text,stance\na,favor\nb,\n", ["row 3", "'stance'", "empty"]),
        ("text,stance\n ,favor\n", ["row 2", "'text'", "empty"]),
        ("text,stance\n", ["no rows"]),
        ("", ["empty"]),
        ("sentence,stance\na,favor\n", ["row 1", "'text'"]),
        ("text,label\na,favor\n", ["row 1", "no label column", "'stance'"]),
    ],
)
def test_each_wrong_file_gets_a_line_that_names_the_place(tmp_path, content, says):
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert "mine.csv" in message
    assert "\n" not in message
    for part in says:
        assert part in message, message


def test_rows_count_as_a_spreadsheet_counts_them(tmp_path):
    with pytest.raises(UserError, match="row 5,"):
        read(tmp_path, 'text,stance\n"two\nlines",favor\n\nx,against\ny,nope\n')


def test_many_problems_are_listed_up_to_ten(tmp_path):
    with pytest.raises(UserError) as caught:
        read(tmp_path, "text,stance\n" + "x,nope\n" * 25)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[-1].endswith("and 15 more")


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        read_table(tmp_path / "none.csv", TASKS)
    with pytest.raises(UserError, match="folder"):
        read_table(tmp_path, TASKS)


def problems(table, folds):
    return [p.line(table.path) for p in training_problems(table, folds)]


def test_what_cannot_be_cross_validated(tmp_path):
    one = read(tmp_path, "text,stance\na,favor\nb,favor\n", (STANCE,))
    assert "at least two classes" in problems(one, 2)[0]
    few = read(tmp_path, "text,stance\n" + "a,favor\n" * 5 + "b,against\n" * 2, (STANCE,))
    (problem,) = problems(few, 5)
    assert "row 7, 8, column 'stance': class 'against' has 2 rows" in problem
    assert problems(few, 2) == []
    none = read(tmp_path, "text,attribution\na,\nb,none\n")
    assert "every row is empty" in problems(none, 2)[0]
