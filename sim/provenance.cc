// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/provenance.h"

#include <verilated_config.h>

#include <array>
#include <cstdio>
#include <memory>

#include "sim/whole_file.h"

namespace tetralog {

extern const char* const kSourceRevision;  // in the file that sim/cmake/revision.sh makes

std::string FirstLineOf(const std::string& command) {
  std::array<char, 256> line{};
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>/dev/null").c_str(), "r"),
                                                   pclose);
  if (!pipe || !fgets(line.data(), line.size(), pipe.get())) return "unknown";
  std::string text(line.data());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

nlohmann::ordered_json Provenance() {
  return {{"git_revision", kSourceRevision},
          {"compiler", __VERSION__},
          {"tools",
           {{"verilator", VERILATOR_PRODUCT " " VERILATOR_VERSION},
            {"yosys", FirstLineOf("yosys -V")}}}};
}

void WriteReport(const std::string& path, const nlohmann::ordered_json& report) {
  WriteOutput(path, report.dump(2) + "\n");
}

}  // namespace tetralog
