// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The signals of an AXI4 port in one clock cycle, as its master and its slave drive them. Data is
// little endian: byte i of a word of the bus is bits 8i+7:8i, 64 bits an entry of `data`.

#pragma once

#include <array>
#include <cstdint>

namespace tetralog {

inline constexpr uint32_t kAxiMaxBytes = 16;  // of a word of the bus
inline constexpr uint32_t kAxiMaxBeats = 16;  // of a burst of the core
inline constexpr uint32_t kAxiIds = 8;        // IDs of the core, 3 bits

inline constexpr uint8_t kAxiIncr = 1;    // AxBURST
inline constexpr uint8_t kAxiOkay = 0;    // xRESP
inline constexpr uint8_t kAxiExOkay = 1;  // xRESP of an exclusive access
inline constexpr uint8_t kAxiSlvErr = 2;
inline constexpr uint8_t kAxiDecErr = 3;

using AxiWord = std::array<uint64_t, kAxiMaxBytes / 8>;

struct AxiAddress {  // AW and AR
  bool valid = false;
  uint8_t id = 0;
  uint8_t len = 0;    // beats - 1
  uint8_t size = 0;   // log2 of the bytes of a beat
  uint8_t burst = 0;  // kAxiIncr
  uint8_t lock = 0, cache = 0, prot = 0, qos = 0;
  uint64_t addr = 0;  // bytes
  bool operator==(const AxiAddress&) const = default;
};

struct AxiWriteData {  // W
  bool valid = false;
  bool last = false;
  uint16_t strb = 0;  // a bit a byte
  AxiWord data{};
  bool operator==(const AxiWriteData&) const = default;
};

struct AxiWriteResponse {  // B
  bool valid = false;
  uint8_t id = 0;
  uint8_t resp = 0;
  bool operator==(const AxiWriteResponse&) const = default;
};

struct AxiReadData {  // R
  bool valid = false;
  bool last = false;
  uint8_t id = 0;
  uint8_t resp = 0;
  AxiWord data{};
  bool operator==(const AxiReadData&) const = default;
};

// Driven by the master.
struct AxiMaster {
  AxiAddress aw, ar;
  AxiWriteData w;
  bool b_ready = false, r_ready = false;
};

// Driven by the slave.
struct AxiSlave {
  bool aw_ready = false, w_ready = false, ar_ready = false;
  AxiWriteResponse b;
  AxiReadData r;
};

}  // namespace tetralog
