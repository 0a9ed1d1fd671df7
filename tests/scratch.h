// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Files of a test. Tests run side by side, each in a process of its own, so each has its own
// folder.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace tetralog::testing {

// A path in the folder of this process, which is removed when the process ends.
inline std::string Scratch(const std::string& name) {
  struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    const std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) / ("tetralog_" + std::to_string(getpid()));
  };
  static const Folder folder;
  return folder.path / name;
}

}  // namespace tetralog::testing
