"""Settings that are numbers: what lies out of range is said before anything is done."""

from __future__ import annotations

from collections.abc import Mapping

from framing.exceptions import UserError

NUMBER = (0.0, float("inf"))
COUNT = (1.0, float("inf"))
SHARE = (0.0, 1.0)
POSITIVE = (1e-12, float("inf"))


def check_ranges(of: str, settings: object, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Raise ``UserError`` unless each of these settings lies in its range, both ends included, and is finite; one whose
    default is a whole number has to be whole."""
    for name, (low, high) in ranges.items():
        value, whole = getattr(settings, name), isinstance(getattr(type(settings), name, None), int)
        kind = int if whole else int | float
        if not isinstance(value, kind) or not (low <= value <= high and value < float("inf")):
            wanted = f"from {low:g} to {high:g}" if high < float("inf") else f"of {low:g} or more"
            raise UserError(f"{of}.{name}={value}: a {'whole ' if whole else ''}number {wanted} is wanted")
