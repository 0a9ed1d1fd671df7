// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tetralog_core.sv, the accelerator core: the same pins in every cycle, for any
// shape. Its units are classes by the names of the RTL; values come from the functional model.
//
// All outputs of the core are registers, so Outputs() needs no inputs. Payloads are those of the
// RTL while their valid is high.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/core_pins.h"
#include "model/cycle/addend_loader.h"
#include "model/cycle/axi_read.h"
#include "model/cycle/command.h"
#include "model/cycle/command_front.h"
#include "model/cycle/control_registers.h"
#include "model/cycle/core_control.h"
#include "model/cycle/feeder.h"
#include "model/cycle/mac_array.h"
#include "model/cycle/mask_loader.h"
#include "model/cycle/operand_buffer.h"
#include "model/cycle/operand_loader.h"
#include "model/cycle/product_counter.h"
#include "model/cycle/result_writer.h"
#include "model/cycle/stream_reader.h"
#include "model/cycle/tetralog_engine.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class TetralogCore {
 public:
  // Without data the model tells time only: it reads nothing but the ring, and what it writes has
  // no meaning. Throws std::invalid_argument for a shape that the RTL refuses.
  explicit TetralogCore(const MachineShape& shape, bool data = true);

  const MachineShape& shape() const { return shape_; }

  // The hard reset.
  void Reset();

  // The pins before the rising edge.
  void Outputs(CoreOutputs& out) const;

  // The rising edge. False: the cycle was uneventful, and so are the next Countdown() cycles while
  // the inputs stay as they are.
  bool Clock(const CoreInputs& in);
  uint64_t Countdown() const;
  // The same as n calls of Clock() with the inputs of the last one, n <= Countdown().
  void Skip(uint64_t n);

 private:
  // Streams of the read port, in bits.
  static constexpr uint32_t kRing = 1 << 0, kA = 1 << 1, kB = 1 << 2, kC = 1 << 3, kMask = 1 << 4;
  // Those of the stream reader; its sets are a bit lower.
  enum Reader { kReaderA, kReaderB, kReaderC, kReaderMask, kReaders };
  static_assert(kReaders == StreamReader::kStreams);

  // The command that computes.
  struct Back {
    bool busy = false, start = false;  // start: the first cycle
    bool written = false;              // the writer has taken over its D
    uint32_t index = 0;
    Command cmd;
    uint64_t start_time = 0;
    Feeder::Feed feed;
    TetralogEngine::Tile tile;  // but for what changes with every tile
  };

  // What crosses between units in a cycle, before the edge.
  struct Wires {
    bool halt, waiting, fetched, load_start, hand_over, writer_takes, back_ends, done;
    uint32_t head;
    CommandFront::Inputs front;
    // Sets of streams.
    uint32_t requests = 0, urgent = 0, granted = 0, beat = 0, words = 0;
    bool word_last = false;
    AxiWord word, beat_data;  // with words, beat
    Feeder::Inputs feed;
    bool fire, a_release, b_release, op_valid, op_ready;
    uint32_t b_panel_words;
    bool c_valid, c_ready, mask_valid, mask_ready, d_ready;
  };

  void ResetUnits();
  void Look(const AxiSlave& axi, Wires& w) const;
  bool ClockControl(const CoreInputs& in, const Wires& w);
  bool ClockResults(const AxiSlave& axi, const Wires& w);
  bool ClockOperands(const Wires& w);
  bool ClockReads(const AxiSlave& axi, const Wires& w);
  bool ClockCommands(const Wires& w);
  void HandOver();
  OperandLoader::Load LoadA() const;
  OperandLoader::Load LoadB() const;
  ResultWriter::Command WriterCommand() const;

  const MachineShape shape_;
  const bool data_;

  ControlRegisters registers_;
  CoreControl control_;
  AxiRead read_;
  StreamReader reader_;
  CommandFront front_;
  OperandLoader load_a_, load_b_;
  OperandBuffer buffer_a_, buffer_b_;
  Feeder feeder_;
  ProductCounter products_;
  AddendLoader addend_;
  MaskLoader mask_;
  TetralogEngine engine_;
  ResultWriter writer_;

  uint64_t now_ = 0;          // cycles since the hard reset
  uint64_t front_start_ = 0;  // when the command in front was fetched
  bool record_irq_ = false;
  Back back_;
  // Commands in flight behind the front, by the lowest bit of their index, and what they write.
  uint8_t slot_busy_ = 0;
  std::array<uint64_t, 2> slot_first_{}, slot_last_{};

  std::vector<int32_t> sums_;  // of the tile whose last beat is offered
  ControlRegisters::Inputs registers_in_;
};

}  // namespace tetralog::cycle
