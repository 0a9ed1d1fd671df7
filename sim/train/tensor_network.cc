// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/tensor_network.h"

#include <cmath>
#include <utility>

#include "sim/reference/dataset.h"
#include "sim/reference/seeds.h"

namespace tetralog::train {
namespace {

size_t SizeOf(const std::vector<int64_t>& shape) {
  size_t size = 1;
  for (const int64_t n : shape) size *= static_cast<size_t>(n);
  return size;
}

}  // namespace

TensorParameter* TensorNetwork::AddConstant(const std::string& name, std::vector<int64_t> shape,
                                            double value) {
  const size_t size = SizeOf(shape);
  parameters_.push_back({name, std::move(shape), std::vector<double>(size, value),
                         std::vector<double>(size), at::Tensor()});
  return &parameters_.back();
}

TensorParameter* TensorNetwork::AddRandom(const std::string& name, std::vector<int64_t> shape,
                                          double bound) {
  reference::SplitMix64 stream(
      reference::derive_seed({seed_, 0, parameters_.size(), reference::kInitialWeights}));
  TensorParameter* parameter = AddConstant(name, std::move(shape), 0);
  for (double& value : parameter->values) {
    const double unit = static_cast<double>(stream.next() >> 11) * 0x1p-53;  // [0, 1)
    value = (2.0 * unit - 1.0) * bound;
  }
  return parameter;
}

TensorGemm* TensorNetwork::AddGemm(TensorGemm::Setup setup, int64_t out, int64_t in, double gain) {
  setup.index = gemms_.size();
  TensorParameter* weight =
      AddRandom(setup.name + ".weight", {out, in}, std::sqrt(3.0 * gain / static_cast<double>(in)));
  gemms_.emplace_back(std::move(setup), weight);
  return &gemms_.back();
}

TensorNorm* TensorNetwork::AddNorm(const std::string& name, int64_t channels, bool batch) {
  TensorNorm norm;
  norm.name = name;
  norm.weight = AddConstant(name + ".weight", {channels}, 1);
  norm.bias = AddConstant(name + ".bias", {channels}, 0);
  if (batch) {
    norm.mean = at::zeros({channels}, at::TensorOptions(at::kFloat));
    norm.variance = at::ones({channels}, at::TensorOptions(at::kFloat));
  }
  norms_.push_back(norm);
  return &norms_.back();
}

namespace {

constexpr int64_t kSide = static_cast<int64_t>(reference::kImageSide);

class Resnet : public TensorNetwork {
 public:
  Resnet(int64_t blocks, uint64_t seed, double pixel_clip) : TensorNetwork(seed) {
    TensorGemm::Setup setup;
    setup.name = "conv1";
    setup.first_or_last = true;
    setup.input_gradient = false;
    setup.clip = pixel_clip;
    stem_ = AddConvolution(std::move(setup), {3, 1, 1, reference::kImageSide, 1, 16});
    size_t channels = 16, side = reference::kImageSide;
    for (size_t stage = 1; stage <= 3; ++stage) {
      for (int64_t block = 1; block <= blocks; ++block) {
        const std::string name = "stage" + std::to_string(stage) + ".block" + std::to_string(block);
        const size_t out = size_t{8} << stage, stride = out == channels ? 1 : 2;
        Block made;
        made.first = AddConvolution(Named(name + ".conv1"), {3, stride, 1, side, channels, out});
        side /= stride;
        channels = out;
        made.second = AddConvolution(Named(name + ".conv2"), {3, 1, 1, side, channels, out});
        blocks_.push_back(made);
      }
    }
    TensorGemm::Setup last = Named("fc");
    last.first_or_last = true;
    fc_ = AddGemm(std::move(last), reference::kClasses, static_cast<int64_t>(channels), 1);
    fc_bias_ = AddConstant("fc.bias", {reference::kClasses}, 0);
  }

  at::Tensor Forward(const TensorPass& pass, const at::Tensor& pixels) override {
    at::Tensor x = at::relu(Convolve(pass, stem_, pixels));
    for (const Block& block : blocks_) {
      const at::Tensor inner = at::relu(Convolve(pass, block.first, x));
      x = at::relu(Convolve(pass, block.second, inner) + Around(x, inner));
    }
    return fc_->Apply(pass, x.mean({1, 2})) + fc_bias_->leaf;
  }

 private:
  struct NormedConvolution {
    TensorGemm* gemm;
    TensorNorm* norm;
  };
  struct Block {
    NormedConvolution first, second;
  };

  static TensorGemm::Setup Named(const std::string& name) {
    TensorGemm::Setup setup;
    setup.name = name;
    return setup;
  }

  NormedConvolution AddConvolution(TensorGemm::Setup setup, const Convolution& shape) {
    const std::string name = setup.name;
    setup.convolution = shape;
    const auto out = static_cast<int64_t>(shape.out_channels);
    const auto in = static_cast<int64_t>(shape.kernel * shape.kernel * shape.in_channels);
    TensorGemm* gemm = AddGemm(std::move(setup), out, in, 2);
    return {gemm, AddNorm(name + ".norm", out, true)};
  }

  static at::Tensor Convolve(const TensorPass& pass, const NormedConvolution& layer,
                             const at::Tensor& x) {
    const TensorNorm& norm = *layer.norm;
    // As channels before pixels in name only: the memory stays as it is.
    const at::Tensor z = layer.gemm->Apply(pass, x).permute({0, 3, 1, 2});
    return at::batch_norm(z, norm.weight->leaf, norm.bias->leaf, norm.mean, norm.variance,
                          pass.training, 0.1, 1e-5, false)
        .permute({0, 2, 3, 1});
  }

