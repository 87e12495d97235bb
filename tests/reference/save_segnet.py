#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes state dicts of a SegNet of PyTorch's own modules, and what it makes of images.

usage: save_segnet.py FOLDER

The network has stages of 6 and 8 channels with 1 and 2 convolutions, as the tests' own. In wide-*.pt
it has twice as many, of which half are dead: their kernels and norms are 0, so that the narrow network
that keeps the others computes the same. case.pt has the images and the last features of each file.
"""
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

CHANNELS, CONVOLUTIONS = (6, 8), (1, 2)


class Layer(nn.Module):
    """A convolution, its norm and a ReLU, under the names that a file shall have."""

    def __init__(self, inputs, outputs, names):
        super().__init__()
        self.parts = names  # of the convolution ("" is the layer itself) and of the norm
        convolution, norm = nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs)
        for value in (norm.weight, norm.bias, norm.running_mean):
            nn.init.normal_(value, 0.3, 0.5)
        nn.init.uniform_(norm.running_var, 0.5, 2)
        setattr(self, names[0] or "itself", convolution)
        setattr(self, names[1], norm)

    def both(self):
        return getattr(self, self.parts[0] or "itself"), getattr(self, self.parts[1])

    def forward(self, x):
        convolution, norm = self.both()
        return F.relu(norm(convolution(x)))


class SegNet(nn.Module):
    def __init__(self, factor=1, names=("", "norm")):
        super().__init__()
        wide = [factor * channels for channels in CHANNELS]
        self.order = []
        inputs = 3
        for side, stages in (("enc", range(2)), ("dec", (1, 0))):
            for s in stages:
                stage = nn.ModuleDict()
                for i in range(CONVOLUTIONS[s]):
                    outputs = wide[s] if side == "enc" else wide[max(s - 1, 0)]
                    stage[str(i + 1)] = Layer(inputs, outputs, names)
                    inputs = outputs
                setattr(self, f"{side}{s + 1}", stage)
                self.order.append((side, stage))
        self.fc = nn.Linear(inputs, 5)

    def forward(self, x):
        pooled = []
        for side, stage in self.order:
            if side == "dec":
                indices, size = pooled.pop()
                x = F.max_unpool2d(x, indices, 2, 2, output_size=size)
            for layer in stage.values():
                x = layer(x)
            if side == "enc":
                size = x.shape[2:]
                x, indices = F.max_pool2d(x, 2, 2, return_indices=True)
                pooled.append((indices, size))
        return x

    def saved(self, prefix=""):
        return {prefix + name.replace(".itself.", "."): value
                for name, value in self.state_dict().items()}

    def without_norms(self):
        for _, stage in self.order:
            for layer in stage.values():
                _, norm = layer.both()
                norm.reset_running_stats()
                norm.weight.fill_((1 + norm.eps) ** 0.5)
                norm.bias.zero_()

    def kill(self, leading):
        """Half of the channels, the same where unpooling pairs them; those of the last layer."""
        kept = {}
        stages = {f"{side}{s}": getattr(self, f"{side}{s}") for side in ("enc", "dec")
                  for s in (1, 2)}
        for name, stage in stages.items():
            for i, layer in stage.items():
                convolution, norm = layer.both()
                # What is pooled in a stage is what the decoder's next stage unpools.
                last = i == str(len(stage))
                space = {"enc1": "first", "dec2": "first"}.get(name) if last else None
                count = convolution.out_channels
                if space not in kept:
                    chosen = torch.arange(count) if leading else torch.randperm(count)
                    kept[space or f"{name}.{i}"] = chosen[:count // 2].sort().values
                dead = torch.ones(count, dtype=torch.bool)
                dead[kept[space or f"{name}.{i}"]] = False
                for tensor in (convolution.weight, convolution.bias, norm.weight, norm.bias):
                    tensor[dead] = 0
        return kept["dec1.1"]


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(3)
    case = {"image": torch.randn(2, 3, 16, 24)}
    with torch.no_grad():
        for name, names, prefix, new in (("norm.pt", ("", "norm"), "", True),
                                         ("bn.pth", ("conv", "bn"), "module.", False),
                                         ("sequence.pt", ("0", "1"), "backbone.net.", True)):
            network = SegNet(names=names).eval()
            case[name] = network(case["image"])
            torch.save({"state_dict": network.saved(prefix), "epoch": 3}, folder / name,
                       _use_new_zipfile_serialization=new)
        for name, leading in (("wide-leading.pt", True), ("wide-strongest.pt", False)):
            network = SegNet(factor=2).eval()
            kept = network.kill(leading)
            case[name] = network(case["image"])[:, kept]
            torch.save(network.saved(), folder / name)
        whole = SegNet().eval()
        parts = {name: value for name, value in whole.saved().items() if name.startswith("enc")}
        parts["enc2.1.weight"] = torch.zeros(8, 6, 5, 5)
        torch.save(parts, folder / "parts.pt")
        torch.save({name: value for name, value in whole.saved().items() if "norm" not in name},
                   folder / "bare.pt")
        whole.without_norms()
        case["bare.pt"] = whole(case["image"])
        torch.save({"features.0.weight": torch.zeros(4, 3, 3, 3)}, folder / "other.pt")
        torch.save({name: value[:2] for name, value in whole.saved().items() if value.dim() == 4},
                   folder / "narrow.pt")
        broken = whole.saved()
        broken["enc1.1.weight"] = broken["enc1.1.weight"] * float("nan")
        torch.save(broken, folder / "nan.pt")
    torch.save({name: value.contiguous() for name, value in case.items()}, folder / "case.pt")


if __name__ == "__main__":
    main()
