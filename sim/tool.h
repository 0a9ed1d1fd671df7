// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of the tool `tetralog`, one file each, and what they share.

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/core.h"
#include "sim/counters.h"
#include "sim/machine.h"

namespace tetralog {

using Json = nlohmann::ordered_json;

// main() of a program that has all subcommands; `name` is that of its file.
int ToolMain(const std::string& name, int argc, char** argv);

// What runs after parsing; its value is the exit code: 0, or 1 when results differ.
using Action = std::function<int()>;

void AddInfo(CLI::App& app, Action& action);
void AddGemm(CLI::App& app, Action& action);
void AddReplay(CLI::App& app, Action& action);
void AddRegress(CLI::App& app, Action& action);
void AddEstimate(CLI::App& app, Action& action);
void AddAccuracy(CLI::App& app, Action& action);
// With the words of the command line, which it hands to another program.
void AddTrain(CLI::App& app, Action& action, int argc, char** argv);

// Which machines, and how their memories behave.
struct MachineArguments {
  std::vector<std::string> levels = {"functional", "cycle", "rtl"};
  std::string shape = "16x16x4";
  uint32_t stalls = 0;
  uint64_t seed = 1;
  bool lockstep = false;  // the RTL runs in step with the cycle model

  void AddShape(CLI::App& command);
  void AddLevels(CLI::App& command);
  void AddStalls(CLI::App& command);
  void AddLockstep(CLI::App& command);
  bool Has(const std::string& level) const;
  // Before any work: that there are all machines, and that each option concerns one of them.
  // std::invalid_argument with one line.
  void Check() const;
  std::string Text() const;  // the shape, and the options that are not as they are here
};

// The shape of a text, with what the builds of the RTL say of it; std::invalid_argument for others.
MachineShape ShapeOf(const std::string& text);
// The shortest text of which ShapeOf makes this shape.
std::string ShapeName(const MachineShape& shape);

// A clocked core: "rtl", "gates", "cycle", or "lockstep", which is both. std::invalid_argument for
// others, and for shapes that the level does not have.
std::unique_ptr<Core> MakeCore(const std::string& level, const MachineShape& shape, uint64_t seed);

// A machine of one of the levels "functional", "cycle", "rtl" and "gates"; std::invalid_argument
// for others.
std::unique_ptr<Machine> MakeMachine(const std::string& level, const MachineArguments& arguments,
                                     uint64_t memory_bytes);

Json ShapeJson(const MachineShape& shape);
// With null for the counters of time and of the bus where a machine has neither.
Json CountersJson(const Counters& counters);

// Part of the array's products of a cycle that were wanted; 0 without cycles.
double Utilisation(uint64_t macs, uint64_t cycles, const MachineShape& shape);

// The same in a report: null without cycles.
Json UtilisationJson(uint64_t macs, uint64_t cycles, const MachineShape& shape);

// "12.30 M", so that columns stay narrow; all digits below 100,000.
std::string Short(uint64_t value);

}  // namespace tetralog
