#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes arrays with NumPy, and beside each NAME.npy what it holds as float32 in C's order.

usage: write_npy.py FOLDER
"""
import io
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(3)


def save(name, array, version=None):
    with open(folder / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    np.ascontiguousarray(array).astype("<f4").tofile(folder / f"{name}.expected")


for kind in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
    high = 2 if kind == "bool" else 100
    values = random.integers(0, high, (3, 4, 2)).astype(kind)
    if kind.startswith("int"):
        values[0, 0] = -1
    save(kind, values)
    save(kind + "-fortran", np.asfortranarray(values))
for kind in ("float16", "float32", "float64"):
    values = random.normal(0, 3, (5, 3, 2, 2)).astype(kind)
    values.flat[:4] = [np.inf, -np.inf, 1e-7, 0]  # 1e-7 is subnormal as a half
    save(kind, values)
    save(kind + "-fortran", np.asfortranarray(values))
plane = random.normal(0, 1, (6, 5)).astype("<f4")
save("version-1", plane, (1, 0))
save("version-2", plane, (2, 0))
save("version-3", plane, (3, 0))
save("of-one-axis", plane[0])
save("of-one-value", plane[0, 0].reshape(()))
save("empty", np.zeros((0, 3), "<f4"))
save("empty-fortran", np.zeros((0, 3), "<f4", order="F"))

# What is refused.
save("refused-big-endian", plane.astype(">f4"))
np.save(folder / "refused-objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(folder / "refused-records.npy", np.zeros(3, dtype=[("x", "<f4"), ("y", "<i2")]))
np.save(folder / "refused-complex.npy", np.zeros(3, "complex64"))
np.save(folder / "refused-text.npy", np.array(["one", "two"]))
np.save(folder / "refused-dates.npy", np.array(["2020-01-01"], "datetime64[D]"))
