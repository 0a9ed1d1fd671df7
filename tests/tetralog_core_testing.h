// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The smallest core in its machine, and an image of what its memory must hold: operands as the test
// writes them, and the results and records of the commands that completed, by the definition of a
// product. Operands are INT4, D is INT32 or INT4 rounded to nearest at scale 1, nothing is
// transposed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "Vcore_4x4x1.h"
#include "sim/clocked_machine.h"
#include "sim/command_rules.h"
#include "sim/dice.h"
#include "sim/verilated_core.h"

namespace tetralog::testing {

class TetralogCore : public ::testing::Test {
 protected:
  static constexpr uint64_t kMemory = 1 << 18;
  static constexpr uint64_t kRing = 0x1000, kRecords = 0x2000;
  // The parameters of core_4x4x1.
  static constexpr MachineShape kShape = {
      .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};

  // A machine in reset state; its memory is full of bytes that no result leaves untouched by
  // chance.
  void Start(const ClockedMachineOptions& options = {}, uint32_t ring_size = 4) {
    machine_ = std::make_unique<ClockedMachine>(
        std::make_unique<VerilatedCore<Vcore_4x4x1>>(kShape, options.seed), kMemory, options);
    StartRing(ring_size);
  }
  void StartWithMemory(const AxiMemoryOptions& memory) {
    machine_ = std::make_unique<ClockedMachine>(
        std::make_unique<VerilatedCore<Vcore_4x4x1>>(kShape, memory.seed), kMemory,
        ClockedMachineOptions{.seed = memory.seed}, memory);
    StartRing(4);
  }

