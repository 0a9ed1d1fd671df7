// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/product_counter.sv: counts the products of an operand beat, and those that are
// zero.
//
// Latency, throughput and limits: header of rtl/product_counter.sv. The accessors show the outputs
// of a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do
// the outputs, and the call may be left out.

#pragma once

#include <cstdint>

namespace tetralog::cycle {

class ProductCounter {
 public:
  struct Inputs {
    bool beat = false;
    uint32_t k_valid = 0;  // places of the beat that are not padding: places 0 to k_valid - 1
    uint32_t rows = 0, cols = 0;
    // Codes that are not zero, for each place; without data null, then gated() is 0.
    const uint16_t* a_nonzero = nullptr;
    const uint16_t* b_nonzero = nullptr;
    bool operator==(const Inputs&) const = default;
  };

  ProductCounter() { Reset(); }
  void Reset() { beat_ = products_ = count_ = {}; }

  uint32_t products() const { return count_.products; }
  uint32_t gated() const { return count_.gated; }  // products that are zero

  bool Clock(const Inputs& in);

 private:
  struct Count {
    uint32_t products = 0, gated = 0;
    bool operator==(const Count&) const = default;
  };
  Count beat_, products_, count_;  // one, two and three cycles after the beat
};

}  // namespace tetralog::cycle
