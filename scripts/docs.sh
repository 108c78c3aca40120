#!/usr/bin/env bash
# Sets everything up, then builds the site into build/site: bash scripts/docs.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
stamp=".venv/.docs-installed-$(cat pyproject.toml "$lock" | cksum | cut -d' ' -f1)"
if [ ! -e "$stamp" ]; then
    echo "installing what builds the site into .venv (once)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c "$lock" -e '.[docs]'
    touch "$stamp"
fi
.venv/bin/python -m sphinx --fail-on-warning --keep-going --quiet scripts/docs build/site "$@"
echo "open build/site/index.html"
