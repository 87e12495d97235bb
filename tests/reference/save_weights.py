#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files of weights with PyTorch, and beside them what must be read from each.

usage: save_weights.py FOLDER

cases.json is a list of {file, tensors} and {file, code, mentions}: the tensors by name with type,
shape and bytes in hexadecimal digits, or the code of the problem and what its text says. Files of
safetensors are written from the format's description, by struct and json alone.
"""
import collections
import copy
import json
import os
import pathlib
import struct
import sys
import zipfile

import numpy as np
import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16,
         "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32, "I16": torch.int16,
         "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool}
NAMES = {dtype: name for name, dtype in TYPES.items()}


def bytes_of(tensor):
    values = tensor.detach().contiguous().reshape(-1)
    return values.view(torch.uint8).numpy().tobytes() if values.numel() else b""


def described(tensors):
    return {name: {"type": NAMES[tensor.dtype], "shape": list(tensor.shape),
                   "bytes": bytes_of(tensor).hex()} for name, tensor in tensors.items()}


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 4, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(4)
        self.layer1 = torch.nn.Sequential(torch.nn.Conv2d(4, 5, 1), torch.nn.ReLU())
        self.fc = torch.nn.Linear(5, 2)

    def forward(self, x):
        return self.fc(self.layer1(self.bn1(self.conv1(x))).mean((2, 3)))


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Writer:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.cases = []

    def note(self, file, tensors=None, code=None, mentions=""):
        case = {"file": file}
        case.update({"code": code, "mentions": mentions} if code else {"tensors": described(tensors)})
        self.cases.append(case)

    def save(self, name, value, tensors=None, code=None, mentions="", protocols=(2,)):
        """In both forms of torch.save."""
        for form in ("zip", "stream"):
            for protocol in protocols:
                file = f"{name}-{form}-{protocol}.pt"
                torch.save(value, self.folder / file, pickle_protocol=protocol,
                           _use_new_zipfile_serialization=form == "zip")
                self.note(file, tensors, code, mentions)

    def repack(self, source, name, change, deflated=False, **expected):
        """A zip archive again, with changed entries: `change` maps a dict of bytes by name."""
        with zipfile.ZipFile(self.folder / source) as archive:
            entries = {info.filename: archive.read(info) for info in archive.infolist()}
        entries = change(entries)
        method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        with zipfile.ZipFile(self.folder / name, "w", method) as archive:
            for entry, data in entries.items():
                archive.writestr(entry, data)
        self.note(name, **expected)

    def safetensors(self, name, header, data, **expected):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        (self.folder / name).write_bytes(struct.pack("<Q", len(text)) + text + data)
        self.note(name, **expected)


def right_files(writer):
    torch.manual_seed(1)
    state = Net().state_dict()
    writer.save("net", state, dict(state), protocols=(2, 3, 4, 5))
    writer.save("dict", dict(state), dict(state))
    types = {name: (torch.arange(7) % 3).to(dtype) for name, dtype in TYPES.items()}
    writer.save("types", types, types)
    base, shared = torch.arange(60.), torch.randn(5)
    views = {"steps": base[3::7], "turned": base.view(6, 10).t(), "cut": base.view(6, 10)[2:, 3:7],
             "one": base[5], "all": base, "wide": torch.tensor([2.5]).expand(4, 3),
             "tied.a": shared, "tied.b": shared}
    writer.save("views", views, views)
    small = {"scalar": torch.tensor(3.5), "count": torch.tensor(7), "none": torch.empty(0),
             "flat": torch.empty(3, 0, 2), "nan": torch.tensor([float("nan"), -0.0, float("inf")])}
    writer.save("small", small, small)
    parameters = {"w": torch.nn.Parameter(torch.randn(2, 3)),
                  "r": torch.nn.Parameter(torch.randn(2), requires_grad=False)}
    writer.save("parameters", parameters, parameters, protocols=(2, 4))
    writer.save("parallel", {"module." + name: value for name, value in state.items()},
                dict(state))
    writer.save("modules", {"module.a": base, "modulus": base},
                {"module.a": base, "modulus": base})

    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(2, 3, 8, 8)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    trained = net.state_dict()
    checkpoint = {"epoch": 3, "best": 0.25, "note": "ünïcode", "big": 2**80, "minus": -5,
                  "wide": 3_000_000_000, "on": True, "off": None, "tuple": (1, (2, 3), [4.5]),
                  "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
                  "state_dict": trained}
    writer.save("checkpoint", checkpoint, dict(trained), protocols=(2, 5))
    writer.save("model", {"model": {"state_dict": trained}, "epoch": 1}, dict(trained))
    writer.save("named", {"generator": {"a": {"w": base}}, "critic": {"b": shared}, 4: base},
                {"generator.a.w": base, "critic.b": shared})

    # As PyTorch before 0.4 and Python 2 had them.
    old = Calls(torch._utils._rebuild_tensor, base.storage(), 2, (2, 3), (10, 1))
    old = Calls(torch.nn.Parameter, old)
    old.call += ((True, False, collections.OrderedDict()),)
    writer.save("old", Calls(collections.OrderedDict, [["w", old]]),
                {"w": base.as_strided((2, 3), (10, 1), 2)})

    torch.jit.script(net).save(str(writer.folder / "script.pt"))
    writer.note("script.pt", dict(trained))
    torch.jit.save(torch.jit.trace(net.eval(), torch.randn(1, 3, 8, 8)),
                   str(writer.folder / "traced.pt"))
    writer.note("traced.pt", dict(trained))


def of_another_order(entries):
    """As a machine writes them whose highest byte comes first; all values have four bytes."""
    turned = {name: np.frombuffer(data, "<u4").astype(">u4").tobytes() if "/data/" in name else data
              for name, data in entries.items()}
    return {**turned, "archive/byteorder": b"big"}


def repacked_files(writer):
    values = {"w": torch.randn(4, 3), "b": torch.randn(4)}
    torch.save(values, writer.folder / "archive.pt")
    folder = zipfile.ZipFile(writer.folder / "archive.pt").namelist()[0].split("/")[0]
    assert folder == "archive", folder

    def without(part):
        return lambda entries: {name: data for name, data in entries.items() if part not in name}

    def with_entry(name, data):
        return lambda entries: {**entries, name: data}

    writer.repack("archive.pt", "little.pt", with_entry("archive/byteorder", b"little"),
                  tensors=values)
    writer.repack("archive.pt", "big.pt", of_another_order, tensors=values)
    writer.repack("archive.pt", "deflated.pt", lambda entries: entries, True, tensors=values)
    writer.repack("archive.pt", "middle.pt", with_entry("archive/byteorder", b"middle"),
                  code="weights.zip", mentions="middle")
    writer.repack("archive.pt", "newer.pt", with_entry("archive/version", b"12\n"),
                  code="weights.zip", mentions="version 12")
    writer.repack("archive.pt", "lacking.pt", without("data/1"), code="weights.zip",
                  mentions="data/1")
    writer.repack("archive.pt", "short.pt", with_entry("archive/data/1", b"1234"),
                  code="weights.zip", mentions="data/1 of 4 bytes")
    writer.repack("archive.pt", "unpickled.pt", without("data.pkl"), code="weights.zip",
                  mentions="data.pkl")
    writer.repack("archive.pt", "twofold.pt", with_entry("other/data.pkl", b""),
                  code="weights.zip", mentions="several data.pkl")
    writer.repack("archive.pt", "bomb.pt", with_entry("archive/zeros", bytes(10_000_000)), True,
                  code="zip.bomb", mentions="inflates to 10.0 MB")

    name = "overlapping.pt"  # a directory whose entries all say that the same bytes are theirs
    with zipfile.ZipFile(writer.folder / name, "w") as archive:
        archive.writestr("archive/data/0", bytes(100_000))
        for i in range(1, 9):
            other = copy.copy(archive.infolist()[0])
            other.filename = f"archive/data/{i}"
            archive.filelist.append(other)
    writer.note(name, code="zip.bomb", mentions="archive/data/1")


def wrong_pickles(writer):
    written = writer.folder / "executed"
    writer.save("system", {"w": Calls(os.system, f"touch {written}")}, code="pickle.global",
                mentions=os.system.__module__ + ".system")
    writer.save("builtins", Calls(eval, f"open({str(written)!r}, 'w')"), code="pickle.global",
                mentions="builtin")
    writer.save("whole", Net(), code="pickle.global", mentions="__main__.Net")
    writer.save("numpy", {"w": np.zeros(3)}, code="pickle.global", mentions="numpy")
    writer.save("lone", torch.zeros(3), code="weights.none", mentions="without a name")
    writer.save("numbers", {"epoch": 3}, code="weights.none", mentions="no tensor")
    writer.save("complex", {"w": torch.zeros(3, dtype=torch.complex64)}, code="pickle.global",
                mentions="torch.ComplexFloatStorage")

    storage = torch.zeros(10).storage()

    def tensor(offset, sizes, strides):
        return Calls(torch._utils._rebuild_tensor_v2, storage, offset, sizes, strides, False,
                     collections.OrderedDict())

    beyond = {"offset": (10, (1,), (1,)), "size": (0, (11,), (1,)), "stride": (0, (2, 2), (9, 1)),
              "rank": (0, (2, 2), (1,)), "negative": (-1, (2,), (1,)), "backwards": (9, (2,), (-1,)),
              "minus": (0, (-2,), (1,)), "overflow": (0, (2**62, 2**62), (1, 1)),
              "wrap": (2**62, (5,), (2**62,)), "repeated": (0, (2**40,), (0,)),
              "hidden": (0, (0, 2**62, 2**62), (1, 1, 1)), "text": (0, ("2",), (1,)),
              "huge": (0, (2**70,), (1,))}
    for name, arguments in beyond.items():
        writer.save("beyond-" + name, {"w": tensor(*arguments)}, code="weights.tensor",
                    mentions='tensor "w"')
    fits = {"w": torch.zeros(10)[9:]}
    writer.save("within", {"w": tensor(9, (1, 1), (100, 1))}, {"w": fits["w"].view(1, 1)})


def foreign_safetensors(writer):
    torch.manual_seed(2)
    tensors = {name: (torch.arange(6) % 3).to(dtype).reshape(2, 3) for name, dtype in TYPES.items()}
    tensors.update({"scalar": torch.tensor(2.5), "none": torch.empty(0, 3)})
    header, data = {}, b""
    for name, tensor in tensors.items():
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(bytes_of(tensor))]}
        data += bytes_of(tensor)
    header = {"__metadata__": {"format": "pt"}, **dict(reversed(list(header.items())))}
    writer.safetensors("others.safetensors", header, data, tensors=tensors)
    padded = json.dumps(header, indent=1).encode() + b" " * 13
    writer.safetensors("padded.safetensors", padded, data, tensors=tensors)

    def one(dtype, shape, begin, end):
        return {"w": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}

    zeros = bytes(16)
    writer.safetensors("bools.safetensors", one("BOOL", [4], 0, 4), b"\x00\x01\x02\xff",
                       tensors={"w": torch.tensor([False, True, True, True])})
    writer.safetensors("f8.safetensors", one("F8_E4M3", [16], 0, 16), zeros,
                       code="safetensors.type", mentions="F8_E4M3")
    writer.safetensors("beyond.safetensors", one("F32", [4], 8, 24), zeros,
                       code="safetensors.header", mentions="gaps")
    writer.safetensors("shape.safetensors", one("F32", [5], 0, 16), zeros,
                       code="safetensors.tensor", mentions="do not fit")
    writer.safetensors("overflow.safetensors", one("F32", [2**32, 2**32], 0, 16), zeros,
                       code="safetensors.tensor", mentions='"w"')
    writer.safetensors("cut.safetensors", one("F32", [8], 0, 32), zeros,
                       code="safetensors.truncated", mentions="cut short")


def other_files(writer):
    for name, content, mentions in (
            ("empty.pt", b"", "empty"),
            ("pointer.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS"),
            ("page.pth", b"<!DOCTYPE html><html></html>", "HTML"),
            ("keras.h5", b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
            ("text.txt", b"weights", "another kind")):
        (writer.folder / name).write_bytes(content)
        writer.note(name, code="weights.format", mentions=mentions)
    (writer.folder / "pickle.pt").write_bytes(b"\x80\x02]q\x00.")
    writer.note("pickle.pt", code="weights.stream", mentions="magic number")


def main():
    writer = Writer(sys.argv[1])
    for write in (right_files, repacked_files, wrong_pickles, foreign_safetensors, other_files):
        write(writer)
    with open(writer.folder / "cases.json", "w") as file:
        json.dump(writer.cases, file)


if __name__ == "__main__":
    main()
