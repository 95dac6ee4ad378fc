"""Being stopped: Ctrl-C and SIGTERM become exceptions, except for the moment in which a run is registered."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(BaseException):
    """SIGTERM arrived. Like ``KeyboardInterrupt`` it must not be caught by ``except Exception``."""


_held = False
_pending: int | None = None


def install() -> None:
    """Let both signals end the process in order."""
    signal.signal(signal.SIGTERM, _handle)
    signal.signal(signal.SIGINT, _handle)


def _handle(number: int, frame: FrameType | None) -> None:
    global _pending
    if _held:
        _pending = number
    else:
        _raise(number)


def _raise(number: int) -> None:
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, a signal waits: what is done here is done whole."""
    global _held, _pending
    _held, _pending = True, None
    try:
        yield
    finally:
        _held = False
    if _pending is not None:
        _raise(_pending)
