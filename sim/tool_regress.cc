// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog regress`: random commands on the functional machine and on a clocked one.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sim/command_rules.h"
#include "sim/core_builds.h"
#include "sim/lockstep_core.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/random_commands.h"
#include "sim/regress.h"
#include "sim/tool.h"
#include "sim/whole_file.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

struct RegressArguments {
  std::string tool;  // the program
  RegressOptions options;
  std::vector<std::string> shapes = RtlShapes();
  std::string level = "rtl";  // of the machine under test
  bool lockstep = false;
  std::string one_case, shape, wave, json;
};

MachineFactory FactoryOf(const RegressArguments& args) {
  const std::string level = args.lockstep ? "lockstep" : args.level;
  return [level](const MachineShape& shape, uint64_t memory_bytes,
                 const ClockedMachineOptions& options) {
    return std::make_unique<ClockedMachine>(MakeCore(level, shape, options.seed), memory_bytes,
                                            options);
  };
}

std::string MemoryText(const ClockedMachineOptions& memory) {
  return fmt::format("stalls {} %, latencies {} and {}", memory.stall_percent, memory.read_latency,
                     memory.write_latency);
}

std::string ReproducingCommand(const RegressArguments& args, const Case& c) {
  std::string text = fmt::format("build/sim/{} regress --case {} --shape {}", args.tool, c.id(),
                                 ShapeName(c.shape));
  if (c.options.max_dim != CaseOptions{}.max_dim)
    text += fmt::format(" --max-dim {}", c.options.max_dim);
  if (args.lockstep) text += " --lockstep";
  if (args.level != "rtl") return text + " --machine " + args.level;
  return text + " --wave build/case.fst";
}

int RunCaseAgain(const RegressArguments& args) {
  if (args.shape.empty()) throw std::invalid_argument("--case needs --shape as well");
  CheckOutput(args.wave);
  const Case c = ParseCase(args.one_case, ShapeOf(args.shape), args.options.cases);
  const ClockedMachineOptions memory = MemoryOf(c);
  const std::unique_ptr<Machine> machine = FactoryOf(args)(c.shape, c.options.memory_bytes, memory);
  if (!args.wave.empty()) machine->Trace(args.wave);
  fmt::print("{}\n{}\n", c.Describe(), MemoryText(memory));
  const CaseResult result =
      RunOneCase(c, *machine, args.options.soft_resets ? SoftResetsOf(c) : std::vector<uint64_t>{});
  fmt::print("{} of {} commands completed, {}{}; {} cycles\n", result.completed, c.commands.size(),
             result.cause == 0 ? "no error" : CauseName(static_cast<Cause>(result.cause)),
             result.recovered ? ", then a case to recover" : "", result.cycles);
  if (result.differences.empty())
    fmt::print("no difference between functional and {}\n", machine->level());
  else
    fmt::print(stderr, "{}", result.differences);
  if (!args.wave.empty()) machine->Trace("");
  return result.differences.empty() ? 0 : 1;
}

// "[#####.....] 812 of 2000 commands each, 12.3 million cycles, 0 mismatches"
std::string ProgressText(const RegressOptions& options, const RegressReport& report) {
  const RegressShape total = report.Total();
  uint64_t done = 0;
  for (const RegressShape& s : report.shapes) done += std::min(s.commands, options.commands);
  const uint64_t all = options.commands * report.shapes.size();
  double part = static_cast<double>(done) / static_cast<double>(all);
  if (options.max_cycles != 0)
    part =
        std::max(part, static_cast<double>(total.cycles) / static_cast<double>(options.max_cycles));
  constexpr size_t kWidth = 24;
  const auto filled = static_cast<size_t>(std::min(part, 1.0) * kWidth);
  return fmt::format("[{}{}] {} commands, {:.1f} million cycles, {} mismatches",
                     std::string(filled, '#'), std::string(kWidth - filled, '.'), done,
                     static_cast<double>(total.cycles) / 1e6, total.mismatches);
}

