// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// An estimate's cycles are the core's: products of every kind (edges, several blocks, K in parts,
// samples, masks, C) on the estimate machine and on the Verilated core with a memory of the same
// latencies, all counters but that of zero products equal. Skipping equals stepping to the cycle,
// on random shapes too.

#include "sim/estimate_machine.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/core_builds.h"
#include "sim/counters.h"
#include "sim/driver.h"
#include "sim/estimate.h"
#include "sim/layer_table.h"
#include "sim/shape_text.h"

namespace tetralog {
namespace {

constexpr const char* kProducts =
    "name,m,n,k,kind,b,d,dx\n"
    "tile,16,16,16,layer,,,\n"
    "one,1,1,1,layer,,int32,\n"
    "edges,37,25,51,layer,,,\n"
    "row,1,70,30,layer,int4,int4,\n"
    "column,70,1,30,layer,,int32,\n"
    "log,33,20,40,layer,,log4,\n"
    "wide,40,90,60,product,int4,int32,\n"
    "short,50,34,3,product,,int4,\n"
    "dx,30,42,23,input_gradient,,,\n"
    "dx_sums,25,40,20,input_gradient,,int32,\n"
    "dw,35,28,40,weight_gradient,,,\n"
    "dw_deep,5,6,2200,weight_gradient,,,\n";  // K in parts on every shape

std::vector<LayerGemm> Products(uint32_t samples) {
  return MakeWorkload(ParseLayerTable(kProducts, "products"), {.samples = samples});
}

struct Run {
  Counters counters{};
  uint64_t commands = 0, cycles = 0;
};

// All products one after the other on one machine, each alone.
std::vector<Run> RunAlone(Machine& machine, const std::vector<LayerGemm>& products) {
  Driver driver(machine);
  std::vector<Run> runs;
  for (const LayerGemm& product : products) {
    driver.arena().Reset();
    ClearCounters(machine);
    const Handle handle = SubmitLayerGemm(driver, product);
    driver.Wait(handle);
    runs.push_back({ReadCounters(machine), handle.count, machine.cycles()});
    runs.back().counters[kCounterGated] = 0;
  }
  return runs;
}

// All of them behind one doorbell.
Counters RunTogether(Machine& machine, const std::vector<LayerGemm>& products) {
  Driver driver(machine, 256);
  ClearCounters(machine);
  for (const LayerGemm& product : products) SubmitLayerGemm(driver, product);
  driver.WaitAll();
  Counters counters = ReadCounters(machine);
  counters[kCounterGated] = 0;
  return counters;
}

std::string Text(const Counters& counters) {
  std::string text;
  for (const uint64_t c : counters) text += std::to_string(c) + " ";
  return text;
}

class EstimateMachineOn : public ::testing::TestWithParam<std::string> {};

TEST_P(EstimateMachineOn, CountsAsTheVerilatedCoreDoes) {
  const struct { uint32_t read, write, samples; } runs[] = {{20, 20, 2}, {3, 50, 1}};
  for (const auto& [read, write, samples] : runs) {
    const auto rtl =
        MakeRtlMachine(GetParam(), 1 << 20, {.read_latency = read, .write_latency = write});
    EstimateMachine estimate(RtlShape(GetParam()), {.read_latency = read, .write_latency = write});
    const auto products = Products(samples);
    const auto expected = RunAlone(*rtl, products), got = RunAlone(estimate, products);
    for (size_t i = 0; i < products.size(); ++i) {
      EXPECT_EQ(got[i].commands, expected[i].commands);
      EXPECT_EQ(Text(got[i].counters), Text(expected[i].counters))
          << products[i].name << ", " << samples << " samples, read latency " << read;
    }
    EXPECT_GT(expected.back().commands, 1u) << "no K in parts";
    EXPECT_LT(estimate.simulated(), estimate.cycles());
  }
}

TEST_P(EstimateMachineOn, CountsAsTheVerilatedCoreDoesWhereCommandsOverlap) {
  const auto rtl = MakeRtlMachine(GetParam(), 1 << 20, {});
  EstimateMachine estimate(RtlShape(GetParam()));
  const auto products = Products(2);
  EXPECT_EQ(Text(RunTogether(estimate, products)), Text(RunTogether(*rtl, products)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, EstimateMachineOn, ::testing::Values("16x16x4", "8x4x2", "4x4x1"));

// A shape that can be built, small enough for quick runs.
MachineShape RandomShape(std::mt19937& random) {
  const auto power = [&](uint32_t least, uint32_t greatest) {
    return 1u << (least + random() % (greatest - least + 1));
  };
  for (;;) {
    MachineShape shape;
    shape.rows = power(1, 5);
    shape.cols = power(1, 5);
    shape.dot = power(0, 5);
    shape.lanes = power(0, 4);
    shape.axi_data = power(6, 7);
    shape.depth_a = power(1, 8);
    shape.depth_b = power(1, 8);
    shape.acc_width = 14 + random() % 19;
    try {
      CheckShape(shape);
      return shape;
    } catch (const std::invalid_argument&) {
    }
  }
}

TEST(EstimateMachine, SkippingIsSteppingOnAnyShape) {
  constexpr uint32_t kLatencies[] = {1, 2, 5, 20, 100, 400};
  std::mt19937 random(1);
  uint64_t skipped = 0;
  for (int i = 0; i < 8; ++i) {
    const MachineShape shape = RandomShape(random);
    EstimateMachineOptions options{.read_latency = kLatencies[random() % 6],
                                   .write_latency = kLatencies[random() % 6]};
    SCOPED_TRACE(ShapeText(shape) + ", latencies " + std::to_string(options.read_latency) + ", " +
                 std::to_string(options.write_latency));
    EstimateMachine skips(shape, options);
    options.skip = false;
    EstimateMachine steps(shape, options);
    const auto products = Products(1);
    const auto expected = RunAlone(steps, products), got = RunAlone(skips, products);
    for (size_t p = 0; p < products.size(); ++p) {
      ASSERT_EQ(got[p].cycles, expected[p].cycles) << products[p].name;
      ASSERT_EQ(Text(got[p].counters), Text(expected[p].counters)) << products[p].name;
    }
    ASSERT_EQ(Text(RunTogether(skips, products)), Text(RunTogether(steps, products)));
    ASSERT_EQ(skips.cycles(), steps.cycles());
    ASSERT_EQ(steps.simulated(), steps.cycles());
    skipped += skips.cycles() - skips.simulated();
  }
  EXPECT_GT(skipped, 100'000u);
}

TEST(EstimateMachine, TensorsMayBeLargerThanAnyMemory) {
  EstimateMachine machine{MachineShape{}};
  Driver driver(machine);
  GemmRequest request;
  request.a = driver.NewTensor(3'000'000, 2000, Format::kInt4);  // 3 GB
  request.b = driver.NewTensor(2000, 8, Format::kInt4);
  request.d = driver.NewTensor(3'000'000, 8, Format::kInt32);
  EXPECT_GT(driver.arena().free_bytes(), uint64_t{1} << 39);
  request.a.rows = request.d.rows = 64;
  EXPECT_EQ(driver.Wait(driver.Gemm(request)).record.status, 1);
}

TEST(EstimateMachine, TotalsThatPass64BitsAreRefused) {
  for (const unsigned counter : {kCounterBusy, kCounterReadBytes, kCounterWriteBytes}) {
    GemmEstimate e;
    e.gemm.count = 1'000'000'000;
    e.counters[counter] = UINT64_MAX / e.gemm.count;
    EXPECT_NO_THROW(Total({e}, MachineShape{}));
    EXPECT_THROW(Total({e, e}, MachineShape{}), std::overflow_error) << counter;
    ++e.counters[counter];
    EXPECT_THROW(Total({e}, MachineShape{}), std::overflow_error) << counter;
  }
}

TEST(EstimateMachine, ErrorsOfTheCoreAreTheDrivers) {
  EstimateMachine machine{MachineShape{}};
  Driver driver(machine);
  Command command;
  command.op = 99;
  const Handle handle = driver.Submit(command);
  try {
    driver.Wait(handle);
    FAIL() << "an unknown operation ran";
  } catch (const DriverError& e) {
    EXPECT_EQ(e.cause(), Cause::kOperation);
  }
  driver.Recover();
  EXPECT_EQ(driver.Wait(SubmitLayerGemm(driver, Products(1)[0])).record.status, 1);
}

TEST(EstimateMachine, WaitsForNothingWhenThereIsNothing) {
  EstimateMachine machine{MachineShape{}};
  machine.Wait();
  machine.WriteRegister(kRegTail, 1);  // not enabled
  machine.Wait();
  EXPECT_EQ(machine.ReadRegister(kRegHead), 0u);
  EXPECT_LT(machine.cycles(), 100u);
}

TEST(EstimateMachine, RefusesWhatItCannotDo) {
  EstimateMachine machine{MachineShape{}};
  EXPECT_THROW(machine.InjectFault(MemoryFault::kSlaveError, 0, 1), std::invalid_argument);
  EXPECT_THROW(machine.Trace("wave.fst"), std::invalid_argument);
  EXPECT_THROW(machine.WriteRegister(0x1000, 0), std::invalid_argument);
  EXPECT_THROW(machine.ReadRegister(0x1000), std::invalid_argument);
  EXPECT_THROW(machine.WriteRegister(kRegId, 0), std::invalid_argument);
  EXPECT_THROW(machine.ReadRegister(0xffc), std::invalid_argument);
  EXPECT_THROW(EstimateMachine(MachineShape{.rows = 3}), std::invalid_argument);
  EXPECT_THROW(EstimateMachine(MachineShape{}, {.read_latency = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
