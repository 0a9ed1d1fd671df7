// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//

#include "synth/library.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace tetralog {

Library ReadLibrary(const std::filesystem::path& root, const std::filesystem::path& file) {
  const std::string command =
      fmt::format("'{}' '{}' 2>&1", (root / "synth/liberty.sh").string(), file.string());
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run synth/liberty.sh");
  std::string text;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  if (pclose(pipe) != 0) {
    const size_t from = text.find("error: ");
    throw std::runtime_error(
        from == std::string::npos ? text : text.substr(from + 7, text.find('\n', from) - from - 7));
  }

  Library library;
  library.file = file;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, name;
    words >> key >> name;
    if (key == "cell") words >> library.area[name];
    if (key == "library") library.name = name;
    if (key == "driver") library.driver = name;
    if (key == "ge") library.ge = std::stod(name);
  }
  return library;
}

}  // namespace tetralog
