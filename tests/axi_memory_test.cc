// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The fixed memory is checked to the cycle. The random one is checked by what it may not change
// (data, order within an ID, every rule of the checker) over seeds, and by what it must do
// sometimes (reorder, interleave, stall, show a write early or late).

#include "sim/axi_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "sim/axi_checker.h"
#include "tests/axi_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::Beat;
using ::tetralog::testing::Burst;
using ::tetralog::testing::TestMaster;

// A master, a memory and the checker between them.
struct Bench {
  explicit Bench(const AxiMemoryOptions& options, uint64_t bytes = 1 << 16)
      : memory(bytes, options), checker(options.word_bytes) {}
  void Tick() {
    const AxiSlave slave = memory.slave();
    const AxiMaster signals = master.Signals();
    checker.Check(signals, slave);
    memory.Clock(signals);
    master.Clock(slave, cycle);
    ++cycle;
  }
  // Until nothing is outstanding; false: it takes too long.
  bool Finish() {
    for (int i = 0; i < 100000; ++i) {
      Tick();
      if (master.aw.empty() && master.w.empty() && master.ar.empty() && checker.idle()) return true;
    }
    return false;
  }
  void SendWrite(uint64_t address, const std::vector<AxiWriteData>& beats, uint8_t id = 0,
                 uint32_t word_bytes = 16) {
    master.aw.push_back(Burst(address, static_cast<uint32_t>(beats.size()), word_bytes, id));
    for (size_t i = 0; i < beats.size(); ++i) {
      master.w.push_back(beats[i]);
      master.w.back().last = i + 1 == beats.size();
    }
  }
  uint64_t Word(uint64_t address) {
    std::array<uint8_t, 8> bytes;
    memory.Read(address, bytes);
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= uint64_t{bytes[i]} << (8 * i);
    return word;
  }
  void SetWord(uint64_t address, uint64_t word) {
    std::array<uint8_t, 8> bytes;
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(word >> (8 * i));
    memory.Write(address, bytes);
  }

  AxiMemory memory;
  AxiChecker checker;
  TestMaster master;
  uint64_t cycle = 0;
};

TEST(AxiMemory, ReadsComeAfterTheLatencyAndThenABeatACycle) {
  AxiMemoryOptions options;
  options.read_latency_min = options.read_latency_max = 20;
  Bench bench(options);
  for (uint64_t a = 0; a < 8192; a += 8) bench.SetWord(a, a);
  bench.Tick();
  for (int i = 0; i < 30; ++i) bench.master.ar.push_back(Burst(256 * i, 16));
  ASSERT_TRUE(bench.Finish());
  ASSERT_EQ(bench.master.reads.size(), 480u);
  for (size_t i = 0; i < 480; ++i) {
    EXPECT_EQ(bench.master.reads[i].cycle, bench.master.ar_cycles[0] + 20 + i);
    EXPECT_EQ(bench.master.reads[i].beat.data[0], 16 * i);
    EXPECT_EQ(bench.master.reads[i].beat.data[1], 16 * i + 8);
  }
}

TEST(AxiMemory, ReadsOfOneWordComeEveryCycle) {
  AxiMemoryOptions options;
  options.read_latency_min = options.read_latency_max = 30;
  Bench bench(options);
  bench.Tick();
  for (int i = 0; i < 200; ++i) bench.master.ar.push_back(Burst(16 * i, 1));
  ASSERT_TRUE(bench.Finish());
  EXPECT_EQ(bench.master.reads.back().cycle - bench.master.ar_cycles[0], 199u + 30);
}

