// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/machine_backend.h"

#include <algorithm>
#include <new>
#include <span>
#include <stdexcept>

#include "sim/driver.h"
#include "sim/train/host_kernels.h"

namespace tetralog::train {
namespace {

class MachineBackend : public GemmBackend {
 public:
  explicit MachineBackend(Machine& machine)
      : machine_(machine), driver_(machine), kernels_(BestHostKernels()) {}

  const std::string& name() const override { return machine_.level(); }

  void Run(const GemmCall& call, GemmOutput* output) override {
    driver_.WaitAll();
    driver_.Forget();
    driver_.arena().Reset();
    try {
      RunOn(call, output);
    } catch (const std::bad_alloc&) {
      throw std::invalid_argument(call.name() + " does not fit the " +
                                  std::to_string(machine_.memory_size()) +
                                  " bytes of the machine: give it more memory");
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(call.name() + ": " + error.what());
    }
  }

 private:
  void RunOn(const GemmCall& call, GemmOutput* output) {
    GemmRequest request;
    request.a = Upload(call.a, call.m, call.k, call.a_transposed, call.a_format, call.a_samples);
    request.a_transposed = call.a_transposed;
    request.a_samples = call.a_samples;
    request.b = Upload(call.b, call.k, call.n, call.b_transposed, call.b_format, 1);
    request.b_transposed = call.b_transposed;
    if (call.mask != nullptr) {
      request.mask = Upload(call.mask, call.m, call.n, call.mask_transposed, Format::kUint4, 1);
      request.mask_transposed = call.mask_transposed;
    }
    if (call.c != nullptr) request.c = UploadAddend(call);
    request.d = NewTensor(call.m, call.n, call.d_transposed, call.d_format, call.samples);
    request.d_transposed = call.d_transposed;
    request.output.scale_mul = static_cast<uint8_t>(call.scale_mul);
    if (request.output.scale_mul != call.scale_mul) {
      throw std::invalid_argument("scale_mul = " + std::to_string(call.scale_mul) +
                                  ": give 1 to 255");
    }
    request.output.scale_shift = call.scale_shift;
    request.output.rounding = call.rounding;
    request.output.seed = call.seed;
    const CommandResult result = driver_.Wait(driver_.Gemm(request));

    output->max_abs = result.record.max_abs;
    output->zeros = result.zeros.at(0);
    output->clipped = result.clipped.at(0);
    output->wraps = result.wraps;
    output->codes.clear();
    output->z.clear();
    if (call.d_format == Format::kInt32) {
      output->z = driver_.DownloadInt32(request.d);
    } else {
      Download(request.d, &output->codes);
    }
  }

  Tensor NewTensor(uint32_t rows, uint32_t cols, bool transposed, Format format, uint32_t samples) {
    return transposed ? driver_.NewTensor(cols, rows, format, samples)
                      : driver_.NewTensor(rows, cols, format, samples);
  }

  Tensor Upload(const uint8_t* codes, uint32_t rows, uint32_t cols, bool transposed, Format format,
                uint32_t samples) {
    const Tensor tensor = NewTensor(rows, cols, transposed, format, samples);
    const size_t lines = size_t{tensor.rows} * samples;
    uint8_t all = 0;
    for (size_t i = 0; i < lines * tensor.cols; ++i) all |= codes[i];
    if (all > 15) throw std::invalid_argument("a code has more than 4 bits: give 0 to 15");
    bytes_.assign(lines * tensor.stride, 0);
    for (size_t r = 0; r < lines; ++r) {
      kernels_.pack(codes + r * tensor.cols, tensor.cols, &bytes_[r * tensor.stride]);
    }
    machine_.WriteMemory(tensor.address, bytes_);
    return tensor;
  }

  // As it is where the machine can address it so, else gathered.
  Addend UploadAddend(const GemmCall& call) {
    uint32_t row_stride = call.c_row_stride, col_stride = call.c_col_stride;
    std::vector<int32_t> gathered;
    std::span<const int32_t> c;
    if (row_stride == 1 || col_stride == 1) {
      c = {call.c, size_t{call.m - 1} * row_stride + size_t{call.n - 1} * col_stride + 1};
    } else {
      gathered.resize(size_t{call.m} * call.n);
      for (size_t i = 0; i < call.m; ++i) {
        for (size_t j = 0; j < call.n; ++j) {
          gathered[i * call.n + j] = call.c[i * row_stride + j * col_stride];
        }
      }
      c = gathered;
      row_stride = call.n;
      col_stride = 1;
    }
    const uint64_t address = driver_.arena().Allocate(c.size_bytes());
    machine_.WriteMemory(address, {reinterpret_cast<const uint8_t*>(c.data()), c.size_bytes()});
    return {address, row_stride * 4, col_stride * 4};
  }

  void Download(const Tensor& tensor, std::vector<uint8_t>* codes) {
    bytes_.resize(tensor.sample_bytes() * tensor.samples);
    machine_.ReadMemory(tensor.address, bytes_);
    codes->resize(size_t{tensor.rows} * tensor.cols * tensor.samples);
    for (size_t r = 0; r < size_t{tensor.rows} * tensor.samples; ++r) {
      kernels_.unpack(&bytes_[r * tensor.stride], tensor.cols, &(*codes)[r * tensor.cols]);
    }
  }

  Machine& machine_;
  Driver driver_;
  const HostKernels& kernels_;
  std::vector<uint8_t> bytes_;
};

class CheckingBackend : public GemmBackend {
 public:
  CheckingBackend(GemmBackend& backend, GemmBackend& check, uint64_t every)
      : backend_(backend), check_(check), every_(every) {}

  const std::string& name() const override { return backend_.name(); }

  void Run(const GemmCall& call, GemmOutput* output) override {
    backend_.Run(call, output);
    if (calls_++ % every_ != 0) return;
    GemmOutput expected;
    check_.Run(call, &expected);
    Compare(call, "code", output->codes, expected.codes);
    Compare(call, "z", output->z, expected.z);
    Compare(call, "max_abs", std::vector{output->max_abs}, std::vector{expected.max_abs});
    Compare(call, "zeros", std::vector{output->zeros}, std::vector{expected.zeros});
    Compare(call, "clipped", std::vector{output->clipped}, std::vector{expected.clipped});
  }

 private:
  template <typename T>
  void Compare(const GemmCall& call, const char* what, const std::vector<T>& got,
               const std::vector<T>& expected) const {
    if (got == expected) return;
    const auto at = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
    std::string text =
        call.name() + ": " + what + " differs between " + backend_.name() + " and " + check_.name();
    if (at.first != got.end() && at.second != expected.end()) {
      text += " at element " + std::to_string(at.first - got.begin()) + ": " +
              std::to_string(*at.first) + " and " + std::to_string(*at.second);
    }
    throw std::runtime_error(text);
  }

  GemmBackend &backend_, &check_;
  uint64_t every_, calls_ = 0;
};

}  // namespace

std::unique_ptr<GemmBackend> MakeMachineBackend(Machine& machine) {
  return std::make_unique<MachineBackend>(machine);
}

std::unique_ptr<GemmBackend> MakeCheckingBackend(GemmBackend& backend, GemmBackend& check,
                                                 uint64_t every) {
  if (every == 0) throw std::invalid_argument("a check every 0 calls: give at least 1");
  return std::make_unique<CheckingBackend>(backend, check, every);
}

}  // namespace tetralog::train