  static at::Tensor Around(const at::Tensor& x, const at::Tensor& like) {
    if (x.size(3) == like.size(3)) return x;
    const at::Tensor fewer = x.slice(1, 0, x.size(1), 2).slice(2, 0, x.size(2), 2);
    return at::constant_pad_nd(fewer, {0, like.size(3) - x.size(3)});
  }

  NormedConvolution stem_{};
  std::vector<Block> blocks_;
  TensorGemm* fc_ = nullptr;
  TensorParameter* fc_bias_ = nullptr;
};

class Vit : public TensorNetwork {
 public:
  Vit(uint64_t seed, double pixel_clip) : TensorNetwork(seed) {
    TensorGemm::Setup setup;
    setup.name = "patches";
    setup.first_or_last = true;
    setup.input_gradient = false;
    setup.clip = pixel_clip;
    patches_ = AddLinear(std::move(setup), kWidth, kPatch * kPatch);
    positions_ = AddRandom("positions", {kTokens, kWidth}, 0.1);
    for (int64_t i = 1; i <= kBlocks; ++i) {
      const std::string name = "block" + std::to_string(i);
      Block block;
      block.norm1 = AddNorm(name + ".norm1", kWidth, false);
      block.qkv = AddLinear(Signed(name + ".qkv"), 3 * kWidth, kWidth);
      block.out = AddLinear(Signed(name + ".out"), kWidth, kWidth);
      block.norm2 = AddNorm(name + ".norm2", kWidth, false);
      block.fc1 = AddLinear(Signed(name + ".fc1"), 2 * kWidth, kWidth);
      block.fc2 = AddLinear(Signed(name + ".fc2"), kWidth, 2 * kWidth);
      blocks_.push_back(block);
    }
    norm_ = AddNorm("norm", kWidth, false);
    TensorGemm::Setup last = Signed("head");
    last.first_or_last = true;
    head_ = AddLinear(std::move(last), reference::kClasses, kWidth);
  }

  at::Tensor Forward(const TensorPass& pass, const at::Tensor& pixels) override {
    constexpr int64_t kGrid = kSide / kPatch;
    const int64_t batch = pixels.size(0);
    const at::Tensor patches = pixels.view({batch, kGrid, kPatch, kGrid, kPatch})
                                   .permute({0, 1, 3, 2, 4})
                                   .reshape({batch * kTokens, kPatch * kPatch});
    at::Tensor x = Apply(pass, patches_, patches).view({batch, kTokens, kWidth});
    x = (x + positions_->leaf).view({-1, kWidth});
    for (const Block& block : blocks_) {
      const at::Tensor attended = Attend(Apply(pass, block.qkv, Norm(block.norm1, x)));
      x = x + Apply(pass, block.out, attended);
      const at::Tensor inner = at::gelu(Apply(pass, block.fc1, Norm(block.norm2, x)));
      x = x + Apply(pass, block.fc2, inner);
    }
    x = Norm(norm_, x).view({batch, kTokens, kWidth}).mean({1});
    return Apply(pass, head_, x);
  }

 private:
  static constexpr int64_t kPatch = 4, kTokens = 49, kWidth = 64, kHeads = 4, kBlocks = 4;

  struct Linear {
    TensorGemm* gemm;
    TensorParameter* bias;
  };
  struct Block {
    TensorNorm *norm1, *norm2;
    Linear qkv, out, fc1, fc2;
  };

  static TensorGemm::Setup Signed(const std::string& name) {
    TensorGemm::Setup setup;
    setup.name = name;
    setup.is_signed = true;
    return setup;
  }

  Linear AddLinear(TensorGemm::Setup setup, int64_t out, int64_t in) {
    const std::string name = setup.name;
    TensorGemm* gemm = AddGemm(std::move(setup), out, in, 1);
    return {gemm, AddConstant(name + ".bias", {out}, 0)};
  }

  static at::Tensor Apply(const TensorPass& pass, const Linear& layer, const at::Tensor& x) {
    return layer.gemm->Apply(pass, x) + layer.bias->leaf;
  }

  static at::Tensor Norm(const TensorNorm* norm, const at::Tensor& x) {
    return at::layer_norm(x, {kWidth}, norm->weight->leaf, norm->bias->leaf, 1e-5, false);
  }

  // [batch * tokens, 3 * width] to [batch * tokens, width]. Both products are of activations, of
  // different ones for every image: they stay on the host.
  static at::Tensor Attend(const at::Tensor& qkv) {
    constexpr int64_t kHead = kWidth / kHeads;
    const at::Tensor parts = qkv.view({-1, kTokens, 3, kHeads, kHead}).permute({2, 0, 3, 1, 4});
    const at::Tensor scores = at::matmul(parts[0], parts[1].transpose(-1, -2)) * 0.25;
    static_assert(kHead == 16);  // 0.25 is 1 / sqrt(16)
    return at::matmul(at::softmax(scores, -1), parts[2])
        .permute({0, 2, 1, 3})
        .reshape({-1, kWidth});
  }

  Linear patches_{}, head_{};
  TensorParameter* positions_ = nullptr;
  std::vector<Block> blocks_;
  TensorNorm* norm_ = nullptr;
};

}  // namespace

std::unique_ptr<TensorNetwork> MakeResnet(int64_t blocks, uint64_t seed, double pixel_clip) {
  return std::make_unique<Resnet>(blocks, seed, pixel_clip);
}

std::unique_ptr<TensorNetwork> MakeVit(uint64_t seed, double pixel_clip) {
  return std::make_unique<Vit>(seed, pixel_clip);
}

}  // namespace tetralog::train
