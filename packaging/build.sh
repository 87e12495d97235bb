#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/build.sh PRESET TARGET…
# Installs what is needed, configures a preset of CMakePresets.json and builds targets of it in
# build/PRESET. Says nothing where there is nothing to do.
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n 3,5p "$0" >&2; exit 2; }
preset=$1
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/setup.sh
build=build/$preset
[[ -e $build/build.ninja ]] || cmake --preset "$preset"
# Ninja takes a tenth of a second to see that all is built; CMake runs again where its files changed.
if [[ $(ninja -C "$build" -n "$@" | tail -n 1) != "ninja: no work to do." ]]; then
    # A compiler takes up to 1.5 GB for a file.
    jobs=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1500000))
    jobs=$((jobs < 1 ? 1 : jobs > $(nproc) ? $(nproc) : jobs))
    ninja -C "$build" -j "$jobs" "$@"
fi
