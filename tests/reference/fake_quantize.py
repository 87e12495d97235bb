#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds a kernel a channel and a value as a whole by PyTorch's own fake quantization.

usage: fake_quantize.py KERNEL O REST SCALES BITS VALUE SCALE ZERO OUT

KERNEL holds O · REST floats, SCALES holds O, VALUE any number. Writes OUT.kernel and OUT.value.
"""
import sys

import numpy as np
import torch

kernel, channels, rest, scales, bits, value, scale, zero, out = sys.argv[1:]
most = 2 ** (int(bits) - 1) - 1
weights = torch.from_numpy(np.fromfile(kernel, np.float32).reshape(int(channels), int(rest)))
steps = torch.from_numpy(np.fromfile(scales, np.float32))
zeros = torch.zeros(int(channels), dtype=torch.int32)
torch.fake_quantize_per_channel_affine(weights, steps, zeros, 0, -most, most).numpy().tofile(
    f"{out}.kernel")
values = torch.from_numpy(np.fromfile(value, np.float32))
torch.fake_quantize_per_tensor_affine(values, float(scale), int(zero), 0, 255).numpy().tofile(
    f"{out}.value")
