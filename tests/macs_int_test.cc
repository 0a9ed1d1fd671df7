// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The INT8 block: all 65,536 pairs of operands, one after the other in every position, and random
// sums in which a third of the operands are the extremes, against integers modulo 2^32.

#include <gtest/gtest.h>

#include "tests/macs_reference.h"

#ifdef GATES
#include "Vint8.h"
#else
#include "Vint8_d1.h"
#include "Vint8_d4.h"
#endif

namespace tetralog {
namespace {

template <typename Unit>
void Check(int dot, int pairs, uint32_t seed) {
  const auto step = [&](uint64_t accumulator, const MacBeat& beat) {
    int64_t sum = static_cast<int64_t>(accumulator);
    for (int i = 0; i < dot; ++i) {
      sum += SignExtend(static_cast<uint32_t>(beat.a[i]), 8) *
             SignExtend(static_cast<uint32_t>(beat.b[i]), 8);
    }
    return static_cast<uint64_t>(sum) & 0xffffffff;
  };
  const auto same = [](uint64_t got, uint64_t want) { return got == want; };
  // 40,503 is odd, so its multiples run through all pairs.
  uint32_t pair = 0;
  const auto every_pair = [&](std::mt19937&) {
    MacBeat beat;
    for (int i = 0; i < dot; ++i) {
      const uint32_t code = (pair + i * 65536u / dot) * 40503u;
      beat.a.push_back(code >> 8 & 255);
      beat.b.push_back(code & 255);
    }
    ++pair;
    return beat;
  };
  CheckSums<Unit>(seed, 8, 0, every_pair, step, same, pairs / 2, 2);
  const auto random_codes = [&](std::mt19937& random) {
    MacBeat beat;
    for (int i = 0; i < dot; ++i) {
      const unsigned kind = random() % 6;
      beat.a.push_back(kind < 2 ? 127 + kind : random() % 256);
      beat.b.push_back(kind == 0 ? 128 : random() % 256);
    }
    return beat;
  };
  CheckSums<Unit>(seed + 1, 8, 0, random_codes, step, same, 500, 100);
}

#ifdef GATES
TEST(Int8Netlist, Dot4) { Check<Vint8>(4, 4096, 1); }
#else
TEST(Int8, Dot1) { Check<Vint8_d1>(1, 65536, 1); }
TEST(Int8, Dot4) { Check<Vint8_d4>(4, 65536, 2); }
#endif

}  // namespace
}  // namespace tetralog
