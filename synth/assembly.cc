// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/assembly.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include "synth/memory_model.h"

namespace tetralog {
namespace {

constexpr int kAllWays = std::size(kWays);
constexpr int kMostRounds = 6;

double ClockOf(const Flow& flow, const Design& design, const std::string& module, int way) {
  return flow.Get(design, module, way).timing.clock_ns;
}

class Closer {
 public:
  Closer(Flow& flow, const Design& design, const std::string& under)
      : flow_(flow), design_(design), under_(under), modules_(design.Below(under)) {}

  // Finds the clock that all modules reach, but not less than the goal, and maps what that takes:
  // of modules that are fast enough when they are small, nothing more.
  double Limit(double goal_ns, const std::map<std::string, int>& fixed) {
    MapAll(modules_, 0);
    std::vector<std::string> slowest;
    for (const std::string& module : modules_) {
      if (const auto it = fixed.find(module); it != fixed.end()) {
        flow_.Map(design_, {{module, it->second}});
        known_[module].insert(it->second);
      } else {
        slowest.push_back(module);
      }
    }
    std::sort(slowest.begin(), slowest.end(), [this](const auto& a, const auto& b) {
      return ClockOf(flow_, design_, a, 0) > ClockOf(flow_, design_, b, 0);
    });
    double limit = goal_ns;
    for (const auto& [module, way] : fixed) limit = std::max(limit, Best(module));
    for (const std::string& module : slowest) {
      if (ClockOf(flow_, design_, module, 0) <= limit) break;
      MapAll({module}, kAllWays - 1);
      limit = std::max(limit, Best(module));
    }
    std::vector<std::string> slower;
    for (const std::string& module : slowest) {
      if (ClockOf(flow_, design_, module, 0) > limit) slower.push_back(module);
    }
    for (int way = 1; way < kAllWays - 1; ++way) MapAll(slower, way);
    return limit;
  }

  // The smallest known way of a module that meets a clock, else its fastest.
  int Smallest(const std::string& module, double clock_ns) const {
    int best = Fastest(module);
    for (const int way : known_.at(module)) {
      if (ClockOf(flow_, design_, module, way) > clock_ns * 1.001) continue;
      if (flow_.Get(design_, module, way).ge < flow_.Get(design_, module, best).ge) best = way;
    }
    return best;
  }

  double Ge(const std::map<std::string, int>& ways) const {
    double ge = 0;
    for (const std::string& module : modules_) {
      ge += design_.Count(module, under_) * flow_.Get(design_, module, ways.at(module)).ge;
    }
    return ge;
  }

  TimingResult Time(const std::map<std::string, int>& ways) {
    std::vector<std::filesystem::path> netlists;
    for (const std::string& module : modules_) {
      netlists.push_back(flow_.Get(design_, module, ways.at(module)).netlist);
    }
    return flow_.Time(netlists, under_, MemoryLiberty(design_), under_);
  }

  // Speeds up the modules on the slowest path; false when they are as fast as they get.
  bool Raise(const SlowPath& path, std::map<std::string, int>& ways) {
    bool raised = false;
    for (const auto& [module, gates] : path.modules) {
      if (!ways.count(module)) continue;
      for (int way = 1; way < kAllWays; ++way) MapAll({module}, way);
      // The next larger way that is not slower.
      int next = ways.at(module);
      double least = std::numeric_limits<double>::max();
      const MappedModule& now = flow_.Get(design_, module, ways.at(module));
      for (const int way : known_[module]) {
        const MappedModule& mapped = flow_.Get(design_, module, way);
        if (mapped.ge > now.ge && mapped.ge < least &&
            mapped.timing.clock_ns <= now.timing.clock_ns) {
          next = way;
          least = mapped.ge;
        }
      }
      raised |= next != ways.at(module);
      ways[module] = next;
    }
    return raised;
  }

  const std::vector<std::string>& modules() const { return modules_; }

 private:
  void MapAll(const std::vector<std::string>& modules, int way) {
    std::vector<Flow::Job> jobs;
    for (const std::string& module : modules) {
      jobs.push_back({module, way});
      known_[module].insert(way);
    }
    flow_.Map(design_, jobs);
  }

  double Best(const std::string& module) const {
    return ClockOf(flow_, design_, module, Fastest(module));
  }

  int Fastest(const std::string& module) const {
    int best = 0;
    for (const int way : known_.at(module)) {
      if (ClockOf(flow_, design_, module, way) < ClockOf(flow_, design_, module, best)) best = way;
    }
    return best;
  }

  Flow& flow_;
  const Design& design_;
  std::string under_;
  std::vector<std::string> modules_;
  std::map<std::string, std::set<int>> known_;
};

}  // namespace

Assembly CloseTiming(Flow& flow, const Design& design, const std::string& under, double goal_ns,
                     const std::map<std::string, int>& fixed) {
  Closer closer(flow, design, under);
  const double limit = closer.Limit(goal_ns, fixed);

  Assembly assembly;
  const auto choose = [&](double clock_ns) {
    std::map<std::string, int> ways;
    for (const std::string& module : closer.modules()) {
      const auto it = fixed.find(module);
      ways[module] = it == fixed.end() ? closer.Smallest(module, clock_ns) : it->second;
    }
    return ways;
  };
  for (const double factor : {1.0, 1.1, 1.25, 1.5, 2.0}) {
    assembly.curve.push_back({limit * factor, closer.Ge(choose(limit * factor))});
  }
  assembly.way = choose(limit);
  assembly.timing = closer.Time(assembly.way);
  std::map<std::string, int> ways = assembly.way;
  TimingResult timing = assembly.timing;
  for (int round = 0; round < kMostRounds && timing.clock_ns > goal_ns; ++round) {
    if (!closer.Raise(timing.path, ways)) break;
    timing = closer.Time(ways);
    if (timing.clock_ns >= assembly.timing.clock_ns) continue;
    assembly.timing = timing;
    assembly.way = ways;
  }
  assembly.ge = closer.Ge(assembly.way);
  return assembly;
}

double WholeGe(const Flow& flow, const Design& design, const Assembly& assembly,
               const std::string& module) {
  double ge = 0;
  for (const std::string& part : design.Below(module)) {
    ge += design.Count(part, module) * flow.Get(design, part, assembly.way.at(part)).ge;
  }
  return ge;
}

}  // namespace tetralog
