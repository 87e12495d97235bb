#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an exported TorchScript file in PyTorch on images that are stored as they are.

usage: run_torchscript.py FILE IMAGES N C H W OUT [TYPE]

IMAGES holds N · C · H · W floats. Writes OUT.NAME for each output, as floats. TYPE: of the image,
"float32" or "bfloat16", in which it is computed. Exit code 1 where the outputs are not those that
the file's own facts name.
"""
import json
import os
import sys

if sys.argv[8:] != ["bfloat16"]:
    # Before torch is loaded: what Debian 13's oneDNN computes with AVX is wrong for many shapes.
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "SSE41")

import numpy as np
import torch

path, images = sys.argv[1:3]
shape, out = [int(side) for side in sys.argv[3:7]], sys.argv[7]
kind = getattr(torch, sys.argv[8] if len(sys.argv) > 8 else "float32")
extra = {"concertina.json": ""}
module = torch.jit.load(path, _extra_files=extra)
module.eval()
image = torch.from_numpy(np.fromfile(images, np.float32).reshape(shape)).to(kind)
with torch.no_grad():
    outputs = module(image)
facts = json.loads(extra["concertina.json"])
if [output["name"] for output in facts["outputs"]] != list(outputs):
    sys.exit(f"{list(outputs)} are not the outputs that are named")
for name, value in outputs.items():
    value.to(torch.float32).contiguous().numpy().tofile(f"{out}.{name}")
