#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a file of ONNX with ONNX Runtime on images that are stored as they are.

usage: run_onnx.py FILE IMAGES N C H W OUT

IMAGES holds N · C · H · W floats. Writes OUT.NAME for each output, as floats.
"""
import sys

import numpy as np
import onnxruntime

path, images = sys.argv[1:3]
shape, out = [int(side) for side in sys.argv[3:7]], sys.argv[7]
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
image = np.fromfile(images, np.float32).reshape(shape)
for output, value in zip(session.get_outputs(), session.run(None, {"image": image})):
    value.astype(np.float32).tofile(f"{out}.{output.name}")
