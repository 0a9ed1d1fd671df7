// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Synthesises the comparison MACs (synth/macs) and the processing element in the same way, and
// prints and writes as JSON what each costs in gate equivalents per multiply-accumulate. A block is
// synthesised again only when a file that it is made of is newer.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/provenance.h"
#include "synth/parts.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kCols = 16;      // of the array: they share the row's bias unit
constexpr int kGroup = 4;      // side of a group that shares operand registers
constexpr int kAccWidth = 24;  // of the processing element

struct Block {
  const char* name;         // in the table
  const char* module;       // in synth/macs
  const char* accumulator;  // fp32, fp16 or an integer's width
  int dot;
  int operand_bits;        // of a beat, both operands
  const char* parameters;  // beside Dot
  const char* keep;        // modules that stay whole, as the block is drawn
  int paper_gates;         // the LUQ paper's estimate, 0: none
};

constexpr const char* kFp16 = "AccExp=5 AccMan=10 AccBias=15";
constexpr Block kBlocks[] = {
    {"luq_standard, as drawn", "luq_standard", "fp32", 1, 8, "", "fp_mul", 264 + 2453},
    {"luq_standard, as drawn", "luq_standard", "fp32", 4, 32, "", "fp_mul", 0},
    {"luq_standard, as drawn", "luq_standard", "fp16", 1, 8, kFp16, "fp_mul", 264 + 731},
    {"luq_standard", "luq_standard", "fp32", 1, 8, "", "", 0},
    {"luq_standard", "luq_standard", "fp32", 4, 32, "", "", 0},
    {"luq_standard", "luq_standard", "fp16", 1, 8, kFp16, "", 0},
    {"luq_standard", "luq_standard", "fp16", 4, 32, kFp16, "", 0},
    {"luq_mf_bprop", "luq_mf_bprop", "fp32", 1, 8, "", "", 49 + 2453},
    {"luq_mf_bprop", "luq_mf_bprop", "fp32", 4, 32, "", "", 0},
    {"luq_mf_bprop", "luq_mf_bprop", "fp16", 1, 8, kFp16, "", 49 + 731},
    {"luq_mf_bprop", "luq_mf_bprop", "fp16", 4, 32, kFp16, "", 0},
    {"radix4_fp4", "radix4_fp4", "fp32", 1, 8, "", "", 0},
    {"radix4_fp4", "radix4_fp4", "fp32", 4, 32, "", "", 0},
    {"radix4_fp4", "radix4_fp4", "fp16", 1, 8, kFp16, "", 0},
    {"radix4_fp4", "radix4_fp4", "fp16", 4, 32, kFp16, "", 0},
    {"int8", "int8", "32 bits", 1, 16, "", "", 0},
    {"int8", "int8", "32 bits", 4, 64, "", "", 0},
    {"int8", "int8", "24 bits", 4, 64, "AccWidth=24", "", 0},
    {"hbfp4", "hbfp4", "fp32", 4, 48, "", "", 0},
    {"hbfp4", "hbfp4", "fp32", 16, 144, "", "", 0},
    {"mxfp4", "mxfp4", "fp32", 4, 48, "", "", 0},
    {"mxfp4", "mxfp4", "fp32", 32, 272, "", "", 0},
    {"fp8_e4m3", "fp8_e4m3", "fp32", 1, 16, "", "", 0},
    {"fp8_e4m3", "fp8_e4m3", "fp32", 4, 64, "", "", 0},
    {"bf16", "bf16", "fp32", 1, 32, "", "", 0},
    {"bf16", "bf16", "fp32", 4, 128, "", "", 0},
    {"fp32", "fp32", "fp32", 1, 64, "", "", 0},
};
constexpr int kDots[] = {1, 4, 8, 16};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Library {
  std::map<std::string, double> cells;  // areas in gate equivalents
  double flop = 0;                      // the smallest flip-flop
};