TEST(AxiMemory, AWriteIsAnsweredAndEffectiveAfterTheLatency) {
  AxiMemoryOptions options;
  options.write_latency_min = options.write_latency_max = 20;
  Bench bench(options);
  bench.Tick();
  for (uint64_t i = 0; i < 40; ++i)
    bench.SendWrite(64 * i, {Beat(i, false), Beat(i, false), Beat(i, false), Beat(i + 1000, true)});
  while (bench.master.w_cycles.size() < 4) bench.Tick();
  for (int i = 0; i < 19; ++i) {
    EXPECT_EQ(bench.Word(48), 0u);
    bench.Tick();
  }
  EXPECT_EQ(bench.Word(48), 1000u);
  ASSERT_TRUE(bench.Finish());
  ASSERT_EQ(bench.master.writes.size(), 40u);
  for (size_t i = 0; i < 40; ++i)
    EXPECT_EQ(bench.master.writes[i].cycle, bench.master.w_cycles[0] + 4 * i + 3 + 20);
  EXPECT_EQ(bench.Word(64 * 39 + 56), ~uint64_t{1039});
}

TEST(AxiMemory, OnlyStrobedBytesChange) {
  for (const uint32_t word_bytes : {8u, 16u}) {
    AxiMemoryOptions options;
    options.word_bytes = word_bytes;
    Bench bench(options);
    bench.SetWord(32, 0x1111111111111111);
    bench.SetWord(40, 0x2222222222222222);
    bench.SendWrite(32, {Beat(0xffeeddccbbaa9988, true, word_bytes == 8 ? 0x81 : 0x8181)}, 0,
                    word_bytes);
    ASSERT_TRUE(bench.Finish());
    EXPECT_EQ(bench.Word(32), 0xff11111111111188);
    EXPECT_EQ(bench.Word(40), word_bytes == 8 ? 0x2222222222222222 : 0x0022222222222277);
  }
}

TEST(AxiMemory, DataMayComeBeforeItsAddressOnlyIfAllowed) {
  for (const bool allowed : {true, false}) {
    AxiMemoryOptions options;
    options.w_before_aw = allowed;
    Bench bench(options);
    bench.Tick();
    bench.master.w = {Beat(5, false), Beat(6, true), Beat(7, true)};
    for (int i = 0; i < 30; ++i) bench.Tick();
    EXPECT_EQ(bench.master.w_cycles.size(), allowed ? 3u : 0u);
    EXPECT_TRUE(bench.master.writes.empty());
    bench.master.aw = {Burst(0, 2), Burst(64, 1)};
    ASSERT_TRUE(bench.Finish());
    EXPECT_EQ(bench.Word(0), 5u);
    EXPECT_EQ(bench.Word(16), 6u);
    EXPECT_EQ(bench.Word(64), 7u);
  }
}

TEST(AxiMemory, AnAddressWaitsForItsDataIfTold) {
  AxiMemoryOptions options;
  options.aw_waits_for_w = true;
  for (const bool before : {true, false}) {
    options.w_before_aw = before;
    Bench bench(options);
    bench.Tick();
    bench.master.aw = {Burst(0, 1)};
    for (int i = 0; i < 30; ++i) bench.Tick();
    EXPECT_TRUE(bench.master.aw_cycles.empty());
    bench.master.w = {Beat(9, true)};
    ASSERT_TRUE(bench.Finish());
    EXPECT_EQ(bench.Word(0), 9u);
    if (!before) continue;
    bench.master.w = {Beat(8, true)};  // accepted long before its address
    for (int i = 0; i < 30; ++i) bench.Tick();
    bench.master.aw = {Burst(0, 1)};
    ASSERT_TRUE(bench.Finish());
    EXPECT_EQ(bench.Word(0), 8u);
  }
}

TEST(AxiMemory, NoMoreBurstsAreOutstandingThanAllowed) {
  AxiMemoryOptions options;
  options.max_reads = 3;
  options.max_writes = 2;
  Bench bench(options);
  bench.Tick();
  for (int i = 0; i < 10; ++i) {
    bench.master.ar.push_back(Burst(0, 1));
    bench.SendWrite(256, {Beat(1, true)});
  }
  for (int i = 0; i < 19; ++i) bench.Tick();
  EXPECT_EQ(bench.master.ar_cycles.size(), 3u);
  EXPECT_EQ(bench.master.aw_cycles.size(), 2u);
  EXPECT_EQ(bench.master.w_cycles.size(), 2u);
  EXPECT_TRUE(bench.Finish());
}

