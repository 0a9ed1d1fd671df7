// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests share that run a Verilated unit of the read side and its cycle model in lockstep.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <random>

#include "model/axi.h"
#include "tests/read_testing.h"

namespace tetralog {

inline constexpr uint32_t kLockstepCycles = 20000;  // a seed

// Holds the outputs of the two against each other, cycle by cycle, and prints the first difference.
class Lockstep {
 public:
  explicit Lockstep(uint32_t seed) : seed_(seed) {}

  void Check(const char* signal, uint64_t rtl, uint64_t model) {
    if (rtl == model || failed_) return;
    failed_ = true;
    const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << "cycle " << cycle_ << ", " << signal << ": RTL " << std::hex << rtl
                  << ", model " << model << std::dec << "; seed " << seed_
                  << "; again: " << std::filesystem::path(test.file()).stem().string()
                  << " --gtest_filter=" << test.test_suite_name() << "." << test.name();
  }
  template <typename Port>
  void CheckWord(const char* signal, const Port& rtl, const AxiWord& model, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes / 4; ++i) {
      Check(signal, PortWord(rtl, i), static_cast<uint32_t>(model[i / 2] >> (32 * (i % 2))));
    }
  }
  void NextCycle() { ++cycle_; }
  bool failed() const { return failed_; }

 private:
  const uint32_t seed_;
  uint64_t cycle_ = 0;
  bool failed_ = false;
};

// Clocks a model. One that calls itself inactive must stay so, and (since the RTL, which is clocked
// once, has to agree ever after) unchanged, however often it is clocked again.
template <typename Model>
void ClockModel(Model& model, const typename Model::Inputs& in) {
  if (model.Clock(in)) return;
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(model.Clock(in)) << "active after it was not";
}

inline AxiWord NoiseAxiWord(std::mt19937& rng) {
  return {uint64_t{rng()} << 32 | rng(), uint64_t{rng()} << 32 | rng()};
}
template <typename Port>
void SetPortAxiWord(Port& port, const AxiWord& word, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes / 4; ++i) {
    SetPortWord(port, i, static_cast<uint32_t>(word[i / 2] >> (32 * (i % 2))));
  }
}

// Sixteenths of the cycles in which a side stalls, drawn anew from time to time.
template <int kSides>
class RandomStalls {
 public:
  void Draw(std::mt19937& rng) {
    constexpr uint32_t kChoices[] = {0, 0, 0, 4, 8, 12, 15};
    for (uint32_t& side : stalls_) side = kChoices[rng() % 7];
  }
  bool operator()(int side, std::mt19937& rng) const { return Stalls(rng, stalls_[side]); }

 private:
  uint32_t stalls_[kSides] = {};
};

}  // namespace tetralog
