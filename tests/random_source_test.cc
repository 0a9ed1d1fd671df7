// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The random bits. The known-answer vectors are read out of docs/random.md, so that the document is
// what is tested. The statistics cannot be exhausted: they sample a million words of one seed, and
// 1024 seeds. Two sources that are bad where it matters, along the rows, must fail the same tests.

#include "model/random_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/bad_random_sources.h"
#include "sim/random_statistics.h"

namespace tetralog {
namespace {

constexpr uint64_t kSeed = 0x9e3779b97f4a7c15;
constexpr size_t kRows = 1024;
constexpr size_t kAvalancheTrials = 512;

struct Vector {
  std::string line;
  uint64_t seed;
  uint8_t sample;
  uint32_t row, column;
  uint64_t state;
  uint16_t word;
};

// The rows `| seed | sample | row | col | state | word |` of the document.
std::vector<Vector> VectorsOfTheDocument() {
  std::ifstream file("docs/random.md");
  const std::regex row(
      R"(\| `([0-9a-f]{16})` \| (\d+) \| (\d+) \| (\d+) \| `([0-9a-f]{16})` \| `([0-9a-f]{4})` \|)");
  std::vector<Vector> vectors;
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (!std::regex_match(line, match, row)) continue;
    vectors.push_back(
        {line, std::stoull(match[1], nullptr, 16), static_cast<uint8_t>(std::stoul(match[2])),
         static_cast<uint32_t>(std::stoul(match[3])), static_cast<uint32_t>(std::stoul(match[4])),
         std::stoull(match[5], nullptr, 16),
         static_cast<uint16_t>(std::stoul(match[6], nullptr, 16))});
  }
  return vectors;
}

// One bit of a group as a function of the state: the exclusive or of `linear` and of one product.
struct Tap {
  uint64_t linear, product;
};

// The table `| b | p | q | r | s |` of the document, turned for every column of a group.
std::vector<Tap> TapsOfTheDocument() {
  std::ifstream file("docs/random.md");
  const std::regex row(R"(\| \d+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|)");
  std::vector<Tap> taps;
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (!std::regex_match(line, match, row)) continue;
    const auto bit = [&](size_t i) { return uint64_t{1} << std::stoul(match[i]); };
    for (int column = 0; column < 16; ++column) {
      taps.push_back(
          {std::rotr(bit(1) | bit(2), 4 * column), std::rotr(bit(3) | bit(4), 4 * column)});
    }
  }
  return taps;
}

// For a uniform state an exclusive or of bits is balanced if a linear term stands in no product.
bool IsBalanced(uint64_t linear, uint64_t products) { return (linear & ~products) != 0; }

TEST(RandomSourceModel, NoTwoAndNoThreeBitsOfAGroupAreCorrelatedForAUniformState) {
  const std::vector<Tap> t = TapsOfTheDocument();
  ASSERT_EQ(t.size(), 256U);
  uint64_t places = 0;  // column 0 stands at every 16th place: every bit of the state once
  for (size_t i = 0; i < t.size(); i += 16) {
    EXPECT_EQ(places & (t[i].linear | t[i].product), 0U);
    places |= t[i].linear | t[i].product;
  }
  EXPECT_EQ(places, ~uint64_t{0});
  for (size_t i = 0; i < t.size(); ++i) {
    for (size_t j = i + 1; j < t.size(); ++j) {
      const uint64_t linear = t[i].linear ^ t[j].linear, product = t[i].product | t[j].product;
      ASSERT_TRUE(IsBalanced(linear, product)) << i << " " << j;
      for (size_t k = j + 1; k < t.size(); ++k)
        ASSERT_TRUE(IsBalanced(linear ^ t[k].linear, product | t[k].product))
            << i << " " << j << " " << k;
    }
  }
}

TEST(RandomSourceModel, TheVectorsOfTheDocumentComeOut) {
  const std::vector<Vector> vectors = VectorsOfTheDocument();
  ASSERT_GE(vectors.size(), 64u) << "run from the root of the source tree";
  for (const Vector& v : vectors) {
    EXPECT_EQ(MixedState(v.seed, v.sample, v.row, v.column / 16), v.state) << v.line;
    EXPECT_EQ(RandomWord(v.seed, v.sample, v.row, v.column), v.word) << v.line;
  }
}

TEST(RandomSourceModel, AWordIsThatOfItsLaneInTheGroup) {
  for (uint32_t column = 0; column < 64; ++column) {
    EXPECT_EQ(RandomWord(kSeed, 3, 7, column),
              LaneWord(MixedState(kSeed, 3, 7, column / 16), column % 16));
  }
}

