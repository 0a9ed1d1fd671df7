// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints come back bit for bit; whatever is done to a file, it is refused with one line; and
// whatever happens while one is written, the last good one is still there.

#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <limits>
#include <string>

#include "sim/train/checkpoint.h"
#include "sim/train/hash.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::ErrorOf;
using testing::ExpectErrorHas;
using testing::Folder;
using testing::ReadText;
using testing::WriteTextFile;

Checkpoint Example(uint64_t step, size_t weights = 50) {
  Checkpoint c;
  c.step = step;
  c.images = 0xfedcba9876543210;
  c.recipe = R"({"network":"mlp","rate":0.05})";
  c.state = {{"fc1/weight", {}},
             {"fc1/bias", {0.0, -0.0, 1e-310, std::numeric_limits<double>::infinity()}},
             {"empty", {}}};
  for (size_t i = 0; i < weights; ++i)
    c.state[0].values.push_back(static_cast<double>(step) + 1.0 / static_cast<double>(i + 3));
  c.history = {{"loss", {std::numeric_limits<double>::quiet_NaN(), 2.5}}};
  return c;
}

void ExpectSame(const Checkpoint& a, const Checkpoint& b) {
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.recipe, b.recipe);
  EXPECT_EQ(HashOf(a.state), HashOf(b.state));
  EXPECT_EQ(HashOf(a.history), HashOf(b.history));
}

TEST(TrainCheckpoint, ComesBackBitForBitAndAtomically) {
  const Folder folder;
  const std::string path = folder / "c.h5";
  WriteCheckpoint(path, Example(3));
  ExpectSame(ReadCheckpoint(path), Example(3));
  WriteCheckpoint(path, Example(4, 5000));
  ExpectSame(ReadCheckpoint(path), Example(4, 5000));
  EXPECT_EQ(folder.Names(), std::vector<std::string>{"c.h5"});
  Checkpoint nothing;
  WriteCheckpoint(path, nothing);
  ExpectSame(ReadCheckpoint(path), nothing);
}