Library ReadLibrary(const fs::path& lib) {
  Library library;
  std::map<std::string, double>& cells = library.cells;
  std::istringstream lines(ReadFile(lib));
  const std::regex cell(R"re(^\s*cell\s*\(\s*"?(\w+)"?\s*\))re");
  const std::regex area(R"re(^\s*area\s*:\s*([0-9.eE+-]+))re");
  const std::regex nand2(R"re((^|_)nand2(x1|_1)?$)re", std::regex::icase);
  const std::regex flop(R"re(^\s*ff\s*\()re");
  std::string line, current;
  std::smatch match;
  double ge = 0;
  while (std::getline(lines, line)) {
    if (line.size() > 200) continue;  // a row of a table
    if (std::regex_search(line, match, cell)) current = match[1];
    if (!current.empty() && !cells.count(current) && std::regex_search(line, match, area)) {
      cells[current] = std::stod(match[1]);
      if (std::regex_search(current, nand2)) ge = cells[current];
    }
    if (std::regex_search(line, flop) && cells.count(current) &&
        (library.flop == 0 || cells[current] < library.flop)) {
      library.flop = cells[current];
    }
  }
  if (ge == 0 || library.flop == 0) {
    throw std::runtime_error(fmt::format(
        "{} has no two-input NAND gate or no flip-flop; give another LIB", lib.string()));
  }
  for (auto& [name, size] : cells) size /= ge;
  library.flop /= ge;
  return library;
}

// Area of a module with all below it.
double Area(const json& modules, const std::map<std::string, double>& cells,
            const std::string& module) {
  double total = 0;
  for (const auto& [type, number] : modules.at(module).at("num_cells_by_type").items()) {
    if (const auto cell = cells.find(type); cell != cells.end()) {
      total += number.get<double>() * cell->second;
    } else {
      const std::string child = modules.contains(type) ? type : "\\" + type;
      if (!modules.contains(child)) {
        throw std::runtime_error(fmt::format("cell {} of {} is not in the library", type, module));
      }
      total += number.get<double>() * Area(modules, cells, child);
    }
  }
  return total;
}

struct Result {
  double ge = 0;
  json clock_ns;  // null without synth/timing.sh
};

class Synthesiser {
 public:
  Synthesiser(fs::path root, fs::path lib, fs::path out)
      : root_(std::move(root)),
        lib_(std::move(lib)),
        out_(std::move(out)),
        library_(ReadLibrary(lib_)) {
    for (const auto& file : fs::directory_iterator(root_ / "synth/macs")) {
      if (file.path().extension() == ".sv") mac_sources_.push_back(file.path());
    }
    for (const char* unit :
         {"accumulator", "and_or_invert", "bit_heap", "dot_product", "full_adder", "line_driver",
          "operand_product", "pe_group", "product_sum", "row_bias"}) {
      rtl_sources_.push_back(root_ / "rtl" / (std::string(unit) + ".sv"));
    }
  }

  double flop() const { return library_.flop; }

  Result Run(const std::string& top, const std::string& parameters, const std::string& keep) {
    const bool is_rtl = fs::exists(root_ / "rtl" / (top + ".sv"));
    std::string name = top;
    for (const char c : " " + parameters + " " + keep) name += std::isalnum(c) != 0 ? c : '_';
    const fs::path dir = out_ / name;
    if (!UpToDate(dir / "area.json", is_rtl)) {
      fmt::print(stderr, "synthesising {} {}{}\n", top, parameters,
                 keep.empty() ? "" : " whole: " + keep);
      std::string sources;
      for (const fs::path& file : mac_sources_) sources += " " + file.string();
      Shell(fmt::format("SOURCES='{}' KEEP='{}' '{}' '{}' {} '{}' {}", sources, keep,
                        (root_ / "synth/netlist.sh").string(), lib_.string(), top, dir.string(),
                        parameters));
    }
    // Yosys 0.23 writes what follows the modules, the totals of a hierarchy, as a table that is not
    // JSON.
    std::string stat = ReadFile(dir / "area.json");
    if (const size_t end = stat.find("\n   },"); end != std::string::npos) {
      stat = stat.substr(0, end) + "}}";
    }
    Result result;
    result.ge = Area(json::parse(stat).at("modules"), library_.cells, "\\" + top);
    const fs::path script = root_ / "synth/timing.sh", timing = dir / "timing.rpt";
    if (fs::exists(script)) {
      if (!fs::exists(timing) ||
          fs::last_write_time(timing) < fs::last_write_time(dir / (top + ".v"))) {
        Shell(fmt::format("'{}' '{}' '{}' {} '{}'", script.string(), lib_.string(),
                          (dir / (top + ".v")).string(), top, timing.string()));
      }
      std::istringstream(ReadFile(timing).substr(ReadFile(timing).find("clock_ns") + 8)) >>
          result.clock_ns;
    }
    return result;
  }