TEST(RandomSourceModel, TheWordsOfAllLanesAtOnceAreThoseOfTheLanes) {
  // Bits of a word depend on four bits of the state each, in and and exclusive or: pairs of ones
  // show every tap of every lane.
  for (unsigned p = 0; p < 64; ++p) {
    for (unsigned q = 0; q <= p; ++q) {
      const uint64_t state = uint64_t{1} << p | uint64_t{1} << q;
      for (const uint64_t x : {state, ~state}) {
        const auto words = LaneWords(x);
        for (unsigned lane = 0; lane < kRandomGroup; ++lane) {
          ASSERT_EQ(words[lane], LaneWord(x, lane)) << "state " << x << ", lane " << lane;
        }
      }
    }
  }
}

TEST(RandomSourceModel, ColumnsFrom2To28AreRefused) {
  EXPECT_NO_THROW(RandomWord(0, 0, 0, (1u << 28) - 1));
  EXPECT_THROW(RandomWord(0, 0, 0, 1u << 28), std::invalid_argument);
}

// The taps are a permutation of the state, so that all 16 bits of a word are independent and
// uniform when the state is: a bit of the state changes one and the same bit of a lane's word, or
// none.
TEST(RandomSourceModel, EachBitOfTheStateFeedsOneBitOfTheWordOfEveryLane) {
  for (unsigned lane = 0; lane < 16; ++lane) {
    for (int bit = 0; bit < 64; ++bit) {
      unsigned changed = 0;
      for (uint32_t row = 0; row < 64; ++row) {
        const uint64_t state = MixedState(kSeed, 0, row, 0);
        changed |= LaneWord(state, lane) ^ LaneWord(state ^ uint64_t{1} << bit, lane);
      }
      EXPECT_EQ(std::popcount(changed), 1) << "bit " << bit << " lane " << lane;
    }
  }
}

// All mixed states of 2^16 addresses differ: a round of the mix loses nothing visible.
TEST(RandomSourceModel, NeighbouringAddressesHaveDifferentStates) {
  std::set<uint64_t> states;
  for (uint32_t row = 0; row < 1024; ++row) {
    for (uint32_t group = 0; group < 64; ++group) states.insert(MixedState(kSeed, 0, row, group));
  }
  EXPECT_EQ(states.size(), 65536u);
}

std::string Print(const RandomFinding& f) {
  return f.test + ": " + std::to_string(f.worst) + " standard errors, limit " +
         std::to_string(f.limit) + " (seed " + std::to_string(kSeed) +
         "; more words: build/sim/random_report)";
}

TEST(RandomSourceStatistics, TheSourcePassesEveryTest) {
  for (const RandomFinding& f : TestRandomSource(RandomWord, kSeed, kRows, kAvalancheTrials)) {
    EXPECT_TRUE(f.passed()) << Print(f);
  }
}

// The tests named here must fail, and say so clearly: by ten times their limit or more for sources
// this bad. Tests along columns need not.
void ExpectFailures(const std::vector<RandomFinding>& findings,
                    const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto f = std::find_if(findings.begin(), findings.end(),
                                [&name](const RandomFinding& g) { return g.test == name; });
    ASSERT_NE(f, findings.end()) << name;
    EXPECT_GT(std::abs(f->worst), 10 * f->limit) << Print(*f);
  }
}

TEST(RandomSourceStatistics, OneWordSharedDownTheRowsFails) {
  const RandomGrid grid = GridOfSeed(SharedRowsWord, kSeed, 0, kRows, 1024);
  ExpectFailures(TestDistances(grid), {"words, rows 1 to 784 apart"});
  ExpectFailures(TestSerial(grid), {"pairs along rows", "triples along rows"});
  ExpectFailures({TestRowSums(grid)}, {"variance of sums over 128 rows"});
  ExpectFailures(TestGradientMeans(grid), {"LUQ gradients, sums over rows"});
}

TEST(RandomSourceStatistics, ALfsrSteppedOncePerRowFails) {
  const RandomGrid grid = GridOfSeed(SteppedLfsrWord, kSeed, 0, kRows, 1024);
  ExpectFailures(TestDistances(grid), {"words, rows 1 to 784 apart"});
  ExpectFailures(TestSerial(grid), {"pairs along rows", "triples along rows"});
  ExpectFailures({TestRowSums(grid)}, {"variance of sums over 128 rows"});
  for (const RandomFinding& f : TestUniformity(grid)) {
    EXPECT_TRUE(f.passed()) << "its words are uniform: " << Print(f);
  }
}

TEST(RandomSourceStatistics, TheLimitIsTheNormalQuantileOfItsCount) {
  EXPECT_NEAR(RandomLimit(1), 3.8906, 1e-4);      // P(|z| > 3.8906) = 1e-4
  EXPECT_NEAR(RandomLimit(100), 4.8916, 1e-4);    // 1e-6
  EXPECT_NEAR(RandomLimit(10000), 5.7307, 1e-4);  // 1e-8
}

}  // namespace
}  // namespace tetralog
