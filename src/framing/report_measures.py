"""What is measured of a run beside its scores, as parts of its report: readers, calibration, conformal sets, flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framing.calibrate import CalibrationConfig
from framing.ceiling import NONE, Ceiling, read_readings
from framing.ceiling import Readings as TwoReadings
from framing.evaluate import Evaluation
from framing.flags import MAY_FALL
from framing.measures import Measures, measure
from framing.measures_page import calibration_table, label_table, readers_text, set_table
from framing.mistakes import Readings
from framing.reliability import Curve
from framing.report_tables import Grid, Section
from framing.rescore import uncertainty_of
from framing.stored import StoredRun

_POINTS = 60  # of a curve on a page


@dataclass(frozen=True)
class Chart:
    """A curve in the unit square: ``points`` and ``line`` are pairs of shares. ``ideal``: with the line on which
    probabilities mean what they say."""

    title: str
    across: str
    up: str
    points: Sequence[tuple[float, float]] = ()
    line: Sequence[tuple[float, float]] = ()
    ideal: bool = False


def measures_of(run: StoredRun, evaluation: Evaluation, given: Readings) -> Measures:
    """Measured from the stored answers; the readers only if the rows that they read are still the run's."""
    calibration = CalibrationConfig(**run.facts["calibration"])
    return measure(evaluation, uncertainty_of(run), calibration, _readings(run, evaluation, given))


def ceiling_of(run: StoredRun, evaluation: Evaluation, given: Readings) -> Ceiling | None:
    """The readers beside other rows of the same data."""
    readings = _readings(run, evaluation, given)
    return Ceiling(readings, evaluation, uncertainty_of(run)) if readings else None


def _readings(run: StoredRun, evaluation: Evaluation, given: Readings) -> TwoReadings | None:
    annotations = NONE if given.missing else str(run.facts.get("annotations", ""))
    return read_readings(evaluation.table, annotations, str(run.facts.get("readers", "readers")))


def ceiling_section(measures: Measures, why_not: str) -> Section:
    """Who the readers are that stand beside the head in every table. ``why_not``: what keeps them from being known."""
    if measures.ceiling is None:
        return Section(missing=f"not measured: {why_not or 'no two readers have read these rows'}")
    return Section(sentences=[str(text).replace("`", "") for text in readers_text(measures.ceiling)])


def calibration_section(measures: Measures, evaluation: Evaluation) -> Section:
    """Whether probabilities mean what they say, and the sets that are made of them."""
    head = evaluation.main.head
    note = (
        "ECE: by how much the share right differs from the probability; it is never 0 on a sample, so beside it stands "
        "that of a perfectly calibrated model on these rows. Brier: squared distance of probabilities and labels. "
        "AURC: share wrong, averaged over the shares answered, the surest first; E-AURC: its excess over the best "
        "order."
    )
    grids = [Grid("How far probabilities can be believed", calibration_table(measures, evaluation), note)]
    if any(t.multi for t in evaluation.table.tasks):
        grids.append(Grid(f"{head}, by label", label_table(measures, evaluation)))
    if any(measures.sets.values()):
        note = (
            f"Sets of classes that shall hold the right one of {measures.coverage:.0%} of the rows of every class, "
            "calibrated on other groups. Coverage is measured, not guaranteed: rows of one article are not "
            "exchangeable with those of others."
        )
        grids.append(Grid(f"Conformal sets of {head}", set_table(measures), note))
    return Section(grids)


def charts(measures: Measures, evaluation: Evaluation) -> dict[str, list[Chart]]:
    """By task, for each label of the run's own head, or its answer: share right by probability, and share wrong by how
    much is answered."""
    return {
        task: [chart for curve in measured.curves for chart in _charts_of(curve)]
        for task, measured in measures.reliability[evaluation.main.head].items()
    }


def _charts_of(curve: Curve) -> Iterable[Chart]:
    points = list(zip(curve.probability.tolist(), curve.right.tolist(), strict=True))
    yield Chart(curve.name, "probability", "share right", points, points, ideal=True)
    kept = np.unique(np.linspace(0, len(curve.coverage) - 1, _POINTS).round().astype(int))
    line = list(zip(curve.coverage[kept].tolist(), curve.risk[kept].tolist(), strict=True))
    yield Chart(curve.name, "share answered, the surest first", "share wrong", line=line)


def flag_section(measures: Measures, evaluation: Evaluation) -> Section:
    """Which controls do not come out as they should; nothing where none was recorded."""
    if not evaluation.main.answers:
        return Section()
    expected = (
        "Expected: without its mark, and without its names, what is read toward a target falls; without those who "
        f"speak, attribution falls, and stance by no more than {MAY_FALL}."
    )
    return Section(sentences=[expected, *(f"Flagged: {flag}." for flag in measures.flags or ["nothing"])])
