// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/random_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "model/epilogue_lane.h"
#include "model/formats.h"
#include "model/luq_quantizer.h"

namespace tetralog {
namespace {

constexpr double kFamilyError = 1e-4;
constexpr size_t kGroupBits = kRandomGroup * kRandomWordWidth;  // 256
constexpr size_t kGroupsPerRow = 64;                            // one bit of a machine word each
constexpr double kVariance = (4096.0 * 4096.0 - 1) / 12;        // of the top 12 bits as a number

// The top 12 bits as a number of mean 0.
double Centred(uint16_t word) { return TopBits(word, 12) - 2047.5; }

uint64_t Splitmix64(uint64_t& state) {
  uint64_t x = state += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

RandomFinding Worst(std::string test, const std::vector<double>& statistics) {
  double worst = 0;
  for (double z : statistics) worst = std::abs(z) > std::abs(worst) ? z : worst;
  return {std::move(test), statistics.size(), worst, RandomLimit(statistics.size())};
}

// A chi-square of so many degrees of freedom as a standard normal statistic (Wilson-Hilferty).
double NormalOfChiSquare(double chi_square, double freedom) {
  const double variance = 2 / (9 * freedom);
  return (std::cbrt(chi_square / freedom) - (1 - variance)) / std::sqrt(variance);
}

double NormalOfCells(const std::vector<size_t>& cells) {
  double total = 0;
  for (size_t count : cells) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(cells.size());
  double chi_square = 0;
  for (size_t count : cells) {
    const double difference = static_cast<double>(count) - expected;
    chi_square += difference * difference / expected;
  }
  return NormalOfChiSquare(chi_square, static_cast<double>(cells.size() - 1));
}

// The correlation of elements (drow, dcol) apart, over columns first, first + step, ...
double Correlate(const RandomGrid& a, const RandomGrid& b, size_t drow, size_t dcol,
                 size_t first = 0, size_t step = 1) {
  double sum = 0, pairs = 0;
  for (size_t r = 0; r + drow < a.rows; ++r) {
    for (size_t c = first; c + dcol < a.cols; c += step) {
      sum += Centred(a.At(r, c)) * Centred(b.At(r + drow, c + dcol));
      ++pairs;
    }
  }
  return sum / (kVariance * std::sqrt(pairs));
}

// Bit planes: bit g of plane[b][r] is bit b of group g in row r.
using Planes = std::vector<std::vector<uint64_t>>;

Planes BitPlanes(const RandomGrid& grid) {
  if (grid.cols != kGroupsPerRow * kRandomGroup) {
    throw std::invalid_argument("bit correlations need a grid of 1024 columns");
  }
  Planes planes(kGroupBits, std::vector<uint64_t>(grid.rows));
  for (size_t r = 0; r < grid.rows; ++r) {
    for (size_t c = 0; c < grid.cols; ++c) {
      const uint64_t word = grid.At(r, c);
      const size_t first = c % kRandomGroup * kRandomWordWidth;
      for (size_t b = 0; b < kRandomWordWidth; ++b) {
        planes[first + b][r] |= (word >> b & 1) << (c / kRandomGroup);
      }
    }
  }
  return planes;
}

// Successive tuples along rows (down a column) or along columns, of the top bits of each word.
double SerialStatistic(const RandomGrid& grid, bool along_rows, size_t length, unsigned bits) {
  const size_t lines = along_rows ? grid.cols : grid.rows;
  const size_t steps = along_rows ? grid.rows : grid.cols;
  std::vector<size_t> cells(size_t{1} << (bits * length));
  for (size_t line = 0; line < lines; ++line) {
    for (size_t step = 0; step + length <= steps; step += length) {
      size_t cell = 0;
      for (size_t i = 0; i < length; ++i) {
        const uint16_t word = along_rows ? grid.At(step + i, line) : grid.At(line, step + i);
        cell = cell << bits | TopBits(word, static_cast<int>(bits));
      }
      ++cells[cell];
    }
  }
  return NormalOfCells(cells);
}

// The inputs of one avalanche trial.
struct Inputs {
  uint64_t seed;
  uint8_t sample;
  uint32_t row;
  uint32_t group;
};

std::array<uint16_t, kRandomGroup> GroupWords(const RandomFunction& source, const Inputs& in) {
  std::array<uint16_t, kRandomGroup> words;
  for (uint32_t lane = 0; lane < kRandomGroup; ++lane) {
    words[lane] = source(in.seed, in.sample, in.row, in.group * kRandomGroup + lane);
  }
  return words;
}

// One finding over `bits` input bits that `flip` inverts.
template <typename Flip>
RandomFinding Avalanche(const RandomFunction& source, const char* name, size_t bits, size_t trials,
                        Flip flip) {
  std::vector<double> statistics;
  uint64_t state = bits;
  for (size_t bit = 0; bit < bits; ++bit) {
    std::array<size_t, kGroupBits> flips{};
    for (size_t trial = 0; trial < trials; ++trial) {
      Inputs in{Splitmix64(state), static_cast<uint8_t>(Splitmix64(state)),
                static_cast<uint32_t>(Splitmix64(state)),
                static_cast<uint32_t>(Splitmix64(state) >> 40)};
      const auto before = GroupWords(source, in);
      flip(in, bit);
      const auto after = GroupWords(source, in);
      for (size_t b = 0; b < kGroupBits; ++b) {
        flips[b] += (before[b / 16] ^ after[b / 16]) >> (b % 16) & 1;
      }
    }
    for (size_t count : flips) {
      const auto n = static_cast<double>(trials);
      statistics.push_back((2 * static_cast<double>(count) - n) / std::sqrt(n));
    }
  }
  return Worst(name, statistics);
}

// A result z of a gradient: log-normal magnitude of sigma 2.5, 0 in half of the elements, 7 of 8 of
// one sign as in the columns of softmax(z) - target.
int32_t GradientLike(uint64_t& state) {
  const double u = static_cast<double>((Splitmix64(state) >> 11) + 1) * 0x1p-53;
  const double v = static_cast<double>(Splitmix64(state) >> 11) * 0x1p-53;
  const double normal = std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  const uint64_t bits = Splitmix64(state);
  if ((bits & 1) != 0) return 0;
  const double magnitude = std::min(std::round(500 * std::exp(2.5 * normal)), 8388607.0);
  return static_cast<int32_t>((bits & 14) == 0 ? -magnitude : magnitude);
}

// Errors of rounding summed, and their exact variance.
struct ErrorSum {
  double error = 0;
  double variance = 0;

  void Add(double y, double rounded) {
    const double magnitude = std::abs(y);
    const double low = magnitude < 1 ? 0 : std::exp2(std::ilogb(magnitude));
    const double high = magnitude < 1 ? 1 : 2 * low;
    error += rounded - y;
    variance += magnitude >= 64 ? 0 : (magnitude - low) * (high - magnitude);
  }
  double InStandardErrors() const { return error / std::sqrt(variance); }
};

// Sums of squares of standard normal statistics.
RandomFinding SpreadOf(const char* name, const std::vector<ErrorSum>& sums) {
  double chi_square = 0;
  for (const ErrorSum& sum : sums) chi_square += sum.error * sum.error / sum.variance;
  return Worst(name, {NormalOfChiSquare(chi_square, static_cast<double>(sums.size()))});
}

}  // namespace

RandomGrid::RandomGrid(size_t row_count, size_t col_count,
                       const std::function<uint16_t(size_t r, size_t c)>& word)
    : rows(row_count), cols(col_count), words(row_count * col_count) {
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < cols; ++c) words[r * cols + c] = word(r, c);
  }
}

