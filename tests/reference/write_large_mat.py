#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file of the size of nyu_depth_v2_labeled.mat: 1,449 frames of 480 × 640, some of them with
contents. Its arrays are holes on the disk elsewhere.

usage: write_large_mat.py FILE official.json FRAMES
"""
import json
import sys

import h5py
import numpy as np

frames, height, width = 1449, 480, 640
names = json.load(open(sys.argv[2]))["classes894"]
random = np.random.default_rng(1)
with h5py.File(sys.argv[1], "w", userblock_size=512) as file:
    fields = {}
    for name, shape, kind in (
        ("images", (frames, 3, width, height), "u1"),
        ("depths", (frames, width, height), "<f4"),
        ("labels", (frames, width, height), "<u2"),
    ):
        how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        how.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple(shape)
        made = h5py.h5d.create(file.id, name.encode(), h5py.h5t.py_create(np.dtype(kind)), space, how)
        fields[name] = h5py.Dataset(made)
    cells = file.create_dataset("names", (1, len(names)), h5py.ref_dtype)
    for i, text in enumerate(names):
        letters = np.array([[ord(letter)] for letter in text], "uint16")
        cells[0, i] = file.create_dataset(f"#refs#/{i}", data=letters).ref
    slope = np.linspace(1, 6, width)[:, None] + np.linspace(0, 2, height)
    for frame in range(min(int(sys.argv[3]), frames)):
        fields["images"][frame] = random.integers(0, 256, (3, width, height))
        fields["depths"][frame] = slope + random.normal(0, 0.005, slope.shape)
        fields["labels"][frame] = random.integers(0, 895, (width // 8, height // 8)).repeat(8, 0).repeat(8, 1)
with open(sys.argv[1], "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
