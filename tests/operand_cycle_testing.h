// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests share that run a Verilated unit of the operand path and its cycle model side by
// side.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <random>
#include <string>
#include <vector>

namespace tetralog::testing {

// 32 random bits.
class Rng {
 public:
  explicit Rng(uint32_t seed) : engine_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// The outputs of a unit in one cycle. A payload that means nothing is 0.
struct Signal {
  const char* name;
  uint64_t value;
  bool operator==(const Signal& other) const { return value == other.value; }
};
using Signals = std::vector<Signal>;

// Reports the first signal that differs.
class SideBySide {
 public:
  explicit SideBySide(uint32_t seed) : seed_(seed) {}

  // `model` has the first signals of `rtl`, in the same order.
  void Expect(const Signals& rtl, const Signals& model, const char* who = "model") {
    ASSERT_LE(model.size(), rtl.size());
    for (size_t i = 0; i < model.size() && !failed_; ++i) {
      if (rtl[i] == model[i]) continue;
      failed_ = true;
      const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
      ADD_FAILURE() << "cycle " << cycle_ << ", " << rtl[i].name << ": RTL " << rtl[i].value << ", "
                    << who << " " << model[i].value << ", seed " << seed_
                    << "\nagain: ctest --test-dir build -R '" << test->test_suite_name() << "."
                    << test->name() << "'";
    }
  }
  // Of a unit that has said that it is not active: clocked again it must say so again, and its
  // outputs (by `outputs(model)`) must stay.
  template <typename Model, typename Outputs>
  void ExpectIdle(const Model& model, const typename Model::Inputs& in, const Outputs& outputs) {
    Model again = model;
    if (again.Clock(in)) Expect({{"activity after there was none", 0}}, {{"", 1}});
    Expect(outputs(model), outputs(again), "model clocked again");
  }

  void NextCycle() { ++cycle_; }
  bool failed() const { return failed_; }

 private:
  const uint32_t seed_;
  uint64_t cycle_ = 0;
  bool failed_ = false;
};

template <typename Unit>
void ClockUnit(Unit& unit) {
  unit.eval();  // the inputs settle before the edge
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

template <typename Unit>
void ResetUnit(Unit& unit) {
  unit.rst_ni = 0;
  unit.eval();
  ClockUnit(unit);
  unit.rst_ni = 1;
  unit.eval();
}

// Near a multiple of the step, or small, or anything up to max.
inline uint32_t DrawSize(uint32_t step, uint32_t max, Rng& rng) {
  const uint32_t pick = rng() % 3;
  const uint32_t size = pick == 0   ? 1 + rng() % 4
                        : pick == 1 ? step * (1 + rng() % 3) - 1 + rng() % 3
                                    : 1 + rng() % max;
  return std::clamp(size, 1U, max);
}

}  // namespace tetralog::testing
