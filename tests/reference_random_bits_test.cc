// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The reference's random words against every known-answer vector of docs/random.md, which is
// parsed, so that the page itself is what is tested; and the chain of seeds.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "sim/reference/random_bits.h"
#include "sim/reference/seeds.h"

namespace tetralog::reference {
namespace {

TEST(ReferenceRandomBits, GivesEveryKnownAnswerOfTheDocument) {
  std::ifstream in("docs/random.md");
  ASSERT_TRUE(in) << "run the test in the top folder of the sources";
  int vectors = 0;
  for (std::string line; std::getline(in, line);) {
    // | `seed` | sample | row | col | `state` | `word` |
    std::string plain;
    for (char c : line) plain += c == '|' || c == '`' ? ' ' : c;
    std::istringstream cells(plain);
    std::string seed, state, word, rest;
    uint64_t sample, row, col;
    if (!(cells >> seed >> sample >> row >> col >> state >> word) || cells >> rest) continue;
    if (seed.size() != 16 || state.size() != 16 || word.size() != 4) continue;
    const uint64_t seed_value = std::stoull(seed, nullptr, 16);
    EXPECT_EQ(random_word(seed_value, static_cast<uint32_t>(sample), static_cast<uint32_t>(row),
                          static_cast<uint32_t>(col)),
              std::stoul(word, nullptr, 16))
        << line;
    ++vectors;
  }
  EXPECT_GE(vectors, 64);
}

TEST(ReferenceRandomBits, TensorsOfWordsAreTheWordsOfTheirElements) {
  constexpr uint64_t kSeed = 0x0123456789abcdef;
  for (size_t columns : {1, 15, 16, 17, 40}) {
    const std::vector<uint16_t> words = random_words(kSeed, 3, 5, columns);
    ASSERT_EQ(words.size(), 5 * columns);
    for (uint32_t i = 0; i < words.size(); ++i) {
      EXPECT_EQ(words[i], random_word(kSeed, 3, i / columns, i % columns))
          << i << " of " << columns;
    }
  }
}

TEST(ReferenceRandomBits, SplitMix64GivesItsPublishedValues) {
  // The first outputs for state 1234567, as in the public-domain implementation by S. Vigna.
  SplitMix64 stream(1234567);
  EXPECT_EQ(stream.next(), 6457827717110365317u);
  EXPECT_EQ(stream.next(), 3203168211198807973u);
  EXPECT_EQ(stream.next(), 9817491932198370423u);
}

TEST(ReferenceRandomBits, EveryLinkOfTheChainChangesTheSeed) {
  std::set<uint64_t> seeds;
  for (uint64_t run = 0; run < 4; ++run) {
    for (uint64_t step = 0; step < 4; ++step) {
      for (uint64_t layer = 0; layer < 4; ++layer) {
        for (uint64_t tensor = 0; tensor < 4; ++tensor) {
          seeds.insert(derive_seed({run, step, layer, tensor}));
        }
      }
    }
  }
  EXPECT_EQ(seeds.size(), 256u);
}

}  // namespace
}  // namespace tetralog::reference
