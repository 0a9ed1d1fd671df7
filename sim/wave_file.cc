// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/wave_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "sim/whole_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

// What the handler of SIGBUS prints and removes; it may not allocate. Of the waveform begun last.
std::array<char, 1024> message{}, hierarchy{};
size_t message_size = 0;
void (*handler_before)(int) = SIG_DFL;
int open_waves = 0;

void NoRoom(int) {
  unlink(hierarchy.data());
  [[maybe_unused]] const ssize_t done = write(STDERR_FILENO, message.data(), message_size);
  _exit(2);
}

std::string Cut(const std::string& path) {
  return fmt::format(
      "{}: the waveform is not whole: its disk or that of temporary files is full; make room, give "
      "another path, or a shorter run",
      path);
}

template <size_t kSize>
size_t Put(std::array<char, kSize>& buffer, const std::string& text) {
  return fmt::format_to_n(buffer.data(), buffer.size() - 1, "{}", text).out - buffer.data();
}

// The file that links lead to, there or not.
std::string Target(fs::path path) {
  for (int i = 0; i < 40 && fs::is_symlink(path); ++i) {
    const fs::path to = fs::read_symlink(path);
    path = to.is_absolute() ? to : path.parent_path() / to;
  }
  return path.string();
}

uint64_t BigEndian(std::istream& in) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(in.get());
  return value;
}

// An FST is a row of blocks: a byte with the kind, and the length of the rest. The header has the
// last time and the number of blocks with changes; declarations come last.
bool IsWhole(const std::string& path, uint64_t end) {
  enum Kind { kHeader = 0, kChanges = 1, kGeometry = 3, kChangesAlias = 5, kChangesAlias2 = 8 };
  constexpr uint64_t kTimes = 8 + 8, kCounts = 5 * 8;
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in || in.get() != kHeader) return false;
  const uint64_t header = BigEndian(in);
  BigEndian(in);
  if (BigEndian(in) != end) return false;
  in.seekg(static_cast<std::streamoff>(1 + 8 + kTimes + kCounts));
  const uint64_t expected = BigEndian(in);
  uint64_t changes = 0, geometries = 0, hierarchies = 0, at = 1 + header;
  while (in && at + 9 <= size) {
    in.seekg(static_cast<std::streamoff>(at));
    const int kind = in.get();
    const uint64_t length = BigEndian(in);
    if (length < 8 || length > size - at - 1) return false;
    changes += kind == kChanges || kind == kChangesAlias || kind == kChangesAlias2;
    geometries += kind == kGeometry;
    hierarchies += kind == 4 || kind == 6 || kind == 7;  // by how they are compressed
    at += 1 + length;
  }
  return in && at == size && changes == expected && geometries == 1 && hierarchies == 1;
}

}  // namespace

WaveFile::WaveFile(const std::string& path) {
  CheckOutput(path);
  if (IsInPlace(path))
    throw std::runtime_error(fmt::format(
        "cannot write {}: a waveform needs a file, and this is a device or a pipe; give another "
        "path",
        path));
  path_ = Target(path);
  message_size = Put(message, "error: " + Cut(path_) + "\n");
  hierarchy[Put(hierarchy, path_ + ".hier")] = 0;
  if (open_waves++ == 0) handler_before = std::signal(SIGBUS, NoRoom);
}

WaveFile::~WaveFile() {
  if (--open_waves == 0) std::signal(SIGBUS, handler_before);
}

void WaveFile::Check(uint64_t end) const {
  if (!IsWhole(path_, end)) throw std::runtime_error(Cut(path_));
}

}  // namespace tetralog
