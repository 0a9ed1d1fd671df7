// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The reference's backend against the functional machine's on seeded calls over all formats,
// orientations, masks, addends, samples and shifts: all outputs and statistics are equal. Small
// buffers cut every longer K.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "sim/functional_machine.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_backend.h"
#include "tests/gemm_call_testing.h"

namespace tetralog::train {
namespace {

using testing::RandomCall;

constexpr uint64_t kMemory = 8 << 20;

TEST(GemmBackend, TheMachinesResultsAreTheReferences) {
  const MachineShape small = {
      .rows = 4, .cols = 4, .dot = 1, .depth_a = 16, .depth_b = 16, .axi_data = 64};
  for (const bool cut : {false, true}) {
    FunctionalMachine machine(cut ? small : MachineShape{}, kMemory, {.fast = true});
    const auto functional = MakeMachineBackend(machine);
    const auto reference = MakeReferenceBackend();
    for (uint64_t seed = 1; seed <= 400; ++seed) {
      const RandomCall random(seed);
      GemmOutput got, expected;
      functional->Run(random.call, &got);
      reference->Run(random.call, &expected);
      ASSERT_EQ(got.codes, expected.codes) << "seed " << seed;
      ASSERT_EQ(got.z, expected.z) << "seed " << seed;
      ASSERT_EQ(got.max_abs, expected.max_abs) << "seed " << seed;
      ASSERT_EQ(got.zeros, expected.zeros) << "seed " << seed;
      ASSERT_EQ(got.clipped, expected.clipped) << "seed " << seed;
      if (!cut) ASSERT_EQ(got.wraps, expected.wraps) << "seed " << seed;
    }
  }
}

// Gives another code in one element.
class WrongBackend : public GemmBackend {
 public:
  explicit WrongBackend(GemmBackend& backend) : backend_(backend) {}
  const std::string& name() const override { return name_; }
  void Run(const GemmCall& call, GemmOutput* output) override {
    backend_.Run(call, output);
    if (!output->codes.empty()) output->codes.back() ^= 1;
    if (!output->z.empty()) output->z.back() ^= 1;
  }

 private:
  GemmBackend& backend_;
  const std::string name_ = "wrong";
};

TEST(GemmBackend, EveryNthCallIsChecked) {
  FunctionalMachine machine({}, kMemory, {.fast = true});
  const auto functional = MakeMachineBackend(machine);
  const auto reference = MakeReferenceBackend();
  WrongBackend wrong(*reference);
  const auto good = MakeCheckingBackend(*functional, *reference, 1);
  const auto bad = MakeCheckingBackend(*functional, wrong, 2);
  const RandomCall random(3);
  GemmOutput output;
  EXPECT_NO_THROW(good->Run(random.call, &output));
  for (int call = 0; call < 4; ++call) {
    if (call % 2 == 0) {
      EXPECT_THROW(bad->Run(random.call, &output), std::runtime_error);
    } else {
      EXPECT_NO_THROW(bad->Run(random.call, &output));
    }
  }
}

TEST(GemmBackend, ErrorsNameTheCall) {
  FunctionalMachine machine({}, 1 << 16, {.fast = true});
  const auto functional = MakeMachineBackend(machine);
  RandomCall random(1);
  GemmOutput output;
  const auto message = [&](GemmBackend& backend, const GemmCall& call) {
    try {
      backend.Run(call, &output);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  GemmCall call = random.call;
  random.a[0] = 16;
  EXPECT_NE(message(*functional, call).find("call_1: a code has more than 4 bits"),
            std::string::npos);
  random.a[0] = 0;
  call.scale_mul = 300;
  EXPECT_NE(message(*functional, call).find("scale_mul = 300"), std::string::npos);
  std::vector<uint8_t> large(1 << 20);
  call.a = call.b = large.data();
  call.m = call.k = call.n = 1 << 10;
  call.a_samples = 1;
  call.mask = nullptr;
  call.c = nullptr;
  EXPECT_NE(message(*functional, call).find("give it more memory"), std::string::npos);
  call.a_format = Format::kUint4;
  EXPECT_NE(message(*MakeReferenceBackend(), call).find("give A as INT4 or LOG4"),
            std::string::npos);
}

}  // namespace
}  // namespace tetralog::train
