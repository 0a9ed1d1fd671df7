// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A cell library as the reports need it: areas of its cells and the gate equivalent.

#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace tetralog {

struct Library {
  std::filesystem::path file;
  std::string name;
  std::map<std::string, double> area;  // of a cell, in the library's unit
  double ge = 0;                       // area of its smallest two-input NAND gate
  std::string driver;                  // its smallest buffer
};

// Reads a Liberty file by synth/liberty.sh under the source tree `root`. Throws std::runtime_error
// with one line that says why the file cannot serve.
Library ReadLibrary(const std::filesystem::path& root, const std::filesystem::path& file);

}  // namespace tetralog
