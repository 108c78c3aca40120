#!/usr/bin/env bash
# Sets everything up, then builds the site into build/site:
#
#     bash scripts/docs.sh
#     PAGE=0 bash scripts/docs.sh    # without the page of rooms, which takes npm and the extra onnx
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
stamp=".venv/.docs-installed-$(cat pyproject.toml "$lock" | cksum | cut -d' ' -f1)"
if [ ! -e "$stamp" ]; then
    echo "installing what builds the site into .venv (once)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c "$lock" -e '.[docs]'
    touch "$stamp"
fi

# The page of rooms is put together with what npm has, once by network, and left out where that fails.
make_page() {
    command -v npm >/dev/null || return 1
    if [ ! -d build/npm/node_modules ] || ! cmp -s {scripts/docs,build}/npm/package-lock.json; then
        mkdir -p build/npm && cp scripts/docs/npm/package{,-lock}.json build/npm/ &&
            npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund --silent || return 1
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c "$lock" -e '.[onnx]' &&
        .venv/bin/darla export --encoder rooms --out build/onnx --page build/pages/rooms.html --runtime build/npm
}
rm -rf build/pages
[ "${PAGE:-1}" = 0 ] || make_page || echo "the site is built without the page of rooms: that takes npm (Debian's package npm) and, once, network"
.venv/bin/python -m sphinx --fail-on-warning --keep-going --quiet scripts/docs build/site "$@"
echo "open build/site/index.html"
