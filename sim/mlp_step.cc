// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/mlp_step.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "model/formats.h"
#include "sim/linear_layer.h"
#include "sim/loss_gradient.h"
#include "sim/reference/seeds.h"

namespace tetralog {
namespace {

constexpr uint64_t kCounterMask = (uint64_t{1} << 48) - 1;

Counters Since(const Counters& before, const Counters& now) {
  Counters since;
  for (uint32_t i = 0; i < kCounters; ++i) since[i] = (now[i] - before[i]) & kCounterMask;
  return since;
}

// The codes of sample s of a recorded tensor, one a byte.
std::vector<uint8_t> CodesOf(const PackedTensor& tensor, uint32_t samples = 1, uint32_t s = 0) {
  const uint32_t rows = tensor.rows / samples;
  const auto bytes = std::span(tensor.bytes).subspan(size_t{s} * rows * tensor.stride());
  return UnpackMatrix(bytes, rows, tensor.cols, tensor.stride());
}

// The recorded commands of one layer.
struct LayerTrace {
  const TraceGemm* forward = nullptr;
  const TraceGemm* input_gradient = nullptr;  // none of the first layer
  const TraceGemm* weight_gradient = nullptr;
};

const TraceGemm* Find(const Trace& trace, uint32_t step, const std::string& layer,
                      const std::string& kind) {
  for (const TraceGemm& gemm : trace.gemms) {
    if (gemm.step == step && gemm.layer == layer && gemm.kind == kind) return &gemm;
  }
  throw std::invalid_argument("the trace has no " + kind + " of " + layer + " in step " +
                              std::to_string(step) + ": give an MLP's and a step that it holds");
}

std::vector<LayerTrace> LayersOf(const Trace& trace, uint32_t step) {
  if (trace.network != "mlp") {
    throw std::invalid_argument("this is a trace of " + trace.network + ": give one of an MLP");
  }
  std::vector<LayerTrace> layers;
  for (const TraceGemm& gemm : trace.gemms) {
    if (gemm.step != step || gemm.kind != "forward") continue;
    LayerTrace layer;
    layer.forward = &gemm;
    layer.weight_gradient = Find(trace, step, gemm.layer, "weight_gradient");
    if (!layers.empty()) layer.input_gradient = Find(trace, step, gemm.layer, "input_gradient");
    layers.push_back(layer);
  }
  if (layers.empty()) Find(trace, step, "any layer", "forward");
  return layers;
}

OutputOptions OutputOf(const TraceGemm& gemm) {
  OutputOptions output;
  output.scale_mul = static_cast<uint8_t>(gemm.scale_mul);
  output.scale_shift = gemm.scale_shift;
  output.rounding = gemm.rounding;
  output.seed = gemm.seed;
  output.row0 = gemm.row0;
  output.col0 = gemm.col0;
  output.sample0 = static_cast<uint8_t>(gemm.sample0);
  return output;
}

// The bias gradient as a recorded command: sums of the codes of dY over batch and samples.
TraceGemm BiasGradientOf(const TraceGemm& weight_gradient) {
  TraceGemm gemm;
  gemm.layer = weight_gradient.layer;
  gemm.kind = "bias_gradient";
  gemm.m = weight_gradient.m;
  gemm.n = 1;
  gemm.k = weight_gradient.k;
  gemm.a_samples = weight_gradient.a_samples;
  gemm.d_transposed = true;
  gemm.z.assign(gemm.m, 0);
  const std::vector<uint8_t> codes = CodesOf(weight_gradient.a);
  for (size_t i = 0; i < codes.size(); ++i) {
    gemm.z[i % gemm.m] += Decode(weight_gradient.a_format, codes[i]);
  }
  TraceStatistics& statistics = gemm.statistics;
  statistics.zeros = {0};
  statistics.clipped = {0};
  for (const int32_t z : gemm.z) {
    const auto magnitude = static_cast<uint32_t>(std::abs(z));  // below 2^31: K is limited
    statistics.max_abs = std::max(statistics.max_abs, magnitude);
    statistics.sum_abs += magnitude;
    statistics.sum_squares_lo += uint64_t{magnitude} * magnitude;
    statistics.zeros[0] += z == 0;
  }
  return gemm;
}

const char* OutputName(const std::string& kind) {
  if (kind == "forward") return "Y";
  if (kind == "input_gradient") return "dX";
  return kind == "weight_gradient" ? "dW" : "db";
}

class Step {
 public:
  Step(Driver& driver, const Trace& trace, uint32_t step, std::span<const uint8_t> labels);
  MlpStepReport Run();

 private:
  struct Job {
    const TraceGemm* truth;
    Tensor d;
    Handle handle;
  };

  Tensor Upload(const PackedTensor& codes, Format format);
  void Forward();
  void MakeLoss();
  void Backward();
  void BiasGradient(size_t i);
  void Take(Handle handle, const TraceGemm& truth, const Tensor& d) {
    jobs_.push_back({&truth, d, handle});
  }
  void Collect();
  // "fc2 dX", ...
  static std::string NameOf(const TraceGemm& truth) {
    return truth.layer + " " + OutputName(truth.kind);
  }
  void Compare(const Job& job, const CommandResult& result);
  void CompareCodes(const std::string& name, const std::vector<uint8_t>& expected,
                    const std::vector<uint8_t>& got, uint32_t cols);
  void CompareInt32(const Job& job);
  void CompareStatistics(const Job& job, const CommandResult& result);

