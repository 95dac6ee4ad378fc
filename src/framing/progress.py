"""Progress bars on a terminal, a line now and then elsewhere. Always on stderr. Bars may be nested."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

_QUIET_SECONDS = 3.0  # work shorter than this says nothing where there is no terminal
_LINE_SECONDS = 15.0
_LINE_SHARE = 0.1  # of the time gone by: hours of work do not fill a log


class Progress:
    """``with Progress("embedding", 800) as p: ... p.advance(32)``"""

    _open: Any = None  # the one live display that a terminal can have

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, total, 0
        self._start = self._said = time.monotonic()
        self._bar: Any = None
        self._opened = False
        self._skipped = 0  # done before this start, so it says nothing about speed

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            if Progress._open is None:
                columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
                Progress._open = Bar(*columns, console=Console(stderr=True), transient=True)
                Progress._open.start()
                self._opened = True
            self._bar = Progress._open
            self._task = self._bar.add_task(self.label, total=self.total)
        return self

    def skip(self, count: int) -> None:
        """This much was done before."""
        self._skipped = self.done = count
        if self._bar:
            self._bar.update(self._task, completed=count)

    def advance(self, count: int = 1) -> None:
        """This much more is done."""
        self.done += count
        if self._bar:
            self._bar.advance(self._task, count)
            return
        now = time.monotonic()
        gone = now - self._start
        wait = _QUIET_SECONDS if self._said == self._start else max(_LINE_SECONDS, _LINE_SHARE * gone)
        if now - self._said > wait and self.done < self.total:
            left = gone / (self.done - self._skipped) * (self.total - self.done)
            print(f"{self.label}: {self.done} of {self.total}, {_time(left)} left", file=sys.stderr, flush=True)
            self._said = now

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._bar:
            return
        self._bar.remove_task(self._task)
        if self._opened:
            self._bar.stop()
            Progress._open = None


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
