"""Public stance data sets, read as they are published, as a table of ours.

Each reader turns the folder of a data set into the CSV that :mod:`framing.data` reads: a `doc_id` for what belongs
together, a `split` where the makers give one, and their labels as `favor`, `against` and `neutral`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from framing.data import MAX_CELL, Table, parse_table, read_table
from framing.exceptions import UserError
from framing.files import decode, read_bytes
from framing.labels import Task

_COLUMNS = ("id", "doc_id", "lang", "target", "text", "stance", "split")
_SENTIMENT = {"1": "favor", "-1": "against", "0": "neutral"}
_STANCE = {"Favor": "favor", "Against": "against", "None": "neutral"}
# The files of ArabicStanceX are named in English; what each asks about, in the language of the texts.
_TOPICS = {
    "Abdulaziz_bin_Turki_Head_of_Sports": "تولي عبدالعزيز بن تركي رئاسة هيئة الرياضة",
    "Aramco": "الاكتتاب في أرامكو",
    "Faisal_bin_Turkis_resignation": "استقالة فيصل بن تركي من رئاسة النادي",
    "Neom": "مشروع نيوم",
    "Qiddiya": "مشروع القدية",
    "Vaccine": "أخذ لقاح كورونا",
    "chineese": "إدراج اللغة الصينية في المناهج",
    "coexistence_with_religions": "التعايش مع الأديان الأخرى",
    "fix_domestic_tourism": "السياحة الداخلية",
    "military_conscription": "التجنيد الإجباري",
    "mosques_speakers": "إغلاق مكبرات الصوت في المساجد",
    "multi_mariage": "تعدد الزوجات",
    "online_learning": "التعليم عن بعد",
    "sexual_education_fully": "تدريس الثقافة الجنسية",
    "update_curricula": "تطوير المناهج",
    "vaccine_booster_dose": "الجرعة التنشيطية من اللقاح",
    "women_driving": "قيادة المرأة للسيارة",
}

Records = Iterable[tuple[str, ...]]


def rusentne(folder: Path) -> Records:
    """RuSentNE-2023 (Golubev et al., Dialogue 2023): sentiment toward an entity of a Russian news sentence.

    ``train_data.csv`` and ``validation_data_labeled.csv``, separated by tabs. Sentences stand in both.
    """
    sentences: dict[str, str] = {}
    for split, name in (("train", "train_data.csv"), ("validation", "validation_data_labeled.csv")):
        path = folder / name
        for number, row in enumerate(_tabbed(path), 2):
            cells = [row.get(column) for column in ("sentence", "entity", "label")]
            sentence, entity, label = (cell or "" for cell in cells)
            if not sentence or not entity or label not in _SENTIMENT:
                raise UserError(f"{path}: row {number}: not a row of RuSentNE (sentence, entity, label -1, 0 or 1)")
            doc_id = sentences.setdefault(sentence, f"s{len(sentences)}")
            yield f"{split}-{number}", doc_id, "ru", entity, sentence, _SENTIMENT[label], split


def _tabbed(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(MAX_CELL)
    lines = io.StringIO(decode(read_bytes(path), str(path)), newline="")
    reader = csv.DictReader(lines, delimiter="\t", strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num}: {error}; is a quotation mark not closed?") from None


def arabicstancex(folder: Path) -> Records:
    """ArabicStanceX (Alkhathlan et al., Frontiers in Artificial Intelligence 2025): tweets on 17 topics.

    ``Stance_task/{train,test}/DOMAIN/TOPIC.json``, each ``{"text": {id: ...}, "stance": {id: ...}}``.
    """
    base = folder / "Stance_task" if (folder / "Stance_task").is_dir() else folder
    files = sorted(base.glob("t*/*/*.json"))
    if not files:
        raise UserError(f"{folder}: no files train/DOMAIN/TOPIC.json; give the folder that holds Stance_task")
    for path in files:
        split, topic = path.parts[-3], path.stem
        for key, text, label in _columns(path):
            if label not in _STANCE:
                raise UserError(f"{path}: entry {key!r}: stance {label!r} is not one of {', '.join(_STANCE)}")
            if text.strip():
                row_id = f"{split}-{topic}-{key}"
                yield row_id, row_id, "ar", _TOPICS.get(topic, topic.replace("_", " ")), text, _STANCE[label], split


def _columns(path: Path) -> list[tuple[str, str, str]]:
    try:
        content: Any = json.loads(decode(read_bytes(path), str(path)))
        texts, stances = content["text"], content["stance"]
        return [(key, str(text), str(stances[key])) for key, text in texts.items()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UserError(f'{path}: not of the form {{"text": {{id: ...}}, "stance": {{id: ...}}}}') from None


READERS: dict[str, Callable[[Path], Records]] = {"rusentne": rusentne, "arabicstancex": arabicstancex}


def read(path: str, form: str, tasks: Sequence[Task]) -> Table:
    """The table of a CSV of ours (``form`` is ``labels``), or of the folder of a public data set."""
    if form == "labels":
        return read_table(path, tasks)
    if form not in READERS:
        raise UserError(f"data.form={form}: unknown; use one of labels, {', '.join(READERS)}")
    if not Path(path).is_dir():
        raise UserError(f"data.path={path}: no such folder; give the folder of the files of {form}")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows(READERS[form](Path(path)))
    return parse_table(out.getvalue().encode("utf-8", "replace"), path, tasks)  # a tweet may hold half an emoji
