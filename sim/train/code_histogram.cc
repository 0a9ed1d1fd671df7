// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/code_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/svg.h"

namespace tetralog::train {
namespace {

using Tensor = CodeHistogram::Tensor;

constexpr double kBar = 12, kPanelWidth = 15 * kBar, kPanelHeight = 110;
constexpr double kLeft = 56, kTop = 88, kStepX = kPanelWidth + 24, kStepY = kPanelHeight + 72;
constexpr size_t kColumns = 4;

// LOG4 codes by value, -64 to 64; place 7 is zero.
uint8_t CodeAt(size_t place) { return static_cast<uint8_t>(place < 7 ? 15 - place : place - 7); }

std::string LevelAt(size_t place) {
  const int code = CodeAt(place) % 8;
  if (code == 0) return "0";
  return fmt::format("{}{}", place < 7 ? "-" : "", 1 << (code - 1));
}

double Share(const Tensor& tensor, size_t place) {
  const uint64_t all = tensor.total() - tensor.zeros();
  if (all == 0 || place == 7) return 0;
  return static_cast<double>(tensor.counts[CodeAt(place)]) / static_cast<double>(all);
}

void AddPanel(const Tensor& tensor, double x, double y, double most, Svg& svg) {
  const uint64_t total = tensor.total();
  const double zeros =
      total == 0 ? 0 : static_cast<double>(tensor.zeros()) / static_cast<double>(total);
  svg.Add(R"(<text x="{}" y="{}">{}</text>)", x, y - 20, SvgEscaped(tensor.name));
  svg.Add(R"(<text x="{}" y="{}" font-size="11">{:.1f} % zero</text>)", x, y - 6, 100 * zeros);
  for (size_t place = 0; place < 15; ++place) {
    const double share = Share(tensor, place), height = kPanelHeight * share / most;
    const double left = x + kBar * static_cast<double>(place);
    svg.Add(R"(<rect x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" fill="{}">)"
            R"(<title>{}: {:.2f} %</title></rect>)",
            left + 1, y + kPanelHeight - height, kBar - 2, height, kSvgColours[place < 7 ? 1 : 0],
            LevelAt(place), 100 * share);
    if (place % 7 == 0 || place == 4 || place == 10) {
      svg.Add(R"(<text x="{:.1f}" y="{}" font-size="10" text-anchor="middle">{}</text>)",
              left + kBar / 2, y + kPanelHeight + 13, LevelAt(place));
    }
  }
  svg.Add(R"(<line x1="{0}" y1="{2}" x2="{1}" y2="{2}" stroke="#444"/>)", x, x + kPanelWidth,
          y + kPanelHeight);
}

// Lines of the scale that the panels of a row share.
void AddScale(double y, double right, double most, Svg& svg) {
  for (double share = 0.1; share < most + 1e-9; share += 0.1) {
    const double at = y + kPanelHeight * (1 - share / most);
    svg.Add(R"(<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="#ddd"/>)", kLeft, at, right,
            at);
    svg.Add(R"(<text x="{}" y="{:.1f}" font-size="10" text-anchor="end">{:.0f} %</text>)",
            kLeft - 6, at + 3, 100 * share);
  }
}

}  // namespace

uint64_t CodeHistogram::Tensor::total() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

void CodeHistogram::Add(const std::string& name, const uint8_t* codes, size_t size) {
  auto tensor = std::find_if(tensors_.begin(), tensors_.end(),
                             [&](const Tensor& one) { return one.name == name; });
  if (tensor == tensors_.end()) tensor = tensors_.insert(tensors_.begin(), {name, {}});
  for (size_t i = 0; i < size; ++i) ++tensor->counts[codes[i] & 15];
}

std::string CodeHistogramSvg(const std::string& title, const CodeHistogram& histogram) {
  const std::vector<Tensor>& tensors = histogram.tensors();
  double most = 0.1;
  for (const Tensor& tensor : tensors) {
    for (size_t place = 0; place < 15; ++place) most = std::max(most, Share(tensor, place));
  }
  most = std::ceil(most * 10) / 10;
  const size_t columns = std::clamp<size_t>(tensors.size(), 1, kColumns);
  const size_t rows = std::max<size_t>((tensors.size() + columns - 1) / columns, 1);
  const double right = kLeft + kStepX * static_cast<double>(columns);
  Svg svg(std::max(right, 520.0), kTop + kStepY * static_cast<double>(rows), kLeft, title);
  svg.Add(R"(<text x="{}" y="44" font-size="12">LOG4 levels in units of alpha, as shares of the )"
          R"(codes that are not zero</text>)",
          kLeft);
  for (size_t row = 0; row < rows; ++row) {
    const double y = kTop + kStepY * static_cast<double>(row);
    const size_t begin = row * columns, end = std::min(begin + columns, tensors.size());
    AddScale(y, kLeft + kStepX * static_cast<double>(end - begin) - 24, most, svg);
    for (size_t i = begin; i < end; ++i) {
      AddPanel(tensors[i], kLeft + kStepX * static_cast<double>(i - begin), y, most, svg);
    }
  }
  return svg.Finish();
}

}  // namespace tetralog::train
