"""A progress bar on a terminal, a line now and then elsewhere. Always on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

_QUIET_SECONDS = 3.0  # work shorter than this says nothing where there is no terminal
_LINE_SECONDS = 15.0


class Progress:
    """``with Progress("embedding", 800) as p: ... p.advance(32)``"""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, total, 0
        self._start = self._said = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self.label, total=self.total)
        return self

    def advance(self, count: int = 1) -> None:
        self.done += count
        if self._bar:
            self._bar.advance(self._task, count)
            return
        now = time.monotonic()
        wait = _QUIET_SECONDS if self._said == self._start else _LINE_SECONDS
        if now - self._said > wait and self.done < self.total:
            left = (now - self._start) / self.done * (self.total - self.done)
            print(f"{self.label}: {self.done} of {self.total}, {left:.0f} s left", file=sys.stderr, flush=True)
            self._said = now

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()
