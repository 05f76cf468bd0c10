#!/bin/sh
# Make .venv hold exactly what requirements.lock names.
# Nothing is said and no network is asked when it already does.
set -eu
cd "$(dirname "$0")/.."

mkdir -p .run
exec 9>.run/venv.lock
flock 9

stamp=$({ pwd -P; cat requirements.lock ./*/pyproject.toml services/*/pyproject.toml; } | sha256sum)
if [ "$(cat .venv/stamp 2>&1)" = "$stamp" ] && .venv/bin/python -c ''; then
    exit 0
fi

refuse() {
    echo "$1" >&2
    exit 1
}

suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt 1500000 ]; then
    refuse "Il faut 1,5 Go libre dans $(pwd) pour installer les bibliothèques."
fi

if ! suits .venv/bin/python; then
    python=
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if suits "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ "$python" ] || refuse "Il faut Python 3.11 ou plus récent ; $(python3 --version 2>&1 || true)."
    "$python" -m venv --clear .venv || refuse "Il faut le module venv de Python (paquet python3-venv)."
fi

# uv itself is in the lock: its lines are enough for pip to check it.
sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.venv/uv.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement .venv/uv.txt

# Where the machine's pip is told of another registry, uv uses it too.
index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
if [ "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    export UV_DEFAULT_INDEX="$index"
fi
# Compiled once, for five services and a machine that may forbid to write bytecode later.
.venv/bin/uv pip sync --require-hashes --compile-bytecode requirements.lock
set --
for package in ./*/pyproject.toml services/*/pyproject.toml; do
    set -- "$@" --editable "$(dirname "$package")"
done
.venv/bin/uv pip install --quiet --offline --no-deps --no-build-isolation "$@"
echo "$stamp" >.venv/stamp
