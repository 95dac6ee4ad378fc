"""The outcome of behavioural tests as tables: for the terminal, as a page, and every case as a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from framing.behave.cases import Suite
from framing.behave.score import Behaviour, Outcome, Shares
from framing.exceptions import UserError
from framing.files import check_out, whole_file
from framing.predict import ENDINGS, write
from framing.summary import markdown_table
from framing.terminal import say, show_table

PAGE = ".md"
OUT_ENDINGS = (PAGE, *ENDINGS)
BY_CONSTRUCTION = "by construction"
_EXPECTED = {"INV": "the same answer", "DIR": "another answer", "MFT": "as labelled"}
Line = tuple[str, ...]


def suite_table(behaviour: Behaviour, task: str, written: bool) -> list[Line]:
    """A header, a line for each suite that asks this task, and a total. ``written``: of the pairs, else of the rules.

    Suites by construction have no rates and are not in the total.
    """
    suites = _suites(behaviour, task, written)
    last = ("both right", "direction right") if written else ("as expected", "and both right")
    lines: list[Line] = [("suite", "the second text has", "cases", "failed", *last)]
    for suite in suites:
        if suite.by_construction:
            lines.append((suite.name, suite.about, str(len(suite.cases)), BY_CONSTRUCTION, "", ""))
        else:
            lines.append((suite.name, suite.about, *_cells(behaviour.shares(task, [suite]), written)))
    if suites:
        lines.append(("all of these", "", *_cells(behaviour.shares(task, suites), written)))
    return lines


def _suites(behaviour: Behaviour, task: str, written: bool) -> list[Suite]:
    return [s for s in behaviour.suites if task in s.tasks and (s.kind == "MFT") == written]


def _cells(found: Shares, written: bool) -> Line:
    beside = found.direction if written else found.both_right
    rates = ("–" if rate is None else str(rate) for rate in (found.pass_rate, beside))
    return (str(found.n), str(found.n - found.passed), *rates)


def language_table(behaviour: Behaviour, task: str) -> list[Line]:
    """For each suite that is not settled by construction and each language: how many passed, out of how many."""
    langs = sorted({o.case.before.lang for o in behaviour.outcomes})
    lines: list[Line] = [("passed of", *langs)]
    for suite in behaviour.suites:
        outcomes = behaviour.of(task, [suite])
        if outcomes:
            cells = []
            for lang in langs:
                some = [o.passed for o in outcomes if o.case.before.lang == lang]
                cells.append(f"{sum(some)}/{len(some)}" if some else "")
            lines.append((suite.name, *cells))
    return lines


def tables(behaviour: Behaviour) -> list[tuple[str, list[Line]]]:
    """Every table with its title."""
    found = []
    for task in behaviour.tasks:
        for written, kind in ((False, "by rule"), (True, "pairs written by hand")):
            lines = suite_table(behaviour, task, written)
            if len(lines) > 1:
                found.append((f"{task}, {kind}", lines))
        found.append((f"{task}, by language", language_table(behaviour, task)))
    return found


def total_line(behaviour: Behaviour, task: str) -> str:
    """One sentence on all cases that are not settled by construction."""
    found = behaviour.shares(task, behaviour.suites)
    if found.pass_rate is None:
        return f"{task}: no case was put to the model"
    return f"{task}: {found.passed} of {found.n} cases passed: {found.pass_rate}"


def failures(behaviour: Behaviour, first: int) -> list[tuple[str, str, str]]:
    """The first so many failures of each suite and task: what went wrong in words, and the two texts."""
    found = []
    for task in behaviour.tasks:
        for suite in behaviour.suites:
            failed = [o for o in behaviour.of(task, [suite]) if not o.passed]
            found += [(_in_words(o), o.case.before.text, o.case.after.text) for o in failed[:first]]
    return found


def _in_words(outcome: Outcome) -> str:
    case = outcome.case
    targets = dict.fromkeys((case.before.target, case.after.target))
    gold = case.gold.get(outcome.task)
    labelled = f" (labelled {_cell(gold[0])}, {_cell(gold[1])})" if gold else ""
    note = f"; {case.note}" if case.note else ""
    return (
        f"{outcome.suite.name} {case.id}, {case.before.lang}, {' to '.join(targets)}: {outcome.task} "
        f"{_cell(outcome.first)}, {_cell(outcome.second)}{labelled}{note}"
    )


def _cell(answer: str) -> str:
    return answer or "none"


def page(behaviour: Behaviour, title: str, source: str, first: int) -> str:
    """All of it as Markdown, with the first failures of each suite."""
    level = behaviour.uncertainty.level
    parts = [
        f"# Behaviour of {title}",
        f"Rules were applied to rows of {source}. The model may have been trained on them: what counts is whether its "
        "answer is kept, or turned where it must turn, and not how often it is right. The pairs were never trained on. "
        f"In brackets the {level:.0%} interval of a bootstrap over groups of rows that belong together, or over pairs; "
        "it has no width where nothing or everything failed. "
        f'"{BY_CONSTRUCTION.capitalize()}": the normaliser shows the model the same text twice; not in the totals.',
        "\n".join(f"- {total_line(behaviour, task)}" for task in behaviour.tasks),
    ]
    for name, lines in tables(behaviour):
        parts += [f"## {name[0].upper()}{name[1:]}", markdown_table(lines)]
    listed = failures(behaviour, first)
    if listed:
        parts.append(f"## The first failures of each suite (up to {first})")
        parts += [f"{words}\n\n> {a}\n>\n> {b}" for words, a, b in listed]
    return "\n\n".join(parts) + "\n"


def case_rows(behaviour: Behaviour) -> pd.DataFrame:
    """One row for every case and task, in the order of the suites; answers are empty where the model was not asked."""
    rows: list[dict[str, Any]] = []
    for suite in behaviour.suites:
        if suite.by_construction:
            rows += [_row(suite, Outcome(suite, c, t, "", ""), asked=False) for t in suite.tasks for c in suite.cases]
        for task in suite.tasks:
            rows += [_row(suite, o, asked=True) for o in behaviour.of(task, [suite])]
    return pd.DataFrame(rows)


def _row(suite: Suite, outcome: Outcome, asked: bool) -> dict[str, Any]:
    case = outcome.case
    gold = case.gold.get(outcome.task, ("", ""))
    right = outcome.both_right
    return {
        "suite": suite.name,
        "kind": suite.kind,
        "id": case.id,
        "group": case.group,
        "lang": case.before.lang,
        "note": case.note,
        "target_a": case.before.target,
        "target_b": case.after.target,
        "text_a": case.before.text,
        "text_b": case.after.text,
        "task": outcome.task,
        "expected": _EXPECTED[suite.kind],
        "gold_a": gold[0],
        "gold_b": gold[1],
        "answer_a": outcome.first,
        "answer_b": outcome.second,
        "direction": str(int(outcome.direction)) if asked else "",
        "both_right": str(int(right)) if asked and right is not None else "",
        "passed": str(int(outcome.passed)) if asked else BY_CONSTRUCTION,
    }


def check_outs(outs: Sequence[Path]) -> None:
    """Before any work is done: refuse files that could not be written."""
    for out in outs:
        check_out(out, OUT_ENDINGS)


def write_all(behaviour: Behaviour, outs: Sequence[Path], title: str, source: str, first: int) -> None:
    """A page or the cases, by the ending of each file."""
    for out in outs:
        if out.suffix.lower() == PAGE:
            with whole_file(out) as half:
                half.write_text(page(behaviour, title, source, first), encoding="utf-8")
        else:
            write(case_rows(behaviour), out)


def show(behaviour: Behaviour, first: int) -> None:
    """For people, on standard output: the first failures of each suite, the tables, the totals."""
    for words, a, b in failures(behaviour, first):
        say(f"{words}\n  {a}\n  {b}\n")
    for title, lines in tables(behaviour):
        show_table(lines, title)
    for task in behaviour.tasks:
        print(total_line(behaviour, task))


def pass_rate(behaviour: Behaviour) -> float:
    """The share of all cases that passed the first task. Raises ``UserError`` where none was put to the model."""
    rate = behaviour.shares(behaviour.tasks[0], behaviour.suites).pass_rate
    if rate is None:
        raise UserError("behave: no case was put to the model; give --data more rows")
    return rate.value
