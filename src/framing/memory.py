"""The most memory that this process held, in all or during one step."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Let :func:`peak` count from now on; where the system is not Linux, it goes on counting from the start."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return


def peak() -> float:
    """Megabytes of memory in use at the highest, what had been taken before included."""
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found / (1024 * 1024 if sys.platform == "darwin" else 1024)
