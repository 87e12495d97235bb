// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What core uses of LibTorch: tensors, their functions and gradients. torch/torch.h also brings
// modules, optimizers and data loaders, which we do not use, and triples the time of each file.
// Precompiled; for .cpp files only.

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>
