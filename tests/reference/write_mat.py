#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files like nyu_depth_v2_labeled.mat with h5py, and others that only look like it.

usage: write_mat.py FOLDER official.json

nyu.mat has 14 frames, packed and with the head that MATLAB writes; plain.mat the same without it,
with normals and without names. Beside them, for frame N (from 1), N.image, N.label13, N.label40,
N.depth, N.normal: what they hold, rows from the top.
"""
import json
import pathlib
import sys

import h5py
import numpy as np
import scipy.io

folder = pathlib.Path(sys.argv[1])
official = json.load(open(sys.argv[2]))
random = np.random.default_rng(7)
frames, height, width = 14, 12, 16

images = random.integers(0, 256, (frames, height, width, 3)).astype("uint8")
labels = random.integers(0, 895, (frames, height, width)).astype("uint16")
depths = random.uniform(0.7, 9, (frames, height, width)).astype("<f4")
normals = random.normal(0, 1, (frames, height, width, 3))
normals = (normals / np.linalg.norm(normals, axis=3, keepdims=True)).astype("<f4")
order = random.permutation(894)  # the file's own order of names


def classes(label, order, thirteen):
    """The class of each label, from 0; 255 where there is none."""
    to40 = np.array(official["to40"])[order]
    index = to40 if not thirteen else np.array(official["to13"])[to40 - 1]
    return np.concatenate([[255], index - 1])[label].astype("uint8")


for frame in range(frames):
    base = folder / str(frame + 1)
    images[frame].tofile(f"{base}.image")
    depths[frame].tofile(f"{base}.depth")
    normals[frame].tofile(f"{base}.normal")
    classes(labels[frame], order, True).tofile(f"{base}.label13")
    classes(labels[frame], order, False).tofile(f"{base}.label40")
    classes(labels[frame], np.arange(894), True).tofile(f"{base}.plain13")


def matlab(array):
    """As MATLAB lays it out: the last of its indices first."""
    return np.ascontiguousarray(array.transpose([0, *range(array.ndim - 1, 0, -1)]))


def write(name, fields, names=None, head=True, **how):
    path = folder / name
    with h5py.File(path, "w", userblock_size=512 if head else 0) as file:
        for field, array in fields.items():
            file.create_dataset(field, data=matlab(array), **how)
        if names is not None:
            cells = file.create_dataset("names", (1, len(names)), h5py.ref_dtype)
            for i, text in enumerate(names):
                letters = np.array([[ord(letter)] for letter in text], "uint16")
                cells[0, i] = file.create_dataset(f"#refs#/{i}", data=letters).ref
    if head:
        with open(path, "r+b") as file:
            text = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Nov 30 2026 HDF5 schema 1.00 ."
            file.write(text.ljust(124) + b"\x00\x02IM")


both = {"images": images, "depths": depths, "labels": labels}
names = [official["classes894"][i] for i in order]
write("nyu.mat", both, names, compression="gzip", chunks=True)
write("plain.mat", both | {"normals": normals}, head=False)
write("lacks-depths.mat", {"images": images, "labels": labels}, names)
write("other-sizes.mat", both | {"labels": labels[:, :-1]}, names)
write("one-picture.mat", {"images": images[0], "depths": depths[0], "labels": labels[0]})
write("real-images.mat", both | {"images": images / 255}, names)
write("other-names.mat", both, ["a wormhole", *names[1:]])
write("high-label.mat", both | {"labels": labels + 895})
write("texts.mat", both | {"depths": np.zeros((frames, 2), "S4")})
write("many-frames.mat", {"images": np.zeros((1450, 1, 1, 3), "uint8"), "depths": np.ones((1450, 1, 1), "<f4"),
                          "labels": np.ones((1450, 1, 1), "uint16")})
scipy.io.savemat(folder / "version-5.mat", both)
whole = (folder / "nyu.mat").read_bytes()
for share in (0, 100, 512, 700, 5000, len(whole) // 2, len(whole) - 10):
    (folder / f"cut-{share}.mat").write_bytes(whole[:share])
(folder / "a-text.mat").write_text("dear diary\n" * 200)
