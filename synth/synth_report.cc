// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Synthesises the processing element in several shapes and the flagship core, prints what they cost
// in gate equivalents (GE, the area of a two-input NAND gate), writes the same as JSON and checks
// the limits. A unit is synthesised again only when the sources it is made of have changed.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The flagship core; its group of processing elements is the default of rtl/pe_group.sv.
constexpr int kRows = 16, kCols = 16, kCoreDot = 4, kLanes = 4, kAccWidth = 24, kGroup = 4;
constexpr int kDots[] = {1, 4, 8, 16};
constexpr int kGroups[] = {1, 2, 4};

// Modules of the core that stay apart, so that each has an area of its own.
constexpr const char* kCoreUnits[] = {
    "pe_group",      "row_bias",      "tile_drain",    "epilogue",    "epilogue_lane",
    "luq_quantizer", "int_quantizer", "random_source", "scale_shift", "epilogue_stats"};

// The core around the engine: units that stay apart, and what is only counted. tile_walker and
// tile_fetch dissolve in their users, who leave outputs of theirs unused.
constexpr const char* kAroundUnits[] = {
    "control_registers", "core_control",   "axi_read",       "stream_reader", "command_front",
    "command_check",     "operand_loader", "operand_buffer", "feeder",        "addend_loader",
    "mask_loader",       "result_writer",  "output_buffer",  "axi_write",     "product_counter"};
constexpr const char* kBlackBoxes[] = {"sram", "tetralog_engine"};
constexpr int kDepthA = 64, kDepthB = 128, kAxiData = 128;

template <size_t N>
std::string Join(const char* const (&names)[N]) {
  std::string text;
  for (const char* name : names) text += std::string(text.empty() ? "" : " ") + name;
  return text;
}

