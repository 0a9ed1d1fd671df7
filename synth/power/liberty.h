// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What simulation and energy need of a Liberty file: functions, flip-flops and latches, pin
// capacitances, delays, transitions, internal energies and leakage of its cells.
//
// Units: capacitances in pF, times in ns, energies in pJ, leakage in nW, whatever the file's are.

#pragma once

#include <map>
#include <string>
#include <vector>

namespace tetralog {

// A table over load and input transition; one of the axes may be missing. Between the points
// linear, beyond them extrapolated, as timing tools do.
class LibertyTable {
 public:
  LibertyTable() = default;
  LibertyTable(std::vector<double> loads, std::vector<double> slews, std::vector<double> values)
      : loads_(std::move(loads)), slews_(std::move(slews)), values_(std::move(values)) {}
  bool empty() const { return values_.empty(); }
  double At(double load, double slew) const;  // 0 of an empty table

 private:
  std::vector<double> loads_, slews_;
  std::vector<double> values_;  // [loads][slews]
};

struct LibertyPower {
  std::string related;      // the pin whose change it is; empty: of the pin itself
  LibertyTable rise, fall;  // energy of a change of the pin
};

struct LibertyTiming {
  std::string related;
  LibertyTable delay_rise, delay_fall, slew_rise, slew_fall;
};

struct LibertyPin {
  std::string name;
  bool output = false;
  double capacitance = 0;  // mean of rise and fall
  std::string function;    // of an output; of pins, or of the state variable
  std::vector<LibertyPower> power;
  std::vector<LibertyTiming> timing;
};

struct LibertyCell {
  enum class Kind { kCombinational, kFlop, kLatch };
  std::string name;
  double area = 0, leakage = 0;
  std::vector<LibertyPin> pins;
  Kind kind = Kind::kCombinational;
  std::string state, state_n;  // names of the state variable and its inverse
  std::string clock, data;     // expressions: edge and next state, or enable and data
  std::string clear, preset;   // expressions; empty: none
};

struct Liberty {
  std::string name;
  double voltage = 0;
  std::map<std::string, LibertyCell> cells;
};

// Throws std::runtime_error with one line for files that cannot be read or are no Liberty file.
Liberty ReadLiberty(const std::string& path);

}  // namespace tetralog
