#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/run.sh [options of "concertina-cli train"]
# Installs what is needed, builds, and trains the demo "rooms-demo". Everything that it writes is
# in build/release and in the user's data directory.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
"$root/packaging/build.sh" release concertina-cli

# --report from the caller comes before ours.
report=()
if [[ " $* " != *" --report"[\ =]* ]]; then
    data=${XDG_DATA_HOME:-$HOME/.local/share}/concertina
    report=(--report "$data/rooms-demo")
fi
echo "Concertina has no window yet; this trains its demo in the terminal: three tasks (segmentation,"
echo "depth, normals) on rendered rooms, a few minutes. Then the network is collapsed, compared with"
echo "the expanded one, and its predictions are drawn. Ctrl-C stops with a checkpoint."
exec "$root/build/release/bin/concertina-cli" train rooms-demo "${report[@]}" "$@"
