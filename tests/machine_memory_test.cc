// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The memory of a machine without a bus: every single-byte fault around a region of rows and
// samples, against the words of the bus that its bytes lie in.

#include "sim/machine_memory.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace tetralog {
namespace {

TEST(MachineMemoryModel, TheHostReachesEveryByteAndNoOther) {
  MachineMemory memory(64, 16);
  EXPECT_EQ(memory.size(), 64u);
  const std::vector<uint8_t> bytes = {1, 2, 3};
  memory.Write(61, bytes);
  std::vector<uint8_t> read(3);
  memory.InjectFault(MemoryFault::kSlaveError, 0, 64);  // does not concern the host
  memory.Read(61, read);
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(memory.data()[63], 3);
  EXPECT_THROW(memory.Write(62, bytes), std::out_of_range);
  EXPECT_THROW(memory.Read(~uint64_t{0}, read), std::out_of_range);
}

TEST(MachineMemoryModel, AFaultConcernsTheWordsOfTheBusThatRowsTouch) {
  const Region regions[] = {
      {100, 1, 1},    {96, 1, 16},    {95, 1, 18},     {108, 4, 20, 64}, {108, 4, 20, 64, 2, 300},
      {101, 5, 3, 3}, {130, 3, 7, 0}, {64, 2, 16, 17},
  };
  for (const uint32_t word : {8u, 16u}) {
    for (const Region& region : regions) {
      std::set<uint64_t> touched;  // words
      for (uint64_t s = 0; s < region.samples; ++s) {
        for (uint64_t r = 0; r < region.rows; ++r) {
          for (uint64_t i = 0; i < region.row_bytes; ++i) {
            touched.insert((region.base + s * region.sample_stride + r * region.stride + i) / word);
          }
        }
      }
      for (uint64_t fault = 0; fault < 1000; ++fault) {
        MachineMemory memory(1000, word);
        memory.InjectFault(MemoryFault::kDecodeError, fault, 1);
        EXPECT_EQ(memory.Faulty(region), touched.contains(fault / word))
            << "region at " << region.base << ", fault at " << fault << ", words of " << word;
      }
    }
  }
}

TEST(MachineMemoryModel, FaultsAddUpAndEndTogether) {
  MachineMemory memory(256, 16);
  const Region low{0, 1, 16}, middle{64, 1, 64}, high{240, 1, 16};
  memory.InjectFault(MemoryFault::kSlaveError, 8, 0);  // no byte
  EXPECT_FALSE(memory.Faulty(low));
  memory.InjectFault(MemoryFault::kSlaveError, 15, 1);
  memory.InjectFault(MemoryFault::kDecodeError, 250, 100);
  EXPECT_TRUE(memory.Faulty(low));
  EXPECT_FALSE(memory.Faulty(middle));
  EXPECT_TRUE(memory.Faulty(high));
  memory.InjectFault(MemoryFault::kNone, 0, 0);
  EXPECT_FALSE(memory.Faulty(low));
  EXPECT_FALSE(memory.Faulty(high));
}

TEST(MachineMemoryModel, WhatLiesBehindTheEndIsFaulty) {
  MachineMemory memory(256, 16);
  EXPECT_FALSE(memory.Faulty({192, 2, 32, 32}));
  EXPECT_TRUE(memory.Faulty({193, 2, 32, 32}));
  EXPECT_TRUE(memory.Faulty({uint64_t{1} << 39, 1, 1}));
}

}  // namespace
}  // namespace tetralog