TEST(AxiMemory, FaultyWordsAnswerWithErrorsAndKeepTheirBytes) {
  Bench bench({}, 4096);
  bench.SetWord(0x100, 42);
  bench.SetWord(0x110, 43);
  bench.memory.InjectFault(MemoryFault::kSlaveError, 0x11f, 1);
  bench.memory.InjectFault(MemoryFault::kDecodeError, 0x200, 17);
  bench.master.ar = {Burst(0x100, 4), Burst(0x200, 3), Burst(0xff0, 1), Burst(0x1000, 1)};
  bench.SendWrite(0x100, {Beat(1, false), Beat(2, true)});
  bench.SendWrite(0x120, {Beat(3, true)});
  bench.SendWrite(0x210, {Beat(4, true)});
  bench.SendWrite(0x1000000000, {Beat(5, true)});
  ASSERT_TRUE(bench.Finish());
  std::vector<int> read_responses, write_responses;
  for (const auto& read : bench.master.reads) read_responses.push_back(read.beat.resp);
  for (const auto& write : bench.master.writes) write_responses.push_back(write.response.resp);
  EXPECT_EQ(read_responses, (std::vector<int>{0, 2, 0, 0, 3, 3, 0, 0, 3}));
  EXPECT_EQ(write_responses, (std::vector<int>{2, 0, 3, 3}));
  EXPECT_EQ(bench.Word(0x100), 42u);
  EXPECT_EQ(bench.Word(0x110), 43u);
  EXPECT_EQ(bench.Word(0x120), 3u);
  EXPECT_EQ(bench.Word(0x210), 0u);

  bench.memory.InjectFault(MemoryFault::kNone, 0, 0);
  bench.SendWrite(0x210, {Beat(4, true)});
  ASSERT_TRUE(bench.Finish());
  EXPECT_EQ(bench.master.writes.back().response.resp, kAxiOkay);
  EXPECT_EQ(bench.Word(0x210), 4u);
}

TEST(AxiMemory, TheHostCannotReachBehindTheEnd) {
  AxiMemory memory(100, {});
  std::array<uint8_t, 4> bytes{};
  memory.Write(96, bytes);
  EXPECT_THROW(memory.Write(97, bytes), std::out_of_range);
  EXPECT_THROW(memory.Read(~uint64_t{1}, bytes), std::out_of_range);
}

TEST(AxiMemory, ImpossibleOptionsAreRefused) {
  const auto refused = [](auto change) {
    AxiMemoryOptions options;
    change(options);
    EXPECT_THROW(AxiMemory(64, options), std::invalid_argument);
  };
  refused([](AxiMemoryOptions& o) { o.word_bytes = 32; });
  refused([](AxiMemoryOptions& o) { o.read_latency_min = 0; });
  refused([](AxiMemoryOptions& o) { o.write_latency_min = 21; });
  refused([](AxiMemoryOptions& o) { o.max_reads = 0; });
  refused([](AxiMemoryOptions& o) { o.max_writes = 256; });
  refused([](AxiMemoryOptions& o) { o.stall_b = 100; });
}

// ---------------------------------------------------------------------------- random behaviour

