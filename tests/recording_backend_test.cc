// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Recordings of seeded calls over all formats, orientations, masks, addends and samples: they are
// the same whatever backend computed, survive their file, and replay on machines of two levels
// without a difference; long K comes in parts; a wrong result and a changed file are named.
#include "sim/train/recording_backend.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/driver.h"
#include "sim/functional_machine.h"
#include "sim/machine_replay.h"
#include "sim/reference/trainer.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_backend.h"
#include "tests/gemm_call_testing.h"
#include "tests/scratch.h"

namespace tetralog::train {
namespace {

using testing::RandomCall;

constexpr uint64_t kMemory = 16 << 20;
constexpr uint64_t kCalls = 60;

class RecordingBackend : public ::testing::Test {
 protected:
  RecordingBackend() { reference::prepare_process(); }

  // Of all seeds, on `backend`, after step 5.
  static Trace Record(GemmBackend& backend) {
    Trace trace;
    const auto recording = MakeRecordingBackend(backend, 5, &trace.gemms);
    GemmOutput output;
    for (uint64_t seed = 1; seed <= kCalls; ++seed) {
      RandomCall random(seed);
      if (random.call.d_format != Format::kLog4) random.call.rounding = Rounding::kNearest;
      random.call.scale_a = 0.5;
      random.call.scale_b = 0.375;
      recording->Run(random.call, &output);
    }
    return trace;
  }

  static uint64_t Mismatches(const Trace& trace, Machine& machine) {
    Driver driver(machine);
    uint64_t mismatches = 0;
    for (const TraceGemm& gemm : trace.gemms) {
      const uint64_t found = ReplayOnMachine(gemm, driver).mismatches;
      if (found > 0) ADD_FAILURE() << gemm.name << " on " << machine.level() << ": " << found;
      mismatches += found;
    }
    return mismatches;
  }

  const std::unique_ptr<GemmBackend> reference_ = MakeReferenceBackend();
  FunctionalMachine machine_{MachineShape{}, kMemory, {.fast = true}};
  const std::unique_ptr<GemmBackend> functional_ = MakeMachineBackend(machine_);
};

TEST_F(RecordingBackend, IsTheSameOnEveryBackendAndAfterItsFile) {
  const Trace trace = Record(*reference_);
  ASSERT_EQ(trace.gemms.size(), kCalls);
  EXPECT_EQ(trace.gemms[6].name, "step005/call_7");
  EXPECT_EQ(trace.gemms[6].step, 5);
  EXPECT_EQ(first_difference(trace, Record(*functional_)), "");
  const std::string path = ::tetralog::testing::Scratch("trace.h5");
  write_trace(path, trace);
  EXPECT_EQ(first_difference(trace, read_trace(path)), "");
  const TraceGemm& gemm = trace.gemms[0];
  if (gemm.d_format == Format::kInt32) EXPECT_EQ(gemm.scale_d, 0.1875);
}

TEST_F(RecordingBackend, ReplaysOnTheFunctionalMachineAndTheCycleModel) {
  const Trace trace = Record(*reference_);
  const MachineShape shape = {.rows = 8, .cols = 8, .dot = 2, .axi_data = 64};
  FunctionalMachine functional(shape, kMemory);
  ClockedMachine cycle(std::make_unique<CycleCore>(shape), kMemory);
  EXPECT_EQ(Mismatches(trace, functional), 0);
  EXPECT_EQ(Mismatches(trace, cycle), 0);
}

TEST_F(RecordingBackend, LongSumsComeInPartsThatReplay) {
  // 2 samples of 5,000 products of up to 960: three commands of a 24-bit accumulator.
  const std::vector<uint8_t> gradient(2 * 5000 * 3, 7), activations(5000 * 2, 15);
  GemmCall call;
  call.layer = "fc";
  call.kind = "weight_gradient";
  call.m = 3;
  call.n = 2;
  call.k = 5000;
  call.a_format = Format::kLog4;
  call.a_transposed = true;
  call.a_samples = 2;
  call.a = gradient.data();
  call.b = activations.data();
  Trace trace;
  GemmOutput output;
  MakeRecordingBackend(*functional_, 12, &trace.gemms)->Run(call, &output);
  ASSERT_EQ(trace.gemms.size(), 2);
  EXPECT_EQ(trace.gemms[1].name, "step012/fc_weight_gradient_part1");
  EXPECT_EQ(trace.gemms[1].c, trace.gemms[0].z);
  EXPECT_EQ(trace.gemms[1].z[0], 2 * 5000 * 64 * 15);
  FunctionalMachine machine({}, kMemory);
  EXPECT_EQ(Mismatches(trace, machine), 0);
}

TEST_F(RecordingBackend, AChangedByteIsFoundInItsGemmAlone) {
  Trace trace = Record(*reference_);
  Driver driver(machine_);
  for (size_t i = 0; i < trace.gemms.size(); i += 7) {
    TraceGemm gemm = trace.gemms[i];
    auto* bytes = gemm.d_format == Format::kInt32 ? reinterpret_cast<uint8_t*>(gemm.z.data())
                                                  : gemm.d.bytes.data();
    bytes[0] ^= 1;
    const MachineReplayReport report = ReplayOnMachine(gemm, driver);
    EXPECT_EQ(report.mismatches, 1) << gemm.name;
    ASSERT_EQ(report.first.size(), 1);
    EXPECT_EQ(report.first[0].row, 0);
    EXPECT_EQ(report.first[0].col, 0);
  }
}

// Gives another result in one element.
class WrongBackend : public GemmBackend {
 public:
  explicit WrongBackend(GemmBackend& backend) : backend_(backend) {}
  const std::string& name() const override { return name_; }
  void Run(const GemmCall& call, GemmOutput* output) override {
    backend_.Run(call, output);
    output->z.back() ^= 1;
  }

 private:
  GemmBackend& backend_;
  const std::string name_ = "wrong";
};

TEST_F(RecordingBackend, RefusesWrongResultsAndWhatItCannotRecord) {
  WrongBackend wrong(*reference_);
  std::vector<TraceGemm> trace;
  const auto message = [&](GemmBackend& backend, const GemmCall& call) -> std::string {
    GemmOutput output;
    try {
      MakeRecordingBackend(backend, 0, &trace)->Run(call, &output);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "no error";
  };
  RandomCall random(1);
  random.call.d_format = Format::kInt32;
  random.call.samples = 1;
  EXPECT_EQ(message(*reference_, random.call), "no error");
  EXPECT_NE(message(wrong, random.call).find("step000/call_1: the results of wrong"),
            std::string::npos);
  random.call.d_format = Format::kInt4;
  random.call.rounding = Rounding::kStochastic;
  EXPECT_NE(message(*reference_, random.call).find("call_1: random rounding"), std::string::npos);
}

}  // namespace
}  // namespace tetralog::train
