// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The tensors of a chain of layers in the memory of a machine, and the commands between them.
//
// Of a fully connected layer: X [batch, in + 1], dY [samples][batch, out]. Of a convolution, rows
// being its output pixels: X [in + 1, rows], Y and dY [out, rows]. The last column (row) of X holds
// ones, so that the last column of dW is the bias gradient. Y of a fully connected layer is X of
// the next one.
//
// Where a scale depends on the result itself, the result is made as INT32 first and rounded by a
// second command with K = 1: its operands are zero and C is the result.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/driver.h"
#include "sim/reference/network.h"
#include "sim/train/host_kernels.h"

namespace tetralog::train {

// Room for at least `size` elements; what is there may be anything.
template <typename T>
void Grow(std::vector<T>& buffer, size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

struct LayerTensors {
  Tensor w, bias;       // INT4 [out, in], INT32 [1, out]
  Tensor x;             // with the ones
  Tensor z;             // INT32 [out, rows]; the last layer's: logits [batch, out]
  Tensor y;             // of a convolution
  Tensor sums, pooled;  // of a convolution, INT32 and UINT4 [out, pooled pixels]
  Tensor mask;          // UINT4 [batch, in]: where it is zero no gradient passes to the input
  Tensor dy;            // LOG4
  Tensor dx;  // LOG4 [batch, in] behind a convolution's pool; else it is dY of the layer below
  Tensor dz;  // INT32: input gradient [batch, in], of a convolution that of some images [rows, in]
  Tensor dw;  // INT32 [out, in + 1]
};

class ChainTensors {
 public:
  // relu_on_sums: where a gradient passes is a tensor of its own, and sums are pooled.
  ChainTensors(Machine& machine, std::vector<reference::Layer> layers, bool relu_on_sums);

  // For batches of this size. Throws std::invalid_argument when the memory is too small.
  void Plan(uint32_t batch, uint32_t samples);
  void BeginStep();  // forgets results and partial sums

  Driver& driver() { return driver_; }
  const LayerTensors& operator[](size_t i) const { return tensors_[i]; }
  // Where the LOG4 gradient of the input of a fully connected layer goes.
  const Tensor& dx(size_t i) const {
    return Convolution(i - 1) ? tensors_[i].dx : tensors_[i - 1].dy;
  }

  // All bytes of a tensor, pads included, to be written: those of the machine's memory where the
  // host shares it, else of a buffer that Send() copies there. Valid until the next Open().
  uint8_t* Open(const Tensor& tensor);
  void Send();
  // Stored rows of a tensor's first sample and kBlock bytes behind them. Valid until the next
  // Rows() or Open().
  const uint8_t* Rows(const Tensor& tensor, size_t row, size_t rows);

  Handle ForwardZ(size_t i);  // z; the last layer's logits
  Handle Forward(size_t i, const OutputOptions& output);
  Handle RoundZ(size_t i, const OutputOptions& output);  // the same from z
  Handle MaskZ(size_t i);  // the mask of the layer behind a fully connected one, from z
  Handle RoundSums(size_t i, const OutputOptions& output);  // pooled codes from pooled sums
  Handle InputGradientZ(size_t i);                          // dz of a fully connected layer
  // dz of the columns of a convolution, of kImages images or the rest of the batch: so few that
  // they are still in the cache when the host folds them.
  static constexpr uint32_t kImages = 4;
  Handle ColumnGradientZ(size_t i, uint32_t first);
  Handle InputGradient(size_t i, const OutputOptions& output);
  Handle RoundInputGradient(size_t i, const OutputOptions& output);  // the same from dz
  Handle WeightGradient(size_t i);

 private:
  bool Convolution(size_t i) const { return layers_[i].convolution(); }
  bool Last(size_t i) const { return i + 1 == layers_.size(); }
  void Allocate();
  void WriteOnes(const Tensor& x);
  GemmRequest ForwardRequest(size_t i) const;
  GemmRequest InputGradientRequest(size_t i) const;
  GemmRequest RoundRequest(const Tensor& z) const;
  void PlaceY(size_t i, GemmRequest* request) const;

  std::vector<reference::Layer> layers_;
  bool relu_on_sums_;
  Driver driver_;
  std::vector<LayerTensors> tensors_;
  Tensor zeros_;  // one row
  uint32_t batch_ = 0, samples_ = 0;
  uint64_t mark_ = 0;                       // of the arena, behind the tensors
  std::vector<uint8_t> buffer_;             // of memory that is not shared
  uint64_t opened_ = 0, opened_bytes_ = 0;  // what Send() copies
};

}  // namespace tetralog::train
