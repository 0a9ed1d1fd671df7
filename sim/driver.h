// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The driver: what software uses a machine through, whatever its level. It reads the shape from the
// registers, hands out the machine's memory, moves tensors, submits commands through the ring and
// collects their completion records.
//
// Commands are only written to the ring by Submit(); they start with Flush(), with any wait, or
// when the ring is full. They run in order; each sees what the earlier ones wrote. The host must
// wait before it changes a tensor that a command in flight uses; Download() waits by itself.
//
// Errors: DriverError when the ring stopped (Recover() forgets all commands and starts again),
// std::invalid_argument for requests that make no sense, std::bad_alloc when memory is full.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/gemm_plan.h"
#include "sim/machine.h"
#include "sim/tensor.h"

namespace tetralog {

// The ring stopped.
class DriverError : public std::runtime_error {
 public:
  DriverError(Cause cause, uint32_t index);
  Cause cause() const { return cause_; }
  uint32_t index() const { return index_; }  // of the command, since the last reset

 private:
  Cause cause_;
  uint32_t index_;
};

// The commands of one request: numbers first .. first + count - 1 since construction.
struct Handle {
  uint64_t first = 0;
  uint64_t count = 0;
};

// What the commands of a request report.
struct CommandResult {
  Completion record;              // of the last command, which has the statistics of the whole
  std::vector<uint64_t> zeros;    // zero codes, by sample
  std::vector<uint64_t> clipped;  // clipped elements, by sample
  uint64_t cycles = 0;            // sums over the commands
  uint64_t wraps = 0;
  unsigned __int128 sum_squares() const;
};

// Memory of the machine, handed out from the bottom up, all given back at once.
class Arena {
 public:
  Arena() = default;
  Arena(uint64_t begin, uint64_t end) : begin_(begin), next_(begin), end_(end) {}
  uint64_t Allocate(uint64_t bytes, uint64_t alignment = 64);  // std::bad_alloc
  uint64_t mark() const { return next_; }
  // Frees what came after mark(), all of it without an argument: nothing in flight may use it.
  void Reset(uint64_t mark) { next_ = mark; }
  void Reset() { next_ = begin_; }
  uint64_t free_bytes() const { return end_ - next_; }

 private:
  uint64_t begin_ = 0, next_ = 0, end_ = 0;
};

class Driver {
 public:
  // Resets the machine and places the ring (entries: a power of two, 2..32768) at address 0.
  explicit Driver(Machine& machine, uint32_t ring_size = 64);

  const MachineShape& shape() const { return shape_; }
  Machine& machine() { return machine_; }
  Arena& arena() { return arena_; }

  // A tensor in the arena; rows begin at multiples of 16 bytes, and so do samples.
  Tensor NewTensor(uint32_t rows, uint32_t cols, Format format, uint32_t samples = 1);

  // Row-major elements, one code a byte (0..15), or INT32: rows * cols of them, of one sample; else
  // std::invalid_argument. Upload of codes also writes 0 to the bytes between the rows.
  void Upload(const Tensor& tensor, std::span<const uint8_t> codes, uint32_t sample = 0);
  void UploadInt32(const Tensor& tensor, std::span<const int32_t> values);
  std::vector<uint8_t> Download(const Tensor& tensor, uint32_t sample = 0);
  std::vector<int32_t> DownloadInt32(const Tensor& tensor);

  // One command as it is; its interrupt bit belongs to the driver.
  Handle Submit(const Command& command);
  // A product, in one or several commands. Partial sums (PlanScratchBytes) are allocated in the
  // arena and stay there: take mark() before, and Reset(mark) when the product is done.
  Handle Gemm(const GemmRequest& request);

  void Flush();                              // rings the doorbell
  CommandResult Wait(const Handle& handle);  // once for a handle; then its result is forgotten
  void WaitAll();                            // results stay until they are taken, or Forget()
  void Forget() { results_.clear(); }

  // Soft reset: ends an error; commands that had not completed are forgotten.
  void Recover();

 private:
  uint64_t EntryAddress(uint64_t number) const;
  uint64_t RecordAddress(uint64_t number) const;
  void WriteEntry(uint64_t number, const Command& command);
  void WaitUntil(uint64_t completed);
  bool Collect();  // records of commands completed since; true when there were any
  void ReadRecord(uint64_t number);
  void CheckSize(const Tensor& tensor, size_t elements, bool int32) const;

  Machine& machine_;
  MachineShape shape_;
  uint32_t ring_size_;
  uint64_t ring_base_ = 0, record_base_ = 0;
  Arena arena_;

  // Commands since construction: written to the ring, submitted, completed; and at the last reset.
  uint64_t written_ = 0, submitted_ = 0, completed_ = 0, origin_ = 0;
  Command last_;                          // the one written last
  std::map<uint64_t, uint32_t> samples_;  // of commands in flight
  std::map<uint64_t, CommandResult> results_;
};

}  // namespace tetralog
