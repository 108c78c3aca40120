# Sourced by demo.sh and test.sh: makes .venv, installs the package, sees to OpenGL.
# Reuses what is there; a second run takes no time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$name"
            return
        fi
    done
    echo "error: Python 3.11 or newer is needed; install it, or name it: PYTHON=/path/to/python" >&2
    exit 2
}

install_packages() { # Debian packages; says what to do when not root
    echo "needs Debian packages: $*"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "error: run 'sudo apt-get install $*' (or your system's equivalent), then this again" >&2
        exit 2
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_library() {
    ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"
}

missing=()
has_library libGL.so.1 || missing+=(libgl1)
has_library libEGL.so.1 || missing+=(libegl1)
has_library libGLU.so.1 || missing+=(libglu1-mesa)
has_library libEGL_mesa.so.0 || has_library libEGL_nvidia.so.0 || missing+=(libegl-mesa0 libgl1-mesa-dri)
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

lock=scripts/requirements.lock
stamp=".venv/.installed-$(cat pyproject.toml "$lock" | cksum | cut -d' ' -f1)"
if [ ! -e "$stamp" ]; then
    python=$(find_python)
    if [ ! -x .venv/bin/python ]; then
        if ! "$python" -m venv .venv 2>/dev/null; then
            rm -rf .venv
            install_packages python3-venv
            "$python" -m venv .venv
        fi
    fi
    echo "installing into .venv (once)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$(grep '^torch==' "$lock")"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c "$lock" -e '.[test]'
    touch "$stamp"
fi
