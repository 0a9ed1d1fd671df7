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
  // Gets one line with the last line of the log. If it is not given, one that fails ends all.
  std::function<void(const Program&, const std::string& message)> failed;
};

// The last line of a file that is not empty; "no output" without any.
std::string LastLine(const std::string& path);

// False: a signal stopped it. Throws std::runtime_error for the first that fails, if `failed` is
// not given; the others are stopped.
bool RunPrograms(const std::vector<Program>& programs, size_t at_once, const ProgramEvents& events);

}  // namespace tetralog
