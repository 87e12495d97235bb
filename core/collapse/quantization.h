// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include <vector>

namespace concertina {

/// How a value is held in 8 bits: as scale · (q − zero), q a whole number from 0 to 255, as
/// QuantizeLinear of ONNX has it. What is beyond is cut off, halves go to the even number.
struct ValueScale {
    float scale = 0; ///< 0: it stays in floats
    int zero = 0;

    bool isFloat() const { return scale == 0; }

    /// Writes over float32 values what they are once they have been held so.
    void round(torch::Tensor values) const;
};

/// What of a network's program is held in 8 bits: values, an instruction's output or the image
/// each, for all that reads them, and kernels that read such. Kernels are scale · q, a scale a
/// channel of output (the first side), q from −127 to 127; the network's tensors hold that product.
struct Quantization {
    std::vector<ValueScale> values;     ///< one an instruction
    std::vector<torch::Tensor> kernels; ///< one a tensor: its scales [O]; undefined: in floats

    bool empty() const { return values.empty(); }
};

} // namespace concertina
