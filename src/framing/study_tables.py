"""Transfer and learning curves in tables: for the terminal, for the page that a study leaves, and as CSV."""

from __future__ import annotations

from typing import Any

import pandas as pd

from framing.curve import AHEAD, LEAST, MORE, Curve
from framing.metrics import headline
from framing.summary import markdown_table
from framing.transfer import LEAST as LEAST_TO_LEARN
from framing.transfer import Transfer
from framing.uncertainty import Interval


def transfer_table(found: Transfer, task: str) -> list[tuple[str, ...]]:
    """The first headline score: a line for what was learnt from, a column for what was tested; in-domain in bold."""
    plan = found.plan
    first = headline(next(t for t in found.tasks if t.name == task))[0]
    cells = {pair: cell.scores[task][first] for pair, cell in found.cells.items()}
    tested = [f"{v} ({cells[v, v].n_rows} rows, {cells[v, v].n_groups} groups)" for v in plan.values]
    lines: list[tuple[str, ...]] = [("learnt from \\ tested on", *tested)]
    for train in plan.values:
        one = found.cells[train, train]
        name = f"{train} ({one.train_rows:.0f} rows, {one.train_groups:.0f} groups)"
        row = [f"**{cells[train, v]}**" if v == train else str(cells[train, v]) for v in plan.values]
        lines.append((name, *row))
    return lines


def transfer_page(found: list[Transfer], name: str, command: str, head: str) -> str:
    """The page of a study of transfer."""
    parts = [
        f"# {name}",
        f"Command: `{command}`",
        f"{head} learns from one value alone and is tested on each, in grouped folds: never on a group that it has "
        "learnt from. The diagonal, in bold, is the in-domain score; every figure of a column is of the same rows, and "
        "rows learnt from are means over the folds. Differences to the in-domain score, with intervals: "
        "`transfer_….csv`.",
    ]
    for one in found:
        parts.append(f"## From one {one.plan.by} to another")
        if one.plan.too_few:
            left = ", ".join(f"{value} ({n})" for value, n in one.plan.too_few.items())
            parts.append(f"Left out, with under {LEAST_TO_LEARN} rows or in one fold only: {left}.")
        for task in one.tasks:
            parts += [f"### {task.name}, {headline(task)[0]}", markdown_table(transfer_table(one, task.name))]
    return "\n\n".join(parts) + "\n"


def transfer_frame(found: Transfer) -> pd.DataFrame:
    """All headline scores: a line for each cell, task and score."""
    lines = [
        {
            "by": found.plan.by,
            "train": cell.train,
            "test": cell.test,
            "task": task.name,
            "score": metric,
            "train_rows": cell.train_rows,
            "train_groups": cell.train_groups,
            **_interval("", cell.scores[task.name][metric]),
            "in_domain": found.cells[cell.test, cell.test].scores[task.name][metric].value,
            **_interval("minus_in_domain_", cell.minus_in_domain[task.name][metric]),
        }
        for cell in found.cells.values()
        for task in found.tasks
        for metric in headline(task)
    ]
    return pd.DataFrame(lines)


def _interval(prefix: str, i: Interval) -> dict[str, Any]:
    bounds = {f"{prefix}{name}": getattr(i, name) for name in ("value", "low", "high")}
    return bounds if prefix else {**bounds, "test_rows": i.n_rows, "test_groups": i.n_groups}


def curve_table(curve: Curve) -> list[tuple[str, ...]]:
    """A line for each task and share."""
    lines: list[tuple[str, ...]] = [("task", "score", "documents", "rows", "measured", "lowest to highest draw")]
    for one in curve.curves:
        for p in one.points:
            draws = f"{min(p.draws):.3f} to {max(p.draws):.3f}"
            lines.append((one.task.name, one.metric, f"{p.documents:.0f}", f"{p.rows:.0f}", str(p.score), draws))
    return lines


def forecast_table(curve: Curve) -> list[tuple[str, ...]]:
    """For each task what it would come to with more documents, or why that cannot be said."""
    lines: list[tuple[str, ...]] = [("task", "score", *(f"{times:g} times the documents" for times in AHEAD), "law")]
    for one in curve.curves:
        if one.law:
            law = f"{one.law.a:.3f} - {one.law.b:.3f} (n / {one.law.unit:.0f})^-{one.law.c:.2f}"
            cells = [f"{n}: {interval}" for n, interval in one.ahead.items()]
        else:
            law, cells = one.refused, ["no forecast"] * len(AHEAD)
        lines.append((one.task.name, one.metric, *cells, law))
    return lines


def worth_table(curve: Curve) -> list[tuple[str, ...]]:
    """For each target and language what ``MORE`` rows would be worth."""
    header = ("task", "target", "language", "tested rows", "score now", f"{MORE} rows more, points")
    lines: list[tuple[str, ...]] = [header]
    for c in curve.cells:
        worth = c.refused
        if c.worth:
            value, low, high = (f"{100 * x:+.2f}" for x in (c.worth.value, c.worth.low, c.worth.high))
            worth = f"{value} [{low}, {high}]"
        lines.append((c.task, c.target, c.lang or "any", str(c.n_rows), f"{c.score:.3f}", worth))
    return lines


def curve_page(curve: Curve, name: str, command: str, head: str) -> str:
    """The page of a learning curve."""
    return (
        "\n\n".join(
            [
                f"# {name}",
                f"Command: `{command}`",
                f"{head} learns from nested random parts of each fold's training documents, drawn {curve.draws} times, "
                "and is tested on the whole fold. In brackets the interval of a bootstrap over the tested groups, of "
                "the mean over the draws.",
                markdown_table(curve_table(curve)),
                "## Forecast",
                "An inverse power law, fitted by least squares weighted by documents. The interval is of fits to "
                "resamples of tested groups and of draws; it takes the law for granted. A saved model has learnt from "
                "once all documents.",
                markdown_table(forecast_table(curve)),
                f"## What the next {MORE} labelled rows would be worth",
                f"The slope, where it ends, of the curve of the cell's own tested rows by all rows learnt from, times "
                f"{MORE}: so {MORE} rows mixed as those at hand are, not of this cell alone. Mean, lowest and highest "
                f"of the {curve.draws} draws. Cells under {LEAST} rows are too few.",
                markdown_table(worth_table(curve)),
            ]
        )
        + "\n"
    )


def curve_frames(curve: Curve) -> dict[str, pd.DataFrame]:
    """By file: the points, the forecasts, the cells."""
    points = [
        {
            "task": one.task.name,
            "score": one.metric,
            "share": p.share,
            "documents": p.documents,
            "rows": p.rows,
            **_interval("", p.score),
            **{f"draw_{k}": value for k, value in enumerate(p.draws, 1)},
        }
        for one in curve.curves
        for p in one.points
    ]
    ahead = [
        {"task": one.task.name, "score": one.metric, "documents": n, **_interval("", interval)}
        for one in curve.curves
        for n, interval in one.ahead.items()
    ]
    cells = [
        {
            "task": c.task,
            "score": c.metric,
            "target": c.target,
            "lang": c.lang,
            "rows": c.n_rows,
            "groups": c.n_groups,
            "now": c.score,
            **({f"worth_{k}": getattr(c.worth, k) for k in ("value", "low", "high")} if c.worth else {}),
            "refused": c.refused,
        }
        for c in curve.cells
    ]
    return {"curve": pd.DataFrame(points), "forecast": pd.DataFrame(ahead), "worth": pd.DataFrame(cells)}
