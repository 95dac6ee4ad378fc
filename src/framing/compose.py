"""Configurations from ``conf/`` and the command line: Hydra composes here, and instantiates nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.exceptions import UserError

if TYPE_CHECKING:
    from framing.experiment import Request


def conf_folder() -> Path:
    """The configuration files: those packed into the wheel, else the repository's. Never the working directory."""
    here = Path(__file__).resolve().parent
    packed = here / "conf"
    return packed if packed.is_dir() else here.parents[1] / "conf"


@contextmanager
def composer(extra: Path | None) -> Iterator[Any]:
    """Gives a function from overrides to a :class:`framing.experiment.Request`."""
    from hydra import compose, initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from framing.config import schemas
    from framing.experiment import Request

    for group, name, node in schemas():
        ConfigStore.instance().store(name=name, node=node, group=group)
    if extra is not None and not extra.is_dir():
        raise UserError(f"--conf {extra}: no such folder")
    search = [f"hydra.searchpath=[file://{extra.absolute()}]"] if extra else []

    asked: list[str] = []

    def make(overrides: Sequence[str]) -> Request:
        asked[:] = overrides
        tree = compose("config", overrides=[*search, *overrides])
        config = OmegaConf.to_object(tree)
        unresolved = OmegaConf.to_container(tree, resolve=False)
        return Request(config, unresolved, OmegaConf.to_yaml(tree, resolve=False), tuple(overrides))  # type: ignore[arg-type]

    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(conf_folder()), version_base="1.3"):
            yield make
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(_one_line(error, asked)) from None


def _one_line(error: Exception, overrides: Sequence[str]) -> str:
    """Hydra's words on one line, without its search path; for a value it cannot read, how to write it."""
    text = " ".join(str(error).split())
    if type(error).__name__ == "OverrideParseException":
        wrong = str(getattr(error, "override", "")) or next(iter(overrides), "")
        key, _, value = wrong.partition("=")
        return f"configuration: cannot read {wrong}; write it in both kinds of quotes: '{key}=\"{value}\"'"
    cause = " ".join(str(error.__cause__ or "").split("\n")[0].split())
    if cause and cause not in text:
        text = f"{text}: {cause}"
    text = re.sub(r" (Config search path|See https).*", "", text)
    return "configuration: " + re.sub(r" \w+_schema\b", "", text)


def jobs(overrides: Sequence[str]) -> list[list[str]]:
    """One list of overrides for every combination, as Hydra's basic sweeper makes them."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides(list(overrides))
    batches = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    return [list(job) for batch in batches for job in batch]
