"""The second reading of rows that only their writer has labelled, and the third where the two differ.

python data/second_reading.py blind ROWS.csv FILLED.csv            writes what the second reader fills in
python data/second_reading.py differ ROWS.csv FILLED.csv THIRD.csv writes what the third decides
python data/second_reading.py merge ROWS.csv FILLED.csv THIRD.csv  adds the rows to labels.csv

The rows (`unread/`) have the columns of `labels.csv` and the writer's labels. No file that a reader gets tells whose
label is whose. Cells are as in `labels.csv`; an empty set is written `none`, so that what was forgotten is seen. A
reader may give back the `id` and what was filled in, without the texts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from framing.data import read_table
from framing.labels import EMPTY_SET, Task
from framing.split import group_rows

HERE = Path(__file__).resolve().parent
TASKS = (
    Task("stance", ("favor", "against", "neutral"), reads_target=True),
    Task("attribution", ("official", "diplomat", "militia", "other"), multi=True),
    Task(
        "frame",
        ("sovereignty", "security", "capacity", "withdrawal", "legality", "rivalry", "diplomacy", "cost"),
        multi=True,
    ),
)
SEED = 0


def read(file: Path) -> pd.DataFrame:
    """Every cell as text."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def blind(unread: pd.DataFrame) -> pd.DataFrame:
    """What the second reader fills in: everything that is to be read, and empty cells for the labels."""
    seen = unread[["id", "doc_id", "outlet", "date", "target", "text"]]
    return seen.assign(**{task.name: "" for task in TASKS})


def labels(frame: pd.DataFrame, source: str, tasks: Sequence[Task] = TASKS) -> dict[tuple[str, str], str]:
    """By row and task, written in the order of the classes. Exits where a cell is empty or cannot be read."""
    found, wrong = {}, []
    for row in frame.to_dict("records"):
        for task in tasks:
            try:
                if not row[task.name].strip():
                    raise ValueError("nothing was filled in")
                names = [task.classes[i] for i in sorted(task.parse(row[task.name]))]
            except ValueError as error:
                wrong.append(f"{source}: {row['id']}: {task.name}: {error}")
                continue
            found[row["id"], task.name] = "|".join(names)
    if wrong:
        sys.exit("\n".join(wrong))
    return found


def differ(unread: pd.DataFrame, filled: pd.DataFrame) -> pd.DataFrame:
    """Where two readings differ: both labels in random order, and an empty cell for the third's. What belongs to the
    sentence and not to its target is asked once."""
    one, two = both(unread, filled)
    draw, lines, asked = np.random.default_rng(SEED), [], set()
    for row in unread.to_dict("records"):
        for task in TASKS:
            of = (row["id"] if task.reads_target else (row["doc_id"], row["text"]), task.name)
            pair = [one[row["id"], task.name] or EMPTY_SET, two[row["id"], task.name] or EMPTY_SET]
            if pair[0] != pair[1] and of not in asked:
                asked.add(of)
                draw.shuffle(pair)
                shown = {k: row[k] for k in ("id", "doc_id", "target", "text")}
                lines.append({**shown, "task": task.name, "label_1": pair[0], "label_2": pair[1], "decided": ""})
    return pd.DataFrame(lines, columns=["id", "doc_id", "target", "text", "task", "label_1", "label_2", "decided"])


def both(unread: pd.DataFrame, filled: pd.DataFrame) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """The writer's labels and the reader's. Exits where they are not of the same rows."""
    if list(unread["id"]) != list(filled["id"]):
        sys.exit("the file that was filled in is not of these rows, in their order")
    written = unread.assign(**{t.name: unread[t.name].replace("", EMPTY_SET) for t in TASKS})
    one, two = labels(written, "the writer's labels"), labels(filled, "the second reading")
    for task in (t for t in TASKS if not t.reads_target):
        cells = unread["id"].map({row_id: cell for (row_id, name), cell in two.items() if name == task.name})
        for _, part in cells.groupby([unread["doc_id"], unread["text"]]):
            if part.nunique() > 1:
                sys.exit(f"the second reading: {unread['id'][part.index[0]]}: {task.name} differs between its targets")
    return one, two


def merge(
    unread: pd.DataFrame, filled: pd.DataFrame, third: pd.DataFrame, known: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with their final labels, not yet split, and the annotations of both readers."""
    one, two = both(unread, filled)
    if set(unread["id"]) & set(known["id"]):
        sys.exit("some of these ids stand in labels.csv already")
    wanted = differ(unread, filled)
    if list(third["id"] + third["task"]) != list(wanted["id"] + wanted["task"]):
        sys.exit("the third reading is not of these differences, in their order")
    sentence = dict(zip(unread["id"], zip(unread["doc_id"], unread["text"], strict=True), strict=True))
    by_name, decided = {t.name: t for t in TASKS}, {}
    for row in third.to_dict("records"):
        task = by_name[row["task"]]
        cell = labels(pd.DataFrame([{"id": row["id"], task.name: row["decided"]}]), "the third reading", [task])
        decided[row["id"] if task.reads_target else sentence[row["id"]], task.name] = cell[row["id"], task.name]
    rows, readings = unread.copy(), []
    for task in TASKS:
        final = []
        for row_id in unread["id"]:
            a, b = one[row_id, task.name], two[row_id, task.name]
            of = row_id if task.reads_target else sentence[row_id]
            final.append(a if a == b else decided[of, task.name])
        rows[task.name] = final
    for row_id in unread["id"]:
        for task in TASKS:
            for who, said in (("writer", one), ("reader", two)):
                readings.append({"id": row_id, "annotator": who, "task": task.name, "label": said[row_id, task.name]})
    return rows, pd.DataFrame(readings)


def hold_out(everything: pd.DataFrame, groups: np.ndarray, new: np.ndarray) -> pd.Series:
    """``split`` of all rows: of the groups that are new a fifth within each language, drawn by seed; a new row that is
    tied to an old article goes where that one is."""
    split, draw = everything["split"].copy(), np.random.default_rng(SEED)
    old = {g: s for g, s, is_new in zip(groups, split, new, strict=True) if not is_new}
    for language in sorted(set(everything["lang"][new])):
        fresh = [g for g in np.unique(groups[new & (everything["lang"] == language).to_numpy()]) if g not in old]
        held = set(draw.choice(fresh, round(len(fresh) / 5), replace=False).tolist()) if fresh else set()
        old.update({g: "test" if g in held else "" for g in fresh})
    split[new] = [old[g] for g in groups[new]]
    return split


def main() -> None:
    """See the module."""
    match sys.argv[1:]:
        case ["blind", rows, filled]:
            blind(read(Path(rows))).to_csv(filled, index=False)
        case ["differ", rows, filled, third]:
            differ(read(Path(rows)), read(Path(filled))).to_csv(third, index=False)
        case ["merge", rows, filled, third]:
            known = read(HERE / "labels.csv")
            added, readings = merge(read(Path(rows)), read(Path(filled)), read(Path(third)), known)
            everything = pd.concat([known, added], ignore_index=True)
            everything.to_csv(HERE / "labels.csv", index=False)
            groups = group_rows(read_table(HERE / "labels.csv", TASKS))
            new = np.arange(len(everything)) >= len(known)
            everything["split"] = hold_out(everything, groups, new)
            everything.to_csv(HERE / "labels.csv", index=False)
            pd.concat([read(HERE / "annotations.csv"), readings]).to_csv(HERE / "annotations.csv", index=False)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
