// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the cycle model's units share: the first difference between a Verilated unit
// and its twin, and a twin that skips whenever it may.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace tetralog {

// Compares outputs and reports the first difference only.
class Lockstep {
 public:
  explicit Lockstep(std::string again) : again_(std::move(again)) {}

  void Same(const char* signal, uint64_t rtl, uint64_t model) {
    if (rtl == model || differs_) return;
    differs_ = true;
    ADD_FAILURE() << "cycle " << cycle << ", " << signal << ": RTL " << std::hex << rtl
                  << ", model " << model << "; " << again_;
  }
  bool differs() const { return differs_; }

  uint64_t cycle = 0;

 private:
  std::string again_;
  bool differs_ = false;
};

// A unit whose Clock() is not called in cycles of which it has said that nothing happens in them.
// Its outputs must be right in every cycle all the same.
template <class Unit>
class LazyTwin {
 public:
  template <class... Args>
  explicit LazyTwin(const Args&... args) : unit_(args...) {}

  void Reset() {
    unit_.Reset();
    waited_ = allowed_ = 0;
  }
  void Clock(const typename Unit::Inputs& in) {
    if (waited_ < allowed_ && in == last_) {
      ++waited_;
      ++skipped_;
      return;
    }
    if constexpr (requires { unit_.Skip(waited_); }) {
      if (waited_ > 0) unit_.Skip(waited_);
    }
    waited_ = 0;
    allowed_ = unit_.Clock(in) ? 0 : Countdown();
    last_ = in;
  }
  const Unit& operator*() const { return unit_; }
  uint64_t skipped() const { return skipped_; }

 private:
  uint64_t Countdown() const {
    if constexpr (requires { unit_.Countdown(); }) {
      return unit_.Countdown();
    } else {
      return UINT64_MAX;
    }
  }

  Unit unit_;
  typename Unit::Inputs last_{};
  uint64_t waited_ = 0, allowed_ = 0, skipped_ = 0;
};

}  // namespace tetralog
