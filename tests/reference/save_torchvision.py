#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a network of torchvision with random weights, and what it makes of an image.

usage: save_torchvision.py NAME FOLDER

Files in FOLDER: NAME-zip.pth and NAME-stream.pth (torch.save in both of its forms),
NAME.safetensors, and as raw float32 NAME-image [2, 3, 72, 100] and NAME-features [2, C], the mean of
the last features.
"""
import json
import struct
import sys

import torch
from torchvision import models


def save_safetensors(path, state):
    header, blobs, at = {"__metadata__": {"format": "pt"}}, [], 0
    names = {torch.float32: "F32", torch.int64: "I64"}
    for key, value in state.items():
        blob = value.contiguous().numpy().tobytes()
        header[key] = {"dtype": names[value.dtype], "shape": list(value.shape),
                       "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    name, folder = sys.argv[1:]
    torch.manual_seed(11)
    network = getattr(models, name)()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # as if it had been trained
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    state = network.state_dict()
    torch.save(state, f"{folder}/{name}-zip.pth")
    torch.save(state, f"{folder}/{name}-stream.pth", _use_new_zipfile_serialization=False)
    save_safetensors(f"{folder}/{name}.safetensors", state)
    image = torch.randn(2, 3, 72, 100)
    setattr(network, "fc" if hasattr(network, "fc") else "classifier", torch.nn.Identity())
    with torch.no_grad():
        features = network.eval()(image)
    image.numpy().tofile(f"{folder}/{name}-image")
    features.numpy().tofile(f"{folder}/{name}-features")


main()
