// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// ONNX's own classes, from its protocol buffers, whose headers do not pass our warnings.

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop
