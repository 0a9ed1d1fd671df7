// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/checkpoint.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <utility>

#include "sim/hdf5_group.h"
#include "sim/hdf5_image.h"
#include "sim/train/hash.h"
#include "sim/whole_file.h"

namespace tetralog::train {
namespace {

constexpr char kMagic[] = "tetralog checkpoint\n";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeader = 512;  // the least user block of HDF5
constexpr char kAdvice[] = "use another checkpoint or start again without --resume";

[[noreturn]] void Fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what);
}

[[noreturn]] void FailToWrite(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  const bool there = access(path.c_str(), F_OK) == 0;
  Fail(path, fmt::format("cannot be written: {}; {}{}", std::strerror(error),
                         full ? "make room" : "give a path in a folder that can be written",
                         there ? "; the last checkpoint stays as it was" : ""));
}

// ---------------------------------------------------------------------------- HDF5 in memory

// Names are kept in one text, as links of HDF5 have no order of their own.
void WriteList(const std::string& path, hid_t file, const char* name,
               const std::vector<NamedValues>& list) {
  Handle group(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
               path + ": cannot make a group; free some memory");
  const Writer out(path, group, 0);
  std::string names;
  std::vector<uint64_t> sizes;
  for (const NamedValues& named : list) {
    names += named.name + "\n";
    sizes.push_back(named.values.size());
  }
  out.dataset("_names", {names.size()}, std::vector<uint8_t>(names.begin(), names.end()));
  out.dataset("_sizes", {sizes.size()}, sizes);
  for (const NamedValues& named : list) {
    std::string link = named.name;
    std::replace(link.begin(), link.end(), '/', '.');
    out.dataset(link.c_str(), {named.values.size()}, named.values);
  }
}

std::vector<NamedValues> ReadList(const std::string& path, hid_t file, const char* name,
                                  uint64_t count, uint64_t names_size) {
  Handle group(H5Gopen2(file, name, H5P_DEFAULT), H5Gclose,
               path + ": group " + name + " is missing; " + kAdvice);
  const Reader in(path, name, group, kAdvice);
  const auto bytes = in.dataset<uint8_t>("_names", {names_size});
  const auto sizes = in.dataset<uint64_t>("_sizes", {count});
  std::vector<NamedValues> list;
  auto begin = bytes.begin();
  for (const uint64_t size : sizes) {
    const auto end = std::find(begin, bytes.end(), '\n');
    if (end == bytes.end()) in.fail("names are missing");
    NamedValues named{std::string(begin, end), {}};
    std::string link = named.name;
    std::replace(link.begin(), link.end(), '/', '.');
    named.values = in.dataset<double>(link.c_str(), {size});
    list.push_back(std::move(named));
    begin = end + 1;
  }
  return list;
}

uint64_t NamesSize(const std::vector<NamedValues>& list) {
  uint64_t size = 0;
  for (const NamedValues& named : list) size += named.name.size() + 1;
  return size;
}

std::vector<uint8_t> ToImage(const std::string& path, const Checkpoint& c) {
  return MakeHdf5Image(path, [&](hid_t file) {
    const Writer root(path, file, 0);
    root.attribute("version", kVersion);
    root.attribute("step", c.step);
    root.attribute("images", c.images);
    root.attribute("recipe", c.recipe);
    root.attribute("state_size", uint64_t{c.state.size()});
    root.attribute("state_names", NamesSize(c.state));
    root.attribute("history_size", uint64_t{c.history.size()});
    root.attribute("history_names", NamesSize(c.history));
    WriteList(path, file, "state", c.state);
    WriteList(path, file, "history", c.history);
  });
}

// Of what follows; the rest of the user block is zero.
std::string Header(const uint8_t* image, size_t size) {
  Fnv1a hash;
  hash.Add(image, size);
  std::string header = fmt::format("{}bytes {}\nfnv1a {:016x}\n", kMagic, size, hash.hash());
  header.resize(kHeader, '\0');
  return header;
}

// ---------------------------------------------------------------------------- files

// A rename would put a file in the place of a device.
void RefuseSpecial(const std::string& path) {
  if (IsSpecialFile(path)) Fail(path, "is no regular file; give the path of a checkpoint");
}

std::vector<uint8_t> ReadWhole(const std::string& path) {
  RefuseSpecial(path);
  FILE* file = std::fopen(path.c_str(), "rb");
  std::vector<uint8_t> bytes;
  bool good = file != nullptr;
  int error = errno;
  uint8_t buffer[1 << 16];
  while (good) {
    const size_t n = std::fread(buffer, 1, sizeof buffer, file);
    bytes.insert(bytes.end(), buffer, buffer + n);
    if (n == sizeof buffer) continue;
    good = std::ferror(file) == 0;
    error = errno;
    break;
  }
  if (file != nullptr) std::fclose(file);
  if (!good)
    Fail(path, fmt::format("cannot be read: {}; give the path of a checkpoint or start without "
                           "--resume",
                           std::strerror(error)));
  return bytes;
}

}  // namespace

void WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  QuietErrors quiet;
  RefuseSpecial(path);
  const std::vector<uint8_t> image = ToImage(path, checkpoint);
  const std::string header = Header(image.data(), image.size());
  const std::span header_bytes(reinterpret_cast<const uint8_t*>(header.data()), header.size());
  if (const int error = ReplaceFile(path, {header_bytes, image}, true)) FailToWrite(path, error);
}

Checkpoint ReadCheckpoint(const std::string& path) {
  QuietErrors quiet;
  std::vector<uint8_t> bytes = ReadWhole(path);
  constexpr size_t kMagicSize = sizeof kMagic - 1;
  if (bytes.size() < kMagicSize || !std::equal(kMagic, kMagic + kMagicSize, bytes.begin()))
    Fail(path, std::string("is no checkpoint of this program; ") + kAdvice);
  const std::string header(bytes.begin(),
                           bytes.begin() + static_cast<ptrdiff_t>(std::min(kHeader, bytes.size())));
  unsigned long long size = 0;
  if (header.size() == kHeader && std::sscanf(&header[kMagicSize], "bytes %llu", &size) == 1 &&
      bytes.size() - kHeader < size)
    size = 0;  // falls through to "truncated"
  if (size == 0) Fail(path, std::string("is truncated; ") + kAdvice);
  bytes.erase(bytes.begin(), bytes.begin() + kHeader);
  if (header != Header(bytes.data(), bytes.size()))
    Fail(path, std::string("is damaged: its contents have another hash; ") + kAdvice);

  const std::string error = path + ": is not readable as HDF5; " + kAdvice;
  Handle access(MemoryAccess(&bytes), H5Pclose, error);
  Handle file(H5Fopen("image", H5F_ACC_RDONLY, access), H5Fclose, error);
  const Reader root(path, "", file, kAdvice);
  if (const uint32_t version = root.number<uint32_t>("version"); version != kVersion)
    root.fail(fmt::format("has version {}, this program reads version {}", version, kVersion));
  Checkpoint c;
  c.step = root.number<uint64_t>("step");
  c.images = root.number<uint64_t>("images");
  c.recipe = root.text("recipe");
  c.state = ReadList(path, file, "state", root.number<uint64_t>("state_size"),
                     root.number<uint64_t>("state_names"));
  c.history = ReadList(path, file, "history", root.number<uint64_t>("history_size"),
                       root.number<uint64_t>("history_names"));
  return c;
}

void CheckCheckpointPath(const std::string& path) {
  RefuseSpecial(path);
  std::error_code ignored;  // the check fails then, and says why
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  if (const int error = CheckReplace(path)) FailToWrite(path, error);
}

}  // namespace tetralog::train
