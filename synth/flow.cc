// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/flow.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sim/file_lock.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Areas are those of the cells of the module itself; what is not in the library is a module below
// it.
double OwnArea(const fs::path& stat_file, const std::string& module, const Library& library) {
  // Yosys 0.23 writes what follows the modules, the totals of a hierarchy, as a table that is not
  // JSON.
  std::string text = ReadTextFile(stat_file);
  if (const size_t end = text.find("\n   },"); end != std::string::npos) {
    text = text.substr(0, end) + "}}";
  }
  const json stat = json::parse(text);
  double area = 0;
  for (const auto& [cell, count] :
       stat.at("modules").at("\\" + module).at("num_cells_by_type").items()) {
    const auto it = library.area.find(cell);
    if (it != library.area.end()) area += count.get<double>() * it->second;
  }
  return area / library.ge;
}

}  // namespace

TimingResult ReadTiming(const std::string& text) {
  TimingResult result;
  bool has_path = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "clock_ns") words >> result.clock_ns;
    if (has_path && key == "path") break;
    if (key == "path") {
      double slack = 0;
      words >> slack >> result.path.gates >> result.path.start >> result.path.end;
      has_path = true;
    }
    if (key == "modules" && has_path) {
      for (std::string module; words >> module;) words >> result.path.modules[module];
    }
  }
  return result;
}

Flow::Flow(fs::path root, const Library& library, fs::path out, int jobs)
    : root_(std::move(root)), library_(library), out_(std::move(out)), jobs_(jobs) {
  flow_hash_ = TextHash(library_.driver, TextHash(ReadTextFile(library_.file)));
  for (const char* file : {"map.sh", "clock_gates.v", "clock_gate_osu018.v", "prefix_adder.v"}) {
    flow_hash_ = TextHash(ReadTextFile(Script(file)), flow_hash_);
  }
  timing_hash_ = flow_hash_;
  for (const char* file : {"timing.sh", "timing.tcl"}) {
    timing_hash_ = TextHash(ReadTextFile(Script(file)), timing_hash_);
  }
  source_hash_ = flow_hash_;
  for (const char* file : {"elaborate.sh", "cells_osu018.v"}) {
    source_hash_ = TextHash(ReadTextFile(Script(file)), source_hash_);
  }
  std::vector<fs::path> sources;
  for (const auto& file : fs::directory_iterator(root_ / "rtl")) {
    if (file.path().extension() == ".sv") sources.push_back(file.path());
  }
  std::sort(sources.begin(), sources.end());
  for (const fs::path& file : sources) source_hash_ = TextHash(ReadTextFile(file), source_hash_);
}

Design Flow::Elaborate(const std::string& top, const std::string& params, const std::string& keep,
                       const std::string& black_boxes) {
  std::string key = top;
  for (const char c : params) key += (std::isalnum(static_cast<unsigned char>(c)) != 0) ? c : '_';
  const fs::path dir = out_ / "elaborated" / key;
  const std::string hash =
      fmt::format("{:016x}", TextHash(top + params + keep + black_boxes, source_hash_));
  const fs::path stamp = dir / "inputs";
  const FileLock lock(dir / "lock");
  if (!fs::exists(stamp) || ReadTextFile(stamp) != hash) {
    fmt::print(stderr, "elaborating {} {}\n", top, params);
    fs::create_directories(dir);
    fs::remove(stamp);
    RunCommand(
        fmt::format("KEEP='{}' BLACKBOX='{}' '{}' '{}' {} '{}' {}", keep, black_boxes,
                    Script("elaborate.sh"), library_.file.string(), top, dir.string(), params),
        fmt::format("elaboration of {} failed; see above", top));
    WriteTextFile(stamp, hash);
  }
  return ReadDesign(ReadTextFile(dir / "design.il"), top);
}

