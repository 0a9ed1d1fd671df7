// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog info`: what the registers of a machine say that it is.

#include <fmt/format.h>

#include <memory>

#include "sim/driver.h"
#include "sim/provenance.h"
#include "sim/tool.h"
#include "sim/whole_file.h"

namespace tetralog {
namespace {

struct InfoArguments {
  MachineArguments machines;
  std::string json;
};

int RunInfo(const InfoArguments& args) {
  CheckOutput(args.json);
  Json report = Provenance();
  report["machines"] = Json::array();
  for (const std::string& level : args.machines.levels) {
    const std::unique_ptr<Machine> machine = MakeMachine(level, args.machines, 1 << 20);
    const MachineShape s = Driver(*machine).shape();  // checks identity and version
    const uint32_t id = machine->ReadRegister(kRegId);
    const uint32_t version = machine->ReadRegister(kRegVersion);
    const auto line = [](const char* name, const std::string& value) {
      fmt::print("  {:<16} {}\n", name, value);
    };
    fmt::print("{}\n", level);
    line("identity", fmt::format("{:#010x}", id));
    line("version", fmt::format("{}.{}", version >> 16, version & 0xffff));
    line("array", fmt::format("{} rows, {} columns, dot {}: {} MACs a cycle", s.rows, s.cols, s.dot,
                              s.macs()));
    line("epilogue", fmt::format("{} lanes, {} random bits", s.lanes, s.random_bits));
    line("accumulators", fmt::format("{} bits", s.acc_width));
    line("buffer of A", fmt::format("{} banks of {} words: {} codes", s.panel_a(), s.depth_a,
                                    s.panel_a() * s.depth_a * s.word_codes()));
    line("buffer of B", fmt::format("{} banks of {} words: {} codes", s.panel_b(), s.depth_b,
                                    s.panel_b() * s.depth_b * s.word_codes()));
    line("bus", fmt::format("{} bits of data, {} of address", s.axi_data, s.axi_addr));
    Json entry = {{"machine", level},
                  {"identity", id},
                  {"version", fmt::format("{}.{}", version >> 16, version & 0xffff)}};
    entry.update(ShapeJson(s));
    report["machines"].push_back(std::move(entry));
  }
  if (!args.json.empty()) WriteReport(args.json, report);
  return 0;
}

}  // namespace

void AddInfo(CLI::App& app, Action& action) {
  auto args = std::make_shared<InfoArguments>();
  args->machines.levels = {"rtl"};
  CLI::App* command = app.add_subcommand("info", "print what the registers say of the build");
  args->machines.AddLevels(*command);
  args->machines.AddShape(*command);
  command->add_option("--json", args->json, "write the report to this file");
  command->callback([args, &action] { action = [args] { return RunInfo(*args); }; });
}

}  // namespace tetralog
