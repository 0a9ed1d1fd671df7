// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// operand_buffer.sv against an array [bank][word][nibble]. The corner turn is tried at every bank
// and nibble in both orientations; then seeded mixes of writes and reads of all banks, words and
// beats, at once where the rule allows it. The shapes have one and two tile rows a panel, one and
// two bus words across, four, eight and a single beat a word.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "Voperand_buffer_r16_w128_d4.h"
#include "Voperand_buffer_r16_w128_d4_structure.h"
#include "Voperand_buffer_r16_w64_d16.h"
#include "Voperand_buffer_r16_w64_d16_structure.h"
#include "Voperand_buffer_r32_w64_d2.h"
#include "Voperand_buffer_r32_w64_d2_structure.h"
#include "Voperand_buffer_r4_w64_d1.h"
#include "Voperand_buffer_r4_w64_d1_structure.h"
#include "tests/operand_testing.h"

namespace tetralog {
namespace {

using testing::GetNibble;
using testing::SetNibble;

template <typename UnitType, uint32_t kRowsValue, uint32_t kAxiData, uint32_t kDotValue>
struct Shape {
  using Unit = UnitType;
  static constexpr uint32_t kRows = kRowsValue, kDot = kDotValue, kDepth = 8;
  static constexpr uint32_t kWordCodes = kAxiData / 4;
  static constexpr uint32_t kPanel = kRows > kWordCodes ? kRows : kWordCodes;
};

template <typename S>
class OperandBufferRtl : public ::testing::Test {
 protected:
  OperandBufferRtl() : memory_(S::kPanel * S::kDepth * S::kWordCodes) {
    // Every word gets a value: the reset leaves them unknown.
    for (uint32_t bank = 0; bank < S::kPanel; ++bank) {
      for (uint32_t word = 0; word < S::kDepth; ++word) {
        WriteAlong(bank, word);
        Cycle();
      }
    }
  }

  uint8_t& Code(uint32_t bank, uint32_t word, uint32_t nibble) {
    return memory_[(bank * S::kDepth + word) * S::kWordCodes + nibble];
  }

  std::vector<uint8_t> RandomWord() {
    std::vector<uint8_t> codes(S::kWordCodes);
    for (uint32_t i = 0; i < S::kWordCodes; ++i) {
      codes[i] = rng_() & 15;
      SetNibble(unit_.wr_data_i, i, codes[i]);
    }
    return codes;
  }

  void WriteAlong(uint32_t bank, uint32_t word) {
    unit_.wr_valid_i = 1;
    unit_.wr_across_i = 0;
    unit_.wr_bank_i = bank;
    unit_.wr_addr_i = word;
    unit_.wr_nibble_i = rng_() % S::kWordCodes;
    const std::vector<uint8_t> codes = RandomWord();
    for (uint32_t i = 0; i < S::kWordCodes; ++i) Code(bank, word, i) = codes[i];
  }

  void WriteAcross(uint32_t first_bank, uint32_t word, uint32_t nibble) {
    unit_.wr_valid_i = 1;
    unit_.wr_across_i = 1;
    unit_.wr_bank_i = first_bank;
    unit_.wr_addr_i = word;
    unit_.wr_nibble_i = nibble;
    const std::vector<uint8_t> codes = RandomWord();
    for (uint32_t i = 0; i < S::kWordCodes; ++i) Code(first_bank + i, word, nibble) = codes[i];
  }

  void Cycle() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
    unit_.wr_valid_i = 0;
    unit_.rd_en_i = 0;
  }

  // Codes of all rows of a tile row: the word as it was when it was read.
  std::vector<uint8_t> WordOfRows(uint32_t group, uint32_t word) {
    std::vector<uint8_t> codes;
    for (uint32_t row = 0; row < S::kRows; ++row) {
      for (uint32_t i = 0; i < S::kWordCodes; ++i) {
        codes.push_back(Code(group * S::kRows + row, word, i));
      }
    }
    return codes;
  }

  void ExpectBeat(const std::vector<uint8_t>& codes, uint32_t beat) {
    unit_.beat_i = beat;
    unit_.eval();
    for (uint32_t row = 0; row < S::kRows; ++row) {
      for (uint32_t d = 0; d < S::kDot; ++d) {
        ASSERT_EQ(GetNibble(unit_.op_o, row * S::kDot + d),
                  codes[row * S::kWordCodes + beat * S::kDot + d])
            << "row " << row << ", beat " << beat << ", code " << d;
      }
    }
  }

