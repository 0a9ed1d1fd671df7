// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// axi_write.sv with buses and groups of three kinds: segments at every offset of a window of 16 bus
// words and of every length, as 32-bit elements and as codes, are written byte for byte, with and
// without stalls; its source here is a list of elements with a cycle of latency. Then full rate,
// the limit on open bursts, halt and error responses.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "Vaxi_write_b128_g4.h"
#include "Vaxi_write_b64_g2.h"
#include "Vaxi_write_b64_g8.h"
#include "tests/write_slave.h"

namespace tetralog {
namespace {

constexpr int kMaxCount = 48;

struct Segment {
  uint32_t addr;  // offset in the memory
  bool int32;
  std::vector<uint32_t> elements;
};

template <typename Unit, int kAxi, int kGroup>
class Bench {
 public:
  static constexpr int kWordBytes = kAxi / 8, kElements = kAxi / 32, kCodesOfGroup = kGroup;

  explicit Bench(uint64_t seed) : random_(seed), slave_(kWordBytes) {
    expected_ = slave_.memory();
    writes_.resize(kMemoryBytes);
    unit_.rst_ni = 0;
    unit_.seg_valid_i = unit_.halt_i = unit_.m_axi_bvalid_i = 0;
    for (int clk : {0, 1, 0}) {
      unit_.clk_i = clk;
      unit_.eval();
    }
    unit_.rst_ni = 1;
  }

  WriteSlave& slave() { return slave_; }
  Unit& unit() { return unit_; }
  size_t waiting() const { return segments_.size(); }
  int data_ends() const { return data_ends_; }

  // A segment of random elements.
  void Add(uint32_t addr, int count, bool int32) {
    Segment segment{addr, int32, std::vector<uint32_t>(count)};
    for (uint32_t& element : segment.elements) {
      element = static_cast<uint32_t>(random_()) & (int32 ? 0xffffffff : 15);
    }
    for (int i = 0; i < count; ++i) {
      if (int32) {
        for (int b = 0; b < 4; ++b) {
          Expect(addr + 4 * i + b, static_cast<uint8_t>(segment.elements[i] >> (8 * b)));
        }
      } else if (i % 2 == 0) {
        const uint32_t upper = i + 1 < count ? segment.elements[i + 1] : 0;
        Expect(addr + i / 2, static_cast<uint8_t>(segment.elements[i] | upper << 4));
      }
    }
    segments_.push_back(segment);
    ++added_;
  }

  void Cycle() {
    unit_.seg_valid_i = !segments_.empty();
    if (!segments_.empty()) {
      unit_.seg_addr_i = kMemoryBase + segments_.front().addr;
      unit_.seg_count_i = segments_.front().elements.size();
      unit_.seg_int32_i = segments_.front().int32;
    }
    slave_.Drive(unit_, cycle_, random_);
    unit_.clk_i = 0;
    unit_.eval();
    EXPECT_EQ(int{unit_.write_bytes_o}, slave_.Take(unit_, cycle_, random_));
    const bool read = unit_.rd_en_o;
    if (read) {
      ASSERT_FALSE(taken_.empty()) << "a read without a segment";
      Read();
    }
    if (unit_.data_end_o) ++data_ends_;
    if (unit_.seg_valid_i && unit_.seg_ready_o) {
      taken_.push_back(segments_.front());
      segments_.pop_front();
    }
    unit_.clk_i = 1;
    unit_.eval();
    if (read) {
      for (int i = 0; i < kElements; ++i) SetPortWord(unit_.word_i, i, words_[i]);
      unit_.codes_i = codes_;
    }
    ++cycle_;
  }

  void Run() {
    for (int i = 0; i < 1000000 && (!segments_.empty() || !unit_.idle_o); ++i) {
      Cycle();
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(unit_.idle_o) << "hangs";
    EXPECT_EQ(data_ends_, added_);
    for (uint64_t i = 0; i < kMemoryBytes; ++i) {
      ASSERT_EQ(slave_.writes()[i], writes_[i]) << "writes of byte " << std::hex << i;
      ASSERT_EQ(int{slave_.memory()[i]}, int{expected_[i]}) << "byte " << std::hex << i;
    }
  }

 private:
  void Expect(uint32_t addr, uint8_t value) {
    expected_.at(addr) = value;
    ++writes_.at(addr);
  }

  // What the source gives in the next cycle; places that are not asked for are anything.
  void Read() {
    const Segment& segment = taken_.front();
    const int sign_bit = 1 << 6;  // of rd_first_o
    const int first = (int{unit_.rd_first_o} ^ sign_bit) - sign_bit;
    codes_ = 0;
    for (int i = 0; i < kGroup; ++i) {
      const int element = first + i;
      const bool exists = element >= 0 && element < static_cast<int>(segment.elements.size());
      const bool valid = (unit_.rd_valid_o >> i & 1) != 0;
      EXPECT_EQ(valid, exists) << "element " << element;
      const uint32_t value =
          valid && exists ? segment.elements[element] : static_cast<uint32_t>(random_());
      if (i < kElements) words_[i] = value;
      codes_ |= (value & 15) << (4 * i);
    }
    if (unit_.rd_end_o) taken_.pop_front();
  }

  std::mt19937_64 random_;
  WriteSlave slave_;
  Unit unit_;
  std::vector<uint8_t> expected_;
  std::vector<int> writes_;
  std::deque<Segment> segments_, taken_;
  uint32_t words_[kElements] = {};
  uint32_t codes_ = 0;
  int added_ = 0, data_ends_ = 0;
  uint64_t cycle_ = 0;
};

using Bus128 = Bench<Vaxi_write_b128_g4, 128, 4>;

template <typename T>
class AxiWriteRtl : public ::testing::Test {};

struct KindName {
  template <typename T>
  static std::string GetName(int) {
    return "Bus" + std::to_string(8 * T::kWordBytes) + "Group" + std::to_string(T::kCodesOfGroup);
  }
};
using Kinds =
    ::testing::Types<Bus128, Bench<Vaxi_write_b64_g2, 64, 2>, Bench<Vaxi_write_b64_g8, 64, 8>>;
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
