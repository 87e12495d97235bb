#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs torchvision's network with weights that Concertina wrote, and compares the outputs.

usage: torchvision_network.py NAME STRIDE CASE.safetensors WIDTH

NAME is a constructor of torchvision.models, STRIDE that of its last features, WIDTH mobilenet_v2's
width_mult. CASE holds "image"
[N, 3, H, W], "output", and "state/NAME" for each entry of the state dict: of a ResNet with its fc, of
vgg16_bn's and mobilenet_v2's features, the latter's last convolution where CASE has it, with an fc
behind their mean, and, where there are entries "state/head.…", of a
DeepLabHead in place of the fc. Every entry must be used and none may be missing. Prints the largest
difference divided by the output's largest magnitude; exit code 1 where it is above 1e-5 (1e-10 in
float64).
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "resources/exports"))
from run_collapsed import read

import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision import models
from torchvision.models.segmentation.deeplabv3 import DeepLabHead


def dilated_basic(network, stride):
    """What replace_stride_with_dilation would do, which torchvision refuses for basic blocks."""
    now, dilation = 4, 1
    for stage in (network.layer2, network.layer3, network.layer4):
        before = dilation
        if now * 2 <= stride:
            now *= 2
            continue
        dilation *= 2
        for i, block in enumerate(stage):
            for conv in (block.conv1, block.conv2):
                conv.stride = (1, 1)
                conv.dilation = conv.padding = (before if i == 0 else dilation,) * 2
            if block.downsample is not None:
                block.downsample[0].stride = (1, 1)
    return network


def dilated_mobile(features, stride):
    """The same: a stride's own convolution is dilated as those before it, the others twice that."""
    now, dilation = 1, 1
    for conv in (module for module in features.modules() if isinstance(module, nn.Conv2d)):
        before = dilation
        if conv.stride == (2, 2):
            if now * 2 <= stride:
                now *= 2
            else:
                conv.stride = (1, 1)
                dilation *= 2
        if conv.groups > 1:
            conv.dilation = conv.padding = (before,) * 2


def build(name, stride, width, has_last):
    """The network up to its last features, as a module that returns them, and its fc."""
    if name == "mobilenet_v2":
        network = models.mobilenet_v2(width_mult=width)
        channels = network.last_channel
        if not has_last:
            channels = network.features[17].conv[2].out_channels
            del network.features[18]
        network.fc = nn.Linear(channels, 1000)
        del network.classifier
        dilated_mobile(network.features, stride)
        return network, network.features
    if name.startswith("vgg"):
        network = getattr(models, name)()
        network.fc = nn.Linear(512, 1000)
        del network.classifier
        network.run = nn.Sequential(*list(network.features)[:-1])
        return network, network.run
    if name in ("resnet18", "resnet34"):
        network = dilated_basic(getattr(models, name)(), stride)
    else:
        network = getattr(models, name)(
            replace_stride_with_dilation=[False, stride < 16, stride < 32])
    parts = (network.conv1, network.bn1, network.relu, network.maxpool, network.layer1,
             network.layer2, network.layer3, network.layer4)
    return network, nn.Sequential(*parts)


def main():
    name, stride, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    _, case = read(path)
    state = {key.removeprefix("state/"): value for key, value in case.items()
             if key.startswith("state/")}
    network, features = build(name, stride, float(sys.argv[4]), "features.18.0.weight" in state)
    head = None
    if any(key.startswith("head.") for key in state):
        channels = network.fc.in_features
        head = DeepLabHead(channels, case["output"].shape[1])
        network.head = head
        del network.fc
    wanted = {key for key in network.state_dict()
              if not key.endswith("num_batches_tracked") and not key.startswith("run.")}
    if wanted != set(state):
        sys.exit(f"missing: {sorted(wanted - set(state))}\nleft: {sorted(set(state) - wanted)}")
    network.load_state_dict(state, strict=False)
    network.to(case["image"].dtype).eval()
    with torch.no_grad():
        output = features(case["image"])
        if head is None:
            output = network.fc(output.mean((2, 3)))[:, :, None, None]
        else:
            output = F.interpolate(head(output), case["image"].shape[2:], mode="bilinear",
                                   align_corners=False)
    difference = ((output - case["output"]).abs().max() / output.abs().max()).item()
    print(difference)
    return 0 if difference <= (1e-10 if output.dtype == torch.float64 else 1e-5) else 1


if __name__ == "__main__":
    sys.exit(main())
