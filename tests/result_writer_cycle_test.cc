// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of result_writer against result_writer.sv in four shapes, every output in every
// cycle: random commands of all formats, orientations, samples, sizes and strides, with the engine
// and the AXI channels stalled in four ways, and their records; then halts, error responses and
// resets at any cycle. These are the commands of the RTL's own test, which says why they are
// enough.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "Vresult_writer_r16_l4_b128.h"
#include "Vresult_writer_r16_l8_b64.h"
#include "Vresult_writer_r4_l4_b128.h"
#include "Vresult_writer_r8_l2_b64.h"
#include "model/cycle/result_writer.h"
#include "tests/result_writer_testing.h"
#include "tests/write_cycle_testing.h"

namespace tetralog {
namespace {

constexpr uint32_t kRecords = 0xf000;  // in the upper end of the memory

template <typename Unit, int kRows, int kCols, int kLanes, int kAxi>
class ResultWriterTwin {
 public:
  using Rtl = Unit;
  using Model = cycle::ResultWriter;

  static Model Make(bool data) {
    MachineShape shape;
    shape.rows = kRows;
    shape.cols = kCols;
    shape.lanes = kLanes;
    shape.axi_data = kAxi;
    return Model(shape, data);
  }

  const Model::Inputs& In(const Rtl& rtl) {
    command_ = {rtl.cmd_d_base_i,
                rtl.cmd_d_stride_i,
                rtl.cmd_d_sample_stride_i,
                rtl.cmd_d_int32_i != 0,
                rtl.cmd_d_transposed_i != 0,
                rtl.cmd_samples_i,
                rtl.cmd_m_i,
                rtl.cmd_n_i,
                rtl.cmd_block_cols_i,
                rtl.cmd_index_i,
                rtl.cmd_tag_i,
                rtl.cmd_start_i};
    for (int i = 0; i < kLanes; ++i) data_[i] = PortWord(rtl.d_data_i, i);
    stats_.max_abs = rtl.stats_max_abs_i;
    stats_.sum_abs = Port64(rtl.stats_sum_abs_i, 0);
    stats_.sum_squares = static_cast<unsigned __int128>(PortWord(rtl.stats_sum_squares_i, 2))
                             << 64 |
                         Port64(rtl.stats_sum_squares_i, 0);
    stats_.wraps = Port64(rtl.stats_wraps_i, 0);
    for (int s = 0; s < int{kMaxSamples}; ++s) {
      stats_.zeros[s] = Port64(rtl.stats_zeros_i, s);
      stats_.clipped[s] = Port64(rtl.stats_clipped_i, s);
    }
    in_ = {rtl.cmd_valid_i != 0,
           &command_,
           rtl.now_i,
           rtl.record_base_i,
           static_cast<uint16_t>(rtl.ring_size_i),
           rtl.d_valid_i != 0,
           rtl.d_sample_i,
           data_.data(),
           rtl.stats_valid_i != 0,
           &stats_,
           rtl.halt_i != 0,
           rtl.m_axi_awready_i != 0,
           rtl.m_axi_wready_i != 0,
           WriteResponse(rtl)};
    return in_;
  }

  void Compare(OutputCheck& check, const Rtl& rtl, const Model& model,
               const Model::Inputs& in) const {
    check("cmd_ready", rtl.cmd_ready_o, model.cmd_ready());
    check("d_ready", rtl.d_ready_o, model.d_ready());
    check("stats_ready", rtl.stats_ready_o, model.stats_ready(in.w_ready));
    check("done", rtl.done_o, model.done());
    check("error", rtl.error_o, model.error());
    check("busy", rtl.busy_o, model.busy());
    check("write_bytes", rtl.write_bytes_o, model.write_bytes(in.w_ready));
    CompareWritePort(check, rtl, model);
  }

 private:
  template <typename Port>
  static uint64_t Port64(const Port& port, int i) {
    return PortWord(port, 2 * i) | uint64_t{PortWord(port, 2 * i + 1)} << 32;
  }

