// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistical tests of a source of random words.
//
// The tests take any function of (seed, sample, row, column), so that sources known to be bad can
// be put through them too. Each test computes one or many statistics that are standard normal for
// an ideal source (counts and correlations by their exact standard error, chi-squares through the
// Wilson-Hilferty transformation) and reports the one farthest from 0. Its limit follows from the
// number of statistics alone: an ideal source exceeds it once in 10,000 tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tetralog {

using RandomFunction =
    std::function<uint16_t(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column)>;

// The outcome of one test, in standard errors.
struct RandomFinding {
  std::string test;
  size_t statistics = 0;  // how many the test looked at
  double worst = 0;       // the one farthest from 0
  double limit = 0;
  bool passed() const { return worst >= -limit && worst <= limit; }
};

// Words of rows x cols elements.
struct RandomGrid {
  RandomGrid(size_t row_count, size_t col_count,
             const std::function<uint16_t(size_t r, size_t c)>& word);

  uint16_t At(size_t r, size_t c) const { return words[r * cols + c]; }

  size_t rows, cols;
  std::vector<uint16_t> words;
};

// The grid of one seed and sample, from row 0 and column 0.
RandomGrid GridOfSeed(const RandomFunction& source, uint64_t seed, uint8_t sample, size_t rows,
                      size_t cols);

// A grid whose every row has a seed and a logical row of its own, both drawn from `seed`: row r is
// moved by (dsample, drow), so that equal rows of two such grids are that far apart.
RandomGrid GridOfSeeds(const RandomFunction& source, uint64_t seed, uint8_t dsample, uint32_t drow,
                       size_t rows, size_t cols);

// |z| that the greatest of so many standard normal statistics exceeds with probability 1e-4
// (by the union bound).
double RandomLimit(size_t statistics);

// Frequency of ones of each of the 16 bits; chi-square of the top 4, 8 and 12 bits.
std::vector<RandomFinding> TestUniformity(const RandomGrid& grid);

// Correlation of the top 12 bits as numbers, at distances along rows (each of the 16 lanes, that is
// columns of a group, apart) and along columns.
std::vector<RandomFinding> TestDistances(const RandomGrid& grid);

// Correlation of the top 12 bits as numbers between equal elements of two grids, each lane apart.
RandomFinding TestWords(const std::string& name, const RandomGrid& a, const RandomGrid& b);

// Correlation of single bits: all 256 bits of a group of 16 columns against all 256 bits of the
// group `dgroup` (below 64) further in the same row of the other grid; 65,536 statistics. A grid
// against itself at distance 0 takes each pair of different bits once. Grids have 1024 columns.
RandomFinding TestBits(const std::string& name, const RandomGrid& a, const RandomGrid& b,
                       size_t dgroup);

// Chi-square of pairs (top 4 bits) and triples (top 3 bits) of successive words along rows and
// along columns.
std::vector<RandomFinding> TestSerial(const RandomGrid& grid);

// Sums of the top 12 bits over 128 rows, as a weight gradient takes them: variance as of
// independent words.
RandomFinding TestRowSums(const RandomGrid& grid);

// Inverting one input bit inverts each of the 256 bits of a group half of the time. Over `trials`
// random inputs; one finding for the 64 bits of the seed, one each for sample, row and column
// group.
std::vector<RandomFinding> TestAvalanche(const RandomFunction& source, size_t trials);

// LUQ with these words on values spread as gradients are (log-normal magnitudes, half of them 0):
// the total and the sums of columns and rows are the exact ones within their standard error. The
// limit of the total is 4 standard errors.
std::vector<RandomFinding> TestGradientMeans(const RandomGrid& grid);

// All of the tests above. Words and sums are those of one seed; bits are taken over `rows` seeds,
// drawn from it. Grids are of `rows` (at least 1024) x 1024 words.
std::vector<RandomFinding> TestRandomSource(const RandomFunction& source, uint64_t seed,
                                            size_t rows, size_t avalanche_trials);

}  // namespace tetralog