  void ExpectMemory() {
    for (uint32_t group = 0; group < S::kPanel / S::kRows; ++group) {
      for (uint32_t word = 0; word < S::kDepth; ++word) {
        SCOPED_TRACE(::testing::Message() << "tile row " << group << ", word " << word);
        unit_.rd_en_i = 1;
        unit_.rd_addr_i = word;
        unit_.rd_group_i = group;
        Cycle();
        const std::vector<uint8_t> codes = WordOfRows(group, word);
        for (uint32_t beat = 0; beat < S::kWordCodes / S::kDot; ++beat) {
          ASSERT_NO_FATAL_FAILURE(ExpectBeat(codes, beat));
        }
      }
    }
  }

  std::mt19937 rng_{1};
  typename S::Unit unit_;
  std::vector<uint8_t> memory_;
};

// As simulated and as synthesised.
using Shapes = ::testing::Types<
    Shape<Voperand_buffer_r16_w128_d4, 16, 128, 4>, Shape<Voperand_buffer_r4_w64_d1, 4, 64, 1>,
    Shape<Voperand_buffer_r32_w64_d2, 32, 64, 2>, Shape<Voperand_buffer_r16_w64_d16, 16, 64, 16>,
    Shape<Voperand_buffer_r16_w128_d4_structure, 16, 128, 4>,
    Shape<Voperand_buffer_r4_w64_d1_structure, 4, 64, 1>,
    Shape<Voperand_buffer_r32_w64_d2_structure, 32, 64, 2>,
    Shape<Voperand_buffer_r16_w64_d16_structure, 16, 64, 16>>;
TYPED_TEST_SUITE(OperandBufferRtl, Shapes);

TYPED_TEST(OperandBufferRtl, GivesEveryRowItsCodesOfWordsWrittenAlong) { this->ExpectMemory(); }

TYPED_TEST(OperandBufferRtl, TurnsWordsWrittenAcrossAtEveryNibbleIntoCodesOfTheRows) {
  for (uint32_t bank = 0; bank < TypeParam::kPanel; bank += TypeParam::kWordCodes) {
    for (uint32_t nibble = 0; nibble < TypeParam::kWordCodes; ++nibble) {
      SCOPED_TRACE(::testing::Message() << "bank " << bank << ", nibble " << nibble);
      this->WriteAcross(bank, (bank + nibble) % TypeParam::kDepth, nibble);
      this->Cycle();
      ASSERT_NO_FATAL_FAILURE(this->ExpectMemory());
    }
  }
}

TYPED_TEST(OperandBufferRtl, KeepsTheWordReadWhileOthersAreWritten) {
  using S = TypeParam;
  std::mt19937& rng = this->rng_;
  std::vector<uint8_t> shown = this->WordOfRows(0, 0);
  this->unit_.rd_en_i = 1;
  this->unit_.rd_addr_i = 0;
  this->unit_.rd_group_i = 0;
  this->Cycle();
  for (int cycle = 0; cycle < 20000; ++cycle) {
    SCOPED_TRACE(::testing::Message() << "cycle " << cycle << " of seed 1");
    const uint32_t read = rng() % S::kDepth, group = rng() % (S::kPanel / S::kRows);
    const bool reads = rng() % 3 == 0;
    // Driven without rd_en_i, too: they must not matter then.
    this->unit_.rd_en_i = reads;
    this->unit_.rd_addr_i = read;
    this->unit_.rd_group_i = group;
    if (reads) shown = this->WordOfRows(group, read);
    const uint32_t word = rng() % S::kDepth, bank = rng() % S::kPanel;
    const uint32_t first_bank = bank / S::kWordCodes * S::kWordCodes;
    // A word of a bank that is read now may not be written.
    const bool same_word = reads && word == read;
    const bool meets_across =
        first_bank < (group + 1) * S::kRows && group * S::kRows < first_bank + S::kWordCodes;
    switch (rng() % 3) {
      case 0:
        if (!(same_word && bank / S::kRows == group)) this->WriteAlong(bank, word);
        break;
      case 1:
        if (!(same_word && meets_across)) {
          this->WriteAcross(first_bank, word, rng() % S::kWordCodes);
        }
        break;
      default:
        break;
    }
    this->Cycle();
    ASSERT_NO_FATAL_FAILURE(this->ExpectBeat(shown, rng() % (S::kWordCodes / S::kDot)));
  }
}

}  // namespace
}  // namespace tetralog