  Driver& driver_;
  const Trace& trace_;
  uint32_t step_;
  std::span<const uint8_t> labels_;
  std::vector<LayerTrace> layers_;
  std::vector<TraceGemm> bias_gradients_;
  uint32_t samples_ = 1;  // of every gradient

  // Of layer i: weights, bias, their gradients. Activations and gradients: [i] is the input of
  // layer i, and [layers] the logits; the gradient of the network's input is not made.
  std::vector<Tensor> w_, bias_, dw_, db_, x_, dx_;
  Tensor ones_;

  std::vector<Job> jobs_;
  MlpStepReport report_;
};

Step::Step(Driver& driver, const Trace& trace, uint32_t step, std::span<const uint8_t> labels)
    : driver_(driver),
      trace_(trace),
      step_(step),
      labels_(labels),
      layers_(LayersOf(trace, step)),
      samples_(layers_.back().weight_gradient->a_samples) {
  const uint32_t batch = layers_[0].forward->n;
  if (labels.size() != batch) {
    throw std::invalid_argument(std::to_string(labels.size()) + " labels for a batch of " +
                                std::to_string(batch) + ": give one for each image");
  }
  x_.push_back(Upload(layers_[0].forward->b, layers_[0].forward->b_format));
  dx_.emplace_back();
  for (const LayerTrace& layer : layers_) {
    const TraceGemm& forward = *layer.forward;
    w_.push_back(Upload(forward.a, forward.a_format));
    bias_.push_back(driver_.NewTensor(1, forward.m, Format::kInt32));
    driver_.UploadInt32(bias_.back(), forward.c);
    x_.push_back(driver_.NewTensor(batch, forward.m, forward.d_format));
    dx_.push_back(driver_.NewTensor(batch, forward.m, Format::kLog4, samples_));
    dw_.push_back(driver_.NewTensor(forward.m, forward.k, Format::kInt32));
    db_.push_back(driver_.NewTensor(1, forward.m, Format::kInt32));
    bias_gradients_.push_back(BiasGradientOf(*layer.weight_gradient));
  }
  ones_ = driver_.NewTensor(1, batch, Format::kUint4);
  driver_.Upload(ones_, std::vector<uint8_t>(batch, 1));
}

Tensor Step::Upload(const PackedTensor& codes, Format format) {
  const Tensor tensor = driver_.NewTensor(codes.rows, codes.cols, format);
  driver_.Upload(tensor, CodesOf(codes));
  return tensor;
}

// --- The two submissions and the host's work between them ---

MlpStepReport Step::Run() {
  const Counters start = ReadCounters(driver_.machine());
  Forward();
  driver_.WaitAll();
  const Counters middle = ReadCounters(driver_.machine());
  report_.forward = Since(start, middle);
  report_.forward_commands = static_cast<uint32_t>(jobs_.size());
  MakeLoss();
  Backward();
  driver_.WaitAll();
  report_.backward = Since(middle, ReadCounters(driver_.machine()));
  Collect();
  return std::move(report_);
}

void Step::Forward() {
  for (size_t i = 0; i < layers_.size(); ++i) {
    const TraceGemm& truth = *layers_[i].forward;
    Take(LinearForward(driver_, w_[i], x_[i], x_[i + 1], bias_[i], OutputOf(truth)), truth,
         x_[i + 1]);
  }
}

void Step::MakeLoss() {
  const TraceGemm& truth = *layers_.back().weight_gradient;  // its A is dY of the logits
  LossOptions options;
  options.scale = layers_.back().forward->scale_d;
  options.shift = std::ilogb(truth.scale_a);
  options.seed =
      reference::derive_seed({trace_.seed, step_, layers_.size(), reference::kLossGradient});
  options.samples = samples_;
  options.random_bits = driver_.shape().random_bits;
  const LossGradient loss = MakeLossGradient(driver_.DownloadInt32(x_.back()), labels_, options);
  report_.loss = loss.mean;
  report_.correct = loss.correct;
  for (uint32_t s = 0; s < samples_; ++s) driver_.Upload(dx_.back(), loss.codes[s], s);
}

void Step::Backward() {
  for (size_t i = layers_.size(); i-- > 0;) {
    const Tensor& dy = dx_[i + 1];
    if (i > 0) {  // the next layer waits for it: first
      const TraceGemm& truth = *layers_[i].input_gradient;
      Take(LinearInputGradient(driver_, dy, w_[i], dx_[i], x_[i], OutputOf(truth)), truth, dx_[i]);
    }
    Take(LinearWeightGradient(driver_, dy, x_[i], dw_[i]), *layers_[i].weight_gradient, dw_[i]);
    BiasGradient(i);
  }
}

// db[o] = sum over batch and samples of dY[b,o] * 1.
void Step::BiasGradient(size_t i) {
  GemmRequest request;
  request.a = dx_[i + 1];
  request.a_transposed = true;
  request.a_samples = samples_;
  request.b = ones_;
  request.b_transposed = true;
  request.d = db_[i];
  request.d_transposed = true;
  Take(driver_.Gemm(request), bias_gradients_[i], db_[i]);
}

// --- Comparison ---

void Step::Collect() {
  for (size_t i = 0; i < jobs_.size(); ++i) {
    if (i == report_.forward_commands) {  // made by the host, in between
      const PackedTensor& truth = layers_.back().weight_gradient->a;
      for (uint32_t s = 0; s < samples_; ++s) {
        CompareCodes("loss dY sample " + std::to_string(s), CodesOf(truth, samples_, s),
                     driver_.Download(dx_.back(), s), truth.cols);
      }
    }
    const Job& job = jobs_[i];
    const TraceGemm& truth = *job.truth;
    StepCommand command;
    command.layer = truth.layer;
    command.kind = truth.kind;
    command.commands = job.handle.count;
    command.products = uint64_t{truth.m} * truth.n * truth.k * truth.a_samples;
    command.result = driver_.Wait(job.handle);
    Compare(job, command.result);
    report_.commands.push_back(std::move(command));
  }
}

void Step::Compare(const Job& job, const CommandResult& result) {
  if (job.d.format == Format::kInt32) {
    CompareInt32(job);
  } else {
    for (uint32_t s = 0; s < job.d.samples; ++s) {
      std::string name = NameOf(*job.truth);
      if (job.d.samples > 1) name += " sample " + std::to_string(s);
      CompareCodes(name, CodesOf(job.truth->d, job.d.samples, s), driver_.Download(job.d, s),
                   job.d.cols);
    }
  }
  CompareStatistics(job, result);
}

void Step::CompareCodes(const std::string& name, const std::vector<uint8_t>& expected,
                        const std::vector<uint8_t>& got, uint32_t cols) {
  report_.compared += expected.size();
  if (got == expected) return;
  if (got.size() != expected.size()) {
    report_.differences.push_back(name + ": " + std::to_string(got.size()) +
                                  " codes, the reference has " + std::to_string(expected.size()));
    return;
  }
  const size_t at = static_cast<size_t>(
      std::mismatch(got.begin(), got.end(), expected.begin()).first - got.begin());
  report_.differences.push_back(name + "[" + std::to_string(at / cols) + ", " +
                                std::to_string(at % cols) + "]: code " + std::to_string(got[at]) +
                                ", the reference has " + std::to_string(expected[at]));
}

// Recorded results are [m, n]; those of a transposed D lie as [n, m].
void Step::CompareInt32(const Job& job) {
  const TraceGemm& truth = *job.truth;
  const std::vector<int32_t> got = driver_.DownloadInt32(job.d);
  report_.compared += got.size();
  for (uint32_t row = 0; row < job.d.rows; ++row) {
    for (uint32_t col = 0; col < job.d.cols; ++col) {
      const int32_t value = got[size_t{row} * job.d.cols + col];
      const int32_t expected = truth.d_transposed ? truth.z[size_t{col} * truth.n + row]
                                                  : truth.z[size_t{row} * truth.n + col];
      if (value == expected) continue;
      report_.differences.push_back(NameOf(truth) + "[" + std::to_string(row) + ", " +
                                    std::to_string(col) + "]: " + std::to_string(value) +
                                    ", the reference has " + std::to_string(expected));
      return;
    }
  }
}

void Step::CompareStatistics(const Job& job, const CommandResult& result) {
  const TraceStatistics& truth = job.truth->statistics;
  const std::string name = NameOf(*job.truth) + " statistic ";
  bool found = false;
  const auto compare = [&](const std::string& what, uint64_t expected, uint64_t got) {
    ++report_.compared;
    if (got == expected || found) return;
    found = true;
    report_.differences.push_back(name + what + ": " + std::to_string(got) +
                                  ", the reference has " + std::to_string(expected));
  };
  compare("max_abs", truth.max_abs, result.record.max_abs);
  compare("sum_abs", truth.sum_abs, result.record.sum_abs);
  compare("sum_squares_lo", truth.sum_squares_lo, static_cast<uint64_t>(result.sum_squares()));
  compare("sum_squares_hi", truth.sum_squares_hi,
          static_cast<uint64_t>(result.sum_squares() >> 64));
  compare("wraps", truth.wraps, result.wraps);
  compare("samples", truth.zeros.size(), result.zeros.size());
  for (size_t s = 0; s < std::min(truth.zeros.size(), result.zeros.size()); ++s) {
    const std::string sample = " of sample " + std::to_string(s);
    compare("zeros" + sample, truth.zeros[s], result.zeros[s]);
    compare("clipped" + sample, truth.clipped[s], result.clipped[s]);
  }
}

}  // namespace

MlpStepReport RunMlpStep(Driver& driver, const Trace& trace, uint32_t step,
                         std::span<const uint8_t> labels) {
  return Step(driver, trace, step, labels).Run();
}

}  // namespace tetralog