// Rounds of bursts that do not touch each other within a round; each byte is compared with a plain
// array of bytes.
void RandomTraffic(uint64_t seed, uint32_t word_bytes, const AxiMemoryOptions& options) {
  SCOPED_TRACE(::testing::Message() << "seed " << seed << ", words of " << word_bytes);
  std::mt19937_64 rng(seed);
  Bench bench(options, 1 << 16);
  std::vector<uint8_t> expected(1 << 16);
  for (uint8_t& byte : expected) byte = static_cast<uint8_t>(rng());
  bench.memory.Write(0, expected);
  const uint32_t block = kAxiMaxBeats * word_bytes;
  for (int round = 0; round < 10; ++round) {
    bench.master.reads.clear();
    std::array<std::deque<uint64_t>, kAxiIds> words;  // addresses that each ID reads, in order
    std::vector<uint8_t> before = expected;
    for (uint64_t base = 0; base < expected.size(); base += block) {
      const uint32_t beats = 1 + static_cast<uint32_t>(rng() % kAxiMaxBeats);
      const uint64_t address = base + rng() % (kAxiMaxBeats - beats + 1) * word_bytes;
      const uint8_t id = static_cast<uint8_t>(rng() % kAxiIds);
      if (rng() % 2 != 0) {
        bench.master.ar.push_back(Burst(address, beats, word_bytes, id));
        for (uint32_t i = 0; i < beats; ++i) words[id].push_back(address + i * word_bytes);
        continue;
      }
      std::vector<AxiWriteData> data;
      for (uint32_t i = 0; i < beats; ++i) {
        const uint16_t strobes = word_bytes == 8 ? 0xff : 0xffff;
        data.push_back(Beat(rng(), false, rng() % 2 ? strobes : rng() & strobes));
        for (uint32_t byte = 0; byte < word_bytes; ++byte) {
          if (data[i].strb >> byte & 1)
            expected[address + i * word_bytes + byte] =
                static_cast<uint8_t>(data[i].data[byte / 8] >> (8 * (byte % 8)));
        }
      }
      bench.SendWrite(address, data, id, word_bytes);
    }
    ASSERT_TRUE(bench.Finish());
    for (const auto& read : bench.master.reads) {
      ASSERT_FALSE(words[read.beat.id].empty());
      const uint64_t address = words[read.beat.id].front();
      words[read.beat.id].pop_front();
      for (uint32_t byte = 0; byte < word_bytes; ++byte)
        ASSERT_EQ(static_cast<uint8_t>(read.beat.data[byte / 8] >> (8 * (byte % 8))),
                  before[address + byte]);
    }
    std::vector<uint8_t> image(expected.size());
    bench.memory.Read(0, image);
    ASSERT_EQ(image, expected);
  }
}

TEST(AxiMemory, RandomTrafficReadsWhatWasWritten) {
  for (const uint32_t word_bytes : {8u, 16u}) {
    AxiMemoryOptions options;
    options.word_bytes = word_bytes;
    RandomTraffic(99, word_bytes, options);
    for (uint64_t seed = 1; seed <= 20; ++seed)
      RandomTraffic(seed, word_bytes,
                    AxiMemoryOptions::Random(word_bytes, seed % 4 * 30, 20, 20, seed));
  }
}

TEST(AxiMemory, ASeedRepeatsItselfToTheCycle) {
  std::vector<uint64_t> cycles[2];
  for (auto& seen : cycles) {
    Bench bench(AxiMemoryOptions::Random(16, 50, 20, 20, 7));
    for (int i = 0; i < 50; ++i)
      bench.master.ar.push_back(Burst(256 * i, 4, 16, static_cast<uint8_t>(i % 3)));
    ASSERT_TRUE(bench.Finish());
    for (const auto& read : bench.master.reads) seen.push_back(read.cycle * 8 + read.beat.id);
  }
  EXPECT_EQ(cycles[0], cycles[1]);
}

TEST(AxiMemory, DifferentIdsAreReorderedAndInterleaved) {
  AxiMemoryOptions options = AxiMemoryOptions::Random(16, 0, 20, 20, 3);
  Bench bench(options);
  for (int i = 0; i < 100; ++i) {
    bench.master.ar.push_back(Burst(256 * i, 4, 16, static_cast<uint8_t>(i % 5)));
    bench.SendWrite(256 * i, {Beat(1, true)}, static_cast<uint8_t>(i % 5));
  }
  ASSERT_TRUE(bench.Finish());
  int interleaved = 0, reordered_writes = 0;
  for (size_t i = 1; i < bench.master.reads.size(); ++i) {
    const AxiReadData &before = bench.master.reads[i - 1].beat, &beat = bench.master.reads[i].beat;
    interleaved += !before.last && before.id != beat.id;
  }
  for (size_t i = 0; i < bench.master.writes.size(); ++i)
    reordered_writes += bench.master.writes[i].response.id != i % 5;
  EXPECT_GT(interleaved, 100);
  EXPECT_GT(reordered_writes, 10);
}

