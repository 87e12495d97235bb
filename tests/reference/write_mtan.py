#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a folder as MTAN's NYUv2 has it, in another order and type a split, and beside each sample
its image as bytes, labels (255 for none), depths and directions as float32.

usage: write_mtan.py FOLDER
"""
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(5)
height, width = 6, 8

for split, count, real, order in (("train", 3, "float32", "C"), ("val", 2, "float64", "F")):
    for name in ("image", "label", "depth", "normal"):
        (folder / split / name).mkdir(parents=True)
    for i in range(count):
        stored = random.integers(0, 256, (height, width, 3)).astype("uint8")
        label = random.integers(-1, 13, (height, width))
        depth = random.uniform(0.5, 9, (height, width, 1))
        normal = random.normal(0, 1, (height, width, 3))
        normal /= np.linalg.norm(normal, axis=2, keepdims=True)
        normal[0, 0] = 0  # none
        for name, array in (("image", stored / 255), ("label", label), ("depth", depth), ("normal", normal)):
            np.save(folder / split / name / f"{i}.npy", np.array(array, dtype=real, order=order))
        base = folder / f"{split}-{i}"
        stored.tofile(f"{base}.image")
        np.where(label < 0, 255, label).astype("uint8").tofile(f"{base}.label")
        depth.astype("<f4").tofile(f"{base}.depth")
        normal.astype("<f4").tofile(f"{base}.normal")
