#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/test.sh [options of ctest]
# Installs what is needed, builds everything and runs the tests, for example only those of a label:
#   packaging/test.sh -L unit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/build.sh release all
exec ctest --preset release --parallel "$(nproc)" "$@"
