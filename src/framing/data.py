"""A CSV to a validated table. Every way in which a file can be wrong gets one line: file, row, column, what to do.

Rows are counted as a spreadsheet counts them: the header is row 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from framing.exceptions import UserError
from framing.files import decode, read_bytes
from framing.labels import Task
from framing.lexicon import DEFAULT_TARGET
from framing.speakers import introductions_in_rows

MAX_CELL = 10_000_000  # characters
_SHOWN = 10  # problems printed before "and n more"


@dataclass(frozen=True)
class Rows:
    """What a head sees: ``n`` texts, the target that each is read with, and the words of an earlier sentence that
    introduce who speaks there, empty where there are none (see :mod:`framing.speakers`)."""

    texts: list[str]
    targets: list[str]
    introductions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.introductions:
            object.__setattr__(self, "introductions", [""] * len(self.texts))

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: np.ndarray) -> Rows:
        """The rows at these positions."""
        return Rows(
            [self.texts[i] for i in indices],
            [self.targets[i] for i in indices],
            [self.introductions[i] for i in indices],
        )


@dataclass(frozen=True)
class Table:
    """A validated CSV. ``frame`` holds every column as text, and always ``id, doc_id, target, text``.

    ``labels`` holds, for every task whose column is there, ``(n,)`` class indices or ``(n, k)`` zeros and ones.
    """

    path: str
    sha256: str
    frame: pd.DataFrame
    labels: dict[str, np.ndarray]
    tasks: tuple[Task, ...]
    numbers: list[int]  # of each row in the file; the header is row 1
    introductions: list[str] = field(default_factory=list)  # as in Rows

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def rows(self) -> Rows:
        """What a head sees of it."""
        return Rows(self.frame["text"].tolist(), self.frame["target"].tolist(), self.introductions)

    def take(self, indices: np.ndarray) -> Table:
        """The table of the rows at these positions."""
        return Table(
            self.path,
            self.sha256,
            self.frame.iloc[indices].reset_index(drop=True),
            {task: labels[indices] for task, labels in self.labels.items()},
            self.tasks,
            [self.numbers[i] for i in indices],
            [self.introductions[i] for i in indices] if self.introductions else [],
        )

    def column(self, name: str) -> list[str]:
        """A column's cells; empty ones where the file has no such column."""
        return self.frame[name].tolist() if name in self.frame else [""] * len(self.frame)


def read_table(path: str | Path, tasks: Sequence[Task], need_labels: bool = True) -> Table:
    """Read and validate. Tasks whose column is missing are left out; with ``need_labels`` one must be there.

    Raises ``UserError`` with one line for each problem (the first ten, and how many more), each with its code: E101 the
    file cannot be read as a table, E102 a cell cannot be used, E103 a label that its task does not know.
    """
    return parse_table(read_bytes(Path(path)), str(path), tasks, need_labels)


def parse_table(data: bytes, source: str, tasks: Sequence[Task], need_labels: bool = True) -> Table:
    """As :func:`read_table`, of a file's content; ``source`` is what messages call it."""
    try:
        header, cells = _parse(decode(data, source), source)
        present = _present_tasks(header, tasks, source, need_labels)
    except UserError as error:
        raise UserError(f"{error} [E101]") from None
    if not cells:
        raise UserError(f"{source}: no rows below the header; add some [E101]")
    frame = pd.DataFrame([c for _, c in cells], columns=header, dtype=object)
    numbers = [n for n, _ in cells]
    problems = [(number, f"{text} [E102]") for number, text in _check_cells(frame, numbers)]
    _fill_in(frame, numbers)
    labels = {}
    for task in present if need_labels else ():
        parsed, wrong = _parse_labels(task, frame[task.column].tolist(), numbers)
        problems += [(number, f"{text} [E103]") for number, text in wrong]
        if not wrong:
            labels[task.name] = task.encode(parsed)
    if problems:
        problems.sort()
        lines = [f"{source}: row {number}, {text}" for number, text in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"{source}: and {len(problems) - _SHOWN} more")
        raise UserError("\n".join(lines))
    introductions = introductions_in_rows(frame["doc_id"].tolist(), frame["text"].tolist())
    return Table(source, hashlib.sha256(data).hexdigest(), frame, labels, present, numbers, introductions)


def _present_tasks(header: list[str], tasks: Sequence[Task], source: str, need_labels: bool) -> tuple[Task, ...]:
    if "text" not in header:
        raise UserError(f"{source}: row 1: there is no column 'text' (found: {', '.join(header)}); add it")
    present = tuple(t for t in tasks if t.column in header)
    if need_labels and not present:
        wanted = ", ".join(repr(t.column) for t in tasks)
        raise UserError(f"{source}: row 1: no label column (looked for {wanted}; found: {', '.join(header)}); add one")
    return present


