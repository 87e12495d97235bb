#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Runs a collapsed network without Concertina: PyTorch and what the file itself says.

usage: run_collapsed.py NETWORK.safetensors PICTURE… --out DIR
       run_collapsed.py NETWORK.safetensors IMAGES.safetensors --out OUTPUTS.safetensors

Of each picture NAME it writes, in the network's size, NAME.TASK-index.png (classes), NAME.TASK-mm.png (depth
in millimetres, 16 bits), NAME.TASK.png (normals, (n + 1) / 2) or NAME.TASK.npy (all else: the network's output,
whose meaning stands in the file's header), and prints the files.

IMAGES holds "image" [N, 3, H, W], normalized as the header says. OUTPUTS then holds an output a task, "0", "1"
and so on, in the order of the header's targets.

Exit code 1 where a tensor of the network's file is read by nothing, or the file is not as it was written.
"""
import argparse
import hashlib
import json
import os
import pathlib
import struct
import sys

# Before torch is loaded: what Debian 13's oneDNN computes with AVX is wrong for many shapes.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "SSE41")

import numpy as np
import torch
import torch.nn.functional as F

WINDOW = (("window", 2), ("stride", 2), ("padding", 0))  # of a pooling, as it is by default
TYPES = {"F32": np.float32, "F64": np.float64, "F16": np.float16, "BF16": np.uint16, "I64": np.int64}


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
        if entry["dtype"] == "BF16":  # the upper half of a float32
            values = (values.astype(np.uint32) << 16).view(np.float32)
        elif entry["dtype"] == "F16":
            values = values.astype(np.float32)
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
            value = F.conv2d(inputs[0], own[0], own[1] if len(own) > 1 else None, item["stride"],
                             item["padding"], item["dilation"], item["groups"])
        elif op == "scale_shift":
            value = inputs[0] * channels(own[0]) + channels(own[1])
        elif op == "relu":
            value = F.relu(inputs[0])
        elif op == "relu6":
            value = F.relu6(inputs[0])
        elif op == "hard_swish":
            value = F.hardswish(inputs[0])
        elif op == "sigmoid":
            value = torch.sigmoid(inputs[0])
        elif op == "max_pool":
            window = [item.get(key, usual) for key, usual in WINDOW]
            value, indices = F.max_pool2d(inputs[0], *window, return_indices=True)
            pooled[name] = (indices, inputs[0].shape[2:])
        elif op == "average_pool":
            value = F.avg_pool2d(inputs[0], *[item.get(key, usual) for key, usual in WINDOW])
        elif op == "global_pool":
            value = inputs[0].mean((2, 3), keepdim=True)
        elif op == "max_unpool":
            indices, size = pooled[item["inputs"][1]]
            flat = inputs[0].new_zeros(*inputs[0].shape[:2], size[0] * size[1])
            value = flat.scatter(2, indices.flatten(2), inputs[0].flatten(2))
            value = value.view(*inputs[0].shape[:2], *size)
        elif op == "upsample":
            mode = item.get("by", "bilinear")
            value = F.interpolate(inputs[0], tuple(inputs[1].shape[2:]), mode=mode,
                                  align_corners=False if mode == "bilinear" else None)
        elif op == "concat":
            value = torch.cat(inputs, 1)
        elif op == "add":
            value = sum(inputs[1:], inputs[0])
        else:
            sys.exit(f"{name}: the operation {op} is not known")
        values[name] = value
    return [values[name] for name in program["outputs"]]


def cover(old, new):
    """How much of each old pixel of a line is in each new one, [new, old]: rows add up to 1."""
    begin, end = np.arange(new)[:, None] * old / new, np.arange(1, new + 1)[:, None] * old / new
    pixel = np.arange(old)[None]
    shares = np.clip(np.minimum(end, pixel + 1) - np.maximum(begin, pixel), 0, None)
    return shares / shares.sum(1, keepdims=True)


def read_picture(path, form):
    """A picture as the network takes it, [1, 3, H, W]."""
    from PIL import Image, ImageOps

    with Image.open(path) as file:
        picture = ImageOps.exif_transpose(file).convert("RGB")
    height, width = form["height"], form["width"]
    if picture.width > width or picture.height > height:
        values = cover(picture.height, height) @ np.asarray(picture, float).transpose(2, 0, 1)
        values = np.rint(values @ cover(picture.width, width).T).transpose(1, 2, 0)
    else:
        values = np.asarray(picture.resize((width, height), Image.BILINEAR), float)
    values = (values / 255).astype(np.float32)
    values = (values - np.float32(form["mean"])) / np.float32(form["deviation"])
    return torch.from_numpy(values.transpose(2, 0, 1)[None].copy())


def write_answers(stem, targets, outputs):
    """What a network says of one picture, as pictures."""
    from PIL import Image

    for target, output in zip(targets, outputs):
        values = output[0].numpy()
        if target["kind"] == "classes":
            ending, plane = "-index.png", values.argmax(0).astype(np.uint8)
        elif target["kind"] == "depth":
            ending, plane = "-mm.png", np.clip(np.rint(values[0] * 1000), 0, 65535).astype(np.uint16)
        elif target["kind"] == "normals":
            unit = values / np.maximum(np.linalg.norm(values, axis=0), 1e-12)
            ending = ".png"
            plane = np.clip(np.rint((unit + 1) * 127.5), 0, 255).astype(np.uint8).transpose(1, 2, 0)
        else:
            file = f"{stem}.{target['name']}.npy"
            np.save(file, values)
            print(file)
            continue
        file = f"{stem}.{target['name']}{ending}"
        Image.fromarray(plane).save(file)
        print(file)


def write_tensors(path, tensors):
    """A safetensors file of float32 tensors."""
    index, data = {}, b""
    for name, tensor in tensors.items():
        values = tensor.to(torch.float32).contiguous().numpy().tobytes()
        index[name] = {"dtype": "F32", "shape": list(tensor.shape),
                       "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    header = json.dumps(index).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE")
    parser.add_argument("--out", metavar="DIR", type=pathlib.Path, required=True)
    words = parser.parse_args()
    header, tensors = read(words.network)
    program = header["program"]
    used = {t for item in program["instructions"] for t in item.get("tensors", [])}
    if used != set(tensors):
        sys.exit(f"tensors without a reader: {sorted(set(tensors) - used)}")
    with torch.no_grad():
        if words.pictures[0].endswith(".safetensors"):
            _, case = read(words.pictures[0])
            outputs = run(program, tensors, case["image"])
            write_tensors(words.out, {str(t): output for t, output in enumerate(outputs)})
            return 0
        words.out.mkdir(parents=True, exist_ok=True)
        for picture in map(pathlib.Path, words.pictures):
            outputs = run(program, tensors, read_picture(picture, header["input"]))
            write_answers(words.out / picture.stem, header["targets"], outputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