RandomGrid GridOfSeed(const RandomFunction& source, uint64_t seed, uint8_t sample, size_t rows,
                      size_t cols) {
  return RandomGrid(rows, cols, [&](size_t r, size_t c) {
    return source(seed, sample, static_cast<uint32_t>(r), static_cast<uint32_t>(c));
  });
}

RandomGrid GridOfSeeds(const RandomFunction& source, uint64_t seed, uint8_t dsample, uint32_t drow,
                       size_t rows, size_t cols) {
  std::vector<uint64_t> seeds(rows), places(rows);
  for (size_t r = 0; r < rows; ++r) {
    seeds[r] = Splitmix64(seed);
    places[r] = Splitmix64(seed);
  }
  return RandomGrid(rows, cols, [&](size_t r, size_t c) {
    return source(seeds[r], static_cast<uint8_t>((places[r] >> 32) + dsample),
                  static_cast<uint32_t>(places[r]) + drow, static_cast<uint32_t>(c));
  });
}

double RandomLimit(size_t statistics) {
  const double error = kFamilyError / static_cast<double>(statistics);
  double low = 0, high = 40;
  for (int i = 0; i < 60; ++i) {  // P(|z| > middle) = erfc(middle / sqrt(2))
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) > error ? low : high) = middle;
  }
  return high;
}

