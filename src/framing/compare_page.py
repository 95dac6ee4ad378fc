"""A comparison in words and tables: for the terminal, as Markdown, as CSV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from framing.compare import MIXED, Line, Ranking, TaskComparison
from framing.entrants import Entrant, short_id
from framing.exceptions import UserError
from framing.labels import EMPTY_SET, SEPARATOR
from framing.paired import POWER, groups_needed, smallest_shown
from framing.summary import markdown_table
from framing.terminal import say, show_table
from framing.uncertainty import FEW_GROUPS, Interval, UncertaintyConfig

ENDINGS = (".md", ".csv")
WANTED = 0.03  # the difference that a study is to be large enough for


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and a table whose first line is the header; any of them may be empty."""

    title: str
    sentences: list[str]
    table: list[tuple[str, ...]]


def two(
    a: Entrant, b: Entrant, compared: Sequence[TaskComparison], uncertainty: UncertaintyConfig, shown: int
) -> list[Section]:
    """Who is who, the verdicts, and each task's tables with this many of its changed rows."""
    level = uncertainty.level
    who = [f"{letter}  {e.label}: {_origin(e)}" for letter, e in (("A", a), ("B", b))]
    sections = [Section(f"{b.label} against {a.label}", [*who, *(verdict(c, level) for c in compared)], [])]
    note = f"{level:.0%} intervals and permutation tests over groups; p is of each test alone, whatever their number."
    for c in compared:
        for part in dict.fromkeys(line.part for line in c.lines):
            lines = [line for line in c.lines if line.part == part]
            if part == "all":
                sections.append(_difference_section(c.task.name, "score", lines, [note]))
            elif part == MIXED:
                sections.append(_difference_section(f"{c.task.name}: {part}", "score", lines))
            else:
                sections.append(_difference_section(f"{c.task.name} by {part}", part, lines))
        sections += [_right_section(c), *_changed_sections(c, shown)]
    return sections


def verdict(compared: TaskComparison, level: float) -> str:
    """B against A by the first headline score, and what so many groups could have shown."""
    line = compared.lines[0]
    d, word = line.difference, line.verdict(level)
    about = f"{line.task} {line.score}"
    points = f"{100 * d.value:+.1f} points [{100 * d.low:+.1f}, {100 * d.high:+.1f}], p {_p(line.p, '= ')}"
    if word != "not distinguishable":
        return f"{about}: B is {word}: {points}{_few(line)}"
    if compared.same_answers:
        return f"{about}: not distinguishable: A and B give the same answer for every row"
    return f"{about}: not distinguishable with these {d.n_groups} groups: {points}; {_power(d, level)}{_few(line)}"


def _power(d: Interval, level: float) -> str:
    """What the groups would show, of a difference that they do not."""
    if d.se == 0:
        return "no two draws of groups differ, so how large a difference they would show cannot be said"
    smallest = smallest_shown(d.se, level)
    return (
        f"the smallest difference they would show with {POWER:.0%} power is {100 * smallest:.1f} points, and "
        f"{100 * WANTED:.0f} points would need about {_about(groups_needed(d.n_groups, smallest, WANTED))}"
    )


def _about(n: int) -> int:
    """Rounded up to two figures."""
    step = 10 ** max(0, math.floor(math.log10(max(n, 1))) - 1)
    return math.ceil(n / step) * step


def _few(line: Line) -> str:
    return f"; under {FEW_GROUPS} groups none of this is to be relied on" if line.groups < FEW_GROUPS else ""


def _difference_section(title: str, first: str, lines: Sequence[Line], notes: Sequence[str] = ()) -> Section:
    """A line for each score; what rests on too few groups is starred."""
    scored = ("score",) if first == "class" else ()
    table: list[tuple[str, ...]] = [(first, *scored, "A", "B", "B - A", "p", "rows", "groups")]
    for x in lines:
        names = {"all": (x.score,), MIXED: (x.score,), "class": (x.value, x.score)}.get(x.part, (x.value or EMPTY_SET,))
        n_groups = f"{x.groups}{' *' if x.groups < FEW_GROUPS else ''}"
        table.append((*names, f"{x.a:.3f}", f"{x.b:.3f}", x.difference.signed, _p(x.p), str(x.rows), n_groups))
    few = [f"* under {FEW_GROUPS} groups: not to be relied on"] if any(x.groups < FEW_GROUPS for x in lines) else []
    return Section(title, [*notes, *few], table)


def _right_section(c: TaskComparison) -> Section:
    """McNemar's table."""
    (both, only_a), (only_b, neither) = c.right
    what = "rows whose whole set is right" if c.task.multi else "rows that are right"
    note = "No p-value: rows of a group are not independent, as McNemar's test would have them."
    table = [("", "B right", "B wrong"), ("A right", str(both), str(only_a)), ("A wrong", str(only_b), str(neither))]
    return Section(f"{c.task.name}: {what}", [note], [*table])


