// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of operand_buffer beside the RTL at four shapes: the same random writes and
// reads. The model has no output of the RTL, so after every read its numbers must be what the codes
// of all beats stand for, and its counts those of the codes that are not zero.
#include <gtest/gtest.h>

#include <cstdint>

#include "Voperand_buffer_r16_w128_d4.h"
#include "Voperand_buffer_r16_w64_d16.h"
#include "Voperand_buffer_r32_w64_d2.h"
#include "Voperand_buffer_r4_w64_d1.h"
#include "model/cycle/operand_buffer.h"
#include "model/formats.h"
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

template <typename Unit>
class Bench {
 public:
  Bench(const MachineShape& shape, Format format, uint32_t seed)
      : dot_(shape.dot),
        format_(format),
        rng_(seed),
        lockstep_(seed, OperandBuffer(shape, Operand::kA, true)),
        shape_(lockstep_.model().shape()) {
    rtl_.clk_i = 0;
    for (uint32_t bank = 0; bank < shape_.panel; ++bank) {
      for (uint32_t addr = 0; addr < shape_.depth; ++addr) {
        in_ = {.wr_valid = true, .wr_bank = bank, .wr_addr = addr};
        Cycle();
      }
    }
  }

  void Run(uint32_t cycles) {
    for (uint32_t cycle = 0; cycle < cycles && !lockstep_.differs(); ++cycle) {
      in_ = {.wr_valid = rng_() % 4 != 0,
             .wr_across = rng_() % 2 != 0,
             .wr_bank = rng_() % shape_.panel,
             .wr_addr = rng_() % shape_.depth,
             .wr_nibble = rng_() % shape_.word_codes,
             .rd_en = rng_() % 3 == 0,
             .rd_addr = rng_() % shape_.depth,
             .rd_group = rng_() % (shape_.panel / shape_.rows),
             .rd_rows = 1 + rng_() % shape_.rows};
      if (in_.wr_across) in_.wr_bank &= ~(shape_.word_codes - 1);
      if (in_.wr_addr == in_.rd_addr) in_.rd_en = false;
      Cycle();
    }
  }

 private:
  void Cycle() {
    AxiWord word = RandomAxiWord(rng_);
    // Zeros are what is counted.
    if (rng_() % 4 == 0) word = {word[0] & 0x8888888888888888, word[1] & 0xf0f0f0f00f0f0f0f};
    in_.wr_data = &word;
    in_.wr_format = format_;
    for (uint32_t i = 0; i < shape_.word_codes; ++i) {
      testing::SetNibble(rtl_.wr_data_i, i, word[i / 16] >> (i % 16 * 4) & 15);
    }
    rtl_.wr_valid_i = in_.wr_valid;
    rtl_.wr_across_i = in_.wr_across;
    rtl_.wr_bank_i = in_.wr_bank;
    rtl_.wr_addr_i = in_.wr_addr;
    rtl_.wr_nibble_i = in_.wr_nibble;
    rtl_.rd_en_i = in_.rd_en;
    rtl_.rd_addr_i = in_.rd_addr;
    rtl_.rd_group_i = in_.rd_group;
    Settle(rtl_);
    if (read_.rd_en) LookAtWord();
    const bool active = lockstep_.Cycle(
        in_, [&](OutputCheck& check, const OperandBuffer& m) { Compare(check, m); });
    EXPECT_EQ(active, in_.wr_valid || in_.rd_en);
    Clock(rtl_);
    read_ = in_;
  }

  // The word that the RTL has read, beat by beat. Of the two zeros of LOG4 the model need not know
  // which.
  void LookAtWord() {
    word_.clear();
    for (uint32_t k = 0; k < shape_.word_codes; ++k) {
      rtl_.beat_i = k / dot_;
      rtl_.eval();
      for (uint32_t r = 0; r < shape_.rows; ++r) {
        const uint8_t code = testing::GetNibble(rtl_.op_o, r * dot_ + k % dot_);
        word_.push_back(IsZero(format_, code) ? 0 : code);
      }
    }
  }

  // Of the word that was read in the cycle before.
  void Compare(OutputCheck& check, const OperandBuffer& model) const {
    if (!read_.rd_en) return;
    for (uint32_t k = 0; k < shape_.word_codes; ++k) {
      uint32_t nonzero = 0;
      for (uint32_t r = 0; r < shape_.rows; ++r) {
        const uint8_t code = word_[k * shape_.rows + r];
        nonzero += r < read_.rd_rows && code != 0;
        check("op", code, Encode(format_, model.row(read_.rd_group, r, read_.rd_addr)[k]));
      }
      check("codes that are not zero", nonzero, model.nonzero()[k]);
    }
  }

  const uint32_t dot_;
  const Format format_;
  testing::Rng rng_;
  Unit rtl_;
  UnitLockstep<OperandBuffer> lockstep_;
  const OperandShape shape_;
  OperandBuffer::Inputs in_, read_;  // of this cycle and of the one before
  std::vector<uint8_t> word_;        // codes, k by k
};

template <typename Unit>
void RunFormats(uint32_t rows, uint32_t axi_data, uint32_t dot) {
  const MachineShape shape = {.rows = rows, .dot = dot, .depth_a = 8, .axi_data = axi_data};
  for (const Format format : {Format::kInt4, Format::kUint4, Format::kLog4}) {
    SCOPED_TRACE(::testing::Message() << "format " << static_cast<int>(format));
    Bench<Unit>(shape, format, 1).Run(7000);
  }
}

TEST(OperandBufferCycle, HoldsWhatTheRtlHoldsWithTwoTileRowsAPanel) {
  RunFormats<Voperand_buffer_r16_w128_d4>(16, 128, 4);
}
TEST(OperandBufferCycle, HoldsWhatTheRtlHoldsWithFourTileRowsAPanel) {
  RunFormats<Voperand_buffer_r4_w64_d1>(4, 64, 1);
}
TEST(OperandBufferCycle, HoldsWhatTheRtlHoldsWithTwoWordsAcross) {
  RunFormats<Voperand_buffer_r32_w64_d2>(32, 64, 2);
}
TEST(OperandBufferCycle, HoldsWhatTheRtlHoldsWithABeatAWord) {
  RunFormats<Voperand_buffer_r16_w64_d16>(16, 64, 16);
}

}  // namespace
}  // namespace tetralog::cycle
