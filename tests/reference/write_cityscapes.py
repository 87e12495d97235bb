#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a small Cityscapes as its archives unpack, and what a reader has to make of it: for each
picture its bytes, both classes a pixel (255 for void), depth in metres and MTAN's inverse depth as
float32. With a third argument also the same as MTAN has it, arrays of NumPy's.

usage: write_cityscapes.py FOLDER EXPECTED HEIGHT WIDTH [MTAN]
"""
import json
import pathlib
import sys

import numpy as np
from PIL import Image

folder, expected = map(pathlib.Path, sys.argv[1:3])
height, width = map(int, sys.argv[3:5])
mtan = pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else None
expected.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(21)

# The ids of the 19 classes in their order, and the first id of each category (labels.py).
TRAINED = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
CATEGORY_BEGINS = [7, 11, 17, 21, 23, 24, 26]

nineteen = np.full(256, 255, "uint8")
seven = np.full(256, 255, "uint8")
for place, label in enumerate(TRAINED):
    nineteen[label] = place
    seven[label] = sum(label >= begin for begin in CATEGORY_BEGINS) - 1


def save(array, kind, split, sample, ending):
    path = folder / kind / split / sample.split("_")[0] / f"{sample}_{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(array, dict):
        path.write_text(json.dumps(array, indent=4))
    else:
        Image.fromarray(array).save(path)


def areas(low, high):
    """Labels in rectangles, so that every size of a picture shows several."""
    coarse = random.integers(low, high, (4, 8))
    rows = np.arange(height) * 4 // height
    columns = np.arange(width) * 8 // width
    return coarse[rows][:, columns].astype("uint8")


def write(split, sample, labels="labelIds", disparity=True, camera=(0.209313, 2262.52)):
    image = random.integers(0, 256, (height, width, 3)).astype("uint8")
    # Learnable: what is bright is near, and of another class.
    image[:, : width // 2] //= 2
    save(image, "leftImg8bit", split, sample, "leftImg8bit.png")
    image.tofile(expected / f"{sample}.image")

    ids = areas(0, 4) if split == "test" else areas(0, 34)
    if labels == "labelIds":
        save(ids, "gtFine", split, sample, "gtFine_labelIds.png")
    else:
        save(nineteen[ids], "gtFine", split, sample, "gtFine_labelTrainIds.png")
    save(np.zeros_like(image), "gtFine", split, sample, "gtFine_color.png")
    save({"objects": []}, "gtFine", split, sample, "gtFine_polygons.json")
    if split != "test":
        nineteen[ids].tofile(expected / f"{sample}.nineteen")
        seven[ids].tofile(expected / f"{sample}.seven")

    stored = random.integers(2, 32258, (height, width)).astype("uint16")
    stored[0, :4] = [0, 1, 2, 65535]  # no measurement, infinitely far, very far, near
    inverse = stored / 65535
    if disparity:
        save(stored, "disparity", split, sample, "disparity.png")
        inverse.astype("<f4").tofile(expected / f"{sample}.inverse")
    if camera:
        baseline, fx = camera
        save({"extrinsic": {"baseline": baseline, "pitch": 0.038, "roll": 0.0, "x": 1.7, "y": 0.1,
                            "yaw": -0.0195, "z": 1.22},
              "intrinsic": {"fx": fx, "fy": fx + 2.8, "u0": 1096.98, "v0": 513.137}},
             "camera", split, sample, "camera.json")
    if disparity and camera:
        with np.errstate(divide="ignore"):
            depth = baseline * fx / ((stored.astype("float64") - 1) / 256)
        depth[stored <= 1] = 0
        depth.astype("<f4").tofile(expected / f"{sample}.depth")

    if mtan and split != "test":
        place = mtan / split
        number = len(list((place / "image").glob("*.npy")))
        for name, array in (
            ("image", image / 255),
            ("label_2", np.zeros(ids.shape)),
            ("label_7", np.where(seven[ids] == 255, -1.0, seven[ids])),
            ("label_19", np.where(nineteen[ids] == 255, -1.0, nineteen[ids])),
            ("depth", inverse[:, :, None]),
        ):
            (place / name).mkdir(parents=True, exist_ok=True)
            np.save(place / name / f"{number}.npy", array)


write("train", "aachen_000000_000019")
write("train", "aachen_000001_000019", labels="labelTrainIds", disparity=False)
write("train", "bochum_000000_000313", camera=None)
write("train", "bochum_000000_000600")
write("val", "frankfurt_000000_000294", camera=(0.222126, 2268.36))
write("val", "frankfurt_000000_000576", camera=(0.222126, 2268.36))
write("test", "berlin_000000_000019")
