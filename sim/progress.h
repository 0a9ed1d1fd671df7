// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One line on the terminal that is written over and over; nothing when output goes elsewhere.

#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace tetralog {

class Progress {
 public:
  ~Progress() { Clear(); }
  void Show(const std::string& text) {
    if (!terminal_) return;
    fmt::print(stderr, "\r\033[K{}", text);
    written_ = true;
  }
  void Clear() {
    if (written_) fmt::print(stderr, "\r\033[K");
    written_ = false;
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO);
  bool written_ = false;
};

}  // namespace tetralog