std::vector<RandomFinding> TestUniformity(const RandomGrid& grid) {
  std::vector<double> ones(kRandomWordWidth);
  std::vector<RandomFinding> findings;
  const auto n = static_cast<double>(grid.words.size());
  for (size_t b = 0; b < kRandomWordWidth; ++b) {
    double count = 0;
    for (uint16_t word : grid.words) count += word >> b & 1;
    ones[b] = (2 * count - n) / std::sqrt(n);
  }
  findings.push_back(Worst("ones in each bit", ones));
  for (int bits : {4, 8, 12}) {
    std::vector<size_t> cells(size_t{1} << bits);
    for (uint16_t word : grid.words) ++cells[TopBits(word, bits)];
    findings.push_back(
        Worst("chi-square of the top " + std::to_string(bits) + " bits", {NormalOfCells(cells)}));
  }
  return findings;
}

std::vector<RandomFinding> TestDistances(const RandomGrid& grid) {
  std::vector<double> rows, lanes, groups;
  for (size_t d : {1, 2, 3, 4, 7, 8, 14, 16, 28, 32, 64, 128, 196, 256, 784}) {
    for (size_t lane = 0; lane < kRandomGroup; ++lane) {
      rows.push_back(Correlate(grid, grid, d, 0, lane, kRandomGroup));
    }
  }
  for (size_t d = 1; d < kRandomGroup; ++d) lanes.push_back(Correlate(grid, grid, 0, d));
  for (size_t d : {16, 17, 32, 48, 64, 128, 256, 512}) {
    groups.push_back(Correlate(grid, grid, 0, d));
  }
  return {Worst("words, rows 1 to 784 apart", rows), Worst("words, columns 1 to 15 apart", lanes),
          Worst("words, columns 16 to 512 apart", groups)};
}

RandomFinding TestWords(const std::string& name, const RandomGrid& a, const RandomGrid& b) {
  std::vector<double> lanes;
  for (size_t lane = 0; lane < kRandomGroup; ++lane) {
    lanes.push_back(Correlate(a, b, 0, 0, lane, kRandomGroup));
  }
  return Worst(name, lanes);
}

RandomFinding TestBits(const std::string& name, const RandomGrid& a, const RandomGrid& b,
                       size_t dgroup) {
  const bool same = &a == &b && dgroup == 0;
  const Planes planes_a = BitPlanes(a);
  const Planes planes_b = BitPlanes(b);
  const uint64_t valid = ~uint64_t{0} >> dgroup;
  const auto n = static_cast<double>(a.rows * (kGroupsPerRow - dgroup));
  std::vector<double> statistics;
  for (size_t i = 0; i < kGroupBits; ++i) {
    for (size_t j = same ? i + 1 : 0; j < kGroupBits; ++j) {
      size_t differ = 0;
      for (size_t r = 0; r < a.rows; ++r) {
        differ +=
            static_cast<size_t>(std::popcount((planes_a[i][r] ^ planes_b[j][r] >> dgroup) & valid));
      }
      statistics.push_back((n - 2 * static_cast<double>(differ)) / std::sqrt(n));
    }
  }
  return Worst(name, statistics);
}

std::vector<RandomFinding> TestSerial(const RandomGrid& grid) {
  return {Worst("pairs along rows", {SerialStatistic(grid, true, 2, 4)}),
          Worst("triples along rows", {SerialStatistic(grid, true, 3, 3)}),
          Worst("pairs along columns", {SerialStatistic(grid, false, 2, 4)}),
          Worst("triples along columns", {SerialStatistic(grid, false, 3, 3)})};
}

RandomFinding TestRowSums(const RandomGrid& grid) {
  constexpr size_t kRows = 128;
  double chi_square = 0, sums = 0;
  for (size_t first = 0; first + kRows <= grid.rows; first += kRows) {
    for (size_t c = 0; c < grid.cols; ++c) {
      double sum = 0;
      for (size_t r = first; r < first + kRows; ++r) sum += Centred(grid.At(r, c));
      chi_square += sum * sum / (kRows * kVariance);
      ++sums;
    }
  }
  return Worst("variance of sums over 128 rows", {NormalOfChiSquare(chi_square, sums)});
}

