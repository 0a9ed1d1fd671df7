// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The blocks that multiply FP4 by INT4 (luq_standard, luq_mf_bprop, radix4_fp4), with FP32 and FP16
// accumulators: every pair of codes in every position, sums of any length, against double
// arithmetic. Products are exact; the sum of a beat of several products is rounded to the
// accumulator's format, and so is the accumulator.

#include <gtest/gtest.h>

#include "tests/macs_reference.h"

#ifdef GATES
#include "Vluq_mf_bprop.h"
#else
#include "Vluq_mf_bprop_d1.h"
#include "Vluq_mf_bprop_d1_fp16.h"
#include "Vluq_mf_bprop_d4.h"
#include "Vluq_mf_bprop_d4_fp16.h"
#include "Vluq_standard_d1.h"
#include "Vluq_standard_d1_fp16.h"
#include "Vluq_standard_d4.h"
#include "Vradix4_fp4_d1.h"
#include "Vradix4_fp4_d1_fp16.h"
#include "Vradix4_fp4_d4.h"
#endif

namespace tetralog {
namespace {

double Fp4Value(uint64_t code, int log2_radix) {
  const int e = code & 7;
  const double magnitude = e == 0 ? 0 : std::ldexp(1, log2_radix * (e - 1));
  return (code >> 3 & 1) != 0 ? -magnitude : magnitude;
}

template <typename Unit>
void Check(int dot, int log2_radix, const FpFormat& format, uint32_t seed) {
  const auto step = [&](uint64_t accumulator, const MacBeat& beat) {
    double sum = 0;
    for (int i = 0; i < dot; ++i) sum += Fp4Value(beat.a[i], log2_radix) * kInt4Values[beat.b[i]];
    const uint64_t rounded = FpRound(format, sum);
    return FpRound(format, FpValue(format, accumulator) + FpValue(format, rounded));
  };
  const auto same = [&](uint64_t got, uint64_t want) {
    return format.Exponent(want) == 0 ? format.Exponent(got) == 0 : got == want;
  };
  // Every pair in every position, the others random; then sums of any length.
  unsigned pair = 0;
  const auto every_pair = [&](std::mt19937& random) {
    MacBeat beat;
    for (int i = 0; i < dot; ++i) {
      beat.a.push_back(random() % 16);
      beat.b.push_back(random() % 16);
    }
    const unsigned at = pair / 256 % dot;
    beat.a[at] = pair / 16 % 16;
    beat.b[at] = pair % 16;
    ++pair;
    return beat;
  };
  CheckSums<Unit>(seed, 4, 0, every_pair, step, same, 128 * dot, 2);
  // The longest product, 32,768 with radix 4, stays within FP16 for few beats only.
  const int longest = format.exp_bits == 5 && log2_radix == 2 ? 3 : 200;
  CheckSums<Unit>(seed + 1, 4, 0, every_pair, step, same, 400, longest);
}

#ifdef GATES
TEST(LuqMfBpropNetlist, Dot4Fp32) { Check<Vluq_mf_bprop>(4, 1, kFp32, 1); }
#else
TEST(LuqStandard, Dot1Fp32) { Check<Vluq_standard_d1>(1, 1, kFp32, 1); }
TEST(LuqStandard, Dot4Fp32) { Check<Vluq_standard_d4>(4, 1, kFp32, 2); }
TEST(LuqStandard, Dot1Fp16) { Check<Vluq_standard_d1_fp16>(1, 1, kFp16, 3); }
TEST(LuqMfBprop, Dot1Fp32) { Check<Vluq_mf_bprop_d1>(1, 1, kFp32, 4); }
TEST(LuqMfBprop, Dot4Fp32) { Check<Vluq_mf_bprop_d4>(4, 1, kFp32, 5); }
TEST(LuqMfBprop, Dot1Fp16) { Check<Vluq_mf_bprop_d1_fp16>(1, 1, kFp16, 6); }
TEST(LuqMfBprop, Dot4Fp16) { Check<Vluq_mf_bprop_d4_fp16>(4, 1, kFp16, 7); }
TEST(Radix4Fp4, Dot1Fp32) { Check<Vradix4_fp4_d1>(1, 2, kFp32, 8); }
TEST(Radix4Fp4, Dot4Fp32) { Check<Vradix4_fp4_d4>(4, 2, kFp32, 9); }
TEST(Radix4Fp4, Dot1Fp16) { Check<Vradix4_fp4_d1_fp16>(1, 2, kFp16, 10); }
#endif

}  // namespace
}  // namespace tetralog
