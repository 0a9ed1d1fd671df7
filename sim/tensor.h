// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A tensor in the memory of a machine, as it is stored: `samples` matrices of rows x cols elements.
#pragma once

#include <cstdint>

#include "model/contract.h"
#include "model/formats.h"

namespace tetralog {

struct Tensor {
  uint64_t address = 0;
  uint32_t rows = 0;    // stored rows
  uint32_t cols = 0;    // elements of a stored row
  uint32_t stride = 0;  // bytes from one row to the next
  Format format = Format::kInt4;
  uint32_t samples = 1;
  uint32_t sample_stride = 0;  // bytes from one sample to the next

  uint64_t row_bytes() const {
    return format == Format::kInt32 ? uint64_t{cols} * 4 : RowBytes(cols);
  }
  uint64_t sample_bytes() const { return uint64_t{rows} * stride; }
  bool operator==(const Tensor&) const = default;
};

}  // namespace tetralog
