// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A Verilated unit and its cycle model in lockstep. The test drives the unit and lets it settle;
// then, before the rising edge, Cycle() compares all outputs of the model with the unit's and
// clocks the model. Of every model there are two: one that is clocked in every cycle, and one that
// is not while Clock() has said that nothing happens and the inputs stay (compared by ==, if they
// have that; what they point to may change only where the unit is active). A model without data may
// run beside that with data; of it all outputs but the data must be right too.
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <ios>
#include <optional>

#include "model/axi.h"

namespace tetralog {

inline constexpr uint32_t kLockstepCycles = 20000;  // of a seed, where a test has no other reason

// Compares outputs and reports the first difference; what follows from it is of no interest.
class OutputCheck {
 public:
  explicit OutputCheck(uint64_t seed) : seed_(seed) {}

  void operator()(const char* signal, uint64_t rtl, uint64_t model) {
    if (rtl == model || differs_) return;
    differs_ = true;
    const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << "cycle " << cycle_ << ", " << signal << ": RTL " << std::hex << rtl << ", "
                  << who_ << " " << model << " (hexadecimal); seed " << std::dec << seed_
                  << "\nagain: build/tests/" << std::filesystem::path(test.file()).stem().string()
                  << " --gtest_filter=" << test.test_suite_name() << "." << test.name();
  }
  // An output that a model without data does not know.
  void Data(const char* signal, uint64_t rtl, uint64_t model) {
    if (data_) (*this)(signal, rtl, model);
  }
  // The low bytes of a word of data.
  void DataWord(const char* signal, const AxiWord& rtl, const AxiWord& model, uint32_t bytes) {
    Data(signal, rtl[0], model[0]);
    if (bytes > 8) Data(signal, rtl[1], model[1]);
  }
  bool data() const { return data_; }

 private:
  template <class Model>
  friend class UnitLockstep;

  uint64_t seed_, cycle_ = 0;
  bool differs_ = false, data_ = true;
  const char* who_ = "model";
};

template <class Model>
class UnitLockstep {
 public:
  using Inputs = typename Model::Inputs;

  // `timing` is the model without data.
  UnitLockstep(uint64_t seed, const Model& model, const std::optional<Model>& timing = {})
      : check_(seed), full_(model) {
    if (timing) timing_.emplace(*timing);
  }

  // The seed of what follows.
  void set_seed(uint64_t seed) { check_.seed_ = seed; }
  // Whether the model without data is compared.
  void set_with_timing(bool on) { with_timing_ = on; }

  void Reset() {
    full_.Reset();
    if (timing_) timing_->Reset();
  }
  // A cycle in reset, in which the outputs are compared as well.
  template <class Compare>
  void Reset(const Compare& compare) {
    Reset();
    CompareAll(compare);
    ++check_.cycle_;
  }

  // Before the rising edge, by which the inputs are `in`. `compare(check, model)` hands every
  // output of the unit and of the model to `check`. Returns whether the model was active.
  template <class Compare>
  bool Cycle(const Inputs& in, const Compare& compare) {
    return Cycle(in, in, compare);
  }
  // With inputs of their own for the model without data.
  template <class Compare>
  bool Cycle(const Inputs& in, const Inputs& timing_in, const Compare& compare) {
    CompareAll(compare);
    const bool active = Clock(full_, true, in, compare);
    if (timing_) Clock(*timing_, false, timing_in, compare);
    ++check_.cycle_;
    return active;
  }

  // What is no output of both.
  void Expect(const char* what, uint64_t rtl, uint64_t model) {
    check_.who_ = "model";
    check_(what, rtl, model);
  }

  const Model& model() const { return full_.stepped; }
  const Model& timing() const { return timing_->stepped; }
  uint64_t cycle() const { return check_.cycle_; }
  bool differs() const { return check_.differs_; }
  // Cycles in which the model that skips was not clocked; of that without data if there is one.
  uint64_t skipped() const { return timing_ ? timing_->skipped : full_.skipped; }

 private:
  struct Twin {
    explicit Twin(const Model& model) : stepped(model), skipping(model) {}
    void Reset() {
      stepped.Reset();
      skipping.Reset();
      waited = allowed = 0;
    }

    Model stepped, skipping;
    Inputs last{};                     // of the last Clock() of the one that skips
    uint64_t waited = 0, allowed = 0;  // cycles since then, and how many there may be
    uint64_t skipped = 0;              // in all
  };

  template <class Compare>
  void CompareAll(const Compare& compare) {
    CompareOne(full_.stepped, true, compare, "model");
    CompareOne(full_.skipping, true, compare, "model that skips");
    if (!timing_) return;
    CompareOne(timing_->stepped, false, compare, "model without data");
    CompareOne(timing_->skipping, false, compare, "model without data that skips");
  }
  template <class Compare>
  void CompareOne(const Model& model, bool data, const Compare& compare, const char* who) {
    if (!data && !with_timing_) return;
    check_.data_ = data;
    check_.who_ = who;
    compare(check_, model);
  }

  template <class Compare>
  bool Clock(Twin& twin, bool data, const Inputs& in, const Compare& compare) {
    ClockSkipping(twin, in);
    if (twin.stepped.Clock(in)) return true;
    // It has said that nothing happens in the next cycle either.
    const uint64_t countdown = Countdown(twin.stepped);
    if (countdown == 0) return false;
    Model again = twin.stepped;
    if (again.Clock(in) && countdown == UINT64_MAX) Expect("activity after there was none", 0, 1);
    CompareOne(again, data, compare, "model that waits, a cycle later,");
    return false;
  }

  void ClockSkipping(Twin& twin, const Inputs& in) {
    if constexpr (std::equality_comparable<Inputs>) {
      if (twin.waited < twin.allowed && in == twin.last) {
        ++twin.waited;
        ++twin.skipped;
        return;
      }
    }
    if constexpr (requires { twin.skipping.Skip(twin.waited, twin.last); }) {
      twin.skipping.Skip(twin.waited, twin.last);
    } else if constexpr (requires { twin.skipping.Skip(twin.waited); }) {
      twin.skipping.Skip(twin.waited);
    }
    twin.waited = 0;
    twin.allowed = twin.skipping.Clock(in) ? 0 : Countdown(twin.skipping);
    twin.last = in;
  }

  static uint64_t Countdown(const Model& model) {
    if constexpr (requires { model.Countdown(); }) {
      return model.Countdown();
    } else {
      return UINT64_MAX;
    }
  }

  OutputCheck check_;
  Twin full_;
  std::optional<Twin> timing_;
  bool with_timing_ = true;
};

}  // namespace tetralog
