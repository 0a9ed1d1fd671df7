// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/addend_loader.sv: C, read tile by tile and handed out in the engine's order.
//
// Latency, throughput and limits: header of rtl/addend_loader.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/cycle/tile_fetch.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class AddendLoader {
 public:
  struct Inputs {
    bool start = false;
    // The command, read with start.
    uint64_t base = 0;                        // byte address of C[0,0]
    uint32_t row_stride = 0, col_stride = 0;  // bytes
    uint32_t m = 0, n = 0, block_cols = 0;

    bool seg_ready = false;
    bool word_valid = false, word_last = false;
    const AxiWord* word_data = nullptr;  // read while word_valid, where the model carries data
    bool c_ready = false;
    bool operator==(const Inputs&) const = default;
  };

  AddendLoader(const MachineShape& shape, bool data);
  void Reset();

  bool busy() const { return fetch_.busy() || c_valid_; }

  bool seg_valid() const { return fetch_.seg_valid(); }
  uint64_t seg_addr() const { return fetch_.seg_addr(); }
  uint32_t seg_bytes() const { return fetch_.seg_bytes(); }

  bool c_valid() const { return c_valid_; }
  const int32_t* c_data() const { return c_data_.data(); }  // `lanes` values

  bool Clock(const Inputs& in) { return (in.start || busy()) && Edge(in); }

 private:
  static constexpr uint32_t kTiles = 2;

  bool Edge(const Inputs& in);

  void Write(const AxiWord& word);
  void Read();

  const uint32_t rows_, cols_, lanes_, word_elems_;
  const bool data_;
  TileFetch fetch_;
  bool by_cols_ = false, one_line_ = false;  // of the command
  std::vector<int32_t> elements_;            // slot by slot, row by row
  bool c_valid_ = false;
  std::vector<int32_t> c_data_;
};

}  // namespace tetralog::cycle
