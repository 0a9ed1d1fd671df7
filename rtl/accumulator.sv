// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Accumulator and shadow register of a processing element, in two segments, so that a cycle has to add
// the low one only.
//
// What a beat adds is never negative and less than 2^Low, so above bit Low an addition is a carry of
// zero or one. The adder outside sees the low segment (base_o) and gives its sum with the carry
// (sum_i); the carry is a register, and the high segment counts it one cycle later. The high segment
// with the carry still pending is the whole sum: the shadow register takes that, not the register.
// It has half a cycle to settle; a first beat clears behind it.
//
// The segments have clocks of their own, which may leave out pulses of clk_i that change nothing: the low one
// in cycles whose beat adds zero to a sum begun before, the high one in cycles with neither carry_o nor
// first_i. The carry is on clk_i, so that one is counted once however long the low segment stands still.
//
// low_clk_i      clk_i, or clk_i while the low segment may change
// high_clk_i     the same of the high segment
// first_i        this beat starts a sum
// base_o         low segment so far, or zero
// sum_i          base_o plus the beat's products, which are 0 .. 2^Low - 1
// carry_o        a carry is pending; 0 without a high segment
// capture_clk_i  rises half a cycle after the beat marked last was added
// shadow_o       the sum at that time, modulo 2^Width
//
// Latency: base_o and carry_o in the cycle after sum_i. Throughput: a beat a cycle. Limits: 1 <= Low <= Width.

module accumulator #(
    parameter int unsigned Width = 24,
    parameter int unsigned Low   = 12  // at most Width
) (
    /* verilator lint_off UNUSEDSIGNAL */
    input  logic             clk_i,  // these two: not used without a high segment
    input  logic             high_clk_i,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic             low_clk_i,
    input  logic             capture_clk_i,
    input  logic             first_i,
    output logic [Low-1:0]   base_o,
    input  logic [Low:0]     sum_i,
    output logic             carry_o,
    output logic [Width-1:0] shadow_o
);

  logic [Low-1:0] low_q;
  assign base_o = low_q & {Low{~first_i}};
  always_ff @(posedge low_clk_i) low_q <= sum_i[Low-1:0];
  always_ff @(posedge capture_clk_i) shadow_o[Low-1:0] <= low_q;

  if (Width > Low) begin : gen_high
    logic [Width-Low-1:0] high_q, high;
    logic carry_q;
    assign high = high_q + (Width-Low)'(carry_q);
    assign carry_o = carry_q;
    always_ff @(posedge clk_i) carry_q <= sum_i[Low];
    always_ff @(posedge high_clk_i) high_q <= high & {Width-Low{~first_i}};
    always_ff @(posedge capture_clk_i) shadow_o[Width-1:Low] <= high;
  end else begin : gen_low_only
    logic unused_carry;
    assign unused_carry = sum_i[Low];
    assign carry_o = 1'b0;
  end

endmodule
