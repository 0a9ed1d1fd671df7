// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/noise/noise_report.h"

#include <fmt/format.h>

#include <cmath>

namespace tetralog::noise {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const Noise& noise) {
  return {{"rms", noise.rms},
          {"bias", noise.bias},
          {"floor", noise.floor},
          {"bias_beyond_floor", noise.excess()}};
}

// Percent; nothing where nothing was measured.
std::string Percent(double value) { return value == 0 ? "" : fmt::format("{:.3g}", 100 * value); }

// The bias, or the floor that it does not leave.
std::string Bias(const Noise& noise) {
  if (noise.rms == 0) return "";
  if (noise.bias > 1.5 * noise.floor) return Percent(noise.excess());
  return "< " + Percent(noise.floor);
}

// Mean over the layers, and its standard error.
std::string Drift(const SchemeNoise& one) {
  double sum = 0, squares = 0;
  for (const LayerNoise& layer : one.layers) {
    sum += layer.drift;
    squares += layer.drift_error * layer.drift_error;
  }
  const auto count = static_cast<double>(one.layers.size());
  const std::string drift = fmt::format("{:.2f}", 100 * sum / count);
  return squares == 0 ? drift : drift + fmt::format(" ± {:.2f}", 100 * std::sqrt(squares) / count);
}

}  // namespace

std::string NoiseTable(const std::vector<SchemeNoise>& noise) {
  std::string text =
      "| rounding | dY rms | dX rms | dX bias | dW rms | dW bias | drift | all: dX rms | dX bias | "
      "dW rms | dW bias |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const SchemeNoise& one : noise) {
    const auto mean = [&](Noise LayerNoise::*tensor) { return MeanOver(one.layers, tensor); };
    const Noise dx = mean(&LayerNoise::dx), dw = mean(&LayerNoise::dw);
    const Noise full_dx = mean(&LayerNoise::full_dx), full_dw = mean(&LayerNoise::full_dw);
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                        one.scheme.meaning, Percent(mean(&LayerNoise::gradient).rms),
                        Percent(dx.rms), Bias(dx), Percent(dw.rms), Bias(dw), Drift(one),
                        Percent(full_dx.rms), Bias(full_dx), Percent(full_dw.rms), Bias(full_dw));
  }
  return text;
}

Json NoiseJson(const std::vector<SchemeNoise>& noise) {
  Json schemes = Json::object();
  for (const SchemeNoise& one : noise) {
    Json layers = Json::array();
    for (const LayerNoise& layer : one.layers) {
      Json entry = {{"layer", layer.layer},
                    {"draws", layer.draws},
                    {"dy", ToJson(layer.gradient)},
                    {"dw", ToJson(layer.dw)},
                    {"dw_all_operands", ToJson(layer.full_dw)},
                    {"drift", layer.drift},
                    {"drift_error", layer.drift_error}};
      if (layer.has_dx) {
        entry["dx"] = ToJson(layer.dx);
        entry["dx_all_operands"] = ToJson(layer.full_dx);
      }
      layers.push_back(std::move(entry));
    }
    schemes[one.scheme.name] = {{"meaning", one.scheme.meaning},
                                {"dy", ToJson(MeanOver(one.layers, &LayerNoise::gradient))},
                                {"dx", ToJson(MeanOver(one.layers, &LayerNoise::dx))},
                                {"dw", ToJson(MeanOver(one.layers, &LayerNoise::dw))},
                                {"layers", std::move(layers)}};
  }
  return schemes;
}

}  // namespace tetralog::noise
