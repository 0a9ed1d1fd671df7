// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs programs, several at once, each with its output in a file of its own. For programs that a
// signal stops in order: SIGINT and SIGTERM are passed on to them, and so is the death of this one.

#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tetralog {

struct Program {
  std::string name;                // for messages
  std::vector<std::string> words;  // its path first
  std::string log;                 // file of its standard output and error
};

struct ProgramEvents {
  std::function<void(const Program&, double seconds)> done;
  std::function<void(const std::vector<std::string>& running, double seconds)> wait;  // 10 a second
};

// False: a signal stopped it. Throws std::runtime_error, with the last line of the log, for the
// first that fails; the others are stopped.
bool RunPrograms(const std::vector<Program>& programs, size_t at_once, const ProgramEvents& events);

}  // namespace tetralog