  Model::Command command_;
  std::array<uint32_t, kLanes> data_;
  EpilogueStats stats_;
  Model::Inputs in_;
};

template <typename Unit, int kRows, int kCols, int kLanes, int kAxi>
using Bench = ResultBench<UnitInLockstep<ResultWriterTwin<Unit, kRows, kCols, kLanes, kAxi>>, kRows,
                          kCols, kLanes, kAxi>;

template <typename Bench>
class ResultWriterCycle : public ::testing::Test {};

struct ShapeName {
  template <typename Bench>
  static std::string GetName(int) {
    return std::to_string(Bench::kRowsOfTile) + "x" + std::to_string(Bench::kColsOfTile) + "Bus" +
           std::to_string(8 * Bench::kWordBytes);
  }
};
using Shapes = ::testing::Types<Bench<Vresult_writer_r16_l4_b128, 16, 16, 4, 128>,
                                Bench<Vresult_writer_r4_l4_b128, 4, 4, 4, 128>,
                                Bench<Vresult_writer_r8_l2_b64, 8, 4, 2, 64>,
                                Bench<Vresult_writer_r16_l8_b64, 16, 16, 8, 64>>;
TYPED_TEST_SUITE(ResultWriterCycle, Shapes, ShapeName);

TYPED_TEST(ResultWriterCycle, IsTheRtlInEveryCycleOfRandomCommands) {
  struct Stalls {
    int engine, memory, b_latency, b_jitter;
  };
  constexpr Stalls kStalls[] = {{0, 0, 20, 0}, {70, 0, 1, 0}, {0, 60, 0, 90}, {40, 40, 3, 30}};
  uint64_t cycles = 0;
  for (uint64_t seed = 1; seed <= 12 || cycles < 20000; ++seed) {
    const Stalls& stalls = kStalls[seed % std::size(kStalls)];
    TypeParam bench(seed);
    bench.unit().lockstep().set_seed(seed);
    bench.set_engine_stalls(stalls.engine);
    bench.slave().set_options({stalls.memory, stalls.b_latency, stalls.b_jitter});
    for (uint32_t i = 0; i < 4; ++i) {
      bench.Add(bench.RandomCommand(i * 0x3c00, (i + 1) * 0x3c00, kRecords + 256 * i));
    }
    bench.Run();
    if (this->HasFailure()) return;
    EXPECT_EQ(bench.done(), 4);
    cycles += bench.cycle();
  }
}

TYPED_TEST(ResultWriterCycle, IsTheRtlThroughHaltsErrorsAndResets) {
  constexpr uint64_t kSeed = 5;
  TypeParam bench(kSeed);
  bench.unit().lockstep().set_seed(kSeed);
  auto& random = bench.random();
  while (bench.cycle() < 25000 && !this->HasFailure()) {
    const int error = bench.slave().bursts() + static_cast<int>(random() % 60);
    bench.slave().set_options({static_cast<int>(random() % 3 * 30), static_cast<int>(random() % 30),
                               static_cast<int>(random() % 30), random() % 2 != 0 ? error : -1});
    bench.set_engine_stalls(static_cast<int>(random() % 2 * 40));
    bench.Add(bench.RandomCommand(0, 0x2000, kRecords));
    bench.Add(bench.RandomCommand(0x8000, kRecords, kRecords + 256));
    bool halt = false;
    for (auto i = random() % 1000; i > 0; --i) {
      if (random() % 32 == 0) halt = !halt;
      bench.set_halt(halt);
      bench.Cycle();
    }
    bench.set_halt(false);
    bench.ResetUnit();
  }
}

TYPED_TEST(ResultWriterCycle, IsTheRtlAfterAnErrorOfAnyBurst) {
  TypeParam bench(6);
  ResultCommand command;
  command.m = 3;
  command.block_cols = TypeParam::kColsOfTile;
  command.stride = 4;
  command.record = kRecords;
  for (int burst = 0; burst < 5 && !this->HasFailure(); ++burst) {  // three lines, and the record
    SCOPED_TRACE("burst " + std::to_string(burst));
    bench.slave().set_options({0, 20, 0, bench.slave().bursts() + burst});
    bench.Add(command);
    for (int i = 0; i < 300; ++i) bench.Cycle();
    bench.ResetUnit();
  }
}

}  // namespace
}  // namespace tetralog
