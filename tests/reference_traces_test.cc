// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The committed traces: recording them again gives the same datasets, attributes and bytes, on any
// processor, and they stay small enough for the repository.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/reference/record_traces.h"
#include "sim/reference/trainer.h"

namespace tetralog::reference {
namespace {

const std::string kFolder = "tests/data/";

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Fields first: their difference has a name.
void expect_same_file(const std::string& committed, const std::string& again) {
  EXPECT_EQ(first_difference(read_trace(committed), read_trace(again)), "");
  EXPECT_TRUE(bytes_of(committed) == bytes_of(again))
      << committed << " has other bytes than the new recording";
}

void expect_recorded_again(const std::string& network) {
  prepare_process();
  const std::string path = testing::TempDir() + "reference_traces_test_" + network + ".h5";
  write_trace(path, record_trace(network, load_dataset()));
  expect_same_file(kFolder + network + ".h5", path);
  std::filesystem::remove(path);
}

TEST(ReferenceTraces, MlpTraceRecordedAgainIsTheSame) { expect_recorded_again("mlp"); }

TEST(ReferenceTraces, LenetTraceRecordedAgainIsTheSame) { expect_recorded_again("lenet"); }

TEST(ReferenceTraces, OtherProcessorsRecordTheSame) {
  // Both libraries choose their code by the processor; these variables make them choose the oldest.
  const std::string folder = testing::TempDir() + "reference_traces_test_old_processor";
  const std::string command =
      "ATEN_CPU_CAPABILITY=default OPENBLAS_CORETYPE=Prescott " TETRALOG_REFERENCE
      " traces --out " +
      folder + " > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  for (const char* name : {"mlp.h5", "lenet.h5"}) {
    expect_same_file(kFolder + name, folder + "/" + name);
  }
  std::filesystem::remove_all(folder);
}

TEST(ReferenceTraces, HoldTheStepsThatTheReplayNeeds) {
  const Trace mlp = read_trace(kFolder + "mlp.h5");
  ASSERT_EQ(mlp.gemms.size(), 16u);
  EXPECT_EQ(mlp.gemms[0].name, "step000/fc1_forward");
  EXPECT_EQ(mlp.gemms[8].name, "step200/fc1_forward");
  EXPECT_EQ(mlp.gemms[11].samples, 2u);
  EXPECT_EQ(mlp.gemms[0].n, 128u);
  const Trace lenet = read_trace(kFolder + "lenet.h5");
  ASSERT_EQ(lenet.gemms.size(), 15u);
  EXPECT_EQ(lenet.gemms[0].n, 16u * 28 * 28);
}

TEST(ReferenceTraces, StayBelowEightMegabytes) {
  uintmax_t size = 0;
  for (const char* network : {"mlp", "lenet"}) {
    size += std::filesystem::file_size(kFolder + network + ".h5");
  }
  EXPECT_LT(size, 8u << 20);
}

}  // namespace
}  // namespace tetralog::reference
