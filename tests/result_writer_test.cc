// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// result_writer.sv in four shapes, byte for byte against the specification of tensors and records:
// random commands in a row with all formats, orientations, samples, odd sizes, unaligned bases,
// strides and blocks, with the engine and the AXI channels stalled in four ways; halts in the
// middle; error responses; cycles where nothing stalls. The data path does not depend on values, so
// random outputs will do; what matters is where lines begin and end, and these small tensors meet
// every offset of a bus word and every length of a line.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "Vresult_writer_r16_l4_b128.h"
#include "Vresult_writer_r16_l8_b64.h"
#include "Vresult_writer_r4_l4_b128.h"
#include "Vresult_writer_r8_l2_b64.h"
#include "tests/result_writer_testing.h"

namespace tetralog {
namespace {

using Flagship = ResultBench<Vresult_writer_r16_l4_b128, 16, 16, 4, 128>;
using Small = ResultBench<Vresult_writer_r4_l4_b128, 4, 4, 4, 128>;
using Oblong = ResultBench<Vresult_writer_r8_l2_b64, 8, 4, 2, 64>;
using WideLanes = ResultBench<Vresult_writer_r16_l8_b64, 16, 16, 8, 64>;

constexpr uint32_t kRecords = 0xf000;  // in the upper end of the memory

template <typename Bench>
class ResultWriterRtl : public ::testing::Test {};

struct ShapeName {
  template <typename Bench>
  static std::string GetName(int) {
    return std::to_string(Bench::kRowsOfTile) + "x" + std::to_string(Bench::kColsOfTile) + "Bus" +
           std::to_string(8 * Bench::kWordBytes);
  }
};
using Shapes = ::testing::Types<Flagship, Small, Oblong, WideLanes>;
TYPED_TEST_SUITE(ResultWriterRtl, Shapes, ShapeName);

struct Stalls {
  int engine, memory, b_latency, b_jitter;
};

template <typename Bench>
void ExpectRandomCommands(const Stalls& stalls, int runs) {
  for (int run = 0; run < runs && !::testing::Test::HasFailure(); ++run) {
    const uint64_t seed = 20230501 + run;
    SCOPED_TRACE("ResultBench seed " + std::to_string(seed));
    Bench bench(seed);
    bench.set_engine_stalls(stalls.engine);
    bench.slave().set_options({stalls.memory, stalls.b_latency, stalls.b_jitter});
    for (uint32_t i = 0; i < 4; ++i) {
      bench.Add(bench.RandomCommand(i * 0x3c00, (i + 1) * 0x3c00, kRecords + 256 * i));
    }
    bench.Run();
    EXPECT_EQ(bench.done(), 4);
  }
}

TYPED_TEST(ResultWriterRtl, WritesRandomCommandsWithoutStalls) {
  ExpectRandomCommands<TypeParam>({0, 0, 20, 0}, 25);
}
TYPED_TEST(ResultWriterRtl, WritesRandomCommandsOfASlowEngine) {
  ExpectRandomCommands<TypeParam>({70, 0, 1, 0}, 15);
}
TYPED_TEST(ResultWriterRtl, WritesRandomCommandsToASlowMemory) {
  ExpectRandomCommands<TypeParam>({0, 60, 0, 90}, 15);
}
TYPED_TEST(ResultWriterRtl, WritesRandomCommandsWithEverythingStalled) {
  ExpectRandomCommands<TypeParam>({40, 40, 3, 30}, 25);
}

TYPED_TEST(ResultWriterRtl, WritesEveryLengthOfALineAtEveryOffset) {
  TypeParam bench(7);
  for (int transposed = 0; transposed < 2; ++transposed) {
    for (int offset = 0; offset < TypeParam::kWordBytes; ++offset) {
      for (int length = 1; length <= TypeParam::kColsOfTile + 1; ++length) {
        ResultCommand command;
        command.int32 = offset % 4 == 0 && length % 2 == 0;
        command.transposed = transposed != 0;
        command.m = transposed != 0 ? length : 2;
        command.n = transposed != 0 ? 2 : length;
        command.samples = command.int32 ? 1 : 1 + length % 2;
        command.block_cols = TypeParam::kColsOfTile;
        command.d_base = 0x100 + offset;
        command.stride = command.line_bytes();
        command.sample_stride = 2 * command.stride;
        command.record = kRecords;
        bench.Add(command);
        bench.Run();
        if (::testing::Test::HasFailure()) return;
        bench.ResetUnit();
      }
    }
  }
}

TYPED_TEST(ResultWriterRtl, FinishesWhatIsOpenWhenHaltedAndGoesOnLater) {
  for (uint64_t seed = 0; seed < 15 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("ResultBench seed " + std::to_string(seed));
    TypeParam bench(seed);
    bench.slave().set_options({seed % 2 != 0 ? 50 : 0, 20, 10});
    bench.Add(bench.RandomCommand(0, 0x8000, kRecords));
    bench.Add(bench.RandomCommand(0x8000, kRecords, kRecords + 256));
    for (int halt = 0; halt < 6; ++halt) {
      for (int i = bench.random()() % 90; i > 0; --i) bench.Cycle();
      bench.set_halt(true);
      // The burst whose address is offered is the last; the engine is not needed for any of this.
      bench.set_engine_stalls(100);
      const bool offered = bench.unit().m_axi_awvalid_o;
      const int bursts = bench.slave().bursts();
      for (int i = 0; i < 400; ++i) bench.Cycle();
      EXPECT_LE(bench.slave().bursts(), bursts + (offered ? 1 : 0)) << "opened while halted";
      EXPECT_TRUE(bench.slave().idle()) << "not all that is open is finished";
      EXPECT_FALSE(bench.unit().busy_o);
      EXPECT_FALSE(bench.unit().m_axi_wvalid_o);
      bench.set_halt(false);
      bench.set_engine_stalls(0);
    }
    bench.Run();
  }
}

TYPED_TEST(ResultWriterRtl, OpensNothingMoreAfterAnErrorResponse) {
  for (uint64_t seed = 0; seed < 20 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("ResultBench seed " + std::to_string(seed));
    TypeParam bench(seed);
    ResultCommand command;
    command.int32 = true;
    command.m = 7;
    command.n = 40;
    command.block_cols = 2 * TypeParam::kColsOfTile;
    command.stride = 4 * command.n;
    command.record = kRecords;
    const int error = static_cast<int>(seed * seed / 4);  // early and late ones
    bench.slave().set_options({30, 20, 20, error});
    bench.Add(command);
    for (int i = 0; i < 20000 && !bench.unit().error_o; ++i) bench.Cycle();
    // In the shapes with few bursts the last seeds meet none.
    if (!bench.unit().error_o) {
      EXPECT_LT(bench.slave().bursts(), error + 1);
      EXPECT_EQ(bench.done(), 1);
      continue;
    }
    const bool offered = bench.unit().m_axi_awvalid_o;
    const int bursts = bench.slave().bursts();
    for (int i = 0; i < 1000; ++i) bench.Cycle();
    EXPECT_LE(bench.slave().bursts(), bursts + (offered ? 1 : 0)) << "opened after an error";
    EXPECT_TRUE(bench.slave().idle());
    EXPECT_TRUE(bench.unit().error_o);
    EXPECT_FALSE(bench.unit().busy_o);
    EXPECT_EQ(bench.done(), 0);
    bench.ResetUnit();
    EXPECT_FALSE(bench.unit().error_o);
    bench.slave().set_options({});
    bench.Add(command);
    bench.Run();
  }
}

TYPED_TEST(ResultWriterRtl, DoesNotFinishWhenTheRecordIsAnsweredWithAnError) {
  TypeParam bench(3);
  ResultCommand command;
  command.block_cols = TypeParam::kColsOfTile;
  command.stride = 4;
  command.record = kRecords;
  bench.slave().set_options({0, 20, 0, 1});  // burst 0 is D
  bench.Add(command);
  for (int i = 0; i < 1000; ++i) bench.Cycle();
  EXPECT_TRUE(bench.unit().error_o);
  EXPECT_FALSE(bench.unit().busy_o);
  EXPECT_EQ(bench.done(), 0);
}

// Cycles from the first to the last bus word of D, when neither the engine nor the memory stalls.
template <typename Bench>
uint64_t WriteCycles(const ResultCommand& command, uint64_t words) {
  Bench bench(5);
  bench.Add(command);
  while (bench.slave().beats() < words && bench.cycle() < 100000) bench.Cycle();
  EXPECT_EQ(bench.slave().beats(), words);
  const uint64_t cycles = bench.slave().last_beat() - bench.slave().first_beat() + 1;
  bench.Run();
  return cycles;
}

// Four by four tiles, aligned rows without gaps.
template <typename Bench>
ResultCommand FullTiles(bool int32, bool transposed, int samples) {
  ResultCommand command;
  command.int32 = int32;
  command.transposed = transposed;
  command.samples = samples;
  command.m = 4 * Bench::kRowsOfTile;
  command.n = 4 * Bench::kColsOfTile;
  command.block_cols = command.n;
  command.stride = std::max<uint32_t>(command.line_bytes(), Bench::kWordBytes);
  command.sample_stride = command.stride * command.lines();
  command.record = kRecords;
  return command;
}

TEST(ResultWriterThroughputRtl, WritesABusWordOfInt32EveryCycle) {
  EXPECT_EQ(WriteCycles<Flagship>(FullTiles<Flagship>(true, false, 1), 1024), 1024U);
  EXPECT_EQ(WriteCycles<Small>(FullTiles<Small>(true, false, 1), 64), 64U);
  EXPECT_EQ(WriteCycles<Oblong>(FullTiles<Oblong>(true, false, 1), 256), 256U);
  EXPECT_EQ(WriteCycles<WideLanes>(FullTiles<WideLanes>(true, false, 1), 2048), 2048U);
}

TEST(ResultWriterThroughputRtl, WritesABusWordOfTransposedInt32EveryCycle) {
  EXPECT_EQ(WriteCycles<Flagship>(FullTiles<Flagship>(true, true, 1), 1024), 1024U);
  EXPECT_EQ(WriteCycles<WideLanes>(FullTiles<WideLanes>(true, true, 1), 2048), 2048U);
}

TEST(ResultWriterThroughputRtl, WritesBanksCodesEveryCycle) {
  // Each of the 16 tiles has 16 lines of 16 codes, in four reads (two with eight lanes).
  for (int samples : {1, 3, 8}) {
    const uint64_t lines = 256U * samples;
    EXPECT_EQ(WriteCycles<Flagship>(FullTiles<Flagship>(false, false, samples), lines),
              4 * lines - 3);
    EXPECT_EQ(WriteCycles<WideLanes>(FullTiles<WideLanes>(false, false, samples), lines),
              2 * lines - 1);
  }
}

TEST(ResultWriterThroughputRtl, WritesTheLastRowThreeCyclesAfterTheEngineGaveIt) {
  ResultCommand command;
  command.m = 1;
  command.n = command.block_cols = 16;
  command.stride = 64;
  command.record = kRecords;
  Flagship bench(5);
  bench.Add(command);
  while (bench.slave().beats() < 1 && bench.cycle() < 1000) bench.Cycle();
  EXPECT_EQ(bench.slave().first_beat() - bench.last_engine_beat(), 3U);
  bench.Run();
}

}  // namespace
}  // namespace tetralog
