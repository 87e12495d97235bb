#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a collapsed network without Concertina: PyTorch and what the file itself says.

usage: run_collapsed.py NETWORK.safetensors CASE.safetensors

CASE holds "image" [N, 3, H, W], normalized, and "output/TASK" for each task. Prints one JSON object
a task with the largest difference divided by the output's largest magnitude. Exit code 1 where a
task is further off than 1e-4, or a tensor of the file is read by nothing.
"""
import hashlib
import json
import os
import struct
import sys

# Before torch is loaded: what Debian 13's oneDNN computes with AVX is wrong for many shapes.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "SSE41")

import numpy as np
import torch
import torch.nn.functional as F

LIMIT = 1e-4
TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64}


def read(path):
    """Header of ours and tensors of a safetensors file, whose checksum must be right."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    index = json.loads(data[8:8 + length])
    metadata = index.pop("__metadata__", {})
    if "sha256" in metadata:
        blank = data.replace(metadata["sha256"].encode(), b"0" * 64, 1)
        if hashlib.sha256(blank).hexdigest() != metadata["sha256"]:
            sys.exit(f"{path}: the checksum is wrong")
    tensors = {}
    for name, entry in index.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return json.loads(metadata.get("concertina", "{}")), tensors


def channels(tensor):
    return tensor.view(1, -1, 1, 1)


def run(program, tensors, image):
    """The outputs of a program, instruction by instruction."""
    values, pooled = {}, {}
    for item in program["instructions"]:
        name, op = item["name"], item["op"]
        inputs = [values[i] for i in item["inputs"]]
        own = [tensors[t] for t in item.get("tensors", [])]
        if op == "input":
            value = image
        elif op == "conv":
            value = F.conv2d(inputs[0], own[0], own[1], item["stride"], item["padding"],
                             item["dilation"], item["groups"])
        elif op == "scale_shift":
            value = inputs[0] * channels(own[0]) + channels(own[1])
        elif op == "relu":
            value = F.relu(inputs[0])
        elif op == "max_pool":
            value, indices = F.max_pool2d(inputs[0], 2, 2, return_indices=True)
            pooled[name] = (indices, inputs[0].shape[2:])
        elif op == "max_unpool":
            indices, size = pooled[item["inputs"][1]]
            value = F.max_unpool2d(inputs[0], indices, 2, 2, output_size=tuple(size))
        elif op == "upsample":
            value = F.interpolate(inputs[0], tuple(inputs[1].shape[2:]), mode="bilinear",
                                  align_corners=False)
        elif op == "concat":
            value = torch.cat(inputs, 1)
        else:
            sys.exit(f"{name}: the operation {op} is not known")
        values[name] = value
    return [values[name] for name in program["outputs"]]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    header, tensors = read(sys.argv[1])
    _, case = read(sys.argv[2])
    program = header["program"]
    used = {t for item in program["instructions"] for t in item.get("tensors", [])}
    if used != set(tensors):
        sys.exit(f"tensors without a reader: {sorted(set(tensors) - used)}")
    with torch.no_grad():
        outputs = run(program, tensors, case["image"])
    far = False
    for target, output in zip(header["targets"], outputs):
        expected = case["output/" + target["name"]]
        difference = ((output - expected).abs().max() / expected.abs().max()).item()
        far = far or not difference <= LIMIT
        print(json.dumps({"task": target["name"], "max_rel_diff": difference,
                          "shape": list(output.shape)}))
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
