"""The suites that are made by rule from a labelled table."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from framing.behave.cases import Case, Reading, Suite
from framing.behave.edits import keeps_mentions
from framing.behave.exchange import clause_after, clause_before, dates, names, places
from framing.behave.forces import forces
from framing.behave.surface import capitals, diacritics, digits, latin, punctuation, spelling, tatweel
from framing.data import Table
from framing.labels import Task
from framing.split import group_rows
from framing.text import detect_language

CASES = 200  # of a suite, unless asked otherwise
Change = Callable[[Reading, np.random.Generator], Reading | None]


@dataclass(frozen=True)
class Rule:
    """``change`` must leave the answer as it is; ``about`` says what it does."""

    change: Change
    about: str


RULES: dict[str, Rule] = {
    "spelling": Rule(spelling, "hamza, teh marbuta, alef maqsura, kaf and yeh written another way"),
    "digits": Rule(digits, "digits of the other script"),
    "diacritics": Rule(diacritics, "vowel marks"),
    "tatweel": Rule(tatweel, "stretched letters"),
    "punctuation": Rule(punctuation, "other quotation marks, commas and dashes"),
    "latin": Rule(latin, "other apostrophes, accents, British or American spelling"),
    "capitals": Rule(capitals, "its first words in capitals"),
    "forces": Rule(forces, "another force by name, which is the target then"),
    "names": Rule(names, "other people, parties, tribes and armed groups"),
    "dates": Rule(dates, "other weekdays and months"),
    "places": Rule(places, "other towns and provinces"),
    "clause_before": Rule(clause_before, "a harmless clause before it"),
    "clause_after": Rule(clause_after, "a harmless clause after it"),
}
EXCHANGED = "targets"  # the suite of sentences that are asked about another target


@dataclass(frozen=True)
class _Row:
    """A row of the table as rules see it."""

    number: int
    id: str
    group: str
    reading: Reading
    gold: dict[str, str]


def rule_suites(table: Table, tasks: Sequence[Task], cases: int = CASES, seed: int = 0) -> list[Suite]:
    """A suite for each of ``RULES``, and one that must change the first task's answer if that reads the target.

    At most ``cases`` each, drawn by ``seed`` and dealt out over the languages in turn; a rule that fits fewer rows
    gives fewer. Every task in ``tasks`` is asked; gold answers are those of the table where it has the column.
    """
    rows = _rows(table, tasks)
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    names = tuple(t.name for t in tasks)
    suites = [
        Suite(name, "INV", rule.about, names, tuple(_first(_by_rule(name, rule, rows, order, seed), cases)))
        for name, rule in RULES.items()
    ]
    main = tasks[0]
    if main.reads_target and main.name in table.labels:
        pairs = tuple(_first(_exchanged(main.name, rows, order), cases))
        suites.append(
            Suite(EXCHANGED, "DIR", "another target, toward which it is labelled otherwise", (main.name,), pairs)
        )
    return suites


def _rows(table: Table, tasks: Sequence[Task]) -> list[_Row]:
    langs = table.column("lang") if "lang" in table.frame else [detect_language(t) for t in table.column("text")]
    gold = {t.name: t.names(table.labels[t.name]) for t in tasks if t.name in table.labels}
    columns = (table.column("id"), group_rows(table).tolist(), table.column("text"), table.column("target"), langs)
    return [
        _Row(i, row_id, f"group {group}", Reading(text, target, lang), {t: cells[i] for t, cells in gold.items()})
        for i, (row_id, group, text, target, lang) in enumerate(zip(*columns, strict=True))
    ]


def _by_rule(name: str, rule: Rule, rows: list[_Row], order: list[int], seed: int) -> dict[str, Iterator[Case]]:
    """By language, the cases of a rule, made one by one as they are asked for."""

    def made(numbers: Iterable[int]) -> Iterator[Case]:
        for row in (rows[i] for i in numbers):
            # of the row's own seed, so that a case does not depend on which others were drawn
            rng = np.random.default_rng([seed, zlib.crc32(f"{name} {row.id}".encode())])
            after = rule.change(row.reading, rng)
            if after is None or (after.target == row.reading.target and not keeps_mentions(row.reading, after)):
                continue
            yield Case(row.id, row.group, row.reading, after, {t: (cell, cell) for t, cell in row.gold.items()})

    return {lang: made(numbers) for lang, numbers in _by_language(rows, order).items()}


def _exchanged(task: str, rows: list[_Row], order: list[int]) -> dict[str, Iterator[Case]]:
    """By language, two targets of one sentence that are labelled differently."""
    same_text: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in rows:
        same_text[row.group, row.reading.text].append(row)

    def made(numbers: Iterable[int]) -> Iterator[Case]:
        for row in (rows[i] for i in numbers):
            for other in same_text[row.group, row.reading.text]:
                # each two once
                if other.number > row.number and other.gold[task] != row.gold[task]:
                    gold = {task: (row.gold[task], other.gold[task])}
                    yield Case(f"{row.id}/{other.id}", row.group, row.reading, other.reading, gold)

    return {lang: made(numbers) for lang, numbers in _by_language(rows, order).items()}


def _by_language(rows: list[_Row], order: list[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for i in order:
        found[rows[i].reading.lang].append(i)
    return {lang: found[lang] for lang in sorted(found)}


def _first(by_language: dict[str, Iterator[Case]], count: int) -> Iterator[Case]:
    """So many cases, one of each language in turn while it has any."""
    given, queue = 0, list(by_language.values())
    while queue and given < count:
        cases = queue.pop(0)
        case = next(cases, None)
        if case is not None:
            yield case
            given += 1
            queue.append(cases)
