// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A tensor in the memory of a machine, as it is stored: `samples` matrices of rows x cols elements.
//
// The driver's NewTensor fills it in; by hand anything the rules of docs/interface.md allow will
// do. Nothing is checked here: a machine refuses a command with a tensor that breaks them.
#pragma once

#include <cstdint>

#include "model/contract.h"
#include "model/formats.h"

namespace tetralog {

struct Tensor {
  uint64_t address = 0;  // bytes; INT32: a multiple of 4
  uint32_t rows = 0;     // stored rows, 1..2^24 - 1
  uint32_t cols = 0;     // elements of a stored row, 1..2^24 - 1
  // Bytes from one row to the next: at least row_bytes(), even of a single row; INT32: a multiple
  // of 4.
  uint32_t stride = 0;
  Format format = Format::kInt4;
  uint32_t samples = 1;  // 1..8; INT32: 1
  // Bytes from one sample to the next; of D at least the extent (rows - 1) * stride + row_bytes().
  uint32_t sample_stride = 0;

  uint64_t row_bytes() const {
    return format == Format::kInt32 ? uint64_t{cols} * 4 : RowBytes(cols);
  }
  uint64_t sample_bytes() const { return uint64_t{rows} * stride; }
  bool operator==(const Tensor&) const = default;
};

}  // namespace tetralog
