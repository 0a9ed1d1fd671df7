// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The driver on a functional machine: moving tensors, the ring with wrap-around in several sizes,
// results by handle, errors and recovery. Values of products belong to gemm_plan_test.

#include "sim/driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <vector>

#include "sim/functional_machine.h"

namespace tetralog {
namespace {

constexpr uint64_t kMemory = 1 << 20;

// m x n of 2 * 3 * k, as INT32.
struct Product {
  Product(Driver& driver, uint32_t m, uint32_t n, uint32_t k) {
    request.a = driver.NewTensor(m, k, Format::kInt4);
    request.b = driver.NewTensor(k, n, Format::kInt4);
    request.d = driver.NewTensor(m, n, Format::kInt32);
    driver.Upload(request.a, std::vector<uint8_t>(m * k, 2));
    driver.Upload(request.b, std::vector<uint8_t>(k * n, 3));
  }
  GemmRequest request;
};

TEST(DriverModel, ReadsTheShapeOfTheMachine) {
  MachineShape shape;
  shape.rows = 8;
  shape.cols = shape.lanes = 4;
  shape.dot = 2;
  shape.acc_width = 20;
  shape.random_bits = 8;
  shape.depth_a = 32;
  shape.depth_b = 128;
  shape.axi_data = 64;
  shape.axi_addr = 36;
  FunctionalMachine machine(shape, kMemory);
  EXPECT_EQ(Driver(machine).shape(), shape);
}

TEST(DriverModel, MovesTensorsAndLeavesTheirNeighboursAlone) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine);
  const Tensor codes = driver.NewTensor(3, 33, Format::kLog4, 2);
  const Tensor words = driver.NewTensor(5, 3, Format::kInt32);
  EXPECT_EQ(codes.stride, 32u);
  EXPECT_EQ(codes.address % 64, 0u);
  EXPECT_GE(words.address, codes.address + 2 * 96);
  std::vector<uint8_t> first, second;
  for (uint32_t i = 0; i < 99; ++i) {
    first.push_back(i % 16);
    second.push_back((3 * i + 1) % 16);
  }
  const std::vector<int32_t> values = {1, -2, 3,  INT32_MIN, INT32_MAX, 6,  7,  8,
                                       9, 10, 11, 12,        13,        14, -15};
  driver.Upload(codes, first);
  driver.Upload(codes, second, 1);
  driver.UploadInt32(words, values);
  EXPECT_EQ(driver.Download(codes), first);
  EXPECT_EQ(driver.Download(codes, 1), second);
  EXPECT_EQ(driver.DownloadInt32(words), values);
  EXPECT_THROW(driver.Upload(codes, std::vector<uint8_t>(98)), std::invalid_argument);
  EXPECT_THROW(driver.Upload(words, first), std::invalid_argument);
  EXPECT_THROW(driver.DownloadInt32(codes), std::invalid_argument);
}

TEST(DriverModel, TheArenaAlignsEndsAndGivesBack) {
  Arena arena(100, 300);
  EXPECT_EQ(arena.Allocate(1), 128u);
  EXPECT_EQ(arena.Allocate(10, 1), 129u);
  const uint64_t mark = arena.mark();
  EXPECT_EQ(arena.Allocate(0, 16), 144u);
  EXPECT_EQ(arena.Allocate(100), 192u);
  EXPECT_EQ(arena.free_bytes(), 8u);
  EXPECT_THROW(arena.Allocate(9, 1), std::bad_alloc);
  EXPECT_THROW(arena.Allocate(1, 1024), std::bad_alloc);
  EXPECT_THROW(arena.Allocate(~uint64_t{0}, 1), std::bad_alloc);
  arena.Reset(mark);
  EXPECT_EQ(arena.Allocate(1, 1), 139u);
  arena.Reset();
  EXPECT_EQ(arena.Allocate(1), 128u);
}

TEST(DriverModel, NothingRunsBeforeAFlush) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine);
  Product product(driver, 4, 5, 6);
  const Handle handle = driver.Gemm(product.request);
  EXPECT_EQ(machine.ReadRegister(kRegTail), 0u);
  driver.Flush();
  EXPECT_EQ(machine.ReadRegister(kRegTail), 1u);
  EXPECT_TRUE(machine.Interrupt());
  EXPECT_EQ(driver.Wait(handle).record.sum_abs, 4u * 5 * 36);
  EXPECT_FALSE(machine.Interrupt());
  EXPECT_EQ(driver.DownloadInt32(product.request.d), std::vector<int32_t>(20, 36));
}

TEST(DriverModel, TheRingWrapsAndEveryResultArrives) {
  for (const uint32_t ring : {2u, 4u, 64u}) {
    SCOPED_TRACE(ring);
    FunctionalMachine machine({}, kMemory);
    Driver driver(machine, ring);
    std::vector<Handle> handles;
    for (uint32_t i = 1; i <= 150; ++i) {
      driver.arena().Reset();
      driver.WaitAll();  // operands are about to change
      Product product(driver, 1, 1, i);
      handles.push_back(driver.Gemm(product.request));
      if (i % 7 != 0) handles.push_back(driver.Gemm(product.request));
    }
    driver.WaitAll();
    uint32_t number = 0;
    for (uint32_t i = 1; i <= 150; ++i) {
      for (uint32_t twice = 0; twice < (i % 7 != 0 ? 2u : 1u); ++twice, ++number) {
        const CommandResult result = driver.Wait(handles[number]);
        EXPECT_EQ(result.record.max_abs, 6 * i);
        EXPECT_EQ(result.record.index, number);
      }
    }
    EXPECT_EQ(number, handles.size());
  }
}