def read_columns(path: Path, names: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """The cells of these columns of any CSV, with the number of their row. Raises ``UserError`` if one is missing."""
    source = str(path)
    header, cells = _parse(decode(read_bytes(path), source), source)
    for name in names:
        if name not in header:
            raise UserError(f"{source}: row 1: there is no column {name!r} (found: {', '.join(header)}); add it")
    at = [header.index(name) for name in names]
    return [(number, tuple(record[i] for i in at)) for number, record in cells]


def _parse(text: str, source: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and every other record with its row number; blank lines are skipped."""
    csv.field_size_limit(MAX_CELL)
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    records: list[tuple[int, list[str]]] = []
    number, first_line = 0, 0
    while True:
        first_line = reader.line_num
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            column = _broken_column("".join(lines[first_line:]))
            header = records[0][1] if records else []
            name = repr(header[column - 1]) if column <= len(header) else str(column)
            if "field larger" in str(error):
                raise UserError(
                    f"{source}: row {number}, column {name}: a cell of over {MAX_CELL:,} characters; is a quotation "
                    "mark not closed?"
                ) from None
            raise UserError(
                f"{source}: row {number}, column {name}: a quotation mark is opened and not closed, or stands alone "
                'inside a quoted cell; close it, or write it twice ("")'
            ) from None
        if record:
            records.append((number, record))
    if not records:
        raise UserError(f"{source}: the file is empty; the first row names the columns")
    header = [name.strip() for name in records[0][1]]
    _check_header(header, source)
    for number, record in records[1:]:
        if len(record) != len(header):
            raise UserError(
                f"{source}: row {number}, column {header[min(len(record), len(header)) - 1]!r}: {len(record)} fields "
                f"where the header has {len(header)}; put a cell that holds a comma into quotation marks"
            )
    return header, records[1:]


def _broken_column(rest: str) -> int:
    """The number (from 1) of the cell in which the quotation marks of a record go wrong."""
    column, quoted, i = 1, False, 0
    while i < len(rest):
        char = rest[i]
        if quoted and char == '"':
            if rest[i + 1 : i + 2] == '"':
                i += 1
            elif rest[i + 1 : i + 2] in (",", "\n", "\r", ""):
                quoted = False
            else:
                return column
        elif not quoted and char == ",":
            column += 1
        elif not quoted and char == '"':
            quoted = True
        elif not quoted and char in "\r\n":
            return column
        i += 1
    return column


def _check_header(header: list[str], source: str) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise UserError(f"{source}: row 1: cells are not separated by commas; save it as comma-separated CSV")
    for number, name in enumerate(header, 1):
        if not name:
            raise UserError(f"{source}: row 1, column {number}: has no name; name it or take it out")
    for name, count in Counter(header).items():
        if count > 1:
            raise UserError(f"{source}: row 1, column {name!r}: stands there {count} times; keep one")


def _check_cells(frame: pd.DataFrame, numbers: list[int]) -> list[tuple[int, str]]:
    problems: list[tuple[int, str]] = []
    for name in frame.columns:
        cells = frame[name].tolist()
        if "\0" in "".join(cells):
            problems += [
                (n, f"column {name!r}: holds a NUL character; take it out")
                for n, cell in zip(numbers, cells, strict=True)
                if "\0" in cell
            ]
    for n, cell in zip(numbers, frame["text"], strict=True):
        if not cell.strip():
            problems.append((n, "column 'text': is empty; give the sentence or take the row out"))
    if "id" in frame:
        seen: dict[str, int] = {}
        for n, cell in zip(numbers, frame["id"], strict=True):
            if not cell.strip():
                problems.append((n, "column 'id': is empty; give an id or take the column out"))
            elif cell in seen:
                problems.append((n, f"column 'id': {cell!r} also stands in row {seen[cell]}; make ids unique"))
            seen.setdefault(cell, n)
    return problems


def _fill_in(frame: pd.DataFrame, numbers: list[int]) -> None:
    """What a user may leave out: ids count the rows, a document is a row, the target is the general one."""
    if "id" not in frame:
        frame["id"] = [str(n - 1) for n in numbers]
    own = "row:" + frame["id"].astype(str)
    if "doc_id" not in frame:
        frame["doc_id"] = own
    else:
        frame["doc_id"] = frame["doc_id"].where(frame["doc_id"].str.strip() != "", own)
    if "target" not in frame:
        frame["target"] = DEFAULT_TARGET
    else:
        frame["target"] = frame["target"].str.strip().replace("", DEFAULT_TARGET)


def _parse_labels(
    task: Task, cells: list[str], numbers: list[int]
) -> tuple[list[tuple[int, ...]], list[tuple[int, str]]]:
    parsed: dict[str, tuple[int, ...]] = {}
    wrong: dict[str, str] = {}
    for cell in set(cells):
        try:
            parsed[cell] = task.parse(cell)
        except ValueError as error:
            wrong[cell] = f"column {task.column!r}: {error}"
    if wrong:
        return [], [(n, wrong[cell]) for n, cell in zip(numbers, cells, strict=True) if cell in wrong]
    return [parsed[cell] for cell in cells], []
