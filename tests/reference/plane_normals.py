#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directions from depths by NumPy's least squares, window by window, in float64.

usage: plane_normals.py FOLDER HEIGHT WIDTH WINDOW FX FY CX CY
reads depth.f32, writes normal.f32 (0 where there is none).
"""
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
height, width, window = map(int, sys.argv[2:5])
fx, fy, cx, cy = map(float, sys.argv[5:9])
depth = np.fromfile(folder / "depth.f32", "<f4").reshape(height, width).astype("f8")
known = np.isfinite(depth) & (depth > 0)
normal = np.zeros((height, width, 3))
reach = window // 2
for y in range(height):
    for x in range(width):
        rows = slice(max(0, y - reach), min(height, y + reach + 1))
        columns = slice(max(0, x - reach), min(width, x + reach + 1))
        v, u = np.mgrid[rows, columns]
        inside = known[rows, columns]
        if not known[y, x] or inside.sum() < max(6, window * window / 3):
            continue
        rays = np.stack([(u[inside] - cx) / fx, (v[inside] - cy) / fy, np.ones(inside.sum())], 1)
        plane, _, rank, _ = np.linalg.lstsq(rays, 1 / depth[rows, columns][inside], rcond=None)
        at = plane @ [(x - cx) / fx, (y - cy) / fy, 1]
        if rank < 3 or abs(at - 1 / depth[y, x]) > 0.05 / depth[y, x]:
            continue
        normal[y, x] = -plane / np.linalg.norm(plane)
normal.astype("<f4").tofile(folder / "normal.f32")
