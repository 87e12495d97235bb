#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/asan.sh [options of ctest]
# As test.sh, with the address and the undefined-behaviour sanitizer in all of our code.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packaging/build.sh asan all
exec ctest --preset asan --parallel "$(nproc)" "$@"
