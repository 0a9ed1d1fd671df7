// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The registers of a comparison MAC, the same for every block: operands, accumulator, and a shadow
// register that keeps a finished sum while the next one runs.
//
// The sum of the beats before a beat marked first goes to the shadow register when that beat reaches
// the operand registers. As in rtl/pe_group.sv the shadow register has no multiplexer: it sits on a
// clock that pulses in the second half of that cycle. Its enable is a register that changes only while
// clk_i is high, and the accumulator is stable for half a cycle on either side.
//
// Latency: a beat at the inputs in cycle t is in the accumulator from cycle t + 2; with first_i in
// cycle t, acc_o can be read from cycle t + 2 until the cycle of the next first_i, so not at all if that
// is cycle t + 1. Throughput: one beat a cycle. No reset: a sum is defined from its first beat on.
//
// operands_i, operands_o  operands of a beat, and the same a cycle later
// base_o                  accumulator so far, zero in the first beat of a sum
// sum_i                   base_o plus the products of operands_o
// acc_o                   the last finished sum

module mac_registers #(
    parameter int unsigned OperandWidth = 8,
    parameter int unsigned AccWidth     = 32
) (
    input  logic                    clk_i,
    input  logic                    first_i,
    input  logic [OperandWidth-1:0] operands_i,
    output logic [OperandWidth-1:0] operands_o,
    output logic [AccWidth-1:0]     base_o,
    input  logic [AccWidth-1:0]     sum_i,
    output logic [AccWidth-1:0]     acc_o
);

  logic first_q;
  logic [OperandWidth-1:0] operands_q;
  logic [AccWidth-1:0] acc_q, shadow_q;

  always_ff @(posedge clk_i) begin
    first_q    <= first_i;
    operands_q <= operands_i;
    acc_q      <= sum_i;
  end

`ifndef SYNTHESIS
  // Half a cycle later than below, and in time for its first reader.
  always_ff @(posedge clk_i) begin
    if (first_q) shadow_q <= acc_q;
  end
`else
  logic capture_clk;
  assign capture_clk = ~clk_i & first_q;
  always_ff @(posedge capture_clk) shadow_q <= acc_q;
`endif

  assign operands_o = operands_q;
  assign base_o     = acc_q & {AccWidth{~first_q}};
  assign acc_o      = shadow_q;

endmodule
