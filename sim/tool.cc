// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "sim/core_builds.h"
#include "sim/cycle_core.h"
#include "sim/functional_machine.h"
#include "sim/lockstep_core.h"
#include "sim/shape_text.h"

namespace tetralog {

void MachineArguments::AddShape(CLI::App& command) {
  command
      .add_option("--shape", shape, "ROWSxCOLSxDOT, or with parameters: 8x8x2:axi_data=64:lanes=8")
      ->capture_default_str();
}

void MachineArguments::AddLevels(CLI::App& command) {
  command.add_option("--machine", levels, "machines: functional, cycle, rtl, gates, with commas")
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(levels, ",")));
}

void MachineArguments::AddStalls(CLI::App& command) {
  command.add_option("--stalls", stalls, "percent of cycles in which each channel pauses")
      ->check(CLI::Range(0, 95));
}

void MachineArguments::AddLockstep(CLI::App& command) {
  command.add_flag("--lockstep", lockstep,
                   "run the RTL in step with the cycle model, every pin compared in every cycle");
}

bool MachineArguments::Has(const std::string& level) const {
  return std::find(levels.begin(), levels.end(), level) != levels.end();
}

void MachineArguments::Check() const {
  const MachineShape of = ShapeOf(shape);
  bool clocked = false;
  for (const std::string& level : levels) {
    if (level == "functional") {
      CheckShape(of);
    } else {
      MakeCore(level, of, seed);
      clocked = true;
    }
  }
  if (lockstep && !Has("rtl"))
    throw std::invalid_argument("--lockstep is of the RTL with the cycle model: use --machine rtl");
  if (stalls != 0 && !clocked)
    throw std::invalid_argument(
        "--stalls: the functional machine has no cycles in which to pause; give another --machine");
}

std::string MachineArguments::Text() const {
  const MachineArguments usual;
  std::string text;
  if (levels != usual.levels) text += fmt::format(" --machine {}", fmt::join(levels, ","));
  text += " --shape " + shape;
  if (lockstep) text += " --lockstep";
  if (stalls != usual.stalls) text += fmt::format(" --stalls {}", stalls);
  if (seed != usual.seed) text += fmt::format(" --seed {}", seed);
  return text;
}

MachineShape ShapeOf(const std::string& text) { return ParseShape(text, RtlBuilds()); }

std::string ShapeName(const MachineShape& shape) { return ShapeText(shape, RtlBuilds()); }

std::unique_ptr<Core> MakeCore(const std::string& level, const MachineShape& shape, uint64_t seed) {
  if (level == "rtl") return MakeRtlCore(shape, seed);
  if (level == "gates") return MakeGatesCore(shape, seed);
  if (level == "cycle") return std::make_unique<CycleCore>(shape);
  if (level == "lockstep")
    return std::make_unique<LockstepCore>(MakeRtlCore(shape, seed),
                                          std::make_unique<CycleCore>(shape));
  throw std::invalid_argument(
      fmt::format("no machine '{}'; there are functional, cycle, rtl and gates", level));
}

std::unique_ptr<Machine> MakeMachine(const std::string& level, const MachineArguments& arguments,
                                     uint64_t memory_bytes) {
  const MachineShape shape = ShapeOf(arguments.shape);
  if (level == "functional") {
    CheckShape(shape);
    return std::make_unique<FunctionalMachine>(shape, memory_bytes);
  }
  const bool both = level == "rtl" && arguments.lockstep;
  return std::make_unique<ClockedMachine>(
      MakeCore(both ? "lockstep" : level, shape, arguments.seed), memory_bytes,
      ClockedMachineOptions{.seed = arguments.seed, .stall_percent = arguments.stalls});
}

Json ShapeJson(const MachineShape& s) {
  return {{"rows", s.rows},        {"cols", s.cols},           {"dot", s.dot},
          {"lanes", s.lanes},      {"acc_width", s.acc_width}, {"random_bits", s.random_bits},
          {"depth_a", s.depth_a},  {"depth_b", s.depth_b},     {"axi_data", s.axi_data},
          {"axi_addr", s.axi_addr}};
}

Json CountersJson(const Counters& c) {
  const auto timed = [&](unsigned counter) {
    return c[kCounterBusy] == 0 ? Json(nullptr) : Json(c[counter]);
  };
  return {{"cycles", timed(kCounterBusy)},
          {"active_cycles", timed(kCounterActive)},
          {"stall_operand", timed(kCounterStallOperand)},
          {"stall_drain", timed(kCounterStallDrain)},
          {"stall_addend", timed(kCounterStallAddend)},
          {"stall_write", timed(kCounterStallWrite)},
          {"read_bytes", timed(kCounterReadBytes)},
          {"write_bytes", timed(kCounterWriteBytes)},
          {"products", c[kCounterProducts]},
          {"gated", c[kCounterGated]}};
}

double Utilisation(uint64_t macs, uint64_t cycles, const MachineShape& shape) {
  if (cycles == 0) return 0;
  return static_cast<double>(macs) /
         (static_cast<double>(cycles) * static_cast<double>(shape.macs()));
}

Json UtilisationJson(uint64_t macs, uint64_t cycles, const MachineShape& shape) {
  return cycles == 0 ? Json(nullptr) : Json(Utilisation(macs, cycles, shape));
}

std::string Short(uint64_t value) {
  const auto v = static_cast<double>(value);
  if (value < 100'000) return std::to_string(value);
  if (value < 100'000'000) return fmt::format("{:.2f} M", v / 1e6);
  return fmt::format("{:.2f} G", v / 1e9);
}

}  // namespace tetralog
