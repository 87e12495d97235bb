# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a small folder as COCO has it, and beside it what its targets are, as arrays of NumPy's.

usage: write_coco.py FOLDER

Pictures are of 32 x 48 pixels (one is 48 x 32). Things are rectangles whose corners are whole
numbers, so that their masks are slices of an array; runs are counted by NumPy. expected/SPLIT/ID
holds segmentation.bin and panoptic.bin (bytes, rows from the top) and presence.bin of each image
that has them.
"""
import json
import os
import sys

import numpy as np
from PIL import Image

root = sys.argv[1]
random = np.random.default_rng(7)
CATEGORIES = [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}, {"id": 44, "name": "bottle"}]
ORDER = [1, 18, 44]  # classes are in the order of their ids
STUFF = CATEGORIES + [{"id": 119, "name": "flower", "isthing": 0, "color": [10, 20, 30]}]
STUFF_ORDER = [1, 18, 44, 119]
POINTS = ["nose", "left_hand", "right_hand"]


def runs(mask):
    """Lengths of runs down the columns, the first of what is not set."""
    flat = mask.T.reshape(-1).astype(np.int8)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], flat]))).tolist() + [flat.size]
    return np.diff([0] + ends).tolist()


def compressed(counts):
    """As the format says: groups of five bits, low ones first, from the fourth on as differences."""
    text = ""
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        while True:
            group = value & 31
            value >>= 5
            if value == (-1 if group & 16 else 0):
                text += chr(group + 48)
                break
            text += chr((group | 32) + 48)
    return text


def save(path, array):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    array.astype(np.uint8).tofile(path)


def write_split(split, ids, full):
    instances, panoptic, persons = [], [], []
    images, panoptic_images = [], []
    for n, image_id in enumerate(ids):
        height, width = (48, 32) if n == 1 else (32, 48)
        name = f"{image_id:012d}"
        fact = {"id": image_id, "file_name": name + ".jpg", "height": height, "width": width}
        os.makedirs(f"{root}/{split}", exist_ok=True)
        pixels = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(f"{root}/{split}/{name}.jpg", quality=90)
        if n == len(ids) - 1:
            continue  # a picture that no file lists
        images.append(fact)
        segmentation = np.zeros((height, width), int)
        presence = np.zeros(3, int)
        colors = np.zeros((height, width, 3), np.uint8)
        regions, segments = np.full((height, width), 255), []
        things = [] if n == 0 else [(1, 4, 6, 20, 14), (18, 8, 2, 10, 22), (44, 10, 8, 4, 5)]
        things.sort(key=lambda thing: -thing[3] * thing[4])
        # The crowd lies below everything, and is none.
        if n == 2 or (n == 1 and not full):
            crowd = np.zeros((height, width), bool)
            crowd[20:30, 10:40] = True
            segmentation[crowd] = 255
            presence[0] = 1
            counts = runs(crowd)
            instances.append({"id": 1000 + image_id, "image_id": image_id, "category_id": 1,
                              "iscrowd": 1, "area": int(crowd.sum()), "bbox": [10, 20, 30, 10],
                              "segmentation": {"size": [height, width],
                                               "counts": compressed(counts) if full else counts}})
        for k, (category, x, y, w, h) in enumerate(things):
            segmentation[y:y + h, x:x + w] = ORDER.index(category) + 1
            presence[ORDER.index(category)] = 1
            box = [x, y, w, h]
            corners = [x, y, x + w, y, x + w, y + h, x, y + h]
            annotation = {"id": 10 * image_id + k, "image_id": image_id, "category_id": category,
                          "iscrowd": 0, "area": w * h, "bbox": box, "segmentation": [corners]}
            if category == 44:  # of two parts
                half = [[x, y, x + 2, y, x + 2, y + h, x, y + h],
                        [x + 2, y, x + w, y, x + w, y + h, x + 2, y + h]]
                annotation["segmentation"] = half
            instances.append(annotation)
            if category == 1:
                points = [x + 1, y + 2, 2, x + 3, y + 5, 1, 0, 0, 0]
                persons.append({**annotation, "keypoints": points, "num_keypoints": 2})
            identity = 300 * (k + 1) + 70000 * k
            mask = (slice(y, y + h), slice(x, x + w))
            regions[mask] = STUFF_ORDER.index(category)
            colors[mask] = [identity % 256, identity // 256 % 256, identity // 65536]
            segments.append({"id": identity, "category_id": category, "iscrowd": 0})
        save(f"{root}/expected/{split}/{name}/segmentation.bin", segmentation)
        save(f"{root}/expected/{split}/{name}/presence.bin", presence)
        if n == 1:
            continue  # it is in no panoptic file
        ground = np.zeros((height, width), bool)
        ground[28:, :] = True
        ground &= regions == 255
        regions[ground] = STUFF_ORDER.index(119)
        colors[ground] = [0, 0, 9]
        segments.append({"id": 9 * 65536, "category_id": 119, "iscrowd": 0})
        os.makedirs(f"{root}/annotations/panoptic_{split}", exist_ok=True)
        Image.fromarray(colors).save(f"{root}/annotations/panoptic_{split}/{name}.png")
        panoptic_images.append(fact)
        panoptic.append({"image_id": image_id, "file_name": name + ".png",
                         "segments_info": segments})
        save(f"{root}/expected/{split}/{name}/panoptic.bin", regions)
    write(f"instances_{split}", images, instances, CATEGORIES)
    write(f"panoptic_{split}", panoptic_images, panoptic, STUFF)
    person = {**CATEGORIES[1], "keypoints": POINTS, "skeleton": [[1, 2], [1, 3]]}
    write(f"person_keypoints_{split}", images, persons, [person])


def write(name, images, annotations, categories):
    with open(f"{root}/annotations/{name}.json", "w") as file:
        json.dump({"info": {}, "images": images, "annotations": annotations,
                   "categories": categories}, file)


write_split("train2017", [9, 25, 30, 34, 36], True)
write_split("val2017", [139, 285, 632], False)