fs::path Flow::DirOf(const Design& design, const std::string& module, int way) const {
  const Way& w = kWays[way];
  return out_ /
         fmt::format("{}-{:016x}", module, TextHash(design.modules.at(module).text, flow_hash_)) /
         fmt::format("{}_{}{}{}", w.effort, w.delay_ps, *w.adders ? "_" : "", w.adders);
}

MappedModule Flow::Read(const fs::path& dir, const std::string& module) const {
  return {.netlist = dir / (module + ".v"),
          .ge = OwnArea(dir / "area.json", module, library_),
          .timing = ReadTiming(ReadTextFile(dir / "timing.rpt"))};
}

void Flow::Map(const Design& design, const std::vector<Job>& jobs) {
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (size_t i; (i = next++) < jobs.size();) {
      try {
        const auto& [module, way] = jobs[i];
        const fs::path dir = DirOf(design, module, way);
        const std::string hash = fmt::format("{:016x}", timing_hash_);
        const FileLock only_here(dir / "lock");
        if (!fs::exists(dir / "mapped")) {
          {
            const std::lock_guard lock(mutex);
            fmt::print(stderr, "synthesising {} for {}\n", module, dir.filename().string());
          }
          WriteTextFile(dir / "design.il", design.modules.at(module).text);
          RunCommand(fmt::format("EFFORT={} DELAY_PS={} ADDERS={} '{}' '{}' '{}' {} '{}'",
                                 kWays[way].effort, kWays[way].delay_ps, kWays[way].adders,
                                 Script("map.sh"), library_.file.string(),
                                 (dir / "design.il").string(), module, dir.string()),
                     fmt::format("synthesis of {} failed; see above", module));
          WriteTextFile(dir / "mapped", "");
        }
        if (!fs::exists(dir / "timed") || ReadTextFile(dir / "timed") != hash) {
          RunCommand(
              fmt::format("'{}' '{}' '{}' {} '{}'", Script("timing.sh"), library_.file.string(),
                          (dir / (module + ".v")).string(), module, (dir / "timing.rpt").string()),
              fmt::format("timing of {} failed; see above", module));
          WriteTextFile(dir / "timed", hash);
        }
        const MappedModule mapped = Read(dir, module);
        const std::lock_guard lock(mutex);
        done_[dir.string()] = mapped;
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = jobs.size();
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < jobs_; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

const MappedModule& Flow::Get(const Design& design, const std::string& module, int way) const {
  return done_.at(DirOf(design, module, way).string());
}

const MappedModule& Flow::MapOne(const Design& design, const std::string& module, int way) {
  Map(design, {{module, way}});
  return Get(design, module, way);
}

TimingResult Flow::Time(const std::vector<fs::path>& netlists, const std::string& top,
                        const std::string& memories, const std::string& name) {
  uint64_t hash = TextHash(memories + top, timing_hash_);
  for (const fs::path& netlist : netlists) hash = TextHash(netlist.string(), hash);
  const fs::path dir = out_ / "timed" / fmt::format("{}-{:016x}", name, hash);
  const FileLock lock(dir / "lock");
  if (!fs::exists(dir / "done")) {
    fmt::print(stderr, "timing {}\n", name);
    std::string text;
    for (const fs::path& netlist : netlists) text += ReadTextFile(netlist);
    WriteTextFile(dir / (top + ".v"), text);
    WriteTextFile(dir / "memories.lib", memories);
    RunCommand(fmt::format("MORE_LIBERTY='{}' '{}' '{}' '{}' {} '{}'",
                           memories.empty() ? "" : (dir / "memories.lib").string(),
                           Script("timing.sh"), library_.file.string(),
                           (dir / (top + ".v")).string(), top, (dir / "timing.rpt").string()),
               fmt::format("timing of {} failed; see above", name));
    WriteTextFile(dir / "done", "");
  }
  return ReadTiming(ReadTextFile(dir / "timing.rpt"));
}

}  // namespace tetralog
