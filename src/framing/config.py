"""The schema of ``conf/``: wrong types and unknown keys die here, before anything is loaded.

No value of a configuration is ever imported or called: names are looked up in tables of this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from framing.calibrate import CalibrationConfig
from framing.controls import ControlsConfig
from framing.encoder import EncoderConfig
from framing.exceptions import UserError
from framing.heads import HEADS, HeadConfig, head_kind
from framing.labels import Task, unique_names
from framing.protocols import ProtocolConfig
from framing.uncertainty import UncertaintyConfig


@dataclass
class TaskConfig:
    """A task: see :class:`framing.labels.Task`. An empty column means the task's own name."""

    classes: list[str] = field(default_factory=list)
    multi: bool = False
    reads_target: bool = False
    column: str = ""
    reads_speaker: bool = False


@dataclass
class DataConfig:
    """path: the CSV with the labels, relative to the working directory. form: ``labels``, or one of
    ``framing.public_data.READERS``; then path is the folder of that data set.

    Rows whose ``held_out_column`` says ``held_out_value`` take no part in choosing: cross-validation leaves them out,
    and the final fit takes them in (into its own inner choices too, of a nested search or of early stopping).
    ``score_held_out`` measures on them, after training on all others. Look rarely.

    annotations: a file of two readings of these rows (as ``framing agree`` reads), to stand beside the heads; empty:
    ``annotations.csv`` beside the data, if there is one; ``none``: do not look. readers: who they are, for tables.
    """

    path: str = "data/labels.csv"
    form: str = "labels"
    held_out_column: str = "split"
    held_out_value: str = "test"
    score_held_out: bool = False
    annotations: str = ""
    readers: str = "readers"


@dataclass
class TrackingConfig:
    """uri: where MLflow keeps runs. experiment: the name they stand under. artifacts: the folder of their files,
    beside the database if empty."""

    uri: str = "sqlite:///mlflow.db"
    experiment: str = "framing"
    artifacts: str = ""


@dataclass
class ModelConfig:
    """save: fit on all rows, save and register the model. standalone: pack the encoder into it."""

    save: bool = True
    standalone: bool = False


@dataclass
class RangeConfig:
    """Values to try: from low to high, evenly or by their logarithm, or one of choices."""

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: list[Any] = field(default_factory=list)


@dataclass
class SearchConfig:
    """For ``framing search``. trials: in all. space: what to try for each setting of the head. inner: share of groups
    that every trial is scored on. patience: epochs without a better score before a trial stops. storage: where Optuna
    keeps the study; the same command goes on with it. seed: of the sampler."""

    trials: int = 12
    space: dict[str, RangeConfig] = field(default_factory=dict)
    inner: float = 0.2
    patience: int = 2
    storage: str = "sqlite:///search.db"
    seed: int = 0


@dataclass
class PublishedConfig:
    """A figure from a paper, to stand beside the run's own. rows: all, or the name of a slice."""

    system: str = "???"
    source: str = "???"
    task: str = "stance"
    score: str = "macro_f1"
    value: float = 0.0
    rows: str = "all"


@dataclass
class Config:
    """Everything that a run is made of. ``references``: heads scored beside ``head`` on the same splits."""

    name: str = "train"
    seed: int = 0
    data: DataConfig = field(default_factory=DataConfig)
    tasks: dict[str, TaskConfig] = field(default_factory=dict)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    head: HeadConfig = field(default_factory=HeadConfig)
    references: list[str] = field(default_factory=list)
    published: list[PublishedConfig] = field(default_factory=list)
    protocol: ProtocolConfig = field(default_factory=ProtocolConfig)
    uncertainty: UncertaintyConfig = field(default_factory=UncertaintyConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)
    controls: ControlsConfig = field(default_factory=ControlsConfig)
    search: SearchConfig = field(default_factory=SearchConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    model: ModelConfig = field(default_factory=ModelConfig)

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise UserError(f"seed={self.seed}: a number of 0 or more is wanted")


def schemas() -> Iterable[tuple[str | None, str, type[Any]]]:
    """(group, name, dataclass) of every schema that the files of ``conf/`` build on."""
    yield None, "schema", Config
    for name, kind in HEADS.items():
        yield "head", f"{name}_schema", kind.config


def make_tasks(configs: Mapping[str, TaskConfig]) -> tuple[Task, ...]:
    """The tasks of a configuration, in its order. Raises ``UserError`` where one is not sound."""
    tasks = tuple(
        Task(name, tuple(c.classes), c.multi, c.reads_target, c.column, c.reads_speaker) for name, c in configs.items()
    )
    unique_names(tasks)
    return tasks


def reference_configs(names: Iterable[str], main: str) -> dict[str, HeadConfig]:
    """The default settings of the reference heads, without the run's own kind."""
    return {name: head_kind(name).config() for name in names if name != main}
