// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Tables of layers: every sort of bad line gives one line that names file, line and remedy; the
// bundled networks have the products that their papers state; batches and derived gradients are
// those of docs/training_step.md.

#include "sim/layer_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace tetralog {
namespace {

std::string ErrorOf(const std::string& text) {
  try {
    ParseLayerTable(text, "net.csv");
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "none";
}

uint64_t Macs(const std::vector<LayerGemm>& gemms) {
  uint64_t macs = 0;
  for (const LayerGemm& gemm : gemms) macs += gemm.macs() * gemm.count;
  return macs;
}

std::vector<LayerGemm> Bundled(const std::string& name, const WorkloadOptions& options = {}) {
  return MakeWorkload(ReadLayerTable(BundledNetworkPath(name)), options);
}

TEST(LayerTable, ReadsColumnsInAnyOrderWithCommentsAndDefaults) {
  const auto gemms = ParseLayerTable(
      "# a comment\r\n\r\n"
      "k, name , m,n,count,kind\n"
      "3,one,1,2,,\n"
      "  # another\n"
      "30, two words,10,20,5,weight_gradient # its comment\n"
      "7,three,8,9,1,input_gradient\n",
      "net.csv");
  ASSERT_EQ(gemms.size(), 3u);
  EXPECT_EQ(gemms[0].name, "one");
  EXPECT_EQ(gemms[0].m, 1u);
  EXPECT_EQ(gemms[0].n, 2u);
  EXPECT_EQ(gemms[0].k, 3u);
  EXPECT_EQ(gemms[0].count, 1u);
  EXPECT_EQ(gemms[0].kind, GemmKind::kLayer);
  EXPECT_EQ(gemms[0].b, Format::kUint4);
  EXPECT_EQ(gemms[0].d, Format::kUint4);
  EXPECT_FALSE(gemms[0].mask);
  EXPECT_EQ(gemms[1].name, "two words");
  EXPECT_EQ(gemms[1].count, 5u);
  EXPECT_EQ(gemms[1].kind, GemmKind::kWeightGradient);
  EXPECT_EQ(gemms[1].d, Format::kInt32);
  EXPECT_EQ(gemms[2].b, Format::kInt4);
  EXPECT_EQ(gemms[2].d, Format::kLog4);
  EXPECT_TRUE(gemms[2].mask);
}

TEST(LayerTable, BadTablesGiveOneLineThatSaysWhatToDo) {
  const std::string header = "name,m,n,k,count,kind,b,d,dx\n";
  EXPECT_EQ(ErrorOf(""), "net.csv:0: the header is missing: begin with name,m,n,k");
  EXPECT_EQ(ErrorOf("name,m,n,k\n# none\n"), "net.csv:2: no products: add a line for each");
  EXPECT_EQ(ErrorOf("name,m,n\na,1,2\n"),
            "net.csv:1: column 'k' is missing: the header needs name,m,n,k");
  EXPECT_EQ(ErrorOf("name,m,n,k,m\n"), "net.csv:1: column 'm' is there twice: leave one");
  EXPECT_EQ(ErrorOf("name,m,n,k,stride\n"),
            "net.csv:1: no column is called 'stride'; the header takes "
            "name,m,n,k,count,kind,b,d,dx");
  EXPECT_EQ(ErrorOf("name,m,n,k\n\na,1,2\n"),
            "net.csv:3: 3 fields, the header has 4: give as many");
  EXPECT_EQ(ErrorOf("name,m,n,k\n,1,2,3\n"), "net.csv:2: the name is empty: give one");
  for (const char* bad : {"0", "-1", "1.5", "x", "", "16777216", "99999999999999999999", "3 4"})
    EXPECT_EQ(ErrorOf("name,m,n,k\na,1," + std::string(bad) + ",3\n"),
              "net.csv:2: n is '" + std::string(bad) + "': give a whole number from 1 to 16777215");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,0,,,,\n"),
            "net.csv:2: count is '0': give a whole number from 1 to 1000000000");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,forward,,,\n"),
            "net.csv:2: kind is 'forward': give layer, product, input_gradient, weight_gradient");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,,log4,,\n"), "net.csv:2: b is 'log4': give uint4, int4");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,,,fp32,\n"),
            "net.csv:2: d is 'fp32': give uint4, int4, log4, int32");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,,,,yes\n"),
            "net.csv:2: dx is 'yes': give log4, int32, none");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,weight_gradient,,,none\n"),
            "net.csv:2: dx is of layers and products: leave it empty");
  EXPECT_EQ(ErrorOf(header + "a,1,2,3,1,input_gradient,uint4,,\n"),
            "net.csv:2: b of an input gradient is weights, always int4: leave it empty");
  EXPECT_THROW(ReadLayerTable("no/such/file.csv"), std::invalid_argument);
  EXPECT_THROW(ReadLayerTable("sim"), std::invalid_argument);
  EXPECT_THROW(BundledNetworkPath("resnet51"), std::invalid_argument);
}

