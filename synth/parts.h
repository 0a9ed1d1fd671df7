// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One report of synthesis from what several commands measure: `make synth` writes synth.json, and
// the energies of `make power` and the blocks of `make macs` become parts of it, whichever ran
// last.

#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tetralog {

// Takes over the parts that lie beside the report, in power.json and macs.json of `dir`: keys
// "energy", "energy_ratios" and "macs", and for each part under "parts" its command and revision,
// or why it is missing. Only parts of the report's library count.
void AddParts(nlohmann::ordered_json& report, const std::filesystem::path& dir);

// The same for a synth.json that is there already, with the pages beside it; nothing without one.
void RefreshReport(const std::filesystem::path& synth_json);

// The limits of energies, {"energy": {"ceilings": {pointer: limit}}}, that the report exceeds; none
// while it has no energies.
std::vector<std::string> ExceededEnergyLimits(const nlohmann::ordered_json& report,
                                              const nlohmann::ordered_json& limits);

}  // namespace tetralog
