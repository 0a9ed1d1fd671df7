// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A functional machine with a ring, and operands of which A is the identity matrix, so that D is B.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "model/formats.h"
#include "sim/functional_machine.h"

namespace tetralog {

inline constexpr uint64_t kRing = 0x1000, kRecords = 0x2000, kA = 0x4000, kB = 0x5000, kD = 0x6000,
                          kC = 0x8000, kMask = 0x9000;
inline constexpr uint64_t kMemory = 1 << 16;
inline constexpr uint32_t kSize = 5;  // M = N = K

class FunctionalMachineModel : public ::testing::TestWithParam<bool> {
 protected:
  FunctionalMachineModel() : machine_({}, kMemory, {.fast = GetParam(), .threads = 1}) {
    Fill(0, kMemory, 0xee);
    Set(kRegRingBaseLo, kRing);
    Set(kRegRecordBaseLo, kRecords);
    Set(kRegRingSize, 4);
    for (uint32_t r = 0; r < kSize; ++r) {
      uint8_t a[3] = {0, 0, 0xb0}, b[3] = {0, 0, 0xc0};  // the pad nibble holds anything
      StoreCode(a, r, 1);
      for (uint32_t c = 0; c < kSize; ++c) StoreCode(b, c, Code(r, c));
      machine_.WriteMemory(kA + 3 * r, a);
      machine_.WriteMemory(kB + 3 * r, b);
    }
  }

  static uint8_t Code(uint32_t r, uint32_t c) { return (3 * r + c + 1) % 8; }  // INT4, >= 0

  void Set(uint32_t offset, uint32_t value) { machine_.WriteRegister(offset, value); }
  uint32_t Get(uint32_t offset) { return machine_.ReadRegister(offset); }
  void Fill(uint64_t address, size_t bytes, uint8_t value) {
    machine_.WriteMemory(address, std::vector<uint8_t>(bytes, value));
  }
  std::vector<uint8_t> Bytes(uint64_t address, size_t bytes) {
    std::vector<uint8_t> read(bytes);
    machine_.ReadMemory(address, read);
    return read;
  }
  int32_t Word(uint64_t address) {
    const std::vector<uint8_t> b = Bytes(address, 4);
    return static_cast<int32_t>(b[0] | b[1] << 8 | b[2] << 16 | uint32_t{b[3]} << 24);
  }
  uint64_t Count(unsigned counter) {
    const uint64_t low = Get(kRegCounters + 8 * counter);
    return low | uint64_t{Get(kRegCounters + 8 * counter + 4)} << 32;
  }

  // D = B, by the identity matrix, INT32.
  static Command Copy() {
    Command command;
    command.op = static_cast<uint8_t>(Operation::kGemm);
    command.m = command.n = command.k = kSize;
    command.d_format = static_cast<uint8_t>(Format::kInt32);
    command.samples = command.a_samples = 1;
    command.block = 1;
    command.a_base = kA;
    command.b_base = kB;
    command.a_stride = command.b_stride = 3;
    command.d_base = kD;
    command.d_stride = 32;
    command.tag = 0xabcd;
    return command;
  }
  static Command CopyCodes(Format format, bool transposed) {
    Command command = Copy();
    command.d_format = static_cast<uint8_t>(format);
    command.d_transposed = transposed;
    command.d_stride = 7;
    command.scale_mul = 1;
    return command;
  }

  void Put(const Command& command, uint32_t entry) {
    machine_.WriteMemory(kRing + entry * kCommandBytes, command.Pack());
  }
  void Run(const Command& command) {
    Put(command, 0);
    Set(kRegTail, 1);
    Set(kRegControl, 1 << kControlEnable);
  }
  Completion Record(uint32_t entry) {
    return Completion::Unpack(Bytes(kRecords + entry * kRecordBytes, Completion::kBytes));
  }
  void ExpectStopped(Cause cause, uint32_t index) {
    EXPECT_EQ(Get(kRegStatus), 1u << kStatusError);
    EXPECT_EQ(static_cast<Cause>(Get(kRegErrorCause)), cause);
    EXPECT_EQ(Get(kRegErrorIndex), index);
    EXPECT_EQ(Get(kRegHead), index);
    EXPECT_NE(Get(kRegIrqStatus) & 1u << kIrqError, 0u);
  }

  FunctionalMachine machine_;
};

}  // namespace tetralog