bool IsBlackBox(const std::string& module) {
  for (const char* name : kBlackBoxes) {
    if (module == name) return true;
  }
  return false;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// First line that a shell command prints, or an empty string.
std::string FirstLine(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  char buffer[256] = "";
  const bool read = fgets(buffer, sizeof buffer, pipe) != nullptr;
  pclose(pipe);
  std::string line = read ? buffer : "";
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

uint64_t Fnv1a(const std::string& text, uint64_t hash = 0xcbf29ce484222325u) {
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

struct Library {
  std::string name;
  std::map<std::string, double> area;  // of a cell, in the library's unit
  double ge = 0;                       // area of its smallest two-input NAND gate
};

Library ReadLibrary(const fs::path& path) {
  const std::string text = ReadFile(path);
  Library library;
  std::smatch match;
  const std::regex name(R"re(library\s*\(\s*"?([\w.-]+)"?\s*\))re");
  if (std::regex_search(text, match, name)) library.name = match[1];
  std::istringstream lines(text);
  const std::regex cell(R"re(^\s*cell\s*\(\s*"?(\w+)"?\s*\))re");
  const std::regex area(R"re(^\s*area\s*:\s*([0-9.eE+-]+))re");
  const std::regex nand2(R"re((^|_)nand2(x1|_1)?$)re", std::regex::icase);
  std::string line, current;
  while (std::getline(lines, line)) {
    if (line.size() > 200) continue;  // a row of a table
    if (std::regex_search(line, match, cell)) current = match[1];
    if (!current.empty() && !library.area.count(current) && std::regex_search(line, match, area)) {
      library.area[current] = std::stod(match[1]);
    }
  }
  for (const auto& [cell_name, cell_area] : library.area) {
    if (std::regex_search(cell_name, nand2) && (library.ge == 0 || cell_area < library.ge)) {
      library.ge = cell_area;
    }
  }
  if (library.ge == 0) {
    throw std::runtime_error(fmt::format("{} has no two-input NAND gate", path.string()));
  }
  return library;
}

// Name of the source module of a module that Yosys has specialised.
std::string BaseName(const std::string& yosys_name) {
  const std::string prefix = "$paramod";
  std::string name = yosys_name;
  if (name.rfind(prefix, 0) == 0) {
    name = name.substr(name.find('\\', prefix.size()) + 1);
    name = name.substr(0, name.find('\\'));
  } else if (name.rfind('\\', 0) == 0) {
    name = name.substr(1);
  }
  return name;
}

// Area of one module with everything below it, and of every kept module, by Yosys's statistics.
class AreaReport {
 public:
  AreaReport(const json& stat, const Library& library)
      : modules_(stat.at("modules")), lib_(library) {}

  // Adds the units below `module`, `count` times, and returns the module's whole area in GE, black
  // boxes left out.
  double Add(const std::string& module, double count) {
    double total = 0;
    for (const auto& [type, number] : modules_.at(module).at("num_cells_by_type").items()) {
      const double instances = number.get<double>();
      if (const auto cell = lib_.area.find(type); cell != lib_.area.end()) {
        total += instances * cell->second / lib_.ge;
      } else if (IsBlackBox(BaseName(type))) {
        counts_[BaseName(type)] += count * instances;
      } else if (const std::string child = Find(type); !child.empty()) {
        total += instances * Add(child, count * instances);
      } else {
        throw std::runtime_error(fmt::format("cell {} of {} is not in the library", type, module));
      }
    }
    units_[BaseName(module)] += total * count;
    counts_[BaseName(module)] += count;
    return total;
  }

  const std::map<std::string, double>& units() const { return units_; }
  const std::map<std::string, double>& counts() const { return counts_; }

 private:
  std::string Find(const std::string& type) const {
    for (const std::string& name : {type, "\\" + type}) {
      if (modules_.contains(name)) return name;
    }
    return "";
  }

  const json& modules_;
  const Library& lib_;
  std::map<std::string, double> units_, counts_;
};

class Synthesiser {
 public:
  Synthesiser(fs::path root, fs::path lib, fs::path out)
      : root_(std::move(root)),
        lib_(std::move(lib)),
        out_(std::move(out)),
        library_(ReadLibrary(lib_)) {
    for (const auto& file : fs::directory_iterator(root_ / "rtl")) {
      if (file.path().extension() == ".sv") sources_[file.path().stem()] = ReadFile(file.path());
    }
    flow_ = Fnv1a(ReadFile(lib_));
    for (const char* file : {"netlist.sh", "cells_osu018.v"}) {
      flow_ = Fnv1a(ReadFile(root_ / "synth" / file), flow_);
    }
  }

  const Library& library() const { return library_; }

  // Synthesises `top` unless a result for the same sources is there, and returns its areas.
  AreaReport Run(const std::string& top, const std::string& params, const std::string& keep = "",
                 const std::string& black_boxes = "") {
    std::string key = top;
    for (const char c : params) key += (std::isalnum(c) != 0) ? c : '_';
    const fs::path dir = out_ / key;
    const std::string hash = fmt::format(
        "{:016x}", Fnv1a(top + params + keep + black_boxes, HashOf(top, !black_boxes.empty())));
    const fs::path stamp = dir / "inputs";
    if (!fs::exists(stamp) || ReadFile(stamp) != hash) {
      fmt::print(stderr, "synthesising {} {}\n", top, params);
      fs::create_directories(dir);
      fs::remove(stamp);
      const std::string command = fmt::format("KEEP='{}' BLACKBOX='{}' '{}' '{}' {} '{}' {}", keep,
                                              black_boxes, (root_ / "synth/netlist.sh").string(),
                                              lib_.string(), top, dir.string(), params);
      if (std::system(command.c_str()) != 0) {
        throw std::runtime_error(fmt::format("synthesis of {} failed; see above", top));
      }
      std::ofstream(stamp) << hash;
    }
    // Yosys 0.23 writes what follows the modules, the totals of a hierarchy, as a table that is not
    // JSON.
    std::string stat = ReadFile(dir / "area.json");
    if (const size_t end = stat.find("\n   },"); end != std::string::npos) {
      stat = stat.substr(0, end) + "}}";
    }
    stats_.push_back(std::make_unique<json>(json::parse(stat)));
    return AreaReport(*stats_.back(), library_);
  }

  double Ge(const std::string& top, const std::string& params) {
    return Run(top, params).Add("\\" + top, 1);
  }

 private:
  // Hash of the flow and of every source that the module can reach by name, but not through black
  // boxes.
  uint64_t HashOf(const std::string& top, bool black_boxes) {
    std::set<std::string> seen = {top, "tetralog_pkg"};
    std::vector<std::string> todo = {top};
    const std::regex word(R"re([a-z]\w*)re");
    while (!todo.empty()) {
      const std::string text = sources_.at(todo.back());
      todo.pop_back();
      for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
        if (black_boxes && IsBlackBox(it->str())) continue;
        if (sources_.count(it->str()) && seen.insert(it->str()).second) todo.push_back(it->str());
      }
    }
    uint64_t hash = flow_;
    for (const std::string& unit : seen) hash = Fnv1a(sources_.at(unit), hash);
    return hash;
  }

  fs::path root_, lib_, out_;
  Library library_;
  std::map<std::string, std::string> sources_;
  std::vector<std::unique_ptr<json>> stats_;
  uint64_t flow_ = 0;
};

double Rounded(double value, double step) {
  return std::round(value / step) / std::round(1 / step);  // of a decimal step, without its error
}

// GE per MAC of groups of processing elements, and the row's bias unit spread over the row.
json ReportElements(Synthesiser& synth) {
  json pe;
  fmt::print("GE per MAC of the processing element, by Dot and group ({})\n", synth.library().name);
  fmt::print("{:>4} {:>9} {:>9} {:>9} {:>10} {:>12}\n", "Dot", "1x1", "2x2", "4x4", "row bias",
             "with bias");
  for (const int dot : kDots) {
    json& row = pe[std::to_string(dot)];
    std::map<int, double> ge;
    for (const int group : kGroups) {
      ge[group] =
          synth.Ge("pe_group", fmt::format("GroupRows={0} GroupCols={0} Dot={1} AccWidth={2}",
                                           group, dot, kAccWidth)) /
          (group * group * dot);
      row["ge_per_mac_" + fmt::format("{0}x{0}", group)] = Rounded(ge[group], 0.1);
    }
    const double bias =
        synth.Ge("row_bias", fmt::format("Dot={} AccWidth={}", dot, kAccWidth)) / (kCols * dot);
    row["ge_per_mac"] = Rounded(ge[kGroup], 0.1);
    row["row_bias_ge_per_mac"] = Rounded(bias, 0.1);
    row["ge_per_mac_with_bias"] = Rounded(ge[kGroup] + bias, 0.1);
    fmt::print("{:>4} {:>9.1f} {:>9.1f} {:>9.1f} {:>10.1f} {:>12.1f}\n", dot, ge[1], ge[2], ge[4],
               bias, ge[kGroup] + bias);
  }
  return pe;
}

// Areas and shares of the units of the core.
json ReportCore(Synthesiser& synth, int dot) {
  const std::string top = "tetralog_engine";
  AreaReport report =
      synth.Run(top,
                fmt::format("Rows={} Cols={} Dot={} Lanes={} AccWidth={} GroupRows={} GroupCols={}",
                            kRows, kCols, dot, kLanes, kAccWidth, kGroup, kGroup),
                Join(kCoreUnits));
  const double total = report.Add("\\" + top, 1);
  const auto unit = [&report](const char* name) {
    const auto it = report.units().find(name);
    return it == report.units().end() ? 0.0 : it->second;
  };
  json core = {{"ge", Rounded(total, 1)},
               {"ge_per_mac", Rounded(total / (kRows * kCols * dot), 0.1)}};
  fmt::print("\n{:<20} {:>6} {:>10} {:>8}\n", "core unit", "count", "GE", "share");
  for (const auto& [name, ge] : report.units()) {
    core["modules"][name] = {{"count", report.counts().at(name)},
                             {"ge", Rounded(ge, 1)},
                             {"share", Rounded(ge / total, 0.0001)}};
    fmt::print("{:<20} {:>6} {:>10.0f} {:>7.2f}%\n", name, report.counts().at(name), ge,
               100 * ge / total);
  }
  const double rounding = unit("luq_quantizer") + unit("int_quantizer");
  const double random = unit("random_source");
  core["rounding_share"] = Rounded((rounding + random) / total, 0.0001);
  core["quantizer_share"] = Rounded(rounding / total, 0.0001);
  core["random_share"] = Rounded(random / total, 0.0001);
  core["epilogue_share"] = Rounded(unit("epilogue") / total, 0.0001);
  core["row_bias_share"] = Rounded(unit("row_bias") / total, 0.0001);
  fmt::print("quantisers and random source {:.2f} %, whole epilogue {:.2f} % of the core\n",
             100 * (rounding + random) / total, 100 * unit("epilogue") / total);
  return core;
}

// Areas of the units of the whole core around its engine, of which the area is known: AXI, control,
// and the logic of buffers. Memories are counted in bits.
json ReportAround(Synthesiser& synth, int dot, double engine) {
  const std::string top = "tetralog_core";
  AreaReport report = synth.Run(
      top,
      fmt::format("Rows={} Cols={} Dot={} Lanes={} AccWidth={} DepthA={} DepthB={} AxiData={}",
                  kRows, kCols, dot, kLanes, kAccWidth, kDepthA, kDepthB, kAxiData),
      Join(kAroundUnits), Join(kBlackBoxes));
  const double around = report.Add("\\" + top, 1), total = engine + around;
  // Operand buffers of a bank for each row or code of a bus word; C and D: two tiles each.
  const int codes = kAxiData / 4, panel_a = std::max(kRows, codes),
            panel_b = std::max(kCols, codes);
  const int bits = (panel_a * kDepthA + panel_b * kDepthB) * kAxiData + 2 * 2 * kRows * kCols * 32;
  json whole = {{"ge", Rounded(total, 1)},
                {"around_ge", Rounded(around, 1)},
                {"around_share", Rounded(around / total, 0.0001)},
                {"memories", report.counts().at("sram")},
                {"memory_bits", bits}};
  fmt::print("\n{:<20} {:>6} {:>10} {:>8}\n", "around the engine", "count", "GE", "share");
  for (const auto& [name, ge] : report.units()) {
    whole["modules"][name] = {{"count", report.counts().at(name)},
                              {"ge", Rounded(ge, 1)},
                              {"share", Rounded(ge / total, 0.0001)}};
    fmt::print("{:<20} {:>6} {:>10.0f} {:>7.2f}%\n", name, report.counts().at(name), ge,
               100 * ge / total);
  }
  fmt::print("AXI, control and buffers {:.2f} % of {:.0f} GE; {} memories, {} bits\n",
             100 * around / total, total, report.counts().at("sram"), bits);
  return whole;
}

// Limits are ceilings of numbers in the report, by JSON pointer. Returns how many are exceeded.
int CheckLimits(const json& report, const fs::path& path) {
  const json limits = json::parse(ReadFile(path));
  int exceeded = 0;
  for (const auto& [pointer, limit] : limits.at("ceilings").items()) {
    const json::json_pointer where(pointer);
    if (!report.contains(where)) {
      fmt::print(stderr, "error: the report has no {}; correct {}\n", pointer, path.string());
      ++exceeded;
    } else if (report.at(where).get<double>() > limit.get<double>()) {
      fmt::print(stderr, "error: {} is {}, above its limit {}\n", pointer, report.at(where).dump(),
                 limit.dump());
      ++exceeded;
    }
  }
  return exceeded;
}

int Main(int argc, char** argv) {
  CLI::App app{"Area of the processing element and of the core from Yosys netlists"};
  std::string root = ".", out = "build/synth/netlists", report_file = "build/report/synth.json";
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib", limits;
  bool pe_only = false;
  int core_dot = 0;
  app.add_option("--root", root, "top of the source tree")->check(CLI::ExistingDirectory);
  app.add_option("--lib", lib, "Liberty file")->check(CLI::ExistingFile);
  app.add_option("--out", out, "directory of netlists, kept between runs");
  app.add_option("--report", report_file, "JSON report");
  app.add_option("--limits", limits, "JSON file of ceilings to check")->check(CLI::ExistingFile);
  app.add_flag("--pe-only", pe_only, "processing element only, not the core");
  app.add_option("--core-dot", core_dot, "core only, with so many products an element and cycle")
      ->check(CLI::PositiveNumber)
      ->excludes("--pe-only")
      ->excludes("--limits");
  CLI11_PARSE(app, argc, argv);
  const bool core_only = core_dot != 0;
  if (!core_only) core_dot = kCoreDot;

  Synthesiser synth(fs::absolute(root), fs::absolute(lib), fs::absolute(out));
  json report;
  report["yosys"] = FirstLine("yosys -V");
  report["git"] = FirstLine(fmt::format("git -C '{}' describe --always --dirty", root));
  report["library"] = {{"name", synth.library().name}, {"ge_area", synth.library().ge}};
  report["shape"] = {{"rows", kRows},   {"cols", kCols},          {"dot", core_dot},
                     {"lanes", kLanes}, {"acc_width", kAccWidth}, {"group", kGroup}};
  if (!core_only) report["pe"] = ReportElements(synth);
  if (!pe_only) {
    report["core"] = ReportCore(synth, core_dot);
    report["whole"] = ReportAround(synth, core_dot, report["core"]["ge"].get<double>());
  }

  fs::create_directories(fs::absolute(report_file).parent_path());
  std::ofstream(report_file) << report.dump(2) << "\n";
  return !limits.empty() && CheckLimits(report, limits) != 0 ? 1 : 0;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  try {
    return tetralog::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
