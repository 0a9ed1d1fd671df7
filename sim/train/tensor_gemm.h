// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The layers of a tensor network whose GEMMs run on a backend: a function of the automatic
// derivatives, float32 outside, 4-bit codes inside. C++17.

#pragma once

#include <ATen/ATen.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/train/code_columns.h"
#include "sim/train/gemm_backend.h"
#include "sim/train/tensor_trainer.h"

namespace tetralog::train {

// Master values in float64, their velocity, and what a step computes with.
struct TensorParameter {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<double> values, velocity;
  at::Tensor leaf;                  // float32, of this step
  std::vector<double> square = {};  // Adam: mean of the gradient's square; else empty
};

// m_t = 0.9 * m_(t-1) + 0.1 * value_(t-1); the first value stands for itself.
struct TensorEstimate {
  std::array<double, 2> state{};  // average; 1 when it has seen a value, else 0

  double Of(double current, bool hindsight) const {
    return hindsight && state[1] != 0 ? state[0] : current;
  }
  void Observe(double value) {
    state = {state[1] != 0 ? 0.9 * state[0] + 0.1 * value : value, 1.0};
  }
};

// What all layers have in common in one pass.
struct TensorPass {
  const TensorOptions* options = nullptr;
  GemmBackend* backend = nullptr;
  bool training = false;
  bool fp32 = false;
  uint32_t samples = 1;
  uint64_t step = 0;
  CodeHistogram* histogram = nullptr;
};

class TensorGemm {
 public:
  struct Setup {
    std::string name;
    size_t index = 0;            // of the seeds
    bool is_signed = false;      // of the input: INT4, else UINT4
    bool first_or_last = false;  // in FP32 where the options say so
    bool input_gradient = true;  // not of the pixels
    double clip = 0;             // of the input, in real values; 0: by hindsight
    std::optional<Convolution> convolution;
  };
  // The parameter outlives this and has the shape [out, in].
  TensorGemm(Setup setup, TensorParameter* weight) : setup_(std::move(setup)), weight_(weight) {}

  // x, float32: [rows, in] to [rows, out]; of a convolution images [batch, row, column, channel] to
  // such with out channels. UINT4 inputs (is_signed false) are clipped at 0. At most once in a
  // pass, forward and then backward; the pass outlives the derivatives, and has a backend unless
  // this GEMM is in FP32. Throws what the backend throws.
  at::Tensor Apply(const TensorPass& pass, const at::Tensor& x);

  const std::string& name() const { return setup_.name; }
  TensorEstimate& input_clip() { return input_clip_; }
  TensorEstimate& gradient_max() { return gradient_max_; }

  // Called by the derivative's function alone: Forward by Apply, then at most one Backward of the
  // same pass, with the gradient of what Forward gave, [rows, out] or images. It gives the
  // gradients of input (undefined where there is none) and weights; std::invalid_argument if not
  // finite.
  at::Tensor Forward(const at::Tensor& x);
  std::vector<at::Tensor> Backward(const at::Tensor& gradient);

 private:
  at::Tensor InFp32(const at::Tensor& x) const;
  int64_t out() const { return weight_->shape[0]; }
  int64_t in() const { return weight_->shape[1]; }
  void QuantiseWeights();
  void QuantiseInput(const at::Tensor& x);
  // LOG4 codes of `samples` samples [rows, out].
  std::vector<uint8_t> QuantiseGradient(const at::Tensor& gradient, double* scale);
  at::Tensor InputGradient(const std::vector<uint8_t>& codes, double scale);
  at::Tensor WeightGradient(const std::vector<uint8_t>& codes, double scale);
  GemmCall CallOf(const char* kind, double scale_a, double scale_b) const;
  at::Tensor Real(const GemmOutput& output, at::IntArrayRef shape, double unit) const;

  Setup setup_;
  TensorParameter* weight_;
  TensorEstimate input_clip_, gradient_max_;
  // Of this pass.
  const TensorPass* pass_ = nullptr;
  std::vector<int64_t> input_shape_;
  int64_t rows_ = 0;
  std::vector<uint8_t> weight_codes_, columns_;
  double weight_scale_ = 1, input_scale_ = 1;
};

}  // namespace tetralog::train
