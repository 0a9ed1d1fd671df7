// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/mask_loader.sv: the mask, read tile by tile and handed out in the engine's
// order.
//
// Latency, throughput and limits: header of rtl/mask_loader.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/cycle/tile_fetch.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class MaskLoader {
 public:
  struct Inputs {
    bool start = false;
    // The command, read with start.
    uint64_t base = 0;        // bytes
    uint32_t stride = 0;      // bytes
    bool transposed = false;  // a stored line is a column
    uint32_t m = 0, n = 0, block_cols = 0;

    bool seg_ready = false;
    bool word_valid = false, word_last = false;
    const AxiWord* word_data = nullptr;  // read while word_valid, where the model carries data
    bool mask_ready = false;
    bool operator==(const Inputs&) const = default;
  };

  MaskLoader(const MachineShape& shape, bool data);
  void Reset();

  bool busy() const { return fetch_.busy() || mask_valid_; }

  bool seg_valid() const { return fetch_.seg_valid(); }
  uint64_t seg_addr() const { return fetch_.seg_addr(); }
  uint32_t seg_bytes() const { return fetch_.seg_bytes(); }

  bool mask_valid() const { return mask_valid_; }
  // Bit l: lane l passes (bit 4l of the RTL's port, whose other bits are 0).
  uint32_t mask_data() const { return mask_data_; }

  bool Clock(const Inputs& in) { return (in.start || busy()) && Edge(in); }

 private:
  static constexpr uint32_t kTiles = 4;

  bool Edge(const Inputs& in);
  uint32_t Beat() const;  // that is read next

  // The word of a line that has an element's bit.
  size_t Place(uint32_t slot, uint32_t line, uint32_t element) const {
    return (size_t{slot} * max_line_ + line) * line_words_ + element / word_bits_;
  }

  const uint32_t lanes_, lane_mask_, max_line_, word_bits_, line_words_;
  const bool data_;
  TileFetch fetch_;
  bool transposed_ = false;      // of the command
  std::vector<uint32_t> lines_;  // as they came, a bit an element
  bool mask_valid_ = false;
  uint32_t mask_data_ = 0;
};

}  // namespace tetralog::cycle