  // A long chain of logic is mapped for depth; with its aligner as a module of its own it is often
  // smaller. Each block is given the smaller of the two.
  Result Smallest(const std::string& top, const std::string& parameters, const std::string& keep) {
    const Result whole = Run(top, parameters, keep);
    const Result parts = Run(top, parameters, keep.empty() ? "align" : keep + " align");
    return parts.ge < whole.ge ? parts : whole;
  }

 private:
  static void Shell(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("a command failed; see above");
  }

  bool UpToDate(const fs::path& result, bool is_rtl) const {
    if (!fs::exists(result)) return false;
    std::vector<fs::path> inputs = is_rtl ? rtl_sources_ : mac_sources_;
    inputs.push_back(root_ / "rtl/full_adder.sv");
    inputs.push_back(root_ / "synth/cells_osu018.v");
    for (const char* script : {"netlist.sh", "elaborate.sh", "map.sh", "liberty.sh"})
      inputs.push_back(root_ / "synth" / script);
    inputs.push_back(lib_);
    for (const fs::path& input : inputs) {
      if (fs::last_write_time(input) > fs::last_write_time(result)) return false;
    }
    return true;
  }

  fs::path root_, lib_, out_;
  Library library_;
  std::vector<fs::path> mac_sources_, rtl_sources_;
};

double Tenth(double value) { return std::round(value * 10) / 10; }
double Hundredth(double value) { return std::round(value * 100) / 100; }

std::string Clock(const json& clock) {
  return clock.is_null() ? "-" : fmt::format("{:.2f}", clock.get<double>());
}

void PrintRow(const json& row, int paper_gates) {
  fmt::print("{:<24} {:>8} {:>4} {:>9.1f} {:>9.1f} {:>9.2f} {:>8} {:>7}\n",
             row["block"].get<std::string>(), row["accumulator"].get<std::string>(),
             row["dot"].get<int>(), row["ge_per_mac"].get<double>(),
             row["ge_per_mac_group"].get<double>(), row["over_pe"].get<double>(),
             Clock(row["clock_ns"]), paper_gates == 0 ? "-" : std::to_string(paper_gates));
}

// The processing element alone and in its group, each with its part of the row's bias unit.
json ReportElements(Synthesiser& synth) {
  json rows = json::array();
  for (const int dot : kDots) {
    const auto group = [&](int side) {
      return synth.Run(
          "pe_group",
          fmt::format("GroupRows={0} GroupCols={0} Dot={1} AccWidth={2}", side, dot, kAccWidth),
          "");
    };
    const double bias =
        synth.Run("row_bias", fmt::format("Dot={} AccWidth={}", dot, kAccWidth), "").ge /
        (kCols * dot);
    const Result alone = group(1), grouped = group(kGroup);
    rows.push_back({{"block", "tetralog"},
                    {"accumulator", "24 bits"},
                    {"dot", dot},
                    {"ge_per_mac", Tenth(alone.ge / dot + bias)},
                    {"ge_per_mac_group", Tenth(grouped.ge / (kGroup * kGroup * dot) + bias)},
                    {"clock_ns", grouped.clock_ns}});
  }
  return rows;
}

json ReportBlocks(Synthesiser& synth, double pe_group) {
  json rows = json::array();
  for (const Block& block : kBlocks) {
    const std::string parameters = fmt::format("Dot={} {}", block.dot, block.parameters);
    const Result result = std::string(block.module) == "int8"
                              ? synth.Run(block.module, parameters, block.keep)
                              : synth.Smallest(block.module, parameters, block.keep);
    // In a group the operand registers, and the mark of the first beat, serve a row or a column.
    const double shared = synth.flop() * (block.operand_bits + 1) * (1 - 1.0 / kGroup);
    const double group = (result.ge - shared) / block.dot;
    rows.push_back({{"block", block.name},
                    {"accumulator", block.accumulator},
                    {"dot", block.dot},
                    {"ge", Tenth(result.ge)},
                    {"ge_per_mac", Tenth(result.ge / block.dot)},
                    {"ge_per_mac_group", Tenth(group)},
                    {"over_pe", Hundredth(group / pe_group)},
                    {"clock_ns", result.clock_ns}});
    if (block.paper_gates != 0) rows.back()["paper_gates"] = block.paper_gates;
  }
  return rows;
}