Json ErrorsJson(const RegressReport& report) {
  Json errors = Json::object();
  for (size_t cause = 0; cause < report.errors.size(); ++cause)
    if (report.errors[cause] != 0)
      errors[CauseName(static_cast<Cause>(cause))] = report.errors[cause];
  return errors;
}

// Failures in which a pin of the RTL was not that of the cycle model.
uint64_t Divergences(const RegressReport& report) {
  return static_cast<uint64_t>(
      std::count_if(report.failures.begin(), report.failures.end(), [](const RegressFailure& f) {
        return f.differences.find(LockstepCore::kDivergence) != std::string::npos;
      }));
}

void Write(const RegressArguments& args, const RegressReport& report, double seconds) {
  const RegressShape total = report.Total();
  Json json = Provenance();
  json["machines"] = {"functional", args.lockstep ? "lockstep" : args.level};
  json["seed"] = args.options.seed;
  json["max_dim"] = args.options.cases.max_dim;
  json["commands"] = total.commands;
  json["mismatches"] = total.mismatches;
  json["complete"] = report.complete;
  json["cases"] = total.cases;
  json["completed"] = total.completed;
  json["recoveries"] = total.recoveries;
  json["cycles"] = total.cycles;
  if (args.lockstep) {
    json["divergences"] = Divergences(report);
    json["soft_resets"] = total.soft_resets;
  }
  json["seconds"] = seconds;
  json["shapes"] = Json::array();
  for (const RegressShape& s : report.shapes)
    json["shapes"].push_back({{"shape", ShapeName(s.shape)},
                              {"parameters", ShapeJson(s.shape)},
                              {"commands", s.commands},
                              {"cases", s.cases},
                              {"completed", s.completed},
                              {"recoveries", s.recoveries},
                              {"cycles", s.cycles},
                              {"mismatches", s.mismatches}});
  json["errors"] = ErrorsJson(report);
  json["failures"] = Json::array();
  for (const RegressFailure& f : report.failures)
    json["failures"].push_back({{"found", f.found.id()},
                                {"shape", ShapeName(f.found.shape)},
                                {"small", f.small.id()},
                                {"again", ReproducingCommand(args, f.small)},
                                {"differences", f.differences}});
  WriteReport(args.json, json);
}

void Print(const RegressReport& report, double seconds) {
  size_t width = 9;
  for (const RegressShape& s : report.shapes) width = std::max(width, ShapeName(s.shape).size());
  fmt::print("{:<{}} {:>8} {:>6} {:>9} {:>10} {:>12} {:>10}\n", "shape", width, "commands", "cases",
             "completed", "recoveries", "cycles", "mismatches");
  const auto line = [width](const std::string& name, const RegressShape& s) {
    fmt::print("{:<{}} {:>8} {:>6} {:>9} {:>10} {:>12} {:>10}\n", name, width, s.commands, s.cases,
               s.completed, s.recoveries, s.cycles, s.mismatches);
  };
  for (const RegressShape& s : report.shapes) line(ShapeName(s.shape), s);
  line("all", report.Total());
  std::string errors;
  for (size_t cause = 0; cause < report.errors.size(); ++cause)
    if (report.errors[cause] != 0)
      errors += fmt::format(" {} {}", CauseName(static_cast<Cause>(cause)), report.errors[cause]);
  fmt::print("cases that stopped with an error:{}\n{:.0f} s{}\n", errors.empty() ? " none" : errors,
             seconds, report.complete ? "" : "; stopped before the last case");
}

