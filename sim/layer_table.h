// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The matrix products of a network, as a table in a file: see docs/estimate.md for its format.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"

namespace tetralog {

enum class GemmKind {
  kLayer,           // D^T = B^T A^T + bias: A weights [M,K], B inputs stored [N,K], D stored [N,M]
  kProduct,         // the same of two activations, without bias
  kInputGradient,   // dX [M,N] = dY [M,K] W [K,N]
  kWeightGradient,  // dW [M,N] = dY^T X, with dY [K,M] and X [K,N]
};

// How training takes the gradient of a layer's input.
enum class InputGradient {
  kCodes,  // as LOG4
  kSums,   // as INT32: of a convolution, or one of several branches, which the host adds
  kNone,   // not at all: the layer reads the network's input
};

// A product of `count` equal ones.
struct LayerGemm {
  std::string name;
  GemmKind kind = GemmKind::kLayer;
  uint64_t m = 0, n = 0, k = 0;
  uint64_t count = 1;
  Format b = Format::kUint4, d = Format::kUint4;
  InputGradient dx = InputGradient::kCodes;  // of kLayer and kProduct
  bool mask = false;                         // D is masked
  uint32_t samples = 1, a_samples = 1;       // of D; of A, over which the sum runs too

  uint64_t macs() const { return m * n * k * a_samples; }  // of one of them
  // The same work, whatever it is called and however often it is done.
  bool Same(const LayerGemm& other) const {
    return kind == other.kind && m == other.m && n == other.n && k == other.k && b == other.b &&
           d == other.d && mask == other.mask && samples == other.samples &&
           a_samples == other.a_samples;
  }
};

const char* KindName(GemmKind kind);  // as in the file

// The lines of a table, sizes as they stand there. `file` is its name for messages. Throws
// std::invalid_argument with one line: file, line, what is wrong and what to do.
std::vector<LayerGemm> ParseLayerTable(const std::string& text, const std::string& file);

// Reads and parses a file. std::invalid_argument when it cannot be read.
std::vector<LayerGemm> ReadLayerTable(const std::string& path);

// The bundled tables, sorted, and the path of one; std::invalid_argument for other names.
std::vector<std::string> BundledNetworks();
std::string BundledNetworkPath(const std::string& name);

struct WorkloadOptions {
  uint32_t batch = 1;     // times the sizes of the table
  bool training = false;  // the two gradients of every layer and product too
  uint32_t samples = 1;   // of every gradient (SMP), 1..8
};

// What a table's network has to compute: the batch multiplies N of layers, the count of products, M
// of input gradients and K of weight gradients. Throws std::invalid_argument with one line when a
// dimension passes that of the core, when all products are more than 2^64, or when gradients are to
// be derived of a table with gradients.
std::vector<LayerGemm> MakeWorkload(const std::vector<LayerGemm>& table,
                                    const WorkloadOptions& options);

}  // namespace tetralog
