// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Synthesises the processing element in several shapes and a core, prints what they cost in gate
// equivalents (GE, the area of a two-input NAND gate) and how fast they are, writes the same as
// JSON, Markdown and HTML, and checks the limits.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "sim/provenance.h"
#include "synth/builds.h"
#include "synth/flow.h"
#include "synth/limits.h"
#include "synth/measure.h"
#include "synth/page.h"
#include "synth/parts.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const Build& BuildNamed(const std::string& name) {
  std::string names;
  for (const Build& build : kBuilds) {
    if (name == build.name) return build;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", build.name);
  }
  throw std::runtime_error(fmt::format("no build {}; give one of {}", name, names));
}

int Main(int argc, char** argv) {
  CLI::App app{"Area and clock of the processing element and of the core from Yosys netlists"};
  std::string root = ".", out = "build/synth/netlists", report_file = "build/report/synth.json";
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib", limits, build = "flagship";
  bool no_core = false, no_pe = false;
  int jobs = 1;
  Goals goals;
  app.add_option("--root", root, "top of the source tree")->check(CLI::ExistingDirectory);
  app.add_option("--lib", lib, "Liberty file");
  app.add_option("--out", out, "directory of netlists, kept between runs");
  app.add_option("--report", report_file, "JSON report; .md and .html beside it");
  app.add_option("--limits", limits, "JSON file of ceilings to check")->check(CLI::ExistingFile);
  app.add_option("--build", build, "the core: flagship, 8x8x4, 16x16x1 or small");
  app.add_flag("--no-pe", no_pe, "without the table of processing elements");
  app.add_flag("--no-core", no_core, "without the core");
  app.add_option("--array-ns", goals.array_ns, "clock that the array's synthesis aims at");
  app.add_option("--core-ns", goals.core_ns, "clock that the core's synthesis aims at");
  app.add_option("--jobs", jobs, "modules synthesised at a time")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  const Build& named = BuildNamed(build);
  const Library library = ReadLibrary(fs::absolute(root), fs::absolute(lib));
  Flow flow(fs::absolute(root), library, fs::absolute(out), jobs);
  Json report;
  report["git_revision"] = Provenance().at("git_revision");
  report["tools"] = {{"yosys", FirstLineOf("yosys -V")}, {"opensta", FirstLineOf("sta -version")}};
  report["library"] = {{"name", library.name},
                       {"ge_area", library.ge},
                       {"hash", fmt::format("{:016x}", TextHash(ReadTextFile(lib)))}};
  report["command"] = "make synth" + (build == "flagship" ? "" : " CORE=" + build);
  report["goals"] = {{"array_ns", goals.array_ns}, {"core_ns", goals.core_ns}};
  if (!no_pe) report["pe"] = MeasureElements(flow);
  if (!no_core) report.update(MeasureCore(flow, named, goals));

  AddParts(report, fs::path(report_file).parent_path());
  WriteReport(report_file, report);
  // The page also shows what was last placed and routed, and mapped to FPGAs.
  for (const char* other : {"layout", "fpga"}) {
    const fs::path file = fs::path(report_file).parent_path() / (std::string(other) + ".json");
    if (fs::exists(file)) report[other] = Json::parse(ReadTextFile(file));
  }
  WriteTextFile(fs::path(report_file).replace_extension(".md"), ReportMarkdown(report));
  WriteTextFile(fs::path(report_file).replace_extension(".html"), ReportHtml(report));
  fmt::print("{}", ReportMarkdown(report));
  if (limits.empty()) return 0;
  const Json ceilings = Json::parse(ReadTextFile(limits));
  std::vector<std::string> faults = ExceededLimits(report, ceilings);
  for (const std::string& fault : ExceededEnergyLimits(report, ceilings)) faults.push_back(fault);
  for (const std::string& fault : faults) fmt::print(stderr, "error: {}\n", fault);
  return faults.empty() ? 0 : 1;
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