int RunRegress(RegressArguments args) {
  // The memory holds a few of the largest commands; see RandomCase.
  const uint64_t dim = args.options.cases.max_dim;
  args.options.cases.memory_bytes =
      std::max<uint64_t>(args.options.cases.memory_bytes, 48 * (dim + 32) * dim / 4096 * 4096);
  if (args.lockstep && args.level != "rtl")
    throw std::invalid_argument("--lockstep is of the RTL with the cycle model: use --machine rtl");
  args.options.soft_resets = args.lockstep;
  if (args.lockstep) args.options.cases.max_cycles = 4000;  // shorter commands, but more of them
  if (!args.one_case.empty()) return RunCaseAgain(args);
  if (!args.wave.empty())
    throw std::invalid_argument("--wave needs --case: one case, one waveform");
  if (!args.shape.empty()) throw std::invalid_argument("--shape belongs to --case: give --shapes");
  for (const std::string& shape : args.shapes) {
    args.options.shapes.push_back(ShapeOf(shape));
    FactoryOf(args)(args.options.shapes.back(), 4096, {});  // there is one
  }
  CheckOutput(args.json);

  const auto start = std::chrono::steady_clock::now();
  Progress progress;
  const RegressReport report = Regress(
      args.options, FactoryOf(args),
      [&](const RegressReport& so_far) { progress.Show(ProgressText(args.options, so_far)); });
  progress.Clear();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Print(report, seconds);
  if (args.lockstep) {
    const RegressShape total = report.Total();
    fmt::print(
        "lockstep: all output pins of rtl and cycle in {} cycles, {} soft resets: "
        "{} divergences\n",
        total.cycles, total.soft_resets, Divergences(report));
  }
  if (!args.json.empty()) Write(args, report, seconds);
  for (const RegressFailure& f : report.failures)
    fmt::print(stderr, "mismatch: case {} on {}, {}; shrunk: {}\n{}  again: {}\n", f.found.id(),
               ShapeName(f.found.shape), MemoryText(f.memory), f.small.Describe(), f.differences,
               ReproducingCommand(args, f.small));
  return report.failures.empty() ? 0 : 1;
}

}  // namespace

void AddRegress(CLI::App& app, Action& action) {
  auto args = std::make_shared<RegressArguments>();
  args->tool = app.get_name();
  RegressOptions& options = args->options;
  options.jobs = std::max(std::thread::hardware_concurrency(), 1u);
  CLI::App* command = app.add_subcommand(
      "regress", "run random commands on the functional and a clocked machine, compare all memory");
  command->add_option("--commands", options.commands, "commands for each shape, at least")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 40))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "seed of the cases")
      ->check(WholeNumberFault)
      ->capture_default_str();
  command->add_option("--shapes", args->shapes, "array shapes, with commas")
      ->delimiter(',')
      ->default_str("all builds of the RTL");
  command->add_option("--machine", args->level, "the clocked machine: rtl or cycle")
      ->check(CLI::IsMember({"rtl", "cycle"}))
      ->capture_default_str();
  command->add_flag("--lockstep", args->lockstep,
                    "run the RTL in step with the cycle model, every pin compared in every cycle, "
                    "soft resets among the commands");
  command->add_option("--max-dim", options.cases.max_dim, "greatest M, N and K")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command
      ->add_option("--max-cycles", options.max_cycles,
                   "stop after so many simulated cycles of all shapes")
      ->check(WholeNumberFault);
  command->add_option("--jobs", options.jobs, "threads")
      ->check(CLI::Range(1, 256))
      ->default_str("one a processor");
  command->add_option("--case", args->one_case, "run this case only: seed:number[:edits]")
      ->excludes("--commands")
      ->excludes("--seed")
      ->excludes("--shapes")
      ->excludes("--max-cycles")
      ->excludes("--jobs");
  command->add_option("--shape", args->shape, "the shape of --case");
  command->add_option("--wave", args->wave, "write a waveform (FST) of --case to this file");
  command->add_option("--json", args->json, "write the report to this file")->excludes("--case");
  command->callback([args, &action] { action = [args] { return RunRegress(*args); }; });
}

}  // namespace tetralog
