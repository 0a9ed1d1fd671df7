// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the training step share: the labels of a recorded batch, and a machine that
// watches its host and can change one command in the ring.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/machine.h"
#include "sim/reference/dataset.h"
#include "sim/reference/seeds.h"
#include "sim/trace_file.h"

namespace tetralog::testing {

// A trace holds no labels; the order of the images depends on the seed of the run alone (docs/
// traces.md). Of a step of the first epoch.
inline std::vector<uint8_t> LabelsOf(const Trace& trace, uint32_t step, size_t batch) {
  using namespace reference;
  const Images train = load_dataset().train;
  std::vector<uint32_t> order(train.size());
  std::iota(order.begin(), order.end(), 0u);
  SplitMix64 stream(derive_seed({trace.seed, 0, 0, kBatchOrder}));
  for (size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[stream.next() % (i + 1)]);
  std::vector<uint8_t> labels;
  for (size_t i = 0; i < batch; ++i) labels.push_back(train.labels[order.at(step * batch + i)]);
  return labels;
}

// Passes everything on. The ring begins at address 0, as the driver places it.
class WatchedMachine : public Machine {
 public:
  explicit WatchedMachine(Machine& machine, uint32_t ring_size = 64)
      : machine_(machine), ring_bytes_(uint64_t{ring_size} * (kCommandBytes + kRecordBytes)) {}

  // Changes command `index` on its way into the ring.
  void Plant(uint32_t index, std::function<void(Command&)> change) {
    planted_ = index;
    change_ = std::move(change);
  }

  uint32_t doorbells = 0;
  // Bytes of tensors that the host wrote, and read, since doorbell number [i] (0: none yet).
  std::vector<uint64_t> written{0}, read{0};

  const std::string& level() const override { return machine_.level(); }
  uint64_t memory_size() const override { return machine_.memory_size(); }
  void WriteMemory(uint64_t address, std::span<const uint8_t> bytes) override {
    if (address >= ring_bytes_) written.back() += bytes.size();
    if (change_ && address == uint64_t{planted_} * kCommandBytes) {
      Command command = Command::Unpack(bytes);
      change_(command);
      machine_.WriteMemory(address, command.Pack());
    } else {
      machine_.WriteMemory(address, bytes);
    }
  }
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override {
    if (address >= ring_bytes_) const_cast<WatchedMachine*>(this)->read.back() += bytes.size();
    machine_.ReadMemory(address, bytes);
  }
  void WriteRegister(uint32_t offset, uint32_t value) override {
    if (offset == kRegTail) {
      ++doorbells;
      written.push_back(0);
      read.push_back(0);
    }
    machine_.WriteRegister(offset, value);
  }
  uint32_t ReadRegister(uint32_t offset) override { return machine_.ReadRegister(offset); }
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) override {
    machine_.InjectFault(fault, address, bytes);
  }
  bool Interrupt() const override { return machine_.Interrupt(); }
  void Wait() override { machine_.Wait(); }
  uint64_t cycles() const override { return machine_.cycles(); }
  void OnProgress(std::function<void(uint64_t)> callback) override {
    machine_.OnProgress(std::move(callback));
  }
  void Trace(const std::string& path) override { machine_.Trace(path); }

 private:
  Machine& machine_;
  uint64_t ring_bytes_;
  uint32_t planted_ = 0;
  std::function<void(Command&)> change_;
};

}  // namespace tetralog::testing
