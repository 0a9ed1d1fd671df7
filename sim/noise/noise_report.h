// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The table of operand noise, and the same as JSON.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/noise/noise.h"

namespace tetralog::noise {

// Lines of Markdown: a row for each scheme, in percent, root mean squares over the layers.
std::string NoiseTable(const std::vector<SchemeNoise>& noise);

// By scheme: the same means, and every layer.
nlohmann::ordered_json NoiseJson(const std::vector<SchemeNoise>& noise);

}  // namespace tetralog::noise
