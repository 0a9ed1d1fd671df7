// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// scale_shift.sv against exact arithmetic: every shift, with every power of two of p and its
// neighbours (each bit of p at each place of the window, alone and with ones below) and random p.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "Vscale_shift.h"
#include "model/scale_shift.h"

namespace tetralog {
namespace {

TEST(ScaleShiftRtl, EqualsTheModelForEveryShift) {
  constexpr int kR = 12;
  constexpr int kWidth = 39;
  Vscale_shift unit;
  std::vector<uint64_t> products;
  for (int bit = 0; bit < kWidth; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    products.insert(products.end(), {power - 1, power, power | 1, power | power >> 1});
  }
  products.push_back((uint64_t{1} << kWidth) - 1);
  std::mt19937_64 generator(20230501);
  for (int i = 0; i < 2000; ++i) products.push_back(generator() >> (64 - kWidth) >> (i % kWidth));

  for (int n = -32; n <= 63; ++n) {
    for (uint64_t p : products) {
      const ScaledValue y{.negative = false, .magnitude = p, .shift = n};
      unit.product_i = p;
      unit.shift_i = static_cast<uint8_t>(n) & 0x7f;
      unit.eval();
      const bool overflow = FloorScaled(y, 0) >= 128;
      ASSERT_EQ(unit.overflow_o, overflow) << "p " << p << " n " << n;
      if (overflow) continue;
      ASSERT_EQ(unit.magnitude_o, static_cast<uint32_t>(FloorScaled(y, kR + 1)))
          << "p " << p << " n " << n;
      ASSERT_EQ(unit.sticky_o, !IsIntegerScaled(y, kR + 1)) << "p " << p << " n " << n;
    }
  }
}

}  // namespace
}  // namespace tetralog
