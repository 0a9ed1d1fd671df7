// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the processing element share: the values of stored codes written out as a
// table, complements of decoded operands, and access to bit ranges of Verilated ports of any width.

#ifndef TETRALOG_TESTS_PE_TESTING_H_
#define TETRALOG_TESTS_PE_TESTING_H_

#include <verilated.h>

#include <array>
#include <cstdint>

namespace tetralog {

inline constexpr std::array<int, 16> kInt4Values = {0,  1,  2,  3,  4,  5,  6,  7,
                                                    -8, -7, -6, -5, -4, -3, -2, -1};
inline constexpr std::array<int, 16> kUint4Values = {0, 1, 2,  3,  4,  5,  6,  7,
                                                     8, 9, 10, 11, 12, 13, 14, 15};
inline constexpr std::array<int, 16> kLog4Values = {0, 1,  2,  4,  8,  16,  32,  64,
                                                    0, -1, -2, -4, -8, -16, -32, -64};

// Value of an A code (INT4 or LOG4) and of a B code (UINT4 or INT4).
inline int AValue(unsigned code, bool log4) { return (log4 ? kLog4Values : kInt4Values)[code]; }
inline int BValue(unsigned code, bool int4) { return (int4 ? kInt4Values : kUint4Values)[code]; }

// The complements of {k, neg1, neg0} of a decoded A operand, as operand_product takes them.
inline unsigned OperandComplements(unsigned operand) {
  return (~operand >> 4 & 4) | (~operand >> 4 & 2) | (~operand >> 2 & 1);
}

// Bits [lsb +: width] of a port of at most 64 bits, and of a wider one. width is at most 32.
template <typename Port>
void SetBits(Port& port, unsigned lsb, unsigned width, uint64_t value) {
  const uint64_t mask = ((uint64_t{1} << width) - 1) << lsb;
  port = static_cast<Port>((port & ~mask) | ((value << lsb) & mask));
}
template <std::size_t kWords>
void SetBits(VlWide<kWords>& port, unsigned lsb, unsigned width, uint64_t value) {
  for (unsigned i = 0; i < width; ++i) {
    const unsigned bit = lsb + i;
    const EData mask = EData{1} << (bit % 32);
    port[bit / 32] = (value >> i & 1) ? (port[bit / 32] | mask) : (port[bit / 32] & ~mask);
  }
}
template <typename Port>
uint32_t GetBits(const Port& port, unsigned lsb, unsigned width) {
  return static_cast<uint32_t>((uint64_t{port} >> lsb) & ((uint64_t{1} << width) - 1));
}
template <std::size_t kWords>
uint32_t GetBits(const VlWide<kWords>& port, unsigned lsb, unsigned width) {
  uint32_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    value |= (port[(lsb + i) / 32] >> ((lsb + i) % 32) & 1u) << i;
  }
  return value;
}

// Two's complement number of `width` bits, width below 32.
inline int SignExtend(uint32_t bits, unsigned width) {
  return static_cast<int>(bits << (32 - width)) >> (32 - width);
}

}  // namespace tetralog

#endif  // TETRALOG_TESTS_PE_TESTING_H_
