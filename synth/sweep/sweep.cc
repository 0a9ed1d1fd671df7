// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <vector>

#include "sim/file_lock.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "synth/library.h"
#include "synth/limits.h"
#include "synth/sweep/point.h"
#include "synth/sweep/results.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A point with what makes and names its result.
struct PlannedPoint {
  SweepPoint point;
  std::string inputs;
  fs::path result;
  Program program;
};

class Sweep {
 public:
  explicit Sweep(SweepArguments args)
      : args_(std::move(args)), space_(ReadSpace(args_.space)), lock_(LockFolder()) {
    if (!fs::exists("synth/map.sh"))
      throw std::invalid_argument("no synth/map.sh here; run from the top of the source tree");
    if (access(args_.point_command.c_str(), X_OK) != 0)
      throw std::invalid_argument(args_.point_command + ": cannot be started; is it built?");
    args_.launch.folder = args_.folder;
    if (args_.cache.empty())
      args_.cache = fs::path("build/synth/netlists") / fs::path(args_.lib).stem();
    ReadLibrary(fs::current_path(), fs::absolute(args_.lib));
    for (SweepPoint& point : space_.points) {
      if (args_.no_energy) point.energy = false;
      planned_.push_back(Plan(point));
    }
  }

  // False: stopped.
  bool MeasureMissing() {
    std::vector<const PlannedPoint*> missing;
    std::vector<Program> programs;
    for (const PlannedPoint& planned : planned_) {
      const Json result = ReadResult(planned);
      if (!result.is_null()) {
        PrintPoint(planned, result, "kept");
        continue;
      }
      if (fs::exists(planned.result))
        fmt::print("{}: of other sources or options, measured again\n", planned.point.Name());
      fs::remove(planned.result);
      fs::remove(planned.program.log);
      missing.push_back(&planned);
      programs.push_back(planned.program);
    }
    std::fflush(stdout);
    const auto point_of = [&](const Program& program) {
      return missing[static_cast<size_t>(&program - programs.data())];
    };
    size_t done = planned_.size() - programs.size();
    Progress progress;
    ProgramEvents events;
    events.done = [&](const Program& program, double seconds) {
      progress.Clear();
      const Json result = ReadResult(*point_of(program));
      if (result.is_null())
        return events.failed(program, fmt::format("{}: it left no result of these sources ({})",
                                                  program.name, program.log));
      ++done;
      PrintPoint(*point_of(program), result, fmt::format("{:.0f} s", seconds));
    };
    events.failed = [&](const Program& program, const std::string& message) {
      progress.Clear();
      failed_.push_back(program.name);
      fmt::print(stderr, "error: {}\n", message);
    };
    events.wait = [&](const std::vector<std::string>& running, double seconds) {
      progress.Show(fmt::format("{} of {} points, {:.0f} s, at {}", done, planned_.size(), seconds,
                                fmt::join(running, ", ")));
    };
    return Launch(programs, args_.launch, events);
  }

  int Report() {
    std::vector<PointResult> results;
    for (const PlannedPoint& planned : planned_)
      if (Json json = ReadResult(planned); !json.is_null())
        results.push_back({planned.point, std::move(json)});
    if (results.empty()) return 1;
    const std::vector<Plane> planes = Planes(results);
    const PointResult& best = BestPoint(results);
    Json report = Provenance();
    report["space"] = space_.name;
    report["library"] = args_.lib;
    const SweepWorkload& w = space_.workload;
    report["workload"] = {{"networks", w.networks},
                          {"batch", w.batch},
                          {"training", w.training},
                          {"samples", w.samples}};
    report["best"] = {{"point", best.point.Name()}, {"ge_per_mac", best.json.at("ge_per_mac")}};
    for (const Plane& plane : planes) {
      Json& front = report["fronts"][plane.file] = Json::array();
      for (const Dot& dot : plane.dots)
        if (dot.front)
          front.push_back({{"point", dot.result->point.Name()}, {"x", dot.x}, {"y", dot.y}});
    }
    for (const PointResult& result : results) {
      Json entry = {{"point", result.point.Name()}, {"lines", result.point.lines}};
      entry.update(result.json);
      report["points"].push_back(std::move(entry));
    }
    report["failed"] = failed_;
    WriteReport(args_.report, report);
    const std::string table = SweepTable(results, planes);
    const fs::path stem = fs::path(args_.report).replace_extension();
    WriteTextFile(stem.string() + ".csv", SweepCsv(results));
    WriteTextFile(stem.string() + ".md", table);
    for (const Plane& plane : planes)
      if (!plane.dots.empty())
        WriteTextFile(fmt::format("{}_{}.svg", stem.string(), plane.file), PlaneSvg(space_, plane));
    fmt::print("\n{}\nbest point: {}, {:.1f} GE per MAC\n", table, best.point.Name(),
               best.json.at("ge_per_mac").get<double>());
    return Judge(report);
  }

