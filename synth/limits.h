// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Ceilings of figures in the report.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tetralog {

// One line for every figure of {"ceilings": {<JSON pointer>: <number>}} that is above its ceiling
// or missing.
std::vector<std::string> ExceededLimits(const nlohmann::ordered_json& report,
                                        const nlohmann::ordered_json& limits);

}  // namespace tetralog
