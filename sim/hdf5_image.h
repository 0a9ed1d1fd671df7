// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files in memory. The library never sees the disk, so a full one is an error of one write and
// nothing else: the library itself cannot close a file that it cannot write.

#pragma once

#include <hdf5.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/hdf5_group.h"

namespace tetralog {

// A file access in memory; `image` is what it begins with.
inline hid_t MemoryAccess(std::vector<uint8_t>* image) {
  constexpr size_t kGrowth = 1 << 20;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, kGrowth, false);
  if (image != nullptr) H5Pset_file_image(access, image->data(), image->size());
  return access;
}

// The bytes of the file that `fill` writes. `path` is for messages.
inline std::vector<uint8_t> MakeHdf5Image(const std::string& path,
                                          const std::function<void(hid_t file)>& fill) {
  const std::string error = path + ": cannot be made in memory; free some memory";
  Handle access(MemoryAccess(nullptr), H5Pclose, error);
  Handle file(H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, error);
  fill(file);
  if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) throw std::runtime_error(error);
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size < 0) throw std::runtime_error(error);
  std::vector<uint8_t> image(static_cast<size_t>(size));
  if (H5Fget_file_image(file, image.data(), image.size()) < 0) throw std::runtime_error(error);
  return image;
}

}  // namespace tetralog
