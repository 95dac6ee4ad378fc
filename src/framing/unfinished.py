"""What a run that was stopped had finished, so that the same command goes on where it was.

Everything lies in a folder of the cache that is named by all that decides the result, the package's own source
included, and is deleted when the run comes to its end: a finished run asked for again is done again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

_FORGET = 7 * 24 * 3600  # seconds


class Unfinished:
    """Finished steps by name, and a folder for each step that is under way. Without ``folder`` nothing is kept."""

    def __init__(self, folder: Path | None = None, lock: Any = None) -> None:
        self._folder, self._lock = folder, lock
        self.recalled = 0

    @classmethod
    def of(cls, cache: Path, facts: Mapping[str, Any]) -> Unfinished:
        """The place of the run that these facts decide. While one process is at it, another keeps nothing."""
        from filelock import FileLock, Timeout

        text = json.dumps({**facts, "source": source()}, sort_keys=True, ensure_ascii=False)
        folder = cache / "unfinished" / hashlib.sha256(text.encode()).hexdigest()[:32]
        try:
            _forget_old(folder.parent)
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(f"{folder}.lock")
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return cls()
        return cls(folder, lock)

    def _file(self, step: str) -> Path | None:
        name = hashlib.sha256(step.encode()).hexdigest()[:32]
        return self._folder / f"{name}.safetensors" if self._folder else None

    def recall(self, step: str) -> dict[str, np.ndarray] | None:
        """The arrays of a finished step."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        file = self._file(step)
        if file is None or not file.is_file():
            return None
        try:
            arrays = load_file(file)
        except SafetensorError:
            return None
        if not self.recalled:
            print("framing: going on where this run was stopped", file=sys.stderr)
        self.recalled += 1
        return arrays

    def remember(self, step: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep a finished step: whole, or not at all."""
        from safetensors.numpy import save_file

        file = self._file(step)
        if file:
            save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, file.with_suffix(".half"))
            file.with_suffix(".half").replace(file)

    @contextmanager
    def training(self, step: str) -> Iterator[Path | None]:
        """A folder for the state of one long training; emptied once it is done."""
        file = self._file(step)
        if file is None:
            yield None
            return
        folder = file.with_suffix("")
        folder.mkdir(exist_ok=True)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)

    def done(self) -> None:
        """The run has come to its end."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.release()
            Path(f"{self._folder}.lock").unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    """Delete what nobody has gone on with for a week."""
    for path in folder.glob("*/"):
        if time.time() - max(map(_changed, (path, *path.rglob("*")))) > _FORGET:
            shutil.rmtree(path, ignore_errors=True)
            Path(f"{path}.lock").unlink(missing_ok=True)


def _changed(path: Path) -> float:
    """When; now, if another run has just moved it away."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def source() -> str:
    """sha256 of this package's code: what another version finished is not gone on with."""
    total = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*.py")):
        total.update(file.relative_to(here).as_posix().encode() + file.read_bytes())
    return total.hexdigest()
