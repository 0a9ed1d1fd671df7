// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// core_control.sv: each source of an error alone, with earlier commands in flight, and together
// with others; and soft reset with and without outstanding transactions.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vcore_control.h"
#include "model/contract.h"

namespace tetralog {
namespace {

class CoreControlRtl : public testing::Test {
 protected:
  CoreControlRtl() {
    unit_.rst_ni = 0;
    Clock();
    unit_.rst_ni = 1;
    Clock();
    Clock();
  }
  void Clock() {
    unit_.clk_i = 1;
    unit_.eval();
    unit_.clk_i = 0;
    unit_.eval();
  }
  void Complete(int commands) {
    for (int i = 0; i < commands; ++i) {
      unit_.done_i = 1;
      Clock();
      unit_.done_i = 0;
    }
    Clock();
  }
  void ExpectError(Cause cause, uint32_t index) {
    Clock();
    Clock();
    EXPECT_TRUE(unit_.error_o);
    EXPECT_TRUE(unit_.halt_o);
    EXPECT_EQ(unit_.cause_o, static_cast<uint8_t>(cause));
    EXPECT_EQ(unit_.index_o, index);
  }
  void ExpectRunning() {
    Clock();
    Clock();
    EXPECT_FALSE(unit_.error_o);
    EXPECT_FALSE(unit_.halt_o);
  }
  Vcore_control unit_;
};

TEST_F(CoreControlRtl, CountsCompletedCommands) {
  Complete(5);
  EXPECT_EQ(unit_.head_o, 5U);
  ExpectRunning();
}

TEST_F(CoreControlRtl, ReportsARefusedCommandAfterTheOnesBeforeIt) {
  unit_.front_index_i = 2;
  unit_.front_failed_i = 1;
  unit_.front_cause_i = static_cast<uint8_t>(Cause::kStride);
  ExpectRunning();
  Complete(1);
  ExpectRunning();
  Complete(1);
  ExpectError(Cause::kStride, 2);
}

TEST_F(CoreControlRtl, ReportsAReadErrorOfTheFrontUnlessTheCommandIsRefused) {
  unit_.front_read_error_i = 1;
  unit_.front_checking_i = 1;
  ExpectRunning();
  unit_.front_checking_i = 0;
  ExpectError(Cause::kRead, 0);
}

TEST_F(CoreControlRtl, PrefersTheVerdictToAReadError) {
  unit_.front_read_error_i = 1;
  unit_.front_checking_i = 1;
  ExpectRunning();
  unit_.front_failed_i = 1;
  unit_.front_cause_i = static_cast<uint8_t>(Cause::kOverlap);
  unit_.front_checking_i = 0;
  ExpectError(Cause::kOverlap, 0);
}

TEST_F(CoreControlRtl, ReportsTheOlderOfTwoErrors) {
  unit_.front_index_i = 2;
  unit_.front_failed_i = 1;
  unit_.front_cause_i = static_cast<uint8_t>(Cause::kFormat);
  unit_.back_index_i = 1;
  unit_.back_read_error_i = 1;
  ExpectRunning();
  Complete(1);
  ExpectError(Cause::kRead, 1);
}

TEST_F(CoreControlRtl, ReportsAWriteErrorOfTheOldestCommandAtOnce) {
  unit_.front_index_i = 2;
  unit_.front_failed_i = 1;
  unit_.back_index_i = 1;
  unit_.write_error_i = 1;
  ExpectError(Cause::kWrite, 0);
}

TEST_F(CoreControlRtl, KeepsTheFirstError) {
  unit_.write_error_i = 1;
  ExpectError(Cause::kWrite, 0);
  unit_.write_error_i = 0;
  unit_.front_failed_i = 1;
  unit_.front_cause_i = static_cast<uint8_t>(Cause::kFormat);
  ExpectError(Cause::kWrite, 0);
}

TEST_F(CoreControlRtl, ResetsOnlyWhenNoTransactionIsOutstanding) {
  Complete(3);
  unit_.write_error_i = 1;
  ExpectError(Cause::kWrite, 3);
  unit_.soft_reset_i = 1;
  unit_.axi_busy_i = 1;
  for (int i = 0; i < 10; ++i) {
    Clock();
    ASSERT_TRUE(unit_.core_rst_no);
    ASSERT_TRUE(unit_.halt_o);
    ASSERT_FALSE(unit_.soft_reset_done_o);
  }
  unit_.axi_busy_i = 0;
  int resets = 0, done = 0;
  for (int i = 0; i < 12; ++i) {
    Clock();
    resets += !unit_.core_rst_no;
    if (!unit_.core_rst_no) unit_.write_error_i = 0;  // reset as well
    if (unit_.soft_reset_done_o) {
      ++done;
      Clock();
      unit_.soft_reset_i = 0;
    }
  }
  EXPECT_GE(resets, 3);
  EXPECT_EQ(done, 1);
  EXPECT_EQ(unit_.head_o, 0U);
  ExpectRunning();
}

}  // namespace
}  // namespace tetralog