const json& Find(const json& rows, const std::string& block, const std::string& accumulator,
                 int dot) {
  for (const json& row : rows) {
    if (row["block"] == block && row["accumulator"] == accumulator && row["dot"] == dot) return row;
  }
  throw std::runtime_error(fmt::format("no row {} {} {}", block, accumulator, dot));
}

// The figures that the project aims at.
json Aims(const json& elements, const json& blocks) {
  const json& pe = Find(elements, "tetralog", "24 bits", 4);
  json aims;
  for (const char* drawn : {", as drawn", ""}) {
    const std::string name = std::string("luq_standard") + drawn;
    const json& one = Find(blocks, name, "fp32", 1);
    const json& four = Find(blocks, name, "fp32", 4);
    json& aim = aims[*drawn == 0 ? "optimised" : "as_drawn"];
    const auto get = [](const json& row, const char* key) { return row[key].get<double>(); };
    aim["dot1_over_pe"] = Hundredth(get(one, "ge_per_mac") / get(pe, "ge_per_mac"));
    aim["dot1_over_pe_group"] =
        Hundredth(get(one, "ge_per_mac_group") / get(pe, "ge_per_mac_group"));
    aim["pe_over_dot4"] = Hundredth(get(pe, "ge_per_mac") / get(four, "ge_per_mac"));
    aim["pe_over_dot4_group"] =
        Hundredth(get(pe, "ge_per_mac_group") / get(four, "ge_per_mac_group"));
    fmt::print(
        "{}: one MAC is {} times the processing element of Dot 4 ({} in groups); of a block of "
        "Dot 4 the element is {} ({} in groups)\n",
        name, aim["dot1_over_pe"].dump(), aim["dot1_over_pe_group"].dump(),
        aim["pe_over_dot4"].dump(), aim["pe_over_dot4_group"].dump());
  }
  return aims;
}

int Main(int argc, char** argv) {
  CLI::App app{"Area of the MACs that the field uses, beside the processing element"};
  std::string root = ".", out = "build/synth/macs", report_file = "build/report/macs.json";
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
  app.add_option("--root", root, "top of the source tree")->check(CLI::ExistingDirectory);
  app.add_option("--lib", lib, "Liberty file")->check(CLI::ExistingFile);
  app.add_option("--out", out, "directory of netlists, kept between runs");
  app.add_option("--report", report_file, "JSON report");
  CLI11_PARSE(app, argc, argv);

  Synthesiser synth(fs::absolute(root), fs::absolute(lib), fs::absolute(out));
  json report = {{"git_revision", Provenance().at("git_revision")},
                 {"library", fs::path(lib).stem().string()},
                 {"group", kGroup}};
  report["elements"] = ReportElements(synth);
  const double pe_group = Find(report["elements"], "tetralog", "24 bits", 4)["ge_per_mac_group"];
  for (json& row : report["elements"]) {
    row["over_pe"] = Hundredth(row["ge_per_mac_group"].get<double>() / pe_group);
  }
  report["blocks"] = ReportBlocks(synth, pe_group);

  fmt::print("Gate equivalents per MAC ({})\n{:<24} {:>8} {:>4} {:>9} {:>9} {:>9} {:>8} {:>7}\n",
             fs::path(lib).stem().string(), "block", "sum", "Dot", "alone", "in 4x4", "over ours",
             "clock ns", "paper");
  for (const json& row : report["elements"]) PrintRow(row, 0);
  for (const json& row : report["blocks"]) PrintRow(row, row.value("paper_gates", 0));
  report["aims"] = Aims(report["elements"], report["blocks"]);
  WriteReport(report_file, report);
  RefreshReport(fs::path(report_file).parent_path() / "synth.json");
  return 0;
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
