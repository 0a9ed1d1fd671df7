// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/gradient_rounding.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "sim/functional/instruction_set.h"
#include "sim/functional/rounding_plans.h"

namespace tetralog::train {

void RoundToLog4(const int32_t* z, size_t rows, size_t cols, const HostLuq& luq, uint8_t* codes) {
  if (cols == 0 || cols > kSegment) {
    throw std::invalid_argument(std::to_string(cols) + " columns to round: give 1 to 1024");
  }
  static const Kernels& kernels = KernelsOf(InstructionSets().back());
  EpilogueConfig config;
  config.d_format = Format::kLog4;
  config.scale_shift = luq.shift;
  config.random_bits = luq.random_bits;
  const LuqPlan plan = PlanLuq(config);
  const size_t most = std::min(kSegment / kRandomGroup, kSegment / cols);  // rows at a time
  std::array<uint16_t, kSegment> group;
  std::array<uint16_t, kSegment + kRandomGroup> words;
  for (size_t row = 0; row < rows; row += most) {
    const size_t count = std::min(most, rows - row);
    for (size_t begin = 0; begin < cols; begin += kRandomGroup) {
      kernels.random_rows(luq.seed, luq.sample, static_cast<uint32_t>(row),
                          static_cast<uint32_t>(begin / kRandomGroup), count, group.data());
      const size_t lanes = std::min<size_t>(kRandomGroup, cols - begin);
      for (size_t r = 0; r < count; ++r) {
        if (cols < kRandomGroup) {  // a whole group: the next row writes over what is too much
          std::copy_n(&group[r * kRandomGroup], kRandomGroup, &words[r * cols]);
          continue;
        }
        std::copy_n(&group[r * kRandomGroup], lanes, &words[r * cols + begin]);
      }
    }
    kernels.luq(plan, z + row * cols, words.data(), count * cols, codes + row * cols);
  }
}

}  // namespace tetralog::train
