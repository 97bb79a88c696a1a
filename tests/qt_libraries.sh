#!/bin/sh
# Qt needs these libraries of the system even without a screen. Installs what is missing where it
# may; otherwise says what to install.
# usage: sh tests/qt_libraries.sh PYTHON
set -eu

packages="libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0 libxkbcommon0"

qt_loads() {
    "$1" -c 'import PySide6.QtWidgets' 2>/dev/null
}

if qt_loads "$1"; then
    exit 0
fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
fi
if ! qt_loads "$1"; then
    echo "Qt's system libraries are missing. As root: apt-get install $packages" >&2
    exit 1
fi
