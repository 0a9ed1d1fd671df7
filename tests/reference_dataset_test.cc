// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The data set is read whole, and every kind of bad file ends in one line that says what to do, in
// the library and on the command line.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "sim/reference/dataset.h"

namespace tetralog::reference {
namespace {

class ReferenceDataset : public testing::Test {
 protected:
  ReferenceDataset()
      : folder_(testing::TempDir() + "reference_dataset_test_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }
  ~ReferenceDataset() override { std::filesystem::remove_all(folder_); }

  std::string images() const { return folder_ + "/images.gz"; }
  std::string labels() const { return folder_ + "/labels.gz"; }

  static void write(const std::string& path, const std::string& content) {
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
  }
  static std::string image_content(char count) {
    return std::string("\0\0\x08\x03\0\0\0", 7) + count + std::string("\0\0\0\x1c\0\0\0\x1c", 8) +
           std::string(count * kImageSize, '\x11');
  }
  static std::string label_content(const std::string& labels) {
    return std::string("\0\0\x08\x01\0\0\0", 7) + static_cast<char>(labels.size()) + labels;
  }

  std::string error() const {
    try {
      load_images(images(), labels());
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  }
  void expect_error(const std::string& part) const {
    const std::string text = error();
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(text.find("install the package dataset-fashion-mnist"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }

  const std::string folder_;
};

TEST_F(ReferenceDataset, ReadsThePackage) {
  const Dataset dataset = load_dataset();
  EXPECT_EQ(dataset.train.size(), 60000u);
  EXPECT_EQ(dataset.test.size(), 10000u);
  EXPECT_EQ(dataset.test.pixels.size(), 10000u * kImageSize);
  // Every class is equally frequent, and the first test image is an ankle boot.
  for (uint8_t label = 0; label < kClasses; ++label) {
    EXPECT_EQ(std::count(dataset.train.labels.begin(), dataset.train.labels.end(), label), 6000);
  }
  EXPECT_EQ(dataset.test.labels[0], 9);
}

TEST_F(ReferenceDataset, ReadsASmallSet) {
  write(images(), image_content(3));
  write(labels(), label_content("\1\2\3"));
  const Images read = load_images(images(), labels());
  EXPECT_EQ(read.labels, (std::vector<uint8_t>{1, 2, 3}));
  EXPECT_EQ(read.pixels, std::vector<uint8_t>(3 * kImageSize, 0x11));
}

TEST_F(ReferenceDataset, MissingFileSaysWhatToDo) { expect_error("cannot be opened"); }

TEST_F(ReferenceDataset, TruncatedContentSaysWhatToDo) {
  write(images(), image_content(3).substr(0, 1000));
  write(labels(), label_content("\1\2\3"));
  expect_error("images.gz: is truncated or damaged");
}

TEST_F(ReferenceDataset, TruncatedCompressionSaysWhatToDo) {
  write(images(), image_content(3));
  write(labels(), label_content("\1\2\3"));
  std::filesystem::resize_file(images(), std::filesystem::file_size(images()) / 2);
  expect_error("images.gz: is truncated or damaged");
}

TEST_F(ReferenceDataset, ForeignFileSaysWhatToDo) {
  std::ofstream(images()) << "this is a text of more than sixteen bytes";
  expect_error("images.gz: is not the expected IDX file");
}

TEST_F(ReferenceDataset, ExtraBytesAreRefused) {
  write(images(), image_content(3) + "x");
  write(labels(), label_content("\1\2\3"));
  expect_error("images.gz: is damaged at its end");
}

TEST_F(ReferenceDataset, DifferentCountsAreRefused) {
  write(images(), image_content(3));
  write(labels(), label_content("\1\2"));
  expect_error("labels.gz: has another number of entries");
}

TEST_F(ReferenceDataset, ImpossibleLabelIsRefused) {
  write(images(), image_content(2));
  write(labels(), label_content("\1\x0a"));
  expect_error("labels.gz: has a label above 9");
}

TEST_F(ReferenceDataset, CommandLineFailsWithOneLine) {
  const std::string command =
      std::string(TETRALOG_REFERENCE) + " --data " + folder_ + " traces --out " + folder_ + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
  EXPECT_EQ(output.rfind("error: ", 0), 0u) << output;
  EXPECT_NE(output.find("--data"), std::string::npos) << output;
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
}

}  // namespace
}  // namespace tetralog::reference