def _changed_sections(c: TaskComparison, shown: int) -> list[Section]:
    if shown < 1 or not len(c.changed):
        return []
    note = f"{min(shown, len(c.changed))} of {len(c.changed)}, those first whose probabilities differ most."
    table: list[tuple[str, ...]] = [("id", "target", "gold", "A", "B", "right", "text")]
    for _, row in c.changed.head(shown).iterrows():
        labels = [str(row[k]).replace(SEPARATOR, ", ") or EMPTY_SET for k in ("gold", "A", "B")]
        table.append(
            (str(row["id"]), str(row["target"]), *labels, str(row["right"]), " ".join(str(row["text"]).split()))
        )
    return [Section(f"{c.task.name}: rows that changed sides", [note], table)]


def many(rankings: Sequence[Ranking], uncertainty: UncertaintyConfig) -> list[Section]:
    """Who is first, then for each task the ranked table and every pair."""
    first = rankings[0]
    n_groups, alpha = first.ranked[0].score.n_groups, f"{1 - uncertainty.level:.2g}"
    note = (
        f"Runs that share a letter cannot be told apart with these {n_groups} groups: permutation tests of all "
        f"{len(first.pairs)} pairs, Holm's procedure at {alpha}; {uncertainty.level:.0%} intervals over groups."
    )
    if n_groups < FEW_GROUPS:
        note += f" Under {FEW_GROUPS} groups none of this is to be relied on."
    sections = [Section(f"{len(first.ranked)} runs", [*map(_leader, rankings), note], [])]
    for r in rankings:
        table: list[tuple[str, ...]] = [("rank", "run", r.score, "letters", "from")]
        table += [(str(x.rank), x.entrant.label, str(x.score), x.letters, _origin(x.entrant)) for x in r.ranked]
        sections.append(Section(r.task.name, [], table))
        table = [("run", "minus", r.score, "p", "p by Holm")]
        table += [(x.first.label, x.second.label, x.difference.signed, _p(x.p), _p(x.adjusted)) for x in r.pairs]
        sections.append(Section(f"{r.task.name}: every pair", [], table))
    return sections


def _leader(ranking: Ranking) -> str:
    first, *others = ranking.ranked
    beside = [o.entrant.label for o in others if set(o.letters) & set(first.letters)]
    rest = f"; not distinguishable from it: {', '.join(beside)}" if beside else " and better than all others"
    return f"{ranking.task.name} {ranking.score}: {first.entrant.label} is first{rest}"


def _origin(e: Entrant) -> str:
    return f"run {short_id(e.run)}, head {e.head}"


def _p(p: float, equals: str = "") -> str:
    return f"{equals}{p:.3f}" if p >= 0.001 else "< 0.001"


def two_frame(compared: Sequence[TaskComparison]) -> pd.DataFrame:
    """Every line of a comparison of two, in the columns of :class:`framing.compare.Line`."""
    names = ("task", "part", "value", "score", "a", "b")
    lines = [line for c in compared for line in c.lines]
    return pd.DataFrame(
        [
            {n: getattr(x, n) for n in names}
            | {"b_minus_a": x.difference.value, "low": x.difference.low, "high": x.difference.high, "p": x.p}
            | {"rows": x.rows, "groups": x.groups}
            for x in lines
        ]
    )


def many_frame(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """Every place of every ranking."""
    return pd.DataFrame(
        [
            {"task": r.task.name, "score": r.score, "rank": x.rank, "run": x.entrant.label, "head": x.entrant.head}
            | {"run_id": x.entrant.run.facts["run_id"], "value": x.score.value, "low": x.score.low}
            | {"high": x.score.high, "letters": x.letters, "groups": x.score.n_groups}
            for r in rankings
            for x in r.ranked
        ]
    )


def markdown(sections: Sequence[Section]) -> str:
    """The sections as a page. What stands in a cell is data, and is kept from being read as Markdown or HTML."""
    parts = []
    for s in sections:
        parts += [f"## {s.title}", *([("\n".join(f"- {x}" for x in s.sentences))] if s.sentences else [])]
        if s.table:
            safe = [
                tuple(c.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;") for c in line)
                for line in s.table
            ]
            parts.append(markdown_table(safe))
    return "\n\n".join(parts) + "\n"


def write(out: Path, sections: Sequence[Section], frame: pd.DataFrame) -> None:
    """The page, or its lines as CSV, by the ending. Raises ``UserError`` if it cannot be written."""
    text = markdown(sections) if out.suffix.lower() == ".md" else frame.to_csv(index=False)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written: {error.strerror or error}") from None


def show(sections: Sequence[Section]) -> None:
    """The sections on standard output."""
    for s in sections:
        say(s.title, bold=True)
        for sentence in s.sentences:
            say(sentence)
        if s.table:
            show_table(s.table)
        print()