TEST(AxiMemory, EveryChannelStallsAsOftenAsTold) {
  AxiMemoryOptions options;
  options.read_latency_min = options.read_latency_max = 1;
  options.write_latency_min = options.write_latency_max = 1;
  const auto utilisation = [&](int channel, uint8_t percent) {
    AxiMemoryOptions told = options;
    *std::array{&told.stall_ar, &told.stall_r, &told.stall_aw, &told.stall_w,
                &told.stall_b}[channel] = percent;
    Bench bench(told);
    for (int i = 0; i < 10000; ++i) {
      bench.master.ar.push_back(Burst(0, 1));
      bench.SendWrite(256, {Beat(1, true)});
    }
    EXPECT_TRUE(bench.Finish());
    const auto& cycles = channel == 0   ? bench.master.ar_cycles
                         : channel == 2 ? bench.master.aw_cycles
                                        : bench.master.w_cycles;
    const uint64_t last = channel == 1   ? bench.master.reads.back().cycle
                          : channel == 4 ? bench.master.writes.back().cycle
                                         : cycles.back();
    return 10000.0 / static_cast<double>(last);
  };
  for (int channel = 0; channel < 5; ++channel) {
    EXPECT_NEAR(utilisation(channel, 0), 1.0, 0.01) << "channel " << channel;
    EXPECT_NEAR(utilisation(channel, 30), 0.7, 0.03) << "channel " << channel;
    EXPECT_NEAR(utilisation(channel, 90), 0.1, 0.02) << "channel " << channel;
  }
}

// Both moments of each choice that the protocol leaves open come about.
TEST(AxiMemory, RandomEffectsAreEarlyAndLate) {
  int early_effect = 0, late_effect = 0, early_read = 0, late_read = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    AxiMemoryOptions options = AxiMemoryOptions::Random(16, 0, 20, 20, seed);
    options.read_latency_min = options.write_latency_min = 10;
    Bench bench(options);
    bench.SendWrite(0, {Beat(77, true)});
    while (bench.master.w_cycles.empty() || bench.master.aw_cycles.empty()) bench.Tick();
    uint64_t effect = 0;
    for (; bench.master.writes.empty(); bench.Tick()) {
      if (effect == 0 && bench.Word(0) == 77) effect = bench.cycle;
    }
    ASSERT_NE(effect, 0u) << "no effect before the response";
    ++(bench.master.writes[0].cycle - effect > 5 ? early_effect : late_effect);

    bench.master.ar = {Burst(0, 1)};
    while (bench.master.ar_cycles.empty()) bench.Tick();
    bench.SetWord(0, 88);
    ASSERT_TRUE(bench.Finish());
    ++(bench.master.reads[0].beat.data[0] == 77 ? early_read : late_read);
  }
  EXPECT_GT(early_effect, 20);
  EXPECT_GT(late_effect, 20);
  EXPECT_GT(early_read, 50);
  EXPECT_GT(late_read, 50);
}

// A read that begins while a write is not answered may see the old or the new word, and must see
// the new one after the response. Both must be seen, or missing waits would not be found.
TEST(AxiMemory, AReadDuringAWriteSeesOldOrNewAndAfterItNew) {
  std::map<bool, int> seen;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Bench bench(AxiMemoryOptions::Random(16, 0, 20, 20, seed));
    bench.SendWrite(0, {Beat(77, true)});
    while (bench.master.w_cycles.empty()) bench.Tick();
    bench.master.ar = {Burst(0, 1)};
    ASSERT_TRUE(bench.Finish());
    ++seen[bench.master.reads[0].beat.data[0] == 77];
    EXPECT_EQ(bench.Word(0), 77u);
    bench.master.ar = {Burst(0, 1)};
    ASSERT_TRUE(bench.Finish());
    EXPECT_EQ(bench.master.reads[1].beat.data[0], 77u) << "seed " << seed;
  }
  EXPECT_GT(seen[false], 20);
  EXPECT_GT(seen[true], 20);
}

}  // namespace
}  // namespace tetralog
