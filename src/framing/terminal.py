"""Sentences and tables on standard output.

Whatever is shown may be a stranger's text: no markup of rich in it is obeyed, and control characters are made visible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from framing.text import visible

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 140  # where no window says otherwise
_TEXT = "text"  # the column that takes the room that is left


def say(words: str, bold: bool = False) -> None:
    """A paragraph; lines of it stay lines, and are wrapped by the window alone."""
    from rich.text import Text

    _console().print(Text(visible(words), style="bold" if bold else ""), soft_wrap=True)


def show_table(
    lines: Sequence[Sequence[object]], title: str = "", whole: Collection[str] = (), apart: bool = False
) -> None:
    """A table whose first line is the header. Columns in ``whole`` are never wrapped; ``apart``: a rule between any two
    lines."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(visible(title)) if title else None, show_lines=apart)
    header, *body = lines
    for name in map(str, header):
        grid.add_column(name, no_wrap=name in whole, ratio=1 if name == _TEXT else None)
    for line in body:
        grid.add_row(*(Text(visible(str(cell))) for cell in line))
    _console().print(grid)


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)
