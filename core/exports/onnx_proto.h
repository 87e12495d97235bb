// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// ONNX's own classes, from its protocol buffers, whose headers do not pass our warnings.

#ifndef ONNX_ML // Debian has the classes with ONNX's part on machine learning alone
#define ONNX_ML 1
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop
