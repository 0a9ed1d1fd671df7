// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of product_counter beside the RTL, 4 x 8 with 2 products: random beats of every
// tile size and number of places, pauses, beats that repeat, resets.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "Vproduct_counter_4x8x2.h"
#include "model/cycle/product_counter.h"
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

constexpr uint32_t kRows = 4, kCols = 8, kDot = 2;

TEST(ProductCounterCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    testing::Rng rng(seed);
    Vproduct_counter_4x8x2 rtl;
    UnitLockstep<ProductCounter> lockstep(seed, {}, ProductCounter());
    // In turns: other counts are other inputs.
    std::array<std::array<uint16_t, kDot>, 2> a_nonzero, b_nonzero;
    uint32_t turn = 0;
    ProductCounter::Inputs in;
    ResetUnit(rtl);
    for (uint32_t cycle = 0; cycle < kLockstepCycles && !lockstep.differs(); ++cycle) {
      if (rng() % 500 == 0) {
        ResetUnit(rtl);
        lockstep.Reset();
      }
      if (rng() % 4 != 0) {
        turn ^= 1;
        in = {.beat = rng() % 4 != 0,
              .k_valid = 1 + rng() % kDot,
              .rows = 1 + rng() % kRows,
              .cols = 1 + rng() % kCols,
              .a_nonzero = a_nonzero[turn].data(),
              .b_nonzero = b_nonzero[turn].data()};
        const bool log = rng() % 2 == 0;
        const auto draw = [&](auto& port, uint32_t limit, uint32_t rows, bool other_zero,
                              std::array<uint16_t, kDot>& nonzero) {
          nonzero = {};
          for (uint32_t i = 0; i < limit * kDot; ++i) {
            const bool exists = i / kDot < rows && i % kDot < in.k_valid;
            const uint32_t code = !exists ? 0 : rng() % 3 == 0 ? rng() & 8 : rng() & 15;
            testing::SetNibble(port, i, static_cast<uint8_t>(code));
            nonzero[i % kDot] += code != 0 && !(other_zero && code == 8);
          }
        };
        draw(rtl.a_i, kRows, in.rows, log, a_nonzero[turn]);
        draw(rtl.b_i, kCols, in.cols, false, b_nonzero[turn]);
        rtl.beat_i = in.beat;
        rtl.a_log_i = log;
        rtl.k_valid_i = (1U << in.k_valid) - 1;
        rtl.rows_i = in.rows;
        rtl.cols_i = in.cols;
      }
      Settle(rtl);
      ProductCounter::Inputs without = in;
      without.a_nonzero = without.b_nonzero = nullptr;
      lockstep.Cycle(in, without, [&](OutputCheck& check, const ProductCounter& model) {
        check("products", rtl.products_o, model.products());
        check.Data("gated", rtl.gated_o, model.gated());
      });
      Clock(rtl);
    }
  }
}

}  // namespace
}  // namespace tetralog::cycle
