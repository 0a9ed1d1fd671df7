// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs the synthesis scripts and keeps their results: a module is synthesised again only when its
// elaborated text, the library or the scripts change. Processes may share the directory of results.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "synth/design.h"
#include "synth/library.h"

namespace tetralog {

// A way to map a module, from the smallest to the fastest.
struct Way {
  const char* effort;  // EFFORT, DELAY_PS and ADDERS of synth/map.sh
  int delay_ps;
  const char* adders;
};
inline constexpr Way kWays[] = {
    {"area", 10000, ""}, {"area", 3000, "prefix"}, {"speed", 2000, "prefix"}};

// The slowest path of a netlist.
struct SlowPath {
  std::string start, end;
  int gates = 0;
  std::map<std::string, int> modules;  // gates in each
};

struct TimingResult {
  double clock_ns = 0;
  SlowPath path;
};

// One module in one way; what is below it is not counted.
struct MappedModule {
  std::filesystem::path netlist;
  double ge = 0;
  TimingResult timing;
};

// Reads what synth/timing.sh writes.
TimingResult ReadTiming(const std::string& text);

class Flow {
 public:
  // `root`: source tree; `out`: where results are kept; `jobs`: runs at a time.
  Flow(std::filesystem::path root, const Library& library, std::filesystem::path out, int jobs);

  const Library& library() const { return library_; }

  // Elaborates an RTL module with parameters "Name=Value ...". Modules of `keep` stay apart; of
  // those in `black_boxes` only the ports are kept.
  Design Elaborate(const std::string& top, const std::string& params, const std::string& keep = "",
                   const std::string& black_boxes = "");

  // Maps modules of a design in the given ways, where that has not been done before.
  struct Job {
    std::string module;
    int way;  // index in kWays
  };
  void Map(const Design& design, const std::vector<Job>& jobs);
  // The result of a job that Map() has done.
  const MappedModule& Get(const Design& design, const std::string& module, int way) const;
  // Map() and Get() of one.
  const MappedModule& MapOne(const Design& design, const std::string& module, int way);

  // The timing of several netlists together. `memories`: Liberty text of what they lack.
  TimingResult Time(const std::vector<std::filesystem::path>& netlists, const std::string& top,
                    const std::string& memories, const std::string& name);

 private:
  std::filesystem::path DirOf(const Design& design, const std::string& module, int way) const;
  MappedModule Read(const std::filesystem::path& dir, const std::string& module) const;
  std::string Script(const char* name) const { return (root_ / "synth" / name).string(); }

  std::filesystem::path root_;
  const Library& library_;
  std::filesystem::path out_;
  int jobs_;
  uint64_t flow_hash_ = 0, source_hash_ = 0, timing_hash_ = 0;
  std::map<std::string, MappedModule> done_;  // by directory
};

}  // namespace tetralog
