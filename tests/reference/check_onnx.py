#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks files of ONNX with the onnx package, shapes and types of every value among it.

usage: check_onnx.py FILE…

Of each file it prints a line of JSON: opset, input, outputs with their shapes, keys of the metadata.
"""
import json
import sys

import onnx
from onnx import shape_inference

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True)

    def shape(value):
        return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]

    print(json.dumps({
        "opset": model.opset_import[0].version,
        "inputs": {value.name: shape(value) for value in model.graph.input},
        "outputs": {value.name: shape(value) for value in inferred.graph.output},
        "metadata": sorted(entry.key for entry in model.metadata_props),
    }))
