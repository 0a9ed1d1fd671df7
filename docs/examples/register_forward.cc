// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <stdexcept>

#include "docs/examples/examples.h"

namespace tetralog {
namespace {

// What is in memory, and where.
constexpr uint64_t kRing = 0x0000, kRecords = 0x0400;
constexpr uint64_t kW = 0x1000, kX = 0x1100, kBias = 0x1200, kY = 0x1300;

// Two codes a byte, the first in the low half; rows are 16 bytes apart; '-' is the pad nibble.
constexpr std::array<uint8_t, 3> kRowsOfW[2] = {{0xe1, 0x03, 0x07},      // 1 -2 | 3 0 | 7 -
                                                {0x4f, 0x2d, 0x0b}};     // -1 4 | -3 2 | -5 -
constexpr std::array<uint8_t, 3> kRowsOfX[3] = {{0x01, 0xf2, 0x03},      // 1 0 | 2 15 | 3 -
                                                {0x44, 0x10, 0x00},      // 4 4 | 0 1 | 0 -
                                                {0x90, 0x01, 0x02}};     // 0 9 | 1 0 | 2 -
constexpr std::array<uint8_t, 8> kBiasBytes = {10,   0,    0,    0,      // 10
                                               0xec, 0xff, 0xff, 0xff};  // -20

// clang-format off
constexpr std::array<uint8_t, 128> kCommand = {
    0x01,                            // op = OpGemm
    0x40,                            // a_format = INT4, b_format = UINT4
    0x99,                            // d_format = UINT4, irq, c_enable, b_transposed
    0x01,                            // d_transposed
    0x11,                            // samples = 1, a_samples = 1
    0x00,                            // sample0
    0x01,                            // scale_mul
    0x02,                            // scale_shift
    2,    0,    0, 0,                // m: outputs
    3,    0,    0, 0,                // n: batch
    5,    0,    0, 0,                // k: inputs
    1,    0,                         // block: all of B is one panel
    0,    0,                         // reserved1
    0x00, 0x10, 0, 0, 0, 0, 0, 0,    // a_base = kW
    16,   0,    0, 0,                // a_stride
    0,    0,    0, 0,                // a_sample_stride
    0x00, 0x11, 0, 0, 0, 0, 0, 0,    // b_base = kX
    16,   0,    0, 0,                // b_stride
    0,    0,    0, 0,                // mask_stride
    0x00, 0x12, 0, 0, 0, 0, 0, 0,    // c_base = kBias
    4,    0,    0, 0,                // c_row_stride: from output to output
    0,    0,    0, 0,                // c_col_stride: the same for the whole batch
    0x00, 0x13, 0, 0, 0, 0, 0, 0,    // d_base = kY
    16,   0,    0, 0,                // d_stride
    0,    0,    0, 0,                // d_sample_stride
    0,    0,    0, 0, 0, 0, 0, 0,    // mask_base
    0,    0,    0, 0, 0, 0, 0, 0,    // seed
    0,    0,    0, 0,                // row0
    0,    0,    0, 0,                // col0
    0x54, 0,    0, 0,                // tag
    0,    0,    0, 0, 0, 0,          // reserved2
    0,    0,    0, 0, 0, 0};
// clang-format on

uint64_t LittleEndian(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

ForwardResult ForwardWithRegisters(Machine& machine) {
  // On hardware these are stores to memory and to the core's registers.
  const auto store = [&](uint64_t address, std::span<const uint8_t> bytes) {
    machine.WriteMemory(address, bytes);
  };
  if (machine.ReadRegister(0x000) != 0x544c4f47) throw std::runtime_error("REG_ID: no Tetralog");

  machine.WriteRegister(0x020, 2);  // REG_CONTROL: soft reset
  while ((machine.ReadRegister(0x020) & 2) != 0) {
  }
  machine.WriteRegister(0x028, kRing);     // REG_RING_BASE_LO
  machine.WriteRegister(0x02c, 0);         // REG_RING_BASE_HI
  machine.WriteRegister(0x030, 4);         // REG_RING_SIZE: 4 entries of 128 bytes
  machine.WriteRegister(0x034, kRecords);  // REG_RECORD_BASE_LO: 4 records of 256 bytes
  machine.WriteRegister(0x038, 0);         // REG_RECORD_BASE_HI
  machine.WriteRegister(0x044, 3);         // REG_IRQ_ENABLE: completion and error
  machine.WriteRegister(0x020, 1);         // REG_CONTROL: enable

  for (int r = 0; r < 2; ++r) store(kW + 16 * r, kRowsOfW[r]);
  for (int r = 0; r < 3; ++r) store(kX + 16 * r, kRowsOfX[r]);
  store(kBias, kBiasBytes);
  store(kRing, kCommand);  // command 0 is entry 0
  // A barrier belongs here, where the processor may reorder its stores.
  machine.WriteRegister(0x03c, 1);  // REG_TAIL: one command submitted since the reset

  machine.Wait();                                     // for the interrupt
  const uint32_t irq = machine.ReadRegister(0x048);   // REG_IRQ_STATUS
  machine.WriteRegister(0x048, irq);                  // clears it
  const uint32_t head = machine.ReadRegister(0x040);  // REG_HEAD: commands completed
  if (irq != 1 || head != 1) throw std::runtime_error("the command did not complete");

  std::array<uint8_t, 80> record;  // 64 bytes, and 16 for the one sample of D
  machine.ReadMemory(kRecords, record);
  const std::span<const uint8_t> bytes(record);
  if (bytes[0] != 1 || LittleEndian(bytes.subspan(28, 4)) != 0x54)
    throw std::runtime_error("the record has another status or tag");
  ForwardResult result;
  for (int r = 0; r < 3; ++r) {
    std::array<uint8_t, 1> row;  // two codes
    machine.ReadMemory(kY + 16 * r, row);
    result.y.push_back(row[0] & 15);
    result.y.push_back(row[0] >> 4);
  }
  result.sum_abs = LittleEndian(bytes.subspan(16, 8));
  result.max_abs = static_cast<uint32_t>(LittleEndian(bytes.subspan(24, 4)));
  result.zeros = LittleEndian(bytes.subspan(64, 8));
  result.clipped = LittleEndian(bytes.subspan(72, 8));
  return result;
}

}  // namespace tetralog
