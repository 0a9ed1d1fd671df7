// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A Verilated unit and its cycle model as one unit, for benches made for the former: the model gets
// the inputs of every rising edge, and before it every output must be that of the RTL. A second
// model without data runs along; of that one all outputs but the data must be right too.
//
// `Twin` says what is compared:
//   Model, Rtl                     the two classes
//   static Model Make(bool data)
//   const auto& In(rtl)            the model's inputs, good until the next call
//   Signals Outputs(rtl), Outputs(model, in)
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <string_view>

namespace tetralog {

// The outputs of a unit in a cycle, of the RTL and of the model in the same order. What means
// nothing in that cycle is 0.
class Signals {
 public:
  struct Signal {
    const char* name;
    uint64_t value;
    bool data;  // unknown to a model without data
  };

  void Add(const char* name, uint64_t value, bool data = false) {
    signals_.at(count_++) = {name, value, data};
  }

  // The first of the others that differs from this one; null where none does.
  const Signal* Difference(const Signals& others, bool with_data) const {
    EXPECT_EQ(count_, others.count_);
    for (size_t i = 0; i < count_; ++i) {
      const Signal& other = others.signals_[i];
      if (signals_[i].value != other.value && (with_data || !other.data)) return &other;
    }
    return nullptr;
  }
  uint64_t value(std::string_view name) const {
    for (size_t i = 0; i < count_; ++i) {
      if (std::string_view(signals_[i].name) == name) return signals_[i].value;
    }
    return 0;
  }

 private:
  std::array<Signal, 32> signals_;
  size_t count_ = 0;
};

template <typename Twin>
class Lockstep : public Twin::Rtl {
 public:
  uint64_t cycles() const { return cycles_; }

  void eval() {
    Twin::Rtl::eval();
    const bool rises = this->clk_i && !clk_;
    clk_ = this->clk_i;
    if (!this->rst_ni) {
      full_.Reset();
      timing_.Reset();
    } else if (rises) {
      Edge(full_, true);
      Edge(timing_, false);
      ++cycles_;
    } else if (!clk_) {
      const Signals rtl = twin_.Outputs(*this);
      const auto& in = twin_.In(*this);
      Expect(rtl, twin_.Outputs(full_, in), true, "the model");
      Expect(rtl, twin_.Outputs(timing_, in), false, "the model without data");
    }
  }

 private:
  using Model = typename Twin::Model;

  // A model that says that it is not active must stay so, with all its outputs.
  void Edge(Model& model, bool with_data) {
    const auto& in = twin_.In(*this);
    const Signals before = twin_.Outputs(model, in);
    if (model.Clock(in)) return;
    Model again = model;
    EXPECT_FALSE(again.Clock(in)) << "cycle " << cycles_ << ": a waiting unit becomes active";
    Expect(before, twin_.Outputs(again, in), with_data, "a unit that says it is waiting");
  }

  // Reports the first difference; what follows from it is of no interest.
  void Expect(const Signals& expected, const Signals& signals, bool with_data, const char* whose) {
    if (different_) return;
    const Signals::Signal* const signal = expected.Difference(signals, with_data);
    if (signal == nullptr) return;
    different_ = true;
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << "cycle " << cycles_ << ", " << whose << ": " << signal->name << " is "
                  << std::hex << signal->value << ", must be " << expected.value(signal->name)
                  << " (hexadecimal)\nagain: ctest --test-dir build -R '" << test->test_suite_name()
                  << "." << test->name() << "'";
  }

  Twin twin_;
  Model full_ = Twin::Make(true), timing_ = Twin::Make(false);
  bool clk_ = false, different_ = false;
  uint64_t cycles_ = 0;
};

}  // namespace tetralog
