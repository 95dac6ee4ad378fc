"""The cases that ``framing behave --out FILE.csv`` wrote, counted again by suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framing.behave.report import BY_CONSTRUCTION
from framing.data import read_columns
from framing.exceptions import UserError
from framing.split import numbered
from framing.uncertainty import Interval, UncertaintyConfig, bootstrap_shares, draw_weights

_COLUMNS = ("task", "suite", "expected", "group", "passed")


@dataclass(frozen=True)
class SuiteOutcome:
    """One suite put to one task. ``passed`` is None where the normaliser settles it, so that no model was asked."""

    task: str
    suite: str
    expected: str
    cases: int
    passed: Interval | None


def read_outcomes(path: Path, config: UncertaintyConfig) -> list[SuiteOutcome]:
    """The suites in the file's order, with intervals over the groups of their cases.

    Raises ``UserError`` where the file is not one of ``framing behave``.
    """
    cells: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for number, (task, suite, expected, group, passed) in read_columns(path, _COLUMNS):
        if passed not in ("0", "1", BY_CONSTRUCTION):
            raise UserError(f"{path}: row {number}, column 'passed': {passed!r}; give a CSV that framing behave wrote")
        cells.setdefault((task, suite, expected), []).append((group, passed))
    return [SuiteOutcome(*names, len(found), _share(found, config)) for names, found in cells.items()]


def _share(cells: list[tuple[str, str]], config: UncertaintyConfig) -> Interval | None:
    asked = [(group, passed == "1") for group, passed in cells if passed != BY_CONSTRUCTION]
    if not asked:
        return None
    groups = numbered(np.array([group for group, _ in asked]))
    counts = np.zeros((int(groups.max()) + 1, 2))
    np.add.at(counts, groups, np.array([(passed, 1.0) for _, passed in asked], dtype=float))
    return bootstrap_shares({"passed": counts}, draw_weights(len(counts), config), config.level)["passed"]