std::vector<RandomFinding> TestAvalanche(const RandomFunction& source, size_t trials) {
  return {Avalanche(source, "avalanche, 64 bits of the seed", 64, trials,
                    [](Inputs& in, size_t bit) { in.seed ^= uint64_t{1} << bit; }),
          Avalanche(source, "avalanche, 8 bits of the sample", 8, trials,
                    [](Inputs& in, size_t bit) { in.sample ^= static_cast<uint8_t>(1u << bit); }),
          Avalanche(source, "avalanche, 32 bits of the row", 32, trials,
                    [](Inputs& in, size_t bit) { in.row ^= 1u << bit; }),
          Avalanche(source, "avalanche, 24 bits of the column group", 24, trials,
                    [](Inputs& in, size_t bit) { in.group ^= 1u << bit; })};
}

std::vector<RandomFinding> TestGradientMeans(const RandomGrid& grid) {
  std::vector<int32_t> gradients(grid.words.size());
  uint64_t state = 1;
  for (int32_t& z : gradients) z = GradientLike(state);
  int32_t greatest = 0;
  for (int32_t z : gradients) greatest = std::max(greatest, std::abs(z));
  int shift = kScaleShiftMin;  // the least n with 64 * 2^n >= max|z|
  while (std::ldexp(64.0, shift) < greatest) ++shift;

  ErrorSum total;
  std::vector<ErrorSum> columns(grid.cols), rows(grid.rows);
  for (size_t r = 0; r < grid.rows; ++r) {
    for (size_t c = 0; c < grid.cols; ++c) {
      const int32_t z = gradients[r * grid.cols + c];
      const Quantized q = QuantizeLuq(ScaleShift(z, 1, shift), TopBits(grid.At(r, c), 12));
      const double y = std::ldexp(z, -shift);
      for (ErrorSum* sum : {&total, &columns[c], &rows[r]}) {
        sum->Add(y, Decode(Format::kLog4, q.code));
      }
    }
  }
  return {{"LUQ gradients, total", 1, total.InStandardErrors(), 4},
          SpreadOf("LUQ gradients, sums over rows", columns),
          SpreadOf("LUQ gradients, sums over columns", rows)};
}

std::vector<RandomFinding> TestRandomSource(const RandomFunction& source, uint64_t seed,
                                            size_t rows, size_t avalanche_trials) {
  constexpr size_t kCols = kGroupsPerRow * kRandomGroup;
  std::vector<RandomFinding> findings;
  const auto append = [&findings](const std::vector<RandomFinding>& more) {
    findings.insert(findings.end(), more.begin(), more.end());
  };
  const RandomGrid grid = GridOfSeed(source, seed, 0, rows, kCols);
  append(TestUniformity(grid));
  append(TestDistances(grid));
  append(TestSerial(grid));
  findings.push_back(TestRowSums(grid));
  append(TestGradientMeans(grid));
  for (uint8_t d : {1, 2, 7}) {
    findings.push_back(TestWords("words, samples " + std::to_string(d) + " apart", grid,
                                 GridOfSeed(source, seed, d, rows, kCols)));
  }

  const RandomGrid base = GridOfSeeds(source, seed, 0, 0, rows, kCols);
  findings.push_back(TestBits("bits inside a group", base, base, 0));
  for (uint32_t d : {1, 2, 16, 28, 128}) {
    const RandomGrid moved = GridOfSeeds(source, seed, 0, d, rows, kCols);
    findings.push_back(TestBits("bits, rows " + std::to_string(d) + " apart", base, moved, 0));
    if (d == 1) findings.push_back(TestBits("bits, one row and one group apart", base, moved, 1));
  }
  for (size_t d : {1, 2, 16}) {
    findings.push_back(TestBits("bits, groups " + std::to_string(d) + " apart", base, base, d));
  }
  for (uint8_t d : {1, 2, 7}) {
    findings.push_back(TestBits("bits, samples " + std::to_string(d) + " apart", base,
                                GridOfSeeds(source, seed, d, 0, rows, kCols), 0));
  }
  append(TestAvalanche(source, avalanche_trials));
  return findings;
}

}  // namespace tetralog
