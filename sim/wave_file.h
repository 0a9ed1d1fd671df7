// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The file of a waveform (FST), around the library that writes it: that one removes whatever stands
// at its path, sees no error of the system, and maps files into memory, which on a full disk ends
// in SIGBUS.

#pragma once

#include <cstdint>
#include <string>

namespace tetralog {

class WaveFile {
 public:
  // Before the waveform is opened. Throws std::runtime_error with one line for what no waveform may
  // replace: folders, devices, pipes, and files that cannot be written. As long as this lives, a
  // SIGBUS ends the program with one line and exit code 2.
  explicit WaveFile(const std::string& path);
  ~WaveFile();
  WaveFile(const WaveFile&) = delete;
  WaveFile& operator=(const WaveFile&) = delete;

  // What to open: the file that links lead to.
  const std::string& path() const { return path_; }

  // After the waveform was closed: throws std::runtime_error with one line unless all of it is in
  // the file, up to this time.
  void Check(uint64_t end) const;

 private:
  std::string path_;
};

}  // namespace tetralog
