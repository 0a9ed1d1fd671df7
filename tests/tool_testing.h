// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs the tool `tetralog`, whose path is the macro TETRALOG_TOOL, as a user does.

#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/scratch.h"

namespace tetralog::testing {

struct Outcome {
  int status = -1;
  std::string text;  // standard output and error
};

// The text is what goes to standard output after the shell's `redirection`.
inline Outcome RunTool(const std::string& arguments, const std::string& redirection = "2>&1") {
  Outcome outcome;
  FILE* pipe =
      popen((std::string(TETRALOG_TOOL) + " " + arguments + " " + redirection).c_str(), "r");
  if (!pipe) return outcome;
  std::array<char, 4096> buffer{};
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.text.append(buffer.data(), n);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

inline void ExpectOneLineError(const std::string& arguments, const std::string& part) {
  const Outcome outcome = RunTool(arguments);
  EXPECT_EQ(outcome.status, 2) << outcome.text;
  EXPECT_EQ(outcome.text.rfind("error: ", 0) == std::string::npos, false) << outcome.text;
  EXPECT_NE(outcome.text.find(part), std::string::npos) << outcome.text;
  EXPECT_EQ(outcome.text.find('\n'), outcome.text.size() - 1) << "one line: " << outcome.text;
}

}  // namespace tetralog::testing
