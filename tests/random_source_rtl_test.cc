// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// random_source.sv against the known-answer vectors of docs/random.md, read from the document, and
// against the model. The input space is 132 bits wide, so beyond the vectors every input bit is
// flipped by itself (a wrong rotation, constant or address bit shows on nearly every input) and
// random addresses are tried, for 1, 2, 4, 8 and 16 lanes. The netlist runs the same
// tests with four lanes.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "Vrandom_source_l4.h"
#ifndef FOUR_LANES_ONLY
#include "Vrandom_source_l1.h"
#include "Vrandom_source_l16.h"
#include "Vrandom_source_l2.h"
#include "Vrandom_source_l8.h"
#endif
#include "model/random_source.h"

#ifndef SUITE
#define SUITE RandomSourceRtl
#endif

namespace tetralog {
namespace {

struct Address {
  uint64_t seed = 0;
  uint8_t sample = 0;
  uint32_t row = 0;
  uint32_t column = 0;
};

template <typename Words>
uint16_t LaneOf(const Words& words, int lane) {
  return static_cast<uint16_t>(uint64_t{words} >> (16 * lane));
}
template <std::size_t kWords>
uint16_t LaneOf(const VlWide<kWords>& words, int lane) {
  return static_cast<uint16_t>(words[lane / 2] >> (16 * (lane % 2)));
}

// The word of one element, from the beat of `lanes` lanes that holds it.
template <typename Unit>
uint16_t Word(Unit& unit, int lanes, const Address& address) {
  unit.seed_i = address.seed;
  unit.sample_i = address.sample;
  unit.row_i = address.row;
  unit.group_i = address.column / 16;
  unit.eval();
  unit.state_i = unit.state_o;
  unit.place_i = (address.column - address.column % lanes) % 16;
  unit.eval();
  return LaneOf(unit.words_o, static_cast<int>(address.column % lanes));
}

template <typename Unit>
void ExpectModelWord(Unit& unit, int lanes, const Address& address) {
  ASSERT_EQ(Word(unit, lanes, address),
            RandomWord(address.seed, address.sample, address.row, address.column))
      << std::hex << "lanes " << lanes << " seed 0x" << address.seed << " sample 0x"
      << int{address.sample} << " row 0x" << address.row << " column 0x" << address.column;
}

struct Vector {
  Address address;
  uint16_t word = 0;
};

std::vector<Vector> DocumentVectors() {
  std::vector<Vector> vectors;
  std::ifstream document("docs/random.md");
  for (std::string line; std::getline(document, line);) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '|');) {
      std::string text;
      for (char c : cell) {
        if (c != ' ' && c != '`') text += c;
      }
      cells.push_back(text);
    }
    if (cells.size() != 7 || cells[1].size() != 16 || cells[6].size() != 4) continue;
    if (cells[1].find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    Vector vector;
    vector.address.seed = std::stoull(cells[1], nullptr, 16);
    vector.address.sample = static_cast<uint8_t>(std::stoul(cells[2]));
    vector.address.row = static_cast<uint32_t>(std::stoul(cells[3]));
    vector.address.column = static_cast<uint32_t>(std::stoul(cells[4]));
    vector.word = static_cast<uint16_t>(std::stoul(cells[6], nullptr, 16));
    vectors.push_back(vector);
  }
  return vectors;
}

template <typename Unit>
void ExpectDocumentAndModel(int lanes) {
  Unit unit;
  const std::vector<Vector> vectors = DocumentVectors();
  ASSERT_GE(vectors.size(), 64U) << "docs/random.md must hold at least 64 known-answer vectors";
  for (const Vector& vector : vectors) {
    ASSERT_EQ(Word(unit, lanes, vector.address), vector.word)
        << std::hex << "lanes " << lanes << " seed 0x" << vector.address.seed << " sample "
        << int{vector.address.sample} << " row " << vector.address.row << " column "
        << vector.address.column;
  }

  constexpr uint32_t kSeed = 20230501;
  SCOPED_TRACE("std::mt19937_64 seed " + std::to_string(kSeed));
  std::mt19937_64 generator(kSeed);
  const auto random_address = [&] {
    return Address{generator(), static_cast<uint8_t>(generator()),
                   static_cast<uint32_t>(generator()),
                   static_cast<uint32_t>(generator()) & 0xfffffff};
  };
  for (int i = 0; i < 20000; ++i) {
    ExpectModelWord(unit, lanes, random_address());
    if (::testing::Test::HasFatalFailure()) return;
  }
  for (int repeat = 0; repeat < 8; ++repeat) {
    const Address base = random_address();
    for (int bit = 0; bit < 132; ++bit) {
      Address address = base;
      if (bit < 64) {
        address.seed ^= uint64_t{1} << bit;
      } else if (bit < 72) {
        address.sample ^= static_cast<uint8_t>(1U << (bit - 64));
      } else if (bit < 104) {
        address.row ^= 1U << (bit - 72);
      } else {
        address.column ^= 1U << (bit - 104);
      }
      ExpectModelWord(unit, lanes, address);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(SUITE, EqualsDocumentAndModelWithFourLanes) { ExpectDocumentAndModel<Vrandom_source_l4>(4); }

#ifndef FOUR_LANES_ONLY
TEST(SUITE, EqualsDocumentAndModelWithOneLane) { ExpectDocumentAndModel<Vrandom_source_l1>(1); }

TEST(SUITE, EqualsDocumentAndModelWithTwoLanes) { ExpectDocumentAndModel<Vrandom_source_l2>(2); }

TEST(SUITE, EqualsDocumentAndModelWithEightLanes) { ExpectDocumentAndModel<Vrandom_source_l8>(8); }

TEST(SUITE, EqualsDocumentAndModelWithSixteenLanes) {
  ExpectDocumentAndModel<Vrandom_source_l16>(16);
}
#endif

}  // namespace
}  // namespace tetralog
