#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/run.sh [--headless] [options]
# Installs what is needed, builds, and opens the workbench on its demo "rooms-demo"; options are
# those of "concertina". Without a display, or with --headless, the demo is trained in the terminal;
# options are then those of "concertina-cli train". What it writes is in build/release and in the
# user's data directory.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
headless=
if [[ ${1:-} == --headless ]]; then
    headless=asked
    shift
elif [[ -z ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    headless=needed
    echo "There is no display: the demo is trained in this terminal, without the window."
fi

if [[ -z $headless ]]; then
    "$root/packaging/build.sh" release concertina concertina-cli
    exec "$root/build/release/bin/concertina" --demo "$@"
fi

"$root/packaging/build.sh" release concertina-cli
# --report from the caller comes before ours.
report=()
if [[ " $* " != *" --report"[\ =]* ]]; then
    data=${XDG_DATA_HOME:-$HOME/.local/share}/concertina
    report=(--report "$data/rooms-demo")
fi
echo "Three tasks (segmentation, depth, normals) learn rendered rooms in one network, for about three"
echo "minutes on two cores: each with cores of its own where the network is widest, and a last stage of"
echo "its own. Then the network is collapsed, with a table of what each task owned and owns of what"
echo "ships; it is compared with the expanded one, and its predictions are drawn. Ctrl-C stops with a"
echo "checkpoint."
exec "$root/build/release/bin/concertina-cli" train rooms-demo "${report[@]}" "$@"
