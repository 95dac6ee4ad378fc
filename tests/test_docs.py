"""The README's code is run as it stands, in a folder that has what a clone has (with fewer labels)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from conftest import ROOT, sample_rows, write_csv

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    (folder / "data").mkdir()
    write_csv(folder / "data/labels.csv", sample_rows(30))
    shutil.copytree(ROOT / "docs", folder / "docs")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """`python` is this one."""
    programs = tmp_path_factory.mktemp("bin")
    shim = programs / "python"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    shim.chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if k != "FRAMING_CACHE"}
    return {**kept, "PATH": f"{programs}:{os.environ['PATH']}"}


@pytest.mark.real_encoder
def test_the_readmes_code_runs(clone, environment):
    ran = 0
    for language, code in BLOCKS:
        if "framing ui" in code:
            continue  # has a test of its own
        code = re.sub(r"^make ", f"make -n -C {ROOT} ", code, flags=re.MULTILINE)
        call = ["bash", "-euo", "pipefail", "-c", code] if language == "bash" else [sys.executable, "-c", code]
        done = subprocess.run(
            call, cwd=clone, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        ran += 1
    assert ran >= 7
    assert (clone / "answers.csv").is_file()


@pytest.mark.real_encoder
def test_the_ui_comes_up_on_the_right_store(trained):
    port = 20_000 + os.getpid() % 20_000
    process = subprocess.Popen(
        [sys.executable, "-m", "framing", "ui", "--port", str(port)],
        cwd=trained,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline, answer = time.monotonic() + 120, ""
        while time.monotonic() < deadline and process.poll() is None and not answer:
            try:
                url = f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow/experiments/get-by-name?experiment_name=framing"
                with urllib.request.urlopen(url, timeout=5) as response:
                    answer = response.read().decode()
            except OSError:
                time.sleep(0.5)
        assert '"name": "framing"' in answer, process.communicate(timeout=5) if process.poll() is not None else answer
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_links_of_the_pages_lead_somewhere():
    for page in [
        ROOT / "README.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("data/*.md"),
        *ROOT.glob("experiments/*.md"),
    ]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_test_command_of_the_readme_is_what_ci_runs():
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "make test" in README
    assert re.search(r"^make test$", ci, flags=re.MULTILINE)
