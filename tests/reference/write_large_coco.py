# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file of annotations as large as instances_train2017.json: 118,287 images, 860,001
annotations in 80 categories whose ids have gaps, 450 MB.

usage: write_large_coco.py FILE
"""
import random
import sys

IMAGES, ANNOTATIONS = 118287, 860001
random.seed(1)


def polygon():
    """Some 22 corners with two decimals, as the published ones are written."""
    x, y = random.uniform(0, 500), random.uniform(0, 400)
    numbers = []
    for _ in range(random.randint(8, 37)):
        numbers.append(f"{min(639, max(0, x + random.uniform(-60, 60))):.2f}")
        numbers.append(f"{min(479, max(0, y + random.uniform(-60, 60))):.2f}")
    return ", ".join(numbers)


polygons = [polygon() for _ in range(2000)]
categories = [i for i in range(1, 91) if i not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]
with open(sys.argv[1], "w") as file:
    file.write('{"info": {"description": "as large as COCO 2017"}, "licenses": [], "images": [')
    for i in range(IMAGES):
        file.write(", " * (i > 0) + f'{{"license": 3, "file_name": "{i:012d}.jpg", "coco_url": '
                   f'"http://images.cocodataset.org/train2017/{i:012d}.jpg", "height": 480, '
                   f'"width": 640, "date_captured": "2013-11-14 11:38:44", "flickr_url": '
                   f'"http://farm1.staticflickr.com/1/{i}_z.jpg", "id": {i}}}')
    file.write('], "annotations": [')
    for i in range(ANNOTATIONS):
        x, y = random.randint(0, 60000) / 100, random.randint(0, 44000) / 100
        file.write(", " * (i > 0) + f'{{"segmentation": [[{polygons[i % 2000]}]], "area": {x + y}, '
                   f'"iscrowd": 0, "image_id": {random.randrange(IMAGES)}, "bbox": [{x}, {y}, '
                   f'{x / 20 + 1:.2f}, {y / 20 + 1:.2f}], "category_id": {random.choice(categories)}, '
                   f'"id": {i}}}')
    names = ", ".join(f'{{"supercategory": "any", "id": {i}, "name": "category {i}"}}'
                      for i in categories)
    file.write(f'], "categories": [{names}]}}')
