// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The pins of the streaming engine (rtl/tetralog_engine.sv), free of the Verilated class, so that
// one driver serves every shape and the netlist. A vector of bits is a vector of 32-bit words,
// least significant word first.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tetralog {

// Parameters of a build.
struct EngineShape {
  uint32_t rows = 16, cols = 16;  // processing elements
  uint32_t dot = 4;               // products of a processing element and cycle
  uint32_t lanes = 4;             // epilogue lanes
  uint32_t acc_width = 24;        // bits
  uint32_t random_bits = 12;      // R

  uint64_t macs() const { return uint64_t{rows} * cols * dot; }
  std::string name() const {  // "16x16x4"
    return std::to_string(rows) + "x" + std::to_string(cols) + "x" + std::to_string(dot);
  }
};

struct EngineInputs {
  // The tile descriptor, stable until it is taken.
  bool tile_valid = false;
  uint8_t a_format = 0, b_format = 0, d_format = 0;  // Format, 2 bits
  uint8_t rounding = 0;                              // Rounding, 1 bit
  uint8_t scale_mul = 1;
  int8_t scale_shift = 0;  // -32..63, 7 bits
  bool c_enable = false, mask_enable = false;
  uint8_t samples = 1;  // 1..8
  uint8_t sample0 = 0;
  uint64_t seed = 0;
  uint32_t rows = 1, cols = 1;  // valid ones, 1 to those of the shape
  uint32_t row = 0, col = 0;    // logical output of the first element; col a multiple of lanes
  bool tile_last = false;

  bool op_valid = false, op_last = false;
  // rows * dot and cols * dot codes of 4 bits, 8 a word, the last word filled with zeros.
  std::vector<uint32_t> op_a, op_b;

  bool c_valid = false;
  std::vector<uint32_t> c_data;  // lanes words
  bool mask_valid = false;
  std::vector<uint32_t> mask_data;  // 4 bits a lane, 8 lanes a word

  bool d_ready = false;
  bool stats_ready = false;

  bool operator==(const EngineInputs&) const = default;
};

struct EngineOutputs {
  bool tile_ready = false, op_ready = false, c_ready = false, mask_ready = false;
  bool addend_wait = false;

  // What follows valid is given while it is high, and else as it was before.
  bool d_valid = false, d_last = false;
  std::vector<uint32_t> d_data;  // lanes words: INT32 a lane, or codes of 4 bits a lane
  uint32_t d_lane_valid = 0;     // a bit a lane
  uint8_t d_sample = 0;          // 0..7

  bool stats_valid = false;
  uint32_t max_abs = 0;
  uint64_t sum_abs = 0;
  uint64_t sum_squares_lo = 0, sum_squares_hi = 0;  // bits 63:0, 95:64
  uint64_t wraps = 0;
  std::vector<uint64_t> zeros, clipped;  // [8], by sample

  bool operator==(const EngineOutputs&) const = default;
};

// A clocked engine.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual const EngineShape& shape() const = 0;

  // One clock cycle: drives the inputs, samples the outputs before the rising edge, then clocks.
  // All vectors of the inputs have the sizes above, also while they are not valid.
  virtual void Cycle(const EngineInputs& in, EngineOutputs& out) = 0;

  // Holds the reset for a few cycles.
  virtual void Reset() = 0;

  // Writes a waveform (FST) from now on; an empty path ends it. std::runtime_error when the file
  // cannot be written or is not whole at its end, std::invalid_argument for a build without
  // waveforms (netlists).
  virtual void Trace(const std::string& path) = 0;
};

}  // namespace tetralog
