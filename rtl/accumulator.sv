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
// first_i        this beat starts a sum
// base_o         low segment so far, or zero
// sum_i          base_o plus the beat's products
// capture_clk_i  rises half a cycle after the beat marked last was added
// shadow_o       the sum at that time, modulo 2^Width

module accumulator #(
    parameter int unsigned Width = 24,
    parameter int unsigned Low   = 12  // at most Width
) (
    input  logic             clk_i,
    input  logic             capture_clk_i,
    input  logic             first_i,
    output logic [Low-1:0]   base_o,
    input  logic [Low:0]     sum_i,
    output logic [Width-1:0] shadow_o
);

  logic [Low-1:0] low_q;
  assign base_o = low_q & {Low{~first_i}};
  always_ff @(posedge clk_i) low_q <= sum_i[Low-1:0];
  always_ff @(posedge capture_clk_i) shadow_o[Low-1:0] <= low_q;

  if (Width > Low) begin : gen_high
    logic [Width-Low-1:0] high_q, high;
    logic carry_q;
    assign high = high_q + (Width-Low)'(carry_q);
    always_ff @(posedge clk_i) begin
      carry_q <= sum_i[Low];
      high_q  <= high & {Width-Low{~first_i}};
    end
    always_ff @(posedge capture_clk_i) shadow_o[Width-1:Low] <= high;
  end else begin : gen_low_only
    logic unused_carry;
    assign unused_carry = sum_i[Low];
  end

endmodule
