// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Scalars and arrays in one group of an HDF5 file, over the C API: Writer, Reader, and the handles
// that both use. Errors are std::runtime_error with one line that names the file, the item and what
// to do. For sources that read and write files only: it brings the macros of HDF5.

#pragma once

#include <hdf5.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/trace_file.h"

namespace tetralog {

// An identifier of the HDF5 library that closes itself.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close) {
    if (id < 0) throw std::runtime_error(what);
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// The library prints its error stack unless told otherwise; errors here become one exception.
class QuietErrors {
 public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

template <typename T>
hid_t file_type();
template <>
inline hid_t file_type<uint8_t>() {
  return H5T_STD_U8LE;
}
template <>
inline hid_t file_type<int32_t>() {
  return H5T_STD_I32LE;
}
template <>
inline hid_t file_type<uint32_t>() {
  return H5T_STD_U32LE;
}
template <>
inline hid_t file_type<uint64_t>() {
  return H5T_STD_U64LE;
}
template <>
inline hid_t file_type<double>() {
  return H5T_IEEE_F64LE;
}

// Every platform this is built for is little-endian, so memory and file types agree.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

// Writes scalars and arrays into one group of a file.
class Writer {
 public:
  // deflate: level of compression, 0: none.
  Writer(std::string path, hid_t location, unsigned deflate = 9)
      : path_(std::move(path)), location_(location), deflate_(deflate) {}

  template <typename T>
  void attribute(const char* name, T value) const {
    Handle space(H5Screate(H5S_SCALAR), H5Sclose, error(name));
    write_attribute(name, file_type<T>(), space, &value);
  }

  void attribute(const char* name, const std::string& value) const {
    Handle space(H5Screate(H5S_SCALAR), H5Sclose, error(name));
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose, error(name));
    H5Tset_size(type, value.size() + 1);
    write_attribute(name, type, space, value.c_str());
  }

  template <typename T>
  void dataset(const char* name, const std::vector<hsize_t>& shape,
               const std::vector<T>& data) const {
    Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose,
                 error(name));
    Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, error(name));
    // Creation times would make two recordings of the same run differ.
    H5Pset_obj_track_times(properties, false);
    if (data.size() > 16 && deflate_ > 0) {
      H5Pset_chunk(properties, static_cast<int>(shape.size()), shape.data());
      H5Pset_shuffle(properties);
      H5Pset_deflate(properties, deflate_);
    }
    Handle set(
        H5Dcreate2(location_, name, file_type<T>(), space, H5P_DEFAULT, properties, H5P_DEFAULT),
        H5Dclose, error(name));
    if (H5Dwrite(set, file_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()) < 0) {
      throw std::runtime_error(error(name));
    }
  }

 private:
  std::string error(const std::string& name) const {
    return path_ + ": cannot write " + name + "; check the free space and the rights of the folder";
  }
  void write_attribute(const char* name, hid_t type, hid_t space, const void* value) const {
    Handle attribute(H5Acreate2(location_, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                     error(name));
    if (H5Awrite(attribute, type, value) < 0) throw std::runtime_error(error(name));
  }

  std::string path_;
  hid_t location_;
  unsigned deflate_;
};

// Reads them back; anything missing or of another shape is an exception that names it.
class Reader {
 public:
  // advice: what to do about a file that is not right.
  Reader(std::string path, std::string group, hid_t location, std::string advice)
      : path_(std::move(path)),
        group_(std::move(group)),
        location_(location),
        advice_(std::move(advice)) {}

  template <typename T>
  T number(const char* name) const {
    T value{};
    Handle attribute(H5Aopen(location_, name, H5P_DEFAULT), H5Aclose, missing("attribute", name));
    Handle space(H5Aget_space(attribute), H5Sclose, missing("attribute", name));
    Handle type(H5Aget_type(attribute), H5Tclose, missing("attribute", name));
    const H5T_class_t number_class = H5Tget_class(file_type<T>());
    if (H5Sget_simple_extent_npoints(space) != 1 || H5Tget_class(type) != number_class ||
        H5Aread(attribute, file_type<T>(), &value) < 0) {
      fail("attribute " + std::string(name) + " has the wrong type");
    }
    return value;
  }

  // A number of at most `limit`, which keeps later sizes from overflowing.
  uint32_t number_up_to(const char* name, uint32_t limit, uint32_t least = 0) const {
    const uint32_t value = number<uint32_t>(name);
    if (value < least || value > limit) {
      fail("attribute " + std::string(name) + " is " + std::to_string(value) + ", not within " +
           std::to_string(least) + ".." + std::to_string(limit));
    }
    return value;
  }

  std::string text(const char* name) const {
    Handle attribute(H5Aopen(location_, name, H5P_DEFAULT), H5Aclose, missing("attribute", name));
    Handle space(H5Aget_space(attribute), H5Sclose, missing("attribute", name));
    Handle type(H5Aget_type(attribute), H5Tclose, missing("attribute", name));
    // Of a list, the library would write every text into the room of one.
    if (H5Sget_simple_extent_npoints(space) != 1 || H5Tget_class(type) != H5T_STRING ||
        H5Tis_variable_str(type) != 0) {
      fail("attribute " + std::string(name) + " is not a text");
    }
    std::string value(H5Tget_size(type), '\0');
    if (H5Aread(attribute, type, value.data()) < 0) {
      fail("attribute " + std::string(name) + " cannot be read");
    }
    value.resize(std::min(value.size(), value.find('\0')));
    return value;
  }

  bool has(const char* name) const { return H5Lexists(location_, name, H5P_DEFAULT) > 0; }

  template <typename T>
  std::vector<T> dataset(const char* name, const std::vector<hsize_t>& shape) const {
    Handle set(H5Dopen2(location_, name, H5P_DEFAULT), H5Dclose, missing("dataset", name));
    Handle space(H5Dget_space(set), H5Sclose, missing("dataset", name));
    Handle type(H5Dget_type(set), H5Tclose, missing("dataset", name));
    if (H5Tequal(type, file_type<T>()) <= 0) {
      fail("dataset " + std::string(name) + " has the wrong type");
    }
    std::vector<hsize_t> found(std::max(H5Sget_simple_extent_ndims(space), 0));
    H5Sget_simple_extent_dims(space, found.data(), nullptr);
    if (found != shape) {
      fail("dataset " + std::string(name) + " has shape " + print(found) + " instead of " +
           print(shape));
    }
    hsize_t size = 1;
    for (hsize_t extent : shape) size *= extent;
    std::vector<T> data(size);
    if (H5Dread(set, file_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()) < 0) {
      fail("dataset " + std::string(name) + " cannot be read");
    }
    return data;
  }

  PackedTensor packed(const char* name, uint32_t rows, uint32_t cols) const {
    PackedTensor tensor{rows, cols, {}};
    tensor.bytes = dataset<uint8_t>(name, {rows, tensor.stride()});
    return tensor;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(path_ + ": " + (group_.empty() ? "" : group_ + ": ") + what + "; " +
                             advice_);
  }

 private:
  std::string missing(const char* what, const char* name) const {
    return path_ + ": " + (group_.empty() ? "" : group_ + ": ") + what + " " + name +
           " is missing; " + advice_;
  }
  static std::string print(const std::vector<hsize_t>& shape) {
    std::string text = "[";
    for (hsize_t extent : shape) text += (text.size() > 1 ? "," : "") + std::to_string(extent);
    return text + "]";
  }

  std::string path_;
  std::string group_;
  hid_t location_;
  std::string advice_;
};

}  // namespace tetralog
