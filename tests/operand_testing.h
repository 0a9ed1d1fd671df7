// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Nibbles of Verilated ports of any width, for the tests of the operand path.

#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tetralog::testing {

template <typename Port>
uint8_t GetNibble(const Port& port, size_t i) {
  if constexpr (std::is_integral_v<Port>) {
    return (port >> (4 * i)) & 15;
  } else {
    return (port[i / 8] >> (4 * (i % 8))) & 15;
  }
}

template <typename Port>
void SetNibble(Port& port, size_t i, uint8_t value) {
  if constexpr (std::is_integral_v<Port>) {
    port = (port & ~(Port{15} << (4 * i))) | (Port{value} << (4 * i));
  } else {
    port[i / 8] = (port[i / 8] & ~(15U << (4 * (i % 8)))) | (uint32_t{value} << (4 * (i % 8)));
  }
}

}  // namespace tetralog::testing
