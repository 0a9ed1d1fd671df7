// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The reference's backend against the functional machine's on seeded calls over all formats,
// orientations, masks, addends, samples and shifts: all outputs and statistics are equal. Small
// buffers cut every longer K.
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/functional_machine.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_backend.h"

namespace tetralog::train {
namespace {

constexpr uint64_t kMemory = 8 << 20;

using Engine = std::mt19937_64;

std::vector<uint8_t> Codes(Engine& engine, size_t size) {
  std::vector<uint8_t> codes(size);
  const bool sparse = engine() % 2 == 0;
  for (uint8_t& code : codes) code = sparse && engine() % 2 == 0 ? 0 : engine() % 16;
  return codes;
}

// A call with the tensors that it points to.
struct RandomCall {
  std::vector<uint8_t> a, b, mask;
  std::vector<int32_t> c;
  GemmCall call;

  explicit RandomCall(uint64_t seed) {
    Engine engine(seed);
    const auto one_in = [&](unsigned n) { return engine() % n == 0; };
    call.name = "call " + std::to_string(seed);
    call.m = 1 + engine() % 40;
    call.n = 1 + engine() % 40;
    call.k = 1 + engine() % (one_in(4) ? 900 : 60);
    call.a_format = one_in(2) ? Format::kInt4 : Format::kLog4;
    call.b_format = one_in(2) ? Format::kInt4 : Format::kUint4;
    constexpr Format kFormats[] = {Format::kInt4, Format::kUint4, Format::kLog4, Format::kInt32};
    call.d_format = kFormats[engine() % 4];
    call.a_transposed = one_in(2);
    call.b_transposed = one_in(2);
    call.d_transposed = one_in(2);
    call.mask_transposed = one_in(2);
    call.a_samples = one_in(2) ? 1 : 1 + engine() % 4;
    if (call.d_format == Format::kLog4) call.samples = 1 + engine() % 3;
    if (call.d_format != Format::kLog4) call.scale_mul = 1 + engine() % 255;
    call.scale_shift =
        one_in(5) ? static_cast<int32_t>(engine() % 96) - 32 : static_cast<int32_t>(engine() % 16);
    call.rounding = one_in(2) ? Rounding::kNearest : Rounding::kStochastic;
    call.seed = engine();
    a = Codes(engine, size_t{call.a_samples} * call.m * call.k);
    b = Codes(engine, size_t{call.k} * call.n);
    call.a = a.data();
    call.b = b.data();
    if (one_in(2)) {
      mask = Codes(engine, size_t{call.m} * call.n);
      call.mask = mask.data();
    }
    if (one_in(2)) {
      constexpr uint32_t kRowStrides[] = {1, 0, 41, 1, 3}, kColStrides[] = {0, 1, 1, 41, 2};
      const size_t kind = engine() % 5;
      call.c_row_stride = kRowStrides[kind];
      call.c_col_stride = kColStrides[kind];
      c.resize(41 * 41);
      for (int32_t& value : c) value = static_cast<int32_t>(engine()) >> (one_in(9) ? 0 : 14);
      call.c = c.data();
    }
  }
};

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
  EXPECT_NE(message(*functional, call).find("call 1: a code has more than 4 bits"),
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
