# Two commands are enough: `make train` and `make test`. Both make .venv and install what they need.
PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: train test lint clean

train: .venv/ready
	.venv/bin/python -m framing train +exp=baseline

test: .venv/ready-dev
	OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist worksteal

lint: .venv/ready-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "framing needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing (some 2 GB on disk, a few minutes the first time) ..."
	$(PIP) -e .
	@touch $@

.venv/ready-dev: .venv/ready
	$(PIP) -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv
