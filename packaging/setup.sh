#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that Concertina is built and tested with (Debian 12 and 13).
# Nothing is done, and nothing asked, where all of them are there.
set -euo pipefail

# name | what it is for; the names are the same on both releases.
packages=(
    "g++|compiles Concertina"
    "cmake|configures the build and runs the tests"
    "ninja-build|runs the build"
    "ccache|makes later builds quick"
    "libtorch-dev|LibTorch: tensors and gradients"
    "libopenblas-openmp-dev|fast matrix products for LibTorch"
    "libopencv-dev|reads, resizes and writes pictures"
    "libonnx-dev|networks as ONNX"
    "libprotobuf-dev|what ONNX's files are made of"
    "libpng-dev|reads labels as they are stored"
    "libhdf5-dev|reads MATLAB's files of version 7.3, as NYUv2 is published"
    "libsqlite3-dev|SQLite, the store of experiments"
    "libsqlitecpp-dev|SQLite from C++"
    "nlohmann-json3-dev|JSON"
    "libexpected-dev|results that are a value or a problem"
    "libcli11-dev|the words of the command line"
    "libjemalloc-dev|memory of tensors, kept from step to step"
    "libssl-dev|SHA-256 of checkpoints"
    "libzip-dev|archives of weights that torch.save wrote"
    "qt6-base-dev|Qt: the window, and Qt Test for the tests"
    "qt6-svg-dev|icons of the window"
    "libqcustomplot-dev|curves in the window"
    "fonts-inter|the window's font"
    "binutils|readelf, for tests of what programs link"
    "python3-torch|tests: exported networks are run by an independent program"
    "python3-numpy|the same"
    "python3-onnx|tests: its checker accepts exported networks"
    "python3-opencv|tests: the lines of an exported page run"
    "python3-torchvision|tests: backbones compute what torchvision's do"
)

# Debian has it from 13 on; without it there is a runner and a reader of exports less.
if apt-cache show libonnxruntime-dev >/dev/null 2>&1; then
    packages+=("libonnxruntime-dev|ONNX Runtime runs collapsed networks, and reads exports")
fi

say() { printf '%s\n' "$*" >&2; }

names=("${packages[@]%%|*}")
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "packaging/setup.sh installs packages of Debian 12 and 13; this system has no apt-get."
    say "Install what corresponds to them, then: cmake --preset release && cmake --build --preset release"
    for package in "${packages[@]}"; do say "  ${package%%|*}: ${package#*|}"; done
    exit 1
fi

# Packages that are not known at all make dpkg-query fail; they are missing, too.
installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "${names[@]}" \
    2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    grep -qx "${package%%|*} installed" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

say "Concertina needs ${#missing[@]} more packages of the system:"
for package in "${missing[@]}"; do say "  ${package%%|*}: ${package#*|}"; done
install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends
    "${missing[@]%%|*}")
administrator=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        say "Only root may install them, and there is no sudo. Run as root:"
        say "  ${install[*]}"
        exit 1
    fi
    say "Only root may install them: sudo may ask for your password."
    administrator=(sudo)
fi
# Old lists name packages that the mirror has no more. Without a network the installation may
# still work, from a local mirror or the cache.
"${administrator[@]}" apt-get update --quiet \
    || say "The lists of packages could not be brought up to date; going on with those that are there."
if ! "${administrator[@]}" "${install[@]}"; then
    say "The packages could not be installed; apt-get says why above."
    say "They are in Debian 12 (bookworm) and 13 (trixie); this is $(. /etc/os-release && echo "$PRETTY_NAME")."
    exit 1
fi