 private:
  FileLock LockFolder() {
    if (args_.folder.empty()) args_.folder = fs::path("build/sweep") / space_.name;
    return FileLock(
        fs::path(args_.folder) / "lock",
        args_.folder + ": another sweep works here; wait for it or give another --folder");
  }

  PlannedPoint Plan(const SweepPoint& point) const {
    PointArguments args;
    args.shape = point.shape;
    args.workload = space_.workload;
    args.energy = point.energy;
    args.beats = args_.beats;
    args.lib = args_.lib;
    args.cache = args_.cache;
    PlannedPoint planned;
    planned.point = point;
    planned.inputs = InputsOf(args, args_.point_command);
    planned.result = fs::path(args_.folder) / (point.Name() + ".json");
    Program& program = planned.program;
    program.name = point.Name();
    program.log = fs::path(args_.folder) / (point.Name() + ".log");
    program.words = args.Words();
    program.words.insert(program.words.begin(), args_.point_command);
    program.words.insert(program.words.end(),
                         {"--inputs", planned.inputs, "--out", planned.result.string()});
    return planned;
  }

  // Null when there is none of these inputs.
  static Json ReadResult(const PlannedPoint& planned) {
    std::ifstream in(planned.result);
    if (!in) return nullptr;
    Json json = Json::parse(in, nullptr, false);
    try {
      if (json.at("inputs") != planned.inputs) return nullptr;
      const std::vector<PointResult> alone = {{planned.point, json}};
      SweepTable(alone, Planes(alone));
      SweepCsv(alone);
    } catch (const Json::exception&) {
      return nullptr;
    }
    return json;
  }

  static void PrintPoint(const PlannedPoint& planned, const Json& result, const std::string& how) {
    fmt::print("{}: {:.1f} GE/MAC, {:.2f} ns, {:.1f} % busy ({})\n", planned.point.Name(),
               result.at("ge_per_mac").get<double>(), result.at("clock_ns").get<double>(),
               100 * result.at("utilisation").at("all").get<double>(), how);
    std::fflush(stdout);
  }

  int Judge(const Json& report) const {
    if (!failed_.empty()) {
      fmt::print(stderr, "error: {} of {} points failed; the same command tries them again\n",
                 failed_.size(), planned_.size());
      return 1;
    }
    if (space_.ceilings.is_null()) return 0;
    const auto faults = ExceededLimits(report, {{"ceilings", space_.ceilings}});
    for (const std::string& fault : faults) fmt::print(stderr, "error: {}\n", fault);
    for (const auto& [place, ceiling] : space_.ceilings.items())
      if (faults.empty()) fmt::print("{} is within its limit {}\n", place, ceiling.dump());
    return faults.empty() ? 0 : 1;
  }

  SweepArguments args_;
  SweepSpace space_;
  FileLock lock_;
  std::vector<PlannedPoint> planned_;
  std::vector<std::string> failed_;
};

}  // namespace

int RunSweep(SweepArguments arguments) {
  Sweep sweep(std::move(arguments));
  if (!sweep.MeasureMissing()) {
    fmt::print(stderr, "stopped; the same command goes on\n");
    return 130;
  }
  return sweep.Report();
}

}  // namespace tetralog
