// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace tetralog {
namespace {

namespace fs = std::filesystem;

int WriteAll(int fd, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
  return 0;
}

// Makes or truncates a file.
int WriteWhole(const std::string& path, const std::vector<std::span<const uint8_t>>& parts,
               bool sync) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return errno;
  int error = 0;
  for (const auto& part : parts)
    if (error == 0) error = WriteAll(fd, part);
  if (error == 0 && sync && fsync(fd) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

// Until the entries of a folder are on the disk, where the file system can do that.
void SyncFolder(const fs::path& folder) {
  const int fd = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

// The file that links lead to.
std::string Target(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target.string();
}

// Why the file at the path may not be replaced: an errno, 0 if it may or there is none.
int Refusal(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return EISDIR;
  return access(path.c_str(), F_OK) == 0 && access(path.c_str(), W_OK) != 0 ? errno : 0;
}

void MakeFolder(const std::string& path) {
  std::error_code ignored;  // writing fails then, and says why
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, ignored);
}

void Check(const std::string& path, int error) {
  if (error != 0)
    throw std::runtime_error(fmt::format("cannot write {}: {}; give a path that can be written",
                                         path, std::strerror(error)));
}

}  // namespace

int ReplaceFile(const std::string& path, const std::vector<std::span<const uint8_t>>& parts,
                bool sync) {
  if (const int error = Refusal(path)) return error;
  if (IsInPlace(path)) return WriteWhole(path, parts, false);
  const std::string target = Target(path), temporary = target + ".tmp";
  int error = WriteWhole(temporary, parts, sync);
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) unlink(temporary.c_str());
  if (error == 0 && sync) SyncFolder(fs::path(target).parent_path());
  return error;
}

int CheckReplace(const std::string& path) {
  if (const int error = Refusal(path)) return error;
  if (IsInPlace(path)) return 0;
  const std::string temporary = Target(path) + ".tmp";
  const int error = WriteWhole(temporary, {}, false);
  if (error == 0) unlink(temporary.c_str());
  return error;
}

void WriteOutput(const std::string& path, std::string_view text) {
  MakeFolder(path);
  Check(path, ReplaceFile(path, {{reinterpret_cast<const uint8_t*>(text.data()), text.size()}}));
}

void CheckOutput(const std::string& path) {
  if (path.empty()) return;
  MakeFolder(path);
  Check(path, CheckReplace(path));
}

void CheckOutputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  std::set<fs::path> taken;
  const auto file_of = [](const std::string& path) {
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  };
  for (const std::string& path : inputs)
    if (!path.empty()) taken.insert(file_of(path));
  for (const std::string& path : outputs)
    if (!path.empty() && !IsInPlace(path) && !taken.insert(file_of(path)).second)
      throw std::runtime_error(fmt::format(
          "{}: named for two files; give every file that is written a name of its own", path));
  for (const std::string& path : outputs) CheckOutput(path);
}

void FlushStandardOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw std::runtime_error(
        fmt::format("cannot write all of the standard output: {}; send it where there is room",
                    errno == 0 ? "a write failed" : std::strerror(errno)));
}

bool IsInPlace(const std::string& path) {
  std::error_code ignored;
  return IsSpecialFile(path) || ((path.starts_with("/dev/") || path.starts_with("/proc/")) &&
                                 fs::is_symlink(path, ignored));
}

bool IsSpecialFile(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status);
}

}  // namespace tetralog
