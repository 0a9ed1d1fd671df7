// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The generated C++ layouts against what the RTL makes of the same bits. A layout is a permutation
// of wires, so an image with one bit set, for every bit, decides it: exactly one field may be
// non-zero, and the same one on both sides. Random images follow, for the other direction.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <random>
#include <string>

#include "Vcommand_fields.h"
#include "model/contract.h"

namespace tetralog {
namespace {

// Every field of at most 64 bits; the wider ones are named in the functions below.
// clang-format off
#define COMMAND_FIELDS(FIELD) \
  FIELD(op) FIELD(reserved3) FIELD(a_format) FIELD(b_format) FIELD(d_format) FIELD(rounding) \
  FIELD(irq) FIELD(c_enable) FIELD(mask_enable) FIELD(a_transposed) FIELD(b_transposed) \
  FIELD(d_transposed) FIELD(mask_transposed) FIELD(a_resident) FIELD(reserved0) FIELD(samples) \
  FIELD(a_samples) FIELD(sample0) FIELD(scale_mul) FIELD(scale_shift) FIELD(m) FIELD(n) \
  FIELD(k) FIELD(block) FIELD(reserved1) FIELD(a_base) FIELD(a_stride) FIELD(a_sample_stride) \
  FIELD(b_base) FIELD(b_stride) FIELD(mask_stride) FIELD(c_base) FIELD(c_row_stride) \
  FIELD(c_col_stride) FIELD(d_base) FIELD(d_stride) FIELD(d_sample_stride) FIELD(mask_base) \
  FIELD(seed) FIELD(row0) FIELD(col0) FIELD(tag)
#define COMPLETION_FIELDS(FIELD) \
  FIELD(status) FIELD(reserved0) FIELD(index) FIELD(cycles) FIELD(sum_abs) FIELD(max_abs) \
  FIELD(tag) FIELD(reserved1) FIELD(wraps) FIELD(reserved2)
// clang-format on

constexpr uint32_t kSeed = 20;

template <typename Layout, size_t N>
void CopyIn(const std::array<uint8_t, N>& bytes, Layout& words) {
  for (size_t i = 0; i < N / 4; ++i) words[i] = static_cast<uint32_t>(GetBits(bytes, 32 * i, 32));
}

// Compares every field, and returns the number of bits set in all of them.
int CompareCommand(Vcommand_fields& unit, const std::array<uint8_t, Command::kBytes>& bytes) {
  CopyIn(bytes, unit.command_i);
  unit.eval();
  const Command c = Command::Unpack(bytes);
  int ones = 0;
#define FIELD(name)                                              \
  EXPECT_EQ(uint64_t{unit.name##_o}, uint64_t{c.name}) << #name; \
  ones += std::popcount(c.name);
  COMMAND_FIELDS(FIELD)
#undef FIELD
  for (size_t i = 0; i < c.reserved2.size(); ++i) {
    EXPECT_EQ(unit.reserved2_o[i], c.reserved2[i]) << "reserved2, word " << i;
    ones += std::popcount(c.reserved2[i]);
  }
  EXPECT_EQ(c.Pack(), bytes);
  return ones;
}

void CompareCompletion(Vcommand_fields& unit, const Completion& record) {
#define FIELD(name) unit.record_##name##_i = record.name;
  COMPLETION_FIELDS(FIELD)
#undef FIELD
  for (size_t i = 0; i < record.sum_squares.size(); ++i)
    unit.record_sum_squares_i[i] = record.sum_squares[i];
  unit.eval();
  const auto bytes = record.Pack();
  for (size_t i = 0; i < bytes.size() / 4; ++i)
    EXPECT_EQ(unit.completion_o[i], GetBits(bytes, 32 * i, 32)) << "word " << i;
}

TEST(ContractLayoutRtl, EveryBitOfACommandIsInTheSameField) {
  Vcommand_fields unit;
  for (size_t bit = 0; bit < 8 * Command::kBytes; ++bit) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    std::array<uint8_t, Command::kBytes> bytes{};
    PutBits(bytes, bit, 1, 1);
    ASSERT_EQ(bytes[bit / 8], 1 << bit % 8);
    EXPECT_EQ(CompareCommand(unit, bytes), 1);
    if (HasFailure()) return;
  }
}

TEST(ContractLayoutRtl, EveryBitOfACompletionRecordIsInTheSameField) {
  Vcommand_fields unit;
  for (size_t bit = 0; bit < 8 * Completion::kBytes; ++bit) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    std::array<uint8_t, Completion::kBytes> bytes{};
    PutBits(bytes, bit, 1, 1);
    const Completion record = Completion::Unpack(bytes);
    EXPECT_NE(record, Completion{});
    CompareCompletion(unit, record);
    EXPECT_EQ(record.Pack(), bytes);
    if (HasFailure()) return;
  }
}

TEST(ContractLayoutRtl, RandomCommandsAndRecordsAreTheSame) {
  Vcommand_fields unit;
  std::mt19937 rng(kSeed);
  SCOPED_TRACE("seed " + std::to_string(kSeed) +
               "; contract_layout_test --gtest_filter=*RandomCommands*");
  for (int i = 0; i < 1000 && !HasFailure(); ++i) {
    std::array<uint8_t, Command::kBytes> command;
    for (uint8_t& byte : command) byte = static_cast<uint8_t>(rng());
    CompareCommand(unit, command);
    std::array<uint8_t, Completion::kBytes> record;
    for (uint8_t& byte : record) byte = static_cast<uint8_t>(rng());
    CompareCompletion(unit, Completion::Unpack(record));
    EXPECT_EQ(Completion::Unpack(record).Pack(), record);
  }
}

TEST(ContractLayoutModel, ABitBeyondAFieldDoesNotReachItsNeighbours) {
  Command c;
  c.a_format = 0xff;
  c.irq = 0xfe;
  std::array<uint8_t, Command::kBytes> bytes{};
  bytes[1] = 0x30;
  EXPECT_EQ(c.Pack(), bytes);
}

TEST(ContractLayoutModel, ATruncatedImageIsRefused) {
  const std::array<uint8_t, Command::kBytes> bytes{};
  EXPECT_THROW(Command::Unpack(std::span(bytes).first(127)), std::invalid_argument);
  EXPECT_THROW(Completion::Unpack(std::span(bytes).first(63)), std::invalid_argument);
}

TEST(ContractLayoutModel, SizesAreThoseOfTheRing) {
  EXPECT_EQ(Command::kBytes, kCommandBytes);
  EXPECT_EQ(Completion::kBytes + 16 * kMaxSamples, 192U);
  EXPECT_LE(Completion::kBytes + 16 * kMaxSamples, kRecordBytes);
}

}  // namespace
}  // namespace tetralog
