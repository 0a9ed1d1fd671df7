// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The FP32 product of libtorch that the benchmark compares with. Its headers are hidden here: they
// need C++17, the rest of the tree C++20.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace tetralog {

// Threads of every libtorch operation from now on.
void SetTorchThreads(int threads);

// "libtorch 1.13.1".
std::string TorchVersion();

// torch::mm of two random matrices, each of them stored transposed or not.
class TorchProduct {
 public:
  TorchProduct(int64_t m, int64_t k, int64_t n, bool a_transposed, bool b_transposed);
  TorchProduct(TorchProduct&&) noexcept;
  ~TorchProduct();

  void Run() const;  // allocates its result, as FastGemm does

 private:
  struct Operands;
  std::unique_ptr<Operands> operands_;
};

}  // namespace tetralog