  void Set(uint32_t offset, uint32_t value) { machine_->WriteRegister(offset, value); }
  uint32_t Get(uint32_t offset) { return machine_->ReadRegister(offset); }
  uint64_t Count(uint32_t counter) {
    const uint64_t low = Get(kRegCounters + 8 * counter);
    return low | uint64_t{Get(kRegCounters + 8 * counter + 4)} << 32;
  }
  void Enable() { Set(kRegControl, 1 << kControlEnable); }
  void SoftReset() {
    Set(kRegControl, 1 << kControlEnable | 1 << kControlSoftReset);
    for (int i = 0; (Get(kRegControl) >> kControlSoftReset & 1) != 0; ++i)
      ASSERT_LT(i, 10'000) << "the soft reset does not end";
    submitted_ = completed_ = 0;
  }
  void Advance(uint64_t cycles) {
    for (const uint64_t end = machine_->cycles() + cycles; machine_->cycles() < end;) Get(kRegHead);
  }

  // Until the core has stopped and no transaction is outstanding, interrupt or not.
  void WaitStopped() {
    machine_->Wait();
    for (int i = 0; !machine_->BusIdle(); ++i) {
      ASSERT_LT(i, 10'000) << "transactions do not end";
      Advance(1);
    }
  }

  // Memory and image together.
  void Poke(uint64_t address, std::span<const uint8_t> bytes) {
    machine_->WriteMemory(address, bytes);
    std::copy(bytes.begin(), bytes.end(), image_.begin() + static_cast<ptrdiff_t>(address));
  }
  void PokeCodes(const Region& region, uint64_t cols, const std::vector<int>& values) {
    for (uint64_t r = 0; r < region.rows; ++r) {
      std::vector<uint8_t> row(region.row_bytes, 0xe0);  // an odd row's last nibble is anything
      for (uint64_t c = 0; c < cols; ++c) {
        const unsigned code = static_cast<unsigned>(values[r * cols + c]) & 15;
        uint8_t& byte = row[c / 2];
        byte = static_cast<uint8_t>(c % 2 == 0 ? (byte & 0xf0) | code : (byte & 15) | code << 4);
      }
      Poke(region.base + r * region.stride, row);
    }
  }
  int CodeAt(uint64_t row, uint64_t col) const {
    const int code = image_[row + col / 2] >> (4 * (col % 2)) & 15;
    return code < 8 ? code : code - 16;
  }
  int32_t WordAt(uint64_t address) const {
    int32_t value;
    std::memcpy(&value, &image_[address], 4);
    return value;
  }

  // A product whose tensors lie from `place` on, 0x1000 bytes apart, C and mask unused.
  static Command Product(uint64_t place, uint32_t m, uint32_t n, uint32_t k) {
    Command c;
    c.op = static_cast<uint8_t>(Operation::kGemm);
    c.samples = c.a_samples = 1;
    c.m = m;
    c.n = n;
    c.k = k;
    c.block = 1;
    c.scale_mul = 1;
    c.a_base = place;
    c.a_stride = (k + 1) / 2;
    c.b_base = place + 0x1000;
    c.b_stride = c.mask_stride = (n + 1) / 2;
    c.c_base = place + 0x2000;
    c.c_row_stride = 4 * n;
    c.c_col_stride = 4;
    c.mask_base = place + 0x3000;
    c.d_base = place + 0x4000;
    c.d_format = static_cast<uint8_t>(Format::kInt32);
    c.d_stride = 4 * n;
    c.tag = static_cast<uint32_t>(place) * 3;
    return c;
  }
  static Command ToInt4(Command c) {
    c.d_format = static_cast<uint8_t>(Format::kInt4);
    c.d_stride = (c.n + 1) / 2;
    return c;
  }
  static Command WithAddendAndMask(Command c) {
    c.c_enable = c.mask_enable = 1;
    return c;
  }
  // Random operands, some of them zero.
  void Fill(const Command& c) {
    const auto codes = [&](uint64_t count) {
      std::vector<int> values(count);
      for (int& v : values) v = dice_.Percent(30) ? 0 : static_cast<int>(dice_.Below(16)) - 8;
      return values;
    };
    PokeCodes(RegionA(c), c.k, codes(uint64_t{c.m} * c.k));
    PokeCodes(RegionB(c), c.n, codes(uint64_t{c.k} * c.n));
    if (c.mask_enable) PokeCodes(RegionMask(c), c.n, codes(uint64_t{c.m} * c.n));
    if (!c.c_enable) return;
    for (uint32_t r = 0; r < c.m; ++r) {
      for (uint32_t i = 0; i < c.n; ++i) {
        const int32_t value = static_cast<int32_t>(dice_.Below(2001)) - 1000;
        Poke(c.c_base + r * c.c_row_stride + 4 * i,
             {reinterpret_cast<const uint8_t*>(&value), sizeof value});
      }
    }
  }

  // Writes a command into its entry; Ring() tells the core.
  void Put(const Command& c) {
    ASSERT_EQ(c.a_transposed | c.b_transposed | c.d_transposed | c.mask_transposed, 0);
    Poke(kRing + submitted_ % ring_size_ * kCommandBytes, c.Pack());
    ++submitted_;
  }
  void Ring() { Set(kRegTail, submitted_); }
  void Submit(const Command& c) {
    Put(c);
    Ring();
  }

  // What the next command to complete leaves in memory.
  void Complete(const Command& c) {
    std::vector<int64_t> z(uint64_t{c.m} * c.n);
    for (uint32_t m = 0; m < c.m; ++m) {
      for (uint32_t n = 0; n < c.n; ++n) {
        int64_t& sum = z[uint64_t{m} * c.n + n];
        for (uint32_t k = 0; k < c.k; ++k)
          sum += CodeAt(c.a_base + m * c.a_stride, k) * CodeAt(c.b_base + k * c.b_stride, n);
        if (c.c_enable) sum += WordAt(c.c_base + m * c.c_row_stride + n * c.c_col_stride);
        if (c.mask_enable && CodeAt(c.mask_base + m * c.mask_stride, n) == 0) sum = 0;
      }
    }
    Completion record;
    record.status = 1;
    record.index = completed_;
    record.tag = c.tag;
    uint64_t squares = 0, zeros = 0, clipped = 0;
    const bool int32 = c.d_format == static_cast<uint8_t>(Format::kInt32);
    for (uint32_t m = 0; m < c.m; ++m) {
      for (uint32_t n = 0; n < c.n; ++n) {
        const int64_t value = z[uint64_t{m} * c.n + n];
        record.sum_abs += static_cast<uint64_t>(std::abs(value));
        record.max_abs = std::max(record.max_abs, static_cast<uint32_t>(std::abs(value)));
        squares += static_cast<uint64_t>(value * value);
        zeros += value == 0;
        const uint64_t row = c.d_base + m * c.d_stride;
        if (int32) {
          const int32_t word = static_cast<int32_t>(value);
          std::memcpy(&image_[row + 4 * n], &word, 4);
        } else {
          clipped += value < -7 || value > 7;
          const unsigned code = static_cast<unsigned>(std::clamp<int64_t>(value, -7, 7)) & 15;
          uint8_t& byte = image_[row + n / 2];
          byte = static_cast<uint8_t>(n % 2 == 0 ? code : byte | code << 4);
        }
      }
    }
    record.sum_squares = {static_cast<uint32_t>(squares), static_cast<uint32_t>(squares >> 32), 0};
    const uint64_t place = kRecords + completed_ % ring_size_ * kRecordBytes;
    const auto bytes = record.Pack();
    std::copy(bytes.begin(), bytes.end(), image_.begin() + static_cast<ptrdiff_t>(place));
    std::memcpy(&image_[place + 64], &zeros, 8);
    std::memcpy(&image_[place + 72], &clipped, 8);
    Forgive(place + 8, 8);  // cycles
    ++completed_;
  }
  // These bytes may be anything.
  void Forgive(uint64_t address, uint64_t bytes) {
    machine_->ReadMemory(address, {&image_[address], bytes});
  }
  void ForgiveD(const Command& c) { Forgive(c.d_base, RegionD(c).extent()); }

  void ExpectMemory() {
    std::vector<uint8_t> got(kMemory);
    machine_->ReadMemory(0, got);
    for (uint64_t i = 0; i < kMemory; ++i) {
      if (got[i] != image_[i]) {
        ADD_FAILURE() << "byte " << std::hex << i << " is " << int{got[i]} << ", not "
                      << int{image_[i]};
        return;
      }
    }
  }
  // All commands submitted and none failed; memory is the image.
  void ExpectIdle() {
    EXPECT_EQ(Get(kRegStatus), 0u);
    EXPECT_EQ(Get(kRegHead), submitted_);
    EXPECT_EQ(completed_, submitted_);
    EXPECT_TRUE(machine_->BusIdle());
    ExpectMemory();
  }
  void ExpectStopped(Cause cause, uint32_t index) {
    EXPECT_EQ(Get(kRegStatus), 1u << kStatusError);
    EXPECT_EQ(static_cast<Cause>(Get(kRegErrorCause)), cause);
    EXPECT_EQ(Get(kRegErrorIndex), index);
    EXPECT_EQ(Get(kRegHead), index);
    EXPECT_NE(Get(kRegIrqStatus) >> kIrqError & 1, 0u);
    EXPECT_TRUE(machine_->BusIdle());
  }
  // Fills, runs and checks one command.
  void RunAndExpect(const Command& c) {
    Fill(c);
    Submit(c);
    machine_->Wait();
    Complete(c);
    ExpectIdle();
  }

  Dice dice_{1};
  std::unique_ptr<ClockedMachine> machine_;
  std::vector<uint8_t> image_;
  uint32_t ring_size_ = 4, submitted_ = 0, completed_ = 0;

 private:
  void StartRing(uint32_t ring_size) {
    ring_size_ = ring_size;
    submitted_ = completed_ = 0;
    image_.assign(kMemory, 0);
    for (uint8_t& byte : image_) byte = static_cast<uint8_t>(dice_.Next() | 0x88);
    machine_->WriteMemory(0, image_);
    Set(kRegRingBaseLo, kRing);
    Set(kRegRecordBaseLo, kRecords);
    Set(kRegRingSize, ring_size);
  }
};

}  // namespace tetralog::testing
