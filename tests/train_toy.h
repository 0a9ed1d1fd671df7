// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A trainer without a network, images of noise, and a folder that is removed afterwards.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/dice.h"
#include "sim/reference/dataset.h"
#include "sim/train/trainer.h"

namespace tetralog::train::testing {

// State that depends on every step's pixels, labels, rate and number, in order.
class ToyTrainer : public Trainer {
 public:
  std::function<void()> on_step = [] {}, on_test = [] {};
  std::function<double(double)> change_loss = [](double loss) { return loss; };

  StepResult Step(const Batch& batch, const StepOptions& options) override {
    on_step();
    double sum = options.fp32 ? 1 : 0;
    for (size_t i = 0; i < batch.size; ++i)
      sum += batch.pixels[i * reference::kImageSize] * (1.0 + batch.labels[i]);
    Values& v = state_;
    v.weight = std::sin(0.9 * v.weight + options.rate * sum + static_cast<double>(steps_));
    v.mean += 0.1 * (v.weight - v.mean);
    ++steps_;
    return {change_loss(1 + v.weight), batch.labels[0]};
  }
  size_t CountCorrect(const Batch& batch, bool fp32) override {
    on_test();
    return fp32 ? batch.size : batch.size / 2;
  }
  uint64_t steps() const override { return steps_; }
  std::vector<NamedValues> Save() const override {
    return {{"toy/weight", {state_.weight}}, {"toy/mean", {state_.mean}}, {"toy/none", {}}};
  }
  void Load(const std::vector<NamedValues>& state, uint64_t steps) override {
    if (state.size() != 3 || state[0].name != "toy/weight")
      throw std::invalid_argument("no state of the toy");
    state_ = {state[0].values.at(0), state[1].values.at(0)};
    steps_ = steps;
  }
  std::vector<NamedValues> Weights() const override { return {{"toy/weight", {state_.weight}}}; }

 private:
  struct Values {
    double weight = 0.5, mean = 0;
  } state_;
  uint64_t steps_ = 0;
};

inline reference::Images NoiseImages(size_t size, uint64_t seed) {
  Dice dice(seed);
  reference::Images images;
  for (size_t i = 0; i < size * reference::kImageSize; ++i)
    images.pixels.push_back(static_cast<uint8_t>(dice.Below(256)));
  for (size_t i = 0; i < size; ++i) images.labels.push_back(static_cast<uint8_t>(dice.Below(10)));
  return images;
}

inline reference::Dataset NoiseDataset(size_t train, size_t test) {
  return {NoiseImages(train, 1), NoiseImages(test, 2)};
}

class Folder {
 public:
  Folder()
      : path_(::testing::TempDir() + "train_" + std::to_string(getpid()) + "_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // Names of the files in it.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::string path_;
};

inline std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void WriteTextFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The one line that a call throws; "" if it throws nothing.
inline std::string ErrorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& e) {
    const std::string text = e.what();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }
  return "";
}

inline void ExpectErrorHas(const std::function<void()>& call,
                           const std::vector<std::string>& parts) {
  const std::string text = ErrorOf(call);
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "'" << text << "' has no '" << part << "'";
}

}  // namespace tetralog::train::testing
