// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/tool.h"

#include <fmt/format.h>

#include <stdexcept>

#include "sim/core_builds.h"
#include "sim/functional_machine.h"
#include "sim/provenance.h"

namespace tetralog {

void MachineArguments::AddShape(CLI::App& command) {
  command.add_option("--shape", shape, "array shape ROWSxCOLSxDOT")->capture_default_str();
}

void MachineArguments::AddLevels(CLI::App& command) {
  command.add_option("--machine", levels, "machines: functional, rtl, or both with a comma")
      ->delimiter(',')
      ->default_str("functional,rtl");
}

void MachineArguments::AddStalls(CLI::App& command) {
  command.add_option("--stalls", stalls, "percent of cycles in which each channel pauses")
      ->check(CLI::Range(0, 95));
}

std::string MachineArguments::Text() const {
  std::string text = " --shape " + shape;
  if (stalls > 0) text += fmt::format(" --stalls {} --seed {}", stalls, seed);
  return text;
}

std::unique_ptr<Machine> MakeMachine(const std::string& level, const MachineArguments& arguments,
                                     uint64_t memory_bytes) {
  if (level == "functional")
    return std::make_unique<FunctionalMachine>(RtlShape(arguments.shape), memory_bytes);
  if (level == "rtl")
    return MakeRtlMachine(arguments.shape, memory_bytes,
                          {.seed = arguments.seed, .stall_percent = arguments.stalls});
  throw std::invalid_argument(fmt::format("no machine '{}'; there are functional and rtl", level));
}

void CheckReportPath(const std::string& path) {
  if (!path.empty()) WriteReport(path, Json::object());
}

Json ShapeJson(const MachineShape& s) {
  return {{"rows", s.rows},        {"cols", s.cols},           {"dot", s.dot},
          {"lanes", s.lanes},      {"acc_width", s.acc_width}, {"random_bits", s.random_bits},
          {"depth_a", s.depth_a},  {"depth_b", s.depth_b},     {"axi_data", s.axi_data},
          {"axi_addr", s.axi_addr}};
}

Json CountersJson(const Counters& c) {
  return {{"cycles", c[kCounterBusy]},
          {"active_cycles", c[kCounterActive]},
          {"stall_operand", c[kCounterStallOperand]},
          {"stall_drain", c[kCounterStallDrain]},
          {"stall_addend", c[kCounterStallAddend]},
          {"stall_write", c[kCounterStallWrite]},
          {"read_bytes", c[kCounterReadBytes]},
          {"write_bytes", c[kCounterWriteBytes]},
          {"products", c[kCounterProducts]},
          {"gated", c[kCounterGated]}};
}

double Utilisation(uint64_t macs, uint64_t cycles, const MachineShape& shape) {
  if (cycles == 0) return 0;
  return static_cast<double>(macs) /
         (static_cast<double>(cycles) * static_cast<double>(shape.macs()));
}

}  // namespace tetralog
