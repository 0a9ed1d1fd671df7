// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// axi_write.sv with buses and groups of three kinds: segments at every offset of a window of 16 bus
// words and of every length, as 32-bit elements and as codes, are written byte for byte, with and
// without stalls. Then full rate, the limit on open bursts, halt and error responses.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "Vaxi_write_b128_g4.h"
#include "Vaxi_write_b64_g2.h"
#include "Vaxi_write_b64_g8.h"
#include "tests/axi_write_testing.h"

namespace tetralog {
namespace {

using Bus128 = AxiWriteBench<Vaxi_write_b128_g4, 128, 4>;

template <typename T>
class AxiWriteRtl : public ::testing::Test {};

struct KindName {
  template <typename T>
  static std::string GetName(int) {
    return "Bus" + std::to_string(8 * T::kWordBytes) + "Group" + std::to_string(T::kCodesOfGroup);
  }
};
using Kinds = ::testing::Types<Bus128, AxiWriteBench<Vaxi_write_b64_g2, 64, 2>,
                               AxiWriteBench<Vaxi_write_b64_g8, 64, 8>>;
TYPED_TEST_SUITE(AxiWriteRtl, Kinds, KindName);

template <typename Bench>
void ExpectEverySegment(const WriteSlave::Options& options, int step) {
  Bench bench(9);
  bench.slave().set_options(options);
  const int window = 16 * Bench::kWordBytes;
  for (int count = 1; count <= kMaxCount; ++count) {
    for (int offset = count % step; offset < window; offset += step) {
      // They overwrite each other, in order; the 32-bit ones cross address bits 39:15.
      bench.Add(offset, count, false);
      if (offset % 4 == 0) bench.Add(0x8000 - window + offset, count, true);
    }
  }
  bench.Run();
}

TYPED_TEST(AxiWriteRtl, WritesSegmentsOfEveryLengthAtEveryOffset) {
  ExpectEverySegment<TypeParam>({0, 20, 0, -1}, 1);
}
TYPED_TEST(AxiWriteRtl, WritesSegmentsOfEveryLengthWithStalls) {
  ExpectEverySegment<TypeParam>({50, 0, 40, -1}, 3);
}

TYPED_TEST(AxiWriteRtl, TakesASegmentAndMovesABeatEveryCycle) {
  TypeParam bench(1);
  constexpr int kSegments = 200;
  for (int i = 0; i < kSegments; ++i) {
    bench.Add(i * TypeParam::kWordBytes, TypeParam::kElements, true);
  }
  bench.Run();
  EXPECT_EQ(bench.slave().last_beat() - bench.slave().first_beat() + 1, uint64_t{kSegments});
}

TYPED_TEST(AxiWriteRtl, ReadsAGroupOfCodesEveryCycle) {
  TypeParam bench(1);
  constexpr int kSegments = 100, kCount = 16;
  for (int i = 0; i < kSegments; ++i) bench.Add(i * TypeParam::kWordBytes, kCount, false);
  bench.Run();
  const uint64_t reads = kCount / TypeParam::kCodesOfGroup;
  EXPECT_EQ(bench.slave().last_beat() - bench.slave().first_beat(), (kSegments - 1) * reads);
}

TYPED_TEST(AxiWriteRtl, OpensNoMoreThan63Bursts) {
  TypeParam bench(1);
  bench.slave().set_options({0, 500, 0, -1});
  for (int i = 0; i < 200; ++i) bench.Add(i * TypeParam::kWordBytes, 1, true);
  for (int i = 0; i < 400; ++i) bench.Cycle();
  EXPECT_EQ(bench.slave().open().size(), 63U);
  EXPECT_EQ(bench.slave().bursts(), 63);
  bench.Run();
}

TYPED_TEST(AxiWriteRtl, OpensNothingWhileHaltedNotEvenTheRestOfASegment) {
  TypeParam bench(1);
  const int window = 16 * TypeParam::kWordBytes;
  bench.Add(window - 2 * TypeParam::kWordBytes, kMaxCount, true);  // two bursts at least
  bench.Cycle();
  bench.unit().halt_i = 1;
  for (int i = 0; i < 100; ++i) bench.Cycle();
  EXPECT_EQ(bench.slave().bursts(), 1);
  EXPECT_TRUE(bench.slave().idle());
  EXPECT_FALSE(bench.unit().busy_o);
  EXPECT_FALSE(bench.unit().idle_o) << "the rest of the segment is not written";
  bench.unit().halt_i = 0;
  bench.Run();
}

TYPED_TEST(AxiWriteRtl, KeepsAnErrorAndOpensNothingAfterIt) {
  TypeParam bench(1);
  bench.slave().set_options({0, 20, 0, 5});
  for (int i = 0; i < 200; ++i) bench.Add(i * TypeParam::kWordBytes, TypeParam::kElements, true);
  for (int i = 0; i < 100 && !bench.unit().error_o; ++i) bench.Cycle();
  EXPECT_TRUE(bench.unit().error_o);
  const int bursts = bench.slave().bursts() + (bench.unit().m_axi_awvalid_o ? 1 : 0);
  for (int i = 0; i < 300; ++i) bench.Cycle();
  EXPECT_EQ(bench.slave().bursts(), bursts);
  EXPECT_GT(bench.waiting(), 100U);
  EXPECT_TRUE(bench.unit().error_o);
  EXPECT_FALSE(bench.unit().busy_o);
}

}  // namespace
}  // namespace tetralog