TEST(DriverModel, ManyCommandsWithoutAWaitPassThroughASmallRing) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine, 4);
  Product product(driver, 3, 3, 3);
  std::vector<Handle> handles;
  for (int i = 0; i < 50; ++i) handles.push_back(driver.Gemm(product.request));
  for (const Handle& handle : handles) EXPECT_EQ(driver.Wait(handle).record.max_abs, 18u);
  EXPECT_THROW(driver.Wait(handles[3]), std::invalid_argument) << "taken";
  EXPECT_THROW(driver.Wait({60, 1}), std::invalid_argument);
  EXPECT_THROW(driver.Wait({}), std::invalid_argument);
}

TEST(DriverModel, ASplitProductHasOneResult) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine, 2);
  Product product(driver, 40, 2, 4000);  // two panels of A: K is split at half of its buffer
  const Handle handle = driver.Gemm(product.request);
  EXPECT_EQ(handle.count, 4u);
  const CommandResult result = driver.Wait(handle);
  EXPECT_EQ(result.record.max_abs, 24000u);
  EXPECT_EQ(result.zeros, std::vector<uint64_t>{0});
}

// Says ten cycles in every record.
class Timed : public FunctionalMachine {
 public:
  using FunctionalMachine::FunctionalMachine;
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override {
    FunctionalMachine::ReadMemory(address, bytes);
    if (bytes.size() < Completion::kBytes) return;
    Completion record = Completion::Unpack(bytes);
    record.cycles = 10;
    const auto packed = record.Pack();
    std::copy(packed.begin(), packed.end(), bytes.begin());
  }
};

TEST(DriverModel, CyclesAndWrapsOfASplitProductAddUp) {
  Timed machine({}, kMemory);
  Driver driver(machine);
  Product product(driver, 40, 1, 4000);
  const Tensor c = driver.NewTensor(1, 1, Format::kInt32);
  driver.UploadInt32(c, std::vector<int32_t>{INT32_MAX});
  product.request.c = Addend{c.address, 0, 4};  // the first part wraps, the others do not
  const CommandResult result = driver.Wait(driver.Gemm(product.request));
  EXPECT_EQ(result.wraps, 40u);
  EXPECT_EQ(result.record.wraps, 0u);
  EXPECT_EQ(result.cycles, 40u);
}

TEST(DriverModel, AStoppedRingIsAnExceptionUntilRecovery) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine);
  Product product(driver, 4, 4, 4);
  const Handle good = driver.Gemm(product.request);
  GemmRequest request = product.request;
  request.output.col0 = 3;
  const Handle bad = driver.Gemm(request);
  const Handle later = driver.Gemm(product.request);
  try {
    driver.Wait(bad);
    FAIL() << "no exception";
  } catch (const DriverError& error) {
    EXPECT_EQ(error.cause(), Cause::kIndex);
    EXPECT_EQ(error.index(), 1u);
    EXPECT_NE(std::string(error.what()).find("Index"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
  EXPECT_EQ(driver.Wait(good).record.max_abs, 24u) << "it completed before";
  EXPECT_THROW(driver.Wait(later), DriverError);
  EXPECT_THROW(driver.DownloadInt32(product.request.d), DriverError);
  driver.Recover();
  EXPECT_THROW(driver.Wait(later), std::invalid_argument) << "forgotten";
  const Handle again = driver.Gemm(product.request);
  EXPECT_EQ(driver.Wait(again).record.index, 0u);
  driver.Gemm(product.request);
  driver.WaitAll();
  EXPECT_THROW(driver.Wait(later), std::invalid_argument) << "its number does not come again";
  machine.InjectFault(MemoryFault::kDecodeError, product.request.a.address, 1);
  driver.Gemm(product.request);
  EXPECT_THROW(driver.WaitAll(), DriverError);
}

TEST(DriverModel, RefusesRingsAndMachinesItCannotDrive) {
  FunctionalMachine machine({}, kMemory), tiny({}, 1 << 10);
  for (const uint32_t ring : {0u, 1u, 3u, 65536u}) {
    EXPECT_THROW(Driver(machine, ring), std::invalid_argument) << ring;
  }
  EXPECT_THROW(Driver{tiny}, std::bad_alloc);
}

// A machine whose completion records do not arrive.
class Forgetful : public FunctionalMachine {
 public:
  using FunctionalMachine::FunctionalMachine;
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override {
    FunctionalMachine::ReadMemory(address, bytes);
    bytes[0] = 0;
  }
};

// A machine that does nothing and says so.
class Idle : public FunctionalMachine {
 public:
  using FunctionalMachine::FunctionalMachine;
  uint32_t ReadRegister(uint32_t offset) override {
    return offset == kRegHead ? 0 : FunctionalMachine::ReadRegister(offset);
  }
};

TEST(DriverModel, NoticesAMachineThatMissesARecordOrStands) {
  Forgetful forgetful({}, kMemory);
  Driver driver(forgetful);
  Product product(driver, 2, 2, 2);
  driver.Gemm(product.request);
  EXPECT_THROW(driver.WaitAll(), MachineError);
  Idle idle({}, kMemory);
  Driver second(idle);
  Product other(second, 2, 2, 2);
  second.Gemm(other.request);
  EXPECT_THROW(second.WaitAll(), MachineError);
}

}  // namespace
}  // namespace tetralog
