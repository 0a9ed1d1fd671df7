// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/parts.h"

#include <fmt/core.h>

#include "synth/limits.h"
#include "synth/page.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The report of one command; null and a reason in `parts` where it cannot be used.
Json ReadPart(const fs::path& file, const std::string& command, const std::string& library,
              const std::string& key, Json& parts) {
  Json& entry = parts[key];
  if (!fs::exists(file)) {
    entry = {{"missing", fmt::format("no {}; run {}", file.filename().string(), command)}};
    return nullptr;
  }
  Json part = Json::parse(ReadTextFile(file));
  const Json& name = part.at("library");
  const std::string its = name.is_object() ? name.at("name") : name;
  if (its != library) {
    entry = {{"missing", fmt::format("{} is of {}; run {} with the library of the report",
                                     file.filename().string(), its, command)}};
    return nullptr;
  }
  if (part.value("partial", false)) {
    entry = {{"missing",
              fmt::format("{} has some blocks only; run {}", file.filename().string(), command)}};
    return nullptr;
  }
  entry = {{"command", command}, {"git_revision", part.value("git_revision", "unknown")}};
  return part;
}

}  // namespace

void AddParts(Json& report, const fs::path& dir) {
  const std::string library = report.at("library").at("name");
  Json& parts = report["parts"] = Json::object();
  for (const char* key : {"energy", "energy_ratios", "macs"}) report.erase(key);
  const Json power = ReadPart(dir / "power.json", "make power", library, "energy", parts);
  if (power.contains("energy")) report["energy"] = power["energy"];
  if (power.contains("ratios")) report["energy_ratios"] = power["ratios"];
  const Json macs = ReadPart(dir / "macs.json", "make macs", library, "macs", parts);
  for (const char* key : {"elements", "blocks", "aims"})
    if (macs.contains(key)) report["macs"][key] = macs[key];
}

void RefreshReport(const fs::path& synth_json) {
  if (!fs::exists(synth_json)) return;
  Json report = Json::parse(ReadTextFile(synth_json));
  if (!report.contains("library") || !report.contains("command")) return;
  AddParts(report, synth_json.parent_path());
  WriteTextFile(synth_json, report.dump(2) + "\n");
  WriteTextFile(fs::path(synth_json).replace_extension(".md"), ReportMarkdown(report));
  WriteTextFile(fs::path(synth_json).replace_extension(".html"), ReportHtml(report));
}

std::vector<std::string> ExceededEnergyLimits(const Json& report, const Json& limits) {
  if (!report.contains("energy") || !limits.contains("energy")) return {};
  return ExceededLimits(report, limits.at("energy"));
}

}  // namespace tetralog
