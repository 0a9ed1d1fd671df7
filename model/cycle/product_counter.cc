// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/product_counter.h"

namespace tetralog::cycle {

bool ProductCounter::Clock(const Inputs& in) {
  Count now;
  if (in.beat) {
    now.products = in.rows * in.cols * in.k_valid;
    if (in.a_nonzero != nullptr) {
      uint32_t nonzero = 0;
      for (uint32_t d = 0; d < in.k_valid; ++d) nonzero += in.a_nonzero[d] * in.b_nonzero[d];
      now.gated = now.products - nonzero;
    }
  }
  if (now == beat_ && beat_ == products_ && products_ == count_) return false;
  count_ = products_;
  products_ = beat_;
  beat_ = now;
  return true;
}

}  // namespace tetralog::cycle
