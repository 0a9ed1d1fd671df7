// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <cstdio>

#include "sim/noise/noise.h"

namespace tetralog::noise {
namespace {

constexpr double kSmpTolerance = 0.05;  // of 1 / sqrt(n)
constexpr double kUnbiased = 2.0;       // times the floor, on a single tensor
constexpr double kDriftErrors = 4.5;    // standard errors

std::string Percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * value);
  return text;
}

bool Drifts(const LayerNoise& layer) {
  return std::fabs(layer.drift) > kDriftErrors * layer.drift_error;
}

class Claims {
 public:
  explicit Claims(const std::vector<SchemeNoise>& noise) : noise_(noise) {}

  std::vector<std::string> Check() {
    const SchemeNoise* const luq = Find("luq");
    if (luq == nullptr) return failed_;
    for (const char* name : {"smp2", "smp4"}) IsAveraged(*luq, Find(name));
    for (const char* name : {"luq", "smp2", "smp4", "shared-rows"}) HasNoBias(Find(name));
    for (const char* name : {"nearest", "floored"}) HasBias(*luq, Find(name));
    IsNearer(*luq, Find("nearest"));
    return failed_;
  }

 private:
  const SchemeNoise* Find(const std::string& scheme) const {
    for (const SchemeNoise& one : noise_) {
      if (one.scheme.name == scheme) return &one;
    }
    return nullptr;
  }
  void Expect(bool holds, const std::string& line) {
    if (!holds) failed_.push_back(line);
  }

  // The mean of n independent samples has 1 / sqrt(n) of the noise.
  void IsAveraged(const SchemeNoise& luq, const SchemeNoise* smp) {
    if (smp == nullptr) return;
    for (size_t i = 0; i < luq.layers.size(); ++i) {
      const double expected = luq.layers[i].dw.rms / std::sqrt(smp->scheme.samples);
      const double off = smp->layers[i].dw.rms / expected - 1.0;
      Expect(std::fabs(off) <= kSmpTolerance,
             smp->scheme.name + " of " + luq.layers[i].layer + ": rms of dW is " + Percent(off) +
                 " off that of independent samples; the limit is 5 %");
    }
  }

  void HasNoBias(const SchemeNoise* scheme) {
    if (scheme == nullptr) return;
    for (const LayerNoise& layer : scheme->layers) {
      for (const Noise& noise : {layer.dx, layer.dw}) {
        Expect(noise.bias <= kUnbiased * noise.floor,
               scheme->scheme.name + " of " + layer.layer + ": bias " + Percent(noise.bias) +
                   " where unbiased rounding shows " + Percent(noise.floor));
      }
      Expect(!Drifts(layer), scheme->scheme.name + " of " + layer.layer +
                                 ": magnitudes of dY drift by " + Percent(layer.drift) +
                                 " with a standard error of " + Percent(layer.drift_error));
    }
  }

  // What is broken on purpose is seen to be so.
  void HasBias(const SchemeNoise& luq, const SchemeNoise* scheme) {
    if (scheme == nullptr) return;
    const Noise dw = MeanOver(scheme->layers, &LayerNoise::dw);
    const double floor = MeanOver(luq.layers, &LayerNoise::dw).floor;
    bool drifts = false;
    for (const LayerNoise& layer : scheme->layers) drifts |= Drifts(layer);
    Expect(dw.excess() > floor || drifts, scheme->scheme.name + ": its bias of dW, " +
                                              Percent(dw.excess()) + ", is not seen above " +
                                              Percent(floor) + "; give more draws");
  }

  // The mean square error would prefer the nearest level.
  void IsNearer(const SchemeNoise& luq, const SchemeNoise* nearest) {
    if (nearest == nullptr) return;
    const double rms = MeanOver(nearest->layers, &LayerNoise::dw).rms;
    Expect(rms < MeanOver(luq.layers, &LayerNoise::dw).rms,
           "nearest: its rms of dW, " + Percent(rms) + ", is not below that of LUQ");
  }

  const std::vector<SchemeNoise>& noise_;
  std::vector<std::string> failed_;
};

}  // namespace

std::vector<std::string> FailedClaims(const std::vector<SchemeNoise>& noise) {
  return Claims(noise).Check();
}

}  // namespace tetralog::noise