TEST(LayerTable, BundledNetworksHaveTheProductsOfTheirPapers) {
  EXPECT_EQ(BundledNetworks(),
            (std::vector<std::string>{"lenet", "mlp", "resnet18", "resnet50", "transformer"}));
  EXPECT_EQ(Macs(Bundled("mlp")), 784u * 256 + 256 * 128 + 128 * 10);
  EXPECT_EQ(Macs(Bundled("lenet")), 416'520u);  // conv 117,600 + 240,000, then 48,000, 10,080, 840
  EXPECT_EQ(Macs(Bundled("resnet18")), 1'814'073'344u);
  EXPECT_EQ(Macs(Bundled("resnet50")), 4'089'184'256u);
  // 12 d^2 of weights for each token, and twice tokens^2 d of attention.
  EXPECT_EQ(Macs(Bundled("transformer")), 12u * 768 * 768 * 128 + 2 * 128 * 128 * 768);
}

TEST(LayerTable, TheBatchMultipliesWhatGrowsWithIt) {
  const std::vector<LayerGemm> table = ParseLayerTable(
      "name,m,n,k,count,kind\n"
      "a,2,3,5,7,layer\nb,2,3,5,7,product\nc,2,3,5,7,input_gradient\nd,2,3,5,7,weight_gradient\n",
      "net.csv");
  const std::vector<LayerGemm> work = MakeWorkload(table, {.batch = 10, .samples = 2});
  EXPECT_EQ(work[0].n, 30u);
  EXPECT_EQ(work[1].count, 70u);
  EXPECT_EQ(work[2].m, 20u);
  EXPECT_EQ(work[2].samples, 2u);
  EXPECT_EQ(work[3].k, 50u);
  EXPECT_EQ(work[3].a_samples, 2u);
  EXPECT_EQ(Macs(work), 10 * (Macs(table) + 2 * 3 * 5 * 7));  // the second sample of d
  for (const std::string& name : BundledNetworks())
    EXPECT_EQ(Macs(Bundled(name, {.batch = 9})), 9 * Macs(Bundled(name))) << name;
  EXPECT_THROW(MakeWorkload(table, {.batch = 10'000'000}), std::invalid_argument);
  EXPECT_THROW(MakeWorkload(table, {.training = true}), std::invalid_argument);
}

TEST(LayerTable, ProductsThatPass64BitsAreRefused) {
  const auto table = [](const std::string& lines) {
    return ParseLayerTable("name,m,n,k,count\n" + lines, "net.csv");
  };
  // 2^54 and 2^63 and 2^64 of them; 2^64 in one; 2^63 and its two gradients.
  const std::string most = "a,16384,16384,16384,4096\nx,16384,16384,16384,2097152\n";
  EXPECT_EQ(MakeWorkload(table(most), {}).size(), 2u);
  for (const auto& [lines, options] :
       std::initializer_list<std::pair<std::string, WorkloadOptions>>{
           {most + "y,16384,16384,16384,2093056\n", {}},
           {"x,16777215,16777215,16777215,1\n", {}},
           {"x,16384,16384,16384,2097152\n", {.training = true}},
           {"x,16384,16384,16384,2097152\n", {.batch = 2}}})
    try {
      MakeWorkload(table(lines), options);
      FAIL() << lines;
    } catch (const std::invalid_argument& e) {
      EXPECT_NE(std::string(e.what()).find(
                    ": the products up to here are more than 2^64: give smaller sizes or counts"),
                std::string::npos)
          << e.what();
    }
}

// The commands of docs/training_step.md without the bias gradients.
TEST(LayerTable, TrainingOfTheMlpHasTheProductsOfATrainingStep) {
  const auto work = Bundled("mlp", {.batch = 128, .training = true, .samples = 2});
  ASSERT_EQ(work.size(), 8u);
  const auto expect = [&](size_t i, const std::string& name, GemmKind kind, uint64_t m, uint64_t n,
                          uint64_t k, Format d, bool mask, uint32_t samples, uint32_t a_samples) {
    const LayerGemm& g = work[i];
    EXPECT_EQ(g.name, name);
    EXPECT_EQ(g.kind, kind) << i;
    EXPECT_EQ((std::vector{g.m, g.n, g.k}), (std::vector{m, n, k})) << i;
    EXPECT_EQ(g.d, d) << i;
    EXPECT_EQ(g.mask, mask) << i;
    EXPECT_EQ(g.samples, samples) << i;
    EXPECT_EQ(g.a_samples, a_samples) << i;
  };
  using enum GemmKind;
  expect(0, "fc1", kLayer, 256, 128, 784, Format::kUint4, false, 1, 1);
  expect(1, "fc2", kLayer, 128, 128, 256, Format::kUint4, false, 1, 1);
  expect(2, "fc3", kLayer, 10, 128, 128, Format::kInt32, false, 1, 1);
  expect(3, "fc3", kInputGradient, 128, 128, 10, Format::kLog4, true, 2, 1);
  expect(4, "fc3", kWeightGradient, 10, 128, 128, Format::kInt32, false, 1, 2);
  expect(5, "fc2", kInputGradient, 128, 256, 128, Format::kLog4, true, 2, 1);
  expect(6, "fc2", kWeightGradient, 128, 256, 128, Format::kInt32, false, 1, 2);
  expect(7, "fc1", kWeightGradient, 256, 784, 128, Format::kInt32, false, 1, 2);
}

TEST(LayerTable, GradientsOfProductsAndOfSumsAreWhatTheyFeed) {
  const auto work = Bundled("transformer", {.training = true, .samples = 4});
  ASSERT_EQ(work.size(), 18u);
  for (const LayerGemm& g : work) {
    if (g.name == "scores" && g.kind == GemmKind::kWeightGradient) {
      EXPECT_EQ(g.d, Format::kLog4);  // of an activation
      EXPECT_EQ(g.samples, 4u);
      EXPECT_EQ(g.a_samples, 4u);
    }
    if (g.name == "query_key_value" && g.kind == GemmKind::kInputGradient) {
      EXPECT_EQ(g.d, Format::kInt32);
      EXPECT_EQ(g.samples, 1u);
      EXPECT_FALSE(g.mask);
    }
    if (g.name == "feed_forward_down" && g.kind == GemmKind::kInputGradient) {
      EXPECT_TRUE(g.mask);
    }
    if (g.name == "feed_forward_up" && g.kind == GemmKind::kInputGradient) {
      EXPECT_FALSE(g.mask);
    }
  }
}

}  // namespace
}  // namespace tetralog
