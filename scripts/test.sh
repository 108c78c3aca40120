#!/usr/bin/env bash
# Sets everything up, then lints, checks types and runs the tests: bash scripts/test.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
# Tests start more than a hundred processes, which import the same modules: these are compiled once.
unset PYTHONDONTWRITEBYTECODE
OMP_NUM_THREADS=1 .venv/bin/python -m pytest -q -n 2 --dist loadfile "$@"
