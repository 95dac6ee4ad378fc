"""The second reading of rows that only their writer has labelled, and the third where the two differ.

python data/second_reading.py blind ROWS.csv FILLED.csv            writes what the second reader fills in
python data/second_reading.py differ ROWS.csv FILLED.csv THIRD.csv writes what the third decides
python data/second_reading.py merge ROWS.csv FILLED.csv THIRD.csv  adds the rows to labels.csv

The rows have the columns of `labels.csv` and the writer's labels. No file that a reader gets tells whose
label is whose. Cells are as in `labels.csv`; an empty set is written `none`, so that what was forgotten is seen. A
reader may give back the `id` and what was filled in, without the texts.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import parse_table
from framing.exceptions import UserError
from framing.files import read_bytes, whole_file
from framing.labels import EMPTY_SET, Task
from framing.split import Split, group_rows, refuse_users_leak

HERE = Path(__file__).resolve().parent
SEED = 0
SEEN = ("id", "doc_id", "outlet", "date", "target", "text")


@cache
def tasks() -> tuple[Task, ...]:
    """Those of ``conf/task/``."""
    with composer(None) as compose:
        return make_tasks(compose([]).config.tasks)


def read(file: Path, wanted: Iterable[str] = ()) -> pd.DataFrame:
    """Every cell as text. Exits where there is no such file, or a column of ``wanted`` is missing."""
    try:
        frame = pd.read_csv(io.BytesIO(read_bytes(file)), dtype=str, keep_default_na=False)
    except ValueError as error:
        sys.exit(f"{file}: not a CSV: {error}")
    missing = [name for name in wanted if name not in frame]
    if missing:
        sys.exit(f"{file}: there is no column {', '.join(missing)}")
    return frame


def names() -> list[str]:
    """The columns of the labels."""
    return [task.name for task in tasks()]


def blind(unread: pd.DataFrame) -> pd.DataFrame:
    """What the second reader fills in: everything that is to be read, and empty cells for the labels."""
    return unread[[*SEEN]].assign(**dict.fromkeys(names(), ""))


def unit(row: Mapping[str, str], task: Task) -> object:
    """What one label of the task belongs to: the row, or its sentence."""
    return row["id"] if task.reads_target else (row["doc_id"], row["text"])


def labels(frame: pd.DataFrame, source: str, of: Sequence[Task] | None = None) -> dict[tuple[str, str], str]:
    """By row and task, written in the order of the classes. Exits where a cell is empty or cannot be read."""
    found, wrong = {}, []
    for row in frame.to_dict("records"):
        for task in of or tasks():
            try:
                if not row[task.name].strip():
                    raise ValueError("nothing was filled in")
                cell = "|".join(task.classes[i] for i in task.parse(row[task.name]))
            except ValueError as error:
                wrong.append(f"{source}: {row['id']}: {task.name}: {error}")
                continue
            found[row["id"], task.name] = cell
    if wrong:
        sys.exit("\n".join(wrong))
    return found


def differ(unread: pd.DataFrame, filled: pd.DataFrame) -> pd.DataFrame:
    """Where two readings differ: both labels in random order, and an empty cell for the third's. What belongs to the
    sentence and not to its target is asked once."""
    one, two = both(unread, filled)
    draw, lines, asked = np.random.default_rng(SEED), [], set()
    for row in unread.to_dict("records"):
        for task in tasks():
            of = (unit(row, task), task.name)
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
    written = unread.replace({name: {"": EMPTY_SET} for name in names()})
    one, two = labels(written, "the writer's labels"), labels(filled, "the second reading")
    for reading, source in ((one, "the writer's labels"), (two, "the second reading")):
        first: dict[tuple[object, str], str] = {}
        for row in unread.to_dict("records"):
            for task in tasks():
                cell = reading[row["id"], task.name]
                if first.setdefault((unit(row, task), task.name), cell) != cell:
                    sys.exit(f"{source}: {row['id']}: {task.name} differs between its targets")
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
    by_id, by_name = {row["id"]: row for row in unread.to_dict("records")}, {t.name: t for t in tasks()}
    decided = {}
    for row in third.to_dict("records"):
        task = by_name[row["task"]]
        cell = labels(pd.DataFrame([{"id": row["id"], task.name: row["decided"]}]), "the third reading", [task])
        decided[unit(by_id[row["id"]], task), task.name] = cell[row["id"], task.name]
    rows, readings = unread.copy(), []
    for task in tasks():
        final = []
        for row_id, row in by_id.items():
            a, b = one[row_id, task.name], two[row_id, task.name]
            final.append(a if a == b else decided[unit(row, task), task.name])
        rows[task.name] = final
    for row_id in by_id:
        for name in by_name:
            for who, said in (("writer", one), ("reader", two)):
                readings.append({"id": row_id, "annotator": who, "task": name, "label": said[row_id, name]})
    return rows, pd.DataFrame(readings)


def hold_out(everything: pd.DataFrame, groups: np.ndarray, new: np.ndarray) -> pd.Series:
    """``split`` of all rows, ``train`` or ``test``: of the groups that are new a fifth within each language, drawn by
    seed; a new row that is tied to an old article goes where that one is."""
    split, draw = everything["split"].copy(), np.random.default_rng(SEED)
    old = {g: s for g, s, is_new in zip(groups, split, new, strict=True) if not is_new}
    for language in sorted(set(everything["lang"][new])):
        fresh = [g for g in np.unique(groups[new & (everything["lang"] == language).to_numpy()]) if g not in old]
        held = set(draw.choice(fresh, round(len(fresh) / 5), replace=False).tolist()) if fresh else set()
        old.update({g: "test" if g in held else "train" for g in fresh})
    split[new] = [old[g] for g in groups[new]]
    return split


def add(known: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """All rows, the added ones split. ``UserError`` where they cannot be read together, or tie the two sides."""
    everything = pd.concat([known, added], ignore_index=True)
    table = parse_table(everything.to_csv(index=False).encode(), "the merged rows", tasks())
    groups = group_rows(table)
    everything["split"] = hold_out(everything, groups, np.arange(len(everything)) >= len(known))
    held = np.flatnonzero(everything["split"] == "test")
    refuse_users_leak(table, Split("held out", np.flatnonzero(everything["split"] != "test"), held), groups, "split")
    return everything


def write(files: Mapping[Path, pd.DataFrame]) -> None:
    """All of them whole, or none."""
    with ExitStack() as stack:
        for file, frame in files.items():
            frame.to_csv(stack.enter_context(whole_file(file)), index=False)


def main() -> None:
    """See the module."""
    match sys.argv[1:]:
        case ["blind", rows, filled]:
            write({Path(filled): blind(read(Path(rows), SEEN))})
        case ["differ" | "merge" as verb, rows, filled, third]:
            known, readings = read(HERE / "labels.csv"), read(HERE / "annotations.csv")
            unread, second = read(Path(rows), known.columns), read(Path(filled), ["id", *names()])
            if verb == "differ":
                return write({Path(third): differ(unread, second)})
            decided = read(Path(third), ["id", "task", "decided"])
            added, more = merge(unread, second, decided, known)
            write({HERE / "labels.csv": add(known, added), HERE / "annotations.csv": pd.concat([readings, more])})
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
