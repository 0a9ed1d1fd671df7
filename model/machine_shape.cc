// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/machine_shape.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace tetralog {

void CheckShape(const MachineShape& s) {
  const auto need = [&](bool holds, const char* what) {
    if (!holds) throw std::invalid_argument("shape " + s.name() + " cannot be built: " + what);
  };
  const auto in = [](uint32_t value, uint32_t least, uint32_t greatest) {
    return value >= least && value <= greatest;
  };
  const auto power = [](uint32_t value) { return std::has_single_bit(value); };
  need(power(s.rows) && power(s.cols) && power(s.dot),
       "rows, columns and dot must be powers of two");
  need(power(s.lanes) && s.lanes <= 16, "lanes must be 1, 2, 4, 8 or 16");
  need(s.axi_data == 64 || s.axi_data == 128, "axi_data must be 64 or 128");
  need(std::min(s.rows, s.cols) >= std::max(s.lanes, s.axi_data / 32),
       "rows and columns must be at least lanes and axi_data / 32");
  need(s.dot <= s.word_codes(), "dot must divide axi_data / 4");
  need(power(s.depth_a) && power(s.depth_b) && in(s.depth_a, 2, 1 << 15) &&
           in(s.depth_b, 2, 1 << 15),
       "depth_a and depth_b must be powers of two from 2 to 32768");
  need(in(s.acc_width, 12, 32), "acc_width must be 12 to 32");
  need(in(s.random_bits, 1, 16), "random_bits must be 1 to 16");
  need(std::min(s.depth_a, s.depth_b) * s.axi_data / 8 <= 1 << 16 &&
           std::max(s.rows, s.cols) <= 1 << 14,
       "the smaller of depth_a and depth_b must be at most 65536 bytes of words, rows and columns "
       "at most 16384");
  need(uint64_t{s.panel_b()} * s.depth_b < 1 << 24,
       "depth_b times the greater of columns and axi_data / 4 must be less than 2^24");
  need(in(s.axi_addr, 32, 63), "axi_addr must be 32 to 63");
}

}  // namespace tetralog
