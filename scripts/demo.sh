#!/usr/bin/env bash
# Sets everything up, then runs the whole way from frames to transfer: bash scripts/demo.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
exec .venv/bin/python scripts/demo.py "$@"
