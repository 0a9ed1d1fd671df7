// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What every report carries: the revision of the source that the program was built from, compiler
// and tool versions.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tetralog {

// First line that a shell command prints; "unknown" when it fails.
std::string FirstLineOf(const std::string& command);

// {"git_revision", "compiler", "tools": {name: version}}. All are of the build, wherever the
// program runs; only Yosys is the one that is called now.
nlohmann::ordered_json Provenance();

// Writes a report as WriteOutput in sim/whole_file.h does.
void WriteReport(const std::string& path, const nlohmann::ordered_json& report);

}  // namespace tetralog
