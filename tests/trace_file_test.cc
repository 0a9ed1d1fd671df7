// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Trace files: what is written is read back in every field, the same trace makes the same bytes,
// and every kind of bad file ends in one line that says what to do.

#include "sim/trace_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace tetralog {
namespace {

// A GEMM of odd sizes with every optional part; the values only need to be different everywhere.
TraceGemm small_gemm(Format d_format) {
  TraceGemm gemm;
  gemm.name = "step007/layer_input_gradient";
  gemm.step = 7;
  gemm.layer = "layer";
  gemm.kind = "input_gradient";
  gemm.m = 3;
  gemm.n = 5;
  gemm.k = 7;
  gemm.a_format = Format::kLog4;
  gemm.b_format = Format::kInt4;
  gemm.d_format = d_format;
  gemm.b_transposed = true;
  gemm.d_transposed = true;
  gemm.mask_transposed = true;
  gemm.scale_a = 0.125;
  gemm.scale_b = 0.3;
  gemm.scale_d = 0.0375;
  gemm.scale_shift = -3;
  gemm.rounding = Rounding::kStochastic;
  gemm.seed = 0xfedcba9876543210u;
  gemm.row0 = 4;
  gemm.col0 = 32;
  gemm.sample0 = 2;
  gemm.samples = d_format == Format::kInt32 ? 1 : 2;
  gemm.a_samples = 2;
  gemm.a = {6, 7, std::vector<uint8_t>(6 * 4, 0x12)};
  gemm.b = {5, 7, std::vector<uint8_t>(5 * 4, 0x34)};
  gemm.mask = {5, 3, std::vector<uint8_t>(5 * 2, 0x01)};
  gemm.c = {-1, 2, -3};
  gemm.c_row_stride = 1;
  gemm.raw.assign(15, -100000);
  if (d_format == Format::kInt32) {
    gemm.z.assign(15, 99);
  } else {
    gemm.d = {10, 3, std::vector<uint8_t>(10 * 2, 0x07)};
  }
  gemm.statistics = {77, 1234567890123u, 0x8000000000000001u, 0xabcdu, 3, {}, {}};
  gemm.statistics.zeros.assign(gemm.samples, 5);
  gemm.statistics.clipped.assign(gemm.samples, 6);
  return gemm;
}

Trace small_trace() {
  Trace trace{"mlp", "data 1.0", "library 2.0", "record", 42, {}};
  trace.gemms.push_back(small_gemm(Format::kLog4));
  trace.gemms.push_back(small_gemm(Format::kInt32));
  // The name that comes first in the alphabet is executed last.
  trace.gemms.back().name = "step007/a_layer";
  return trace;
}

class TraceFile : public testing::Test {
 protected:
  TraceFile()
      : path_(testing::TempDir() + "trace_file_test_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".h5") {}
  ~TraceFile() override { std::filesystem::remove(path_); }

  std::string error_of_reading() const {
    try {
      read_trace(path_);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }

  // Changes the file by HDF5 calls on the open file.
  void edit(const std::function<void(hid_t)>& change) const {
    const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    change(file);
    H5Fclose(file);
  }

  void expect_error(const std::string& part) const {
    expect_error(part, "tetralog train --record " + path_);
  }
  void expect_error(const std::string& part, const std::string& advice) const {
    const std::string error = error_of_reading();
    EXPECT_NE(error.find(part), std::string::npos) << error;
    EXPECT_NE(error.find(advice), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
    EXPECT_EQ(error.find(path_), 0u) << error;
  }

  std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::string path_;
};

TEST_F(TraceFile, ReadsBackEveryFieldInExecutionOrder) {
  const Trace trace = small_trace();
  write_trace(path_, trace);
  const Trace back = read_trace(path_);
  EXPECT_EQ(first_difference(trace, back), "");
  ASSERT_EQ(back.gemms.size(), 2u);
  const TraceGemm& gemm = back.gemms[0];
  EXPECT_EQ(gemm.name, "step007/layer_input_gradient");
  EXPECT_EQ(gemm.a.rows, 6u);
  EXPECT_EQ(gemm.a.cols, 7u);
  EXPECT_EQ(gemm.d.rows, 10u);
  EXPECT_EQ(gemm.d.cols, 3u);
  EXPECT_EQ(gemm.seed, 0xfedcba9876543210u);
  EXPECT_EQ(gemm.statistics.sum_squares_hi, 0xabcdu);
  EXPECT_EQ(back.gemms[1].z, std::vector<int32_t>(15, 99));
}

TEST_F(TraceFile, MakesTheSameBytesFromTheSameTrace) {
  write_trace(path_, small_trace());
  const std::string first = bytes();
  write_trace(path_, small_trace());
  EXPECT_EQ(first, bytes());
}

TEST_F(TraceFile, LeavesOutAnOutputThatEqualsTheAccumulator) {
  Trace trace = small_trace();
  TraceGemm& gemm = trace.gemms[1];
  gemm.z = gemm.raw;
  gemm.c.clear();
  gemm.c_row_stride = 0;
  write_trace(path_, trace);
  edit([](hid_t file) { EXPECT_EQ(H5Lexists(file, "step007/a_layer/z", H5P_DEFAULT), 0); });
  EXPECT_EQ(first_difference(trace, read_trace(path_)), "");
}

TEST_F(TraceFile, NamesTheFirstFieldThatDiffers) {
  const Trace trace = small_trace();
  Trace other = trace;
  other.gemms[1].raw[14] ^= 1;
  EXPECT_EQ(first_difference(trace, other), "step007/a_layer: raw differs");
  other = trace;
  other.gemms[0].statistics.clipped[1] += 1;
  EXPECT_EQ(first_difference(trace, other),
            "step007/layer_input_gradient: statistics.clipped differs");
  other.gemms.pop_back();
  EXPECT_EQ(first_difference(trace, other), "trace: gemms.size() differs");
}

TEST_F(TraceFile, MissingFileSaysWhatToDo) { expect_error("cannot be opened"); }

TEST_F(TraceFile, FileOfAnotherKindSaysWhatToDo) {
  std::ofstream(path_) << "no trace at all";
  expect_error("is not an HDF5 file", "; give a trace, ");  // not: write over it
}

TEST_F(TraceFile, ForeignHdf5FileSaysWhatToDo) {
  H5Fclose(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  expect_error("is no trace of this project", "; give a trace, ");
}

TEST_F(TraceFile, TruncatedFileSaysWhatToDoWhereverItEnds) {
  write_trace(path_, small_trace());
  const size_t size = bytes().size();
  for (size_t kept : {size - 1, size - 100, size / 2, size / 4, size_t{600}, size_t{100}}) {
    std::filesystem::resize_file(path_, kept);
    expect_error("");
  }
}

TEST_F(TraceFile, OtherVersionIsRefused) {
  write_trace(path_, small_trace());
  edit([](hid_t file) {
    const uint32_t version = kTraceVersion + 1;
    const hid_t attribute = H5Aopen(file, "version", H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_UINT32, &version);
    H5Aclose(attribute);
  });
  expect_error("has version 2, this program reads version 1");
}

TEST_F(TraceFile, MissingDatasetIsNamed) {
  write_trace(path_, small_trace());
  edit([](hid_t file) { H5Ldelete(file, "step007/a_layer/raw", H5P_DEFAULT); });
  expect_error("step007/a_layer: dataset raw is missing");
}

TEST_F(TraceFile, MissingAttributeIsNamed) {
  write_trace(path_, small_trace());
  edit([](hid_t file) { H5Adelete_by_name(file, "step007/a_layer", "scale_shift", H5P_DEFAULT); });
  expect_error("step007/a_layer: attribute scale_shift is missing");
}

TEST_F(TraceFile, MissingGemmIsFound) {
  write_trace(path_, small_trace());
  edit([](hid_t file) { H5Ldelete(file, "step007/layer_input_gradient", H5P_DEFAULT); });
  expect_error("GEMM 0 is missing");
}

TEST_F(TraceFile, MissingLastGemmsAreFound) {
  write_trace(path_, small_trace());
  edit([](hid_t file) { H5Ldelete(file, "step007/a_layer", H5P_DEFAULT); });
  expect_error("holds 1 GEMMs instead of 2");
}

TEST_F(TraceFile, TracesBeforeTheNumberOfGemmsAreRead) {
  const Trace trace = small_trace();
  write_trace(path_, trace);
  edit([](hid_t file) { H5Adelete(file, "gemms"); });
  EXPECT_EQ(first_difference(trace, read_trace(path_)), "");
}

// Without the number of GEMMs, as a part of a list could pass for all of it.
TEST_F(TraceFile, AListOfGroupsThatIsDamagedAnywhereIsRefused) {
  Trace trace = small_trace();
  for (int i = 0; i < 40; ++i) {
    trace.gemms.push_back(trace.gemms[0]);
    trace.gemms.back().name = "step008/layer" + std::to_string(100 + i);
  }
  write_trace(path_, trace);
  edit([](hid_t file) { H5Adelete(file, "gemms"); });
  const std::string whole = bytes();
  int lists = 0;
  for (size_t at = 0; (at = whole.find("SNOD", at)) != std::string::npos; ++at, ++lists) {
    std::string damaged = whole;
    damaged[at] = 'X';
    std::ofstream(path_, std::ios::binary) << damaged;
    expect_error("");
  }
  EXPECT_GT(lists, 4);
}

// The library would write all of them into the room of one.
TEST_F(TraceFile, AListOfTextsIsRefused) {
  for (const char* name : {"format", "command"}) {
    write_trace(path_, small_trace());
    edit([&](hid_t file) {
      H5Adelete(file, name);
      const hid_t type = H5Tcopy(H5T_C_S1);
      H5Tset_size(type, 16);
      const hsize_t count = 2000;
      const hid_t space = H5Screate_simple(1, &count, nullptr);
      const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      const std::vector<char> texts(count * 16, 'x');
      EXPECT_GE(H5Awrite(attribute, type, texts.data()), 0);
      H5Aclose(attribute);
      H5Sclose(space);
      H5Tclose(type);
    });
    expect_error(std::string("attribute ") + name + " is not a text");
  }
}

TEST_F(TraceFile, OneOfTheProjectIsToldToBeMadeAgain) {
  EXPECT_EQ(trace_advice("tests/data/mlp.h5"), "record it again: make traces");
  EXPECT_EQ(trace_advice("/a/tests/data/lenet.h5"), "record it again: make traces");
  EXPECT_EQ(trace_advice("tests/data.h5"),
            "record it again: tetralog train --record tests/data.h5");
}

TEST_F(TraceFile, ShapeThatContradictsTheDimensionsIsRefused) {
  Trace trace = small_trace();
  trace.gemms[0].k = 9;
  write_trace(path_, trace);
  expect_error("dataset a has shape [6,4] instead of [6,5]");
}

TEST_F(TraceFile, ValuesOutOfRangeAreRefused) {
  Trace trace = small_trace();
  trace.gemms[0].scale_mul = 0;
  write_trace(path_, trace);
  expect_error("attribute scale_mul is 0, not within 1..255");
  trace = small_trace();
  trace.gemms[1].scale_shift = 64;
  write_trace(path_, trace);
  expect_error("attribute scale_shift is out of range");
}

TEST_F(TraceFile, FolderThatDoesNotExistIsNamed) {
  EXPECT_THROW(write_trace("/proc/none/trace.h5", small_trace()), std::runtime_error);
}

}  // namespace
}  // namespace tetralog
