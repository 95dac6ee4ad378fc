"""A report as a page of HTML and as a model card in Markdown.

What stands in a row, a path or a name is data: the page escapes it, shows characters that would turn the order of a
text, and forbids scripts and every address; the card keeps it from being read as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from framing.labels import EMPTY_SET, SEPARATOR
from framing.neighbours import METHOD
from framing.report import Report, Wrong
from framing.report_tables import Grid
from framing.targets import spans_of
from framing.text import visible
from framing.uncertainty import Interval

_RIGHT_TO_LEFT = {"ar", "arz", "ary", "azb", "ckb", "dv", "fa", "he", "pnb", "ps", "sd", "ug", "ur", "yi"}
_CONTENTS = (
    ("short", "In short"),
    ("question", "The question"),
    ("data", "Data"),
    ("protocol", "Protocol"),
    ("scores", "Scores"),
    ("classes", "By class"),
    ("slices", "Parts of the data"),
    ("controls", "Controls"),
    ("calibration", "Calibration"),
    ("behaviour", "Behaviour"),
    ("errors", "Mistakes"),
    ("reproduce", "How to reproduce it"),
)


def report_page(report: Report) -> str:
    """One page of HTML that needs nothing beside it."""
    template = _environment().get_template("report.html")
    return template.render(r=report, title=report.run.name, contents=_CONTENTS, command=report.command, method=METHOD)


def errors_page(name: str, head: str, command: str, mistakes: Sequence[Wrong], readings: str) -> str:
    """The mistakes alone, in the same style."""
    contents = [(w.task, f"{w.task}: {w.total}") for w in mistakes]
    template = _environment().get_template("errors.html")
    return template.render(
        title=f"Mistakes of {name}",
        name=name,
        head=head,
        command=command,
        contents=contents,
        mistakes=mistakes,
        readings=readings,
        method=METHOD,
    )


def model_card(report: Report) -> str:
    """The same figures in Markdown, after Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019)."""
    text = _environment().get_template("model_card.md").render(r=report)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("framing"),
        # In Markdown there is none: every value that is data goes through `md`, `code` or `table`.
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "visible": visible,
        "direction": _direction,
        "language": _language,
        "labels": _labels,
        "percent": _percent,
        "pieces": _pieces,
        "numeric": _is_numeric,
        "md": _as_text,
        "code": _as_code,
        "table": _table,
    }
    environment.tests["interval"] = lambda cell: isinstance(cell, Interval)
    return environment


def _language(tag: str) -> str:
    """The tag, if it is one."""
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", tag or "") and tag != "und" else ""


def _direction(tag: str) -> str:
    return "rtl" if _language(tag).lower().split("-")[0] in _RIGHT_TO_LEFT else "auto"


def _labels(cell: str) -> str:
    return cell.replace(SEPARATOR, ", ") or EMPTY_SET


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


def _pieces(text: str, target: str) -> list[tuple[str, bool]]:
    """The text in pieces, and whether a piece names the target."""
    found, cursor = [], 0
    for start, end in spans_of(text, target):
        found += [(text[cursor:start], False), (text[start:end], True)]
        cursor = end
    return [*found, (text[cursor:], False)]


def _is_numeric(grid: Grid, column: int) -> bool:
    """Whether the column holds nothing but figures, or marks beside them."""
    cells = [line[column] for line in grid.lines[1:] if line[column] != ""]
    plain = all(isinstance(c, str) and re.fullmatch(r"\d[\d.]*%?( \*)?", c) for c in cells)
    return column > 0 and bool(cells) and plain


def _as_text(value: Any) -> str:
    """Data within Markdown: one line, read as the letters that it is."""
    line = " ".join(visible(str(value)).split())
    line = re.sub(r"([\\`*|])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
    return line.replace("](", "]\\(")


def _as_code(value: Any) -> str:
    """Data as code within Markdown."""
    line = " ".join(visible(str(value)).split())
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _table(grid: Grid) -> str:
    """GitHub's table of a grid."""
    from framing.summary import markdown_table

    return markdown_table([tuple(_as_text(cell) for cell in line) for line in grid.lines])
