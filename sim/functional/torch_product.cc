// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/torch_product.h"

#include <dlfcn.h>
#include <torch/torch.h>
#include <torch/version.h>

namespace tetralog {
namespace {

torch::Tensor RandomMatrix(int64_t rows, int64_t cols, bool transposed) {
  return transposed ? torch::randn({cols, rows}).t() : torch::randn({rows, cols});
}

}  // namespace

struct TorchProduct::Operands {
  torch::Tensor a, b;
};

void SetTorchThreads(int threads) {
  torch::set_num_threads(threads);
  // OpenBLAS keeps a pool of its own; other BLAS libraries have no such function.
  if (void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<void (*)(int)>(set)(threads);
  }
}

std::string TorchVersion() { return "libtorch " TORCH_VERSION; }

TorchProduct::TorchProduct(int64_t m, int64_t k, int64_t n, bool a_transposed, bool b_transposed)
    : operands_(new Operands{RandomMatrix(m, k, a_transposed), RandomMatrix(k, n, b_transposed)}) {}

TorchProduct::TorchProduct(TorchProduct&&) noexcept = default;

TorchProduct::~TorchProduct() = default;

void TorchProduct::Run() const {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor result = torch::mm(operands_->a, operands_->b);
  (void)result;
}

}  // namespace tetralog
