// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/limits.h"

#include <fmt/core.h>

namespace tetralog {

std::vector<std::string> ExceededLimits(const nlohmann::ordered_json& report,
                                        const nlohmann::ordered_json& limits) {
  std::vector<std::string> faults;
  for (const auto& [pointer, limit] : limits.at("ceilings").items()) {
    const nlohmann::ordered_json::json_pointer where(pointer);
    if (!report.contains(where)) {
      faults.push_back(fmt::format("the report has no {}; correct the limits", pointer));
    } else if (report.at(where).get<double>() > limit.get<double>()) {
      faults.push_back(fmt::format("{} is {}, above its limit {}", pointer, report.at(where).dump(),
                                   limit.dump()));
    }
  }
  return faults;
}

}  // namespace tetralog