TEST(TrainCheckpoint, IsAnHdf5FileForOtherPrograms) {
  const Folder folder;
  WriteCheckpoint(folder / "c.h5", Example(3));
  const hid_t file = H5Fopen((folder / "c.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  const hid_t set = H5Dopen2(file, "/state/fc1.bias", H5P_DEFAULT);
  ASSERT_GE(set, 0);
  double values[4] = {};
  EXPECT_GE(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
  EXPECT_EQ(std::memcmp(values, Example(3).state[1].values.data(), sizeof values), 0);
  H5Dclose(set);
  H5Fclose(file);
}

TEST(TrainCheckpoint, EveryFlippedByteIsSeen) {
  const Folder folder;
  const std::string path = folder / "c.h5";
  WriteCheckpoint(path, Example(3));
  const std::string good = ReadText(path);
  // The text of the header, its zeros, HDF5's structures and the data.
  constexpr size_t kText = 70;
  int flip = 1;
  for (size_t at = 0; at < good.size(); at += at < kText ? 1 : 53) {
    std::string bad = good;
    flip = flip == 0x80 ? 1 : flip << 1;
    bad[at] = static_cast<char>(bad[at] ^ flip);
    WriteTextFile(path, bad);
    const std::string error = ErrorOf([&] { ReadCheckpoint(path); });
    ASSERT_EQ(error.rfind(path + ": is ", 0), 0) << "byte " << at << ": " << error;
    ASSERT_NE(error.find("start again without --resume"), std::string::npos) << error;
  }
}

TEST(TrainCheckpoint, TruncatedAndForeignFilesAreNamedAsSuch) {
  const Folder folder;
  const std::string path = folder / "c.h5";
  WriteCheckpoint(path, Example(3));
  const std::string good = ReadText(path);
  const auto expect = [&](const std::string& content, const char* part) {
    WriteTextFile(path, content);
    ExpectErrorHas([&] { ReadCheckpoint(path); }, {path, part});
  };
  for (const size_t size : {size_t{20}, size_t{40}, size_t{511}, size_t{512}, size_t{600},
                            good.size() / 2, good.size() - 1})
    expect(good.substr(0, size), "is truncated");
  expect(good + "x", "is damaged");
  expect("", "is no checkpoint");
  expect("tetralog", "is no checkpoint");
  expect(good.substr(512), "is no checkpoint");  // HDF5 alone
  expect("\x89HDF\r\n", "is no checkpoint");
  ExpectErrorHas([&] { ReadCheckpoint(folder / "missing"); }, {"missing", "cannot be read"});
  ExpectErrorHas([&] { ReadCheckpoint(folder / ""); }, {"no regular file"});
  ExpectErrorHas([&] { ReadCheckpoint("/dev/zero"); }, {"/dev/zero", "no regular file"});
}

TEST(TrainCheckpoint, AFullDiskLeavesTheLastGoodOne) {
  const Folder folder;
  const std::string path = folder / "c.h5";
  WriteCheckpoint(path, Example(3));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  // In the header, at its end, in the middle of the data.
  for (const rlim_t limit : {rlim_t{100}, rlim_t{512}, rlim_t{20'000}}) {
    const rlimit small{limit, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string error = ErrorOf([&] { WriteCheckpoint(path, Example(4, 5000)); });
    setrlimit(RLIMIT_FSIZE, &old);
    EXPECT_NE(error.find(path + ": cannot be written"), std::string::npos) << error;
    EXPECT_NE(error.find("make room"), std::string::npos) << error;
    EXPECT_NE(error.find("the last checkpoint stays"), std::string::npos) << error;
    ExpectSame(ReadCheckpoint(path), Example(3));
    EXPECT_EQ(folder.Names(), std::vector<std::string>{"c.h5"});
  }
  std::signal(SIGXFSZ, SIG_DFL);
  WriteCheckpoint(path, Example(4, 5000));
  ExpectSame(ReadCheckpoint(path), Example(4, 5000));
}

TEST(TrainCheckpoint, PathsThatCannotBeWrittenAreRefusedBeforeAnyWork) {
  const Folder folder;
  WriteTextFile(folder / "file", "");
  // A rename must never replace a device or a folder.
  for (const std::string& path : {std::string("/dev/full"), folder / ""}) {
    ExpectErrorHas([&] { CheckCheckpointPath(path); }, {path, "no regular file"});
    ExpectErrorHas([&] { WriteCheckpoint(path, Example(1)); }, {path, "no regular file"});
  }
  const std::string none = folder / "file/c.h5";
  EXPECT_EQ(
      ErrorOf([&] { CheckCheckpointPath(none); }),
      none + ": cannot be written: Not a directory; give a path in a folder that can be written")
      << "and no word of a last checkpoint";
  ExpectErrorHas([&] { WriteCheckpoint(none, Example(1)); }, {none, "cannot be written"});
  CheckCheckpointPath(folder / "missing/c.h5");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "missing")) << "the folder is made";
  WriteCheckpoint(folder / "c.h5", Example(3));
  CheckCheckpointPath(folder / "c.h5");
  ExpectSame(ReadCheckpoint(folder / "c.h5"), Example(3));
}

TEST(TrainCheckpoint, AKilledWriterLeavesAWholeOne) {
  const Folder folder;
  const std::string path = folder / "c.h5";
  WriteCheckpoint(path, Example(0, 20'000));
  uint64_t last = 0;
  for (int kill_after = 1; kill_after <= 8; ++kill_after) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (uint64_t step = last + 1;; ++step) WriteCheckpoint(path, Example(step, 20'000));
    }
    usleep(static_cast<useconds_t>(5'000 * kill_after + 137 * kill_after * kill_after));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const Checkpoint found = ReadCheckpoint(path);
    EXPECT_GE(found.step, last);
    ExpectSame(found, Example(found.step, 20'000));
    last = found.step;
  }
  EXPECT_GT(last, 0);
}

}  // namespace
}  // namespace tetralog::train
