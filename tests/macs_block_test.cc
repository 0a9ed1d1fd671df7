// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The blocks with shared exponents (hbfp4, mxfp4): every pair of codes in every position, and
// random sums whose scales lie near one, far apart or so low that products are flushed, against
// double arithmetic. A beat's dot product is exact; scaled, it is rounded to FP32, and so is the
// accumulator.

#include <gtest/gtest.h>

#include "Vhbfp4_d16.h"
#include "Vhbfp4_d4.h"
#include "Vmxfp4_d32.h"
#include "Vmxfp4_d4.h"
#include "tests/macs_reference.h"

namespace tetralog {
namespace {

constexpr std::array<double, 16> kE2m1Values = {0, 0.5,  1,  1.5,  2,  3,  4,  6,
                                                0, -0.5, -1, -1.5, -2, -3, -4, -6};

double Int4(uint64_t code) { return kInt4Values[code]; }
double E2m1(uint64_t code) { return kE2m1Values[code]; }

template <typename Unit>
void Check(int dot, double (*value)(uint64_t), uint32_t seed) {
  const auto step = [&](uint64_t accumulator, const MacBeat& beat) {
    double sum = 0;
    for (int i = 0; i < dot; ++i) sum += value(beat.a[i]) * value(beat.b[i]);
    sum = std::ldexp(sum, static_cast<int>(beat.a_scale + beat.b_scale) - 254);
    return FpRound(kFp32, FpValue(kFp32, accumulator) + FpValue(kFp32, FpRound(kFp32, sum)));
  };
  const auto same = [](uint64_t got, uint64_t want) {
    return kFp32.Exponent(want) == 0 ? kFp32.Exponent(got) == 0 : got == want;
  };
  unsigned pair = 0;
  const auto make = [&](std::mt19937& random) {
    MacBeat beat;
    for (int i = 0; i < dot; ++i) {
      beat.a.push_back(random() % 16);
      beat.b.push_back(random() % 16);
    }
    const unsigned at = pair / 256 % dot;
    beat.a[at] = pair / 16 % 16;
    beat.b[at] = pair % 16;
    // Near one; up to 2^60 apart; near the smallest FP32 number.
    const unsigned kind = pair++ % 8;
    const unsigned low = kind < 5 ? 122 : kind < 7 ? 97 : 55, range = kind < 5 ? 11 : 30;
    beat.a_scale = low + random() % range;
    beat.b_scale = low + random() % range;
    return beat;
  };
  CheckSums<Unit>(seed, 4, 8, make, step, same, 128 * dot, 2);
  CheckSums<Unit>(seed + 1, 4, 8, make, step, same, 400, 60);
}

TEST(Hbfp4, Dot4) { Check<Vhbfp4_d4>(4, Int4, 1); }
TEST(Hbfp4, Dot16) { Check<Vhbfp4_d16>(16, Int4, 2); }
TEST(Mxfp4, Dot4) { Check<Vmxfp4_d4>(4, E2m1, 3); }
TEST(Mxfp4, Dot32) { Check<Vmxfp4_d32>(32, E2m1, 4); }

}  // namespace
}  // namespace tetralog
