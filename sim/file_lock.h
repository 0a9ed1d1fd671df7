// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A lock that processes take on a file, for work on what lies beside it.

#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace tetralog {

class FileLock {
 public:
  // Makes the file and waits for the lock. Programs started while it is held hold it too, and keep
  // it when this process dies: they end before another process takes it. Throws std::runtime_error
  // when the file cannot be made.
  explicit FileLock(const std::filesystem::path& file) : FileLock(file, 0) {
    if (flock(file_, LOCK_EX) != 0)
      throw std::runtime_error(file.string() + ": cannot be locked; give another folder");
  }
  // Throws `busy` instead of waiting; the lock ends with this process.
  FileLock(const std::filesystem::path& file, const std::string& busy) : FileLock(file, O_CLOEXEC) {
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) throw std::runtime_error(busy);
  }
  ~FileLock() {
    flock(file_, LOCK_UN);
    close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  FileLock(const std::filesystem::path& file, int flags) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    file_ = open(file.c_str(), O_CREAT | O_RDWR | flags, 0666);
    if (file_ < 0)
      throw std::runtime_error(file.parent_path().string() +
                               ": cannot be written; give another folder");
  }

  int file_ = -1;
};

}  // namespace tetralog
