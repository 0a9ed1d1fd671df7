// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Delays a vector by a fixed number of clock cycles.
//
// The skew of the systolic array is made of these: row group i of the array sees its operands i
// cycles after row group 0. Data is not reset; Depth 0 is a wire.
//
// Latency: Depth cycles. Throughput: one vector a cycle.

module delay_line #(
  parameter int unsigned Width = 1,  // bits, at least 1
  parameter int unsigned Depth = 0   // cycles
) (
  /* verilator lint_off UNUSEDSIGNAL */
  input  logic             clk_i,  // not used by a line of Depth 0
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  if (Depth == 0) begin : gen_wire
    assign q_o = d_i;
  end else begin : gen_line
    logic [Depth*Width-1:0] line_q;  // the newest vector in the lowest bits
    if (Depth == 1) begin : gen_one
      always_ff @(posedge clk_i) line_q <= d_i;
    end else begin : gen_many
      always_ff @(posedge clk_i) line_q <= {line_q[(Depth-1)*Width-1:0], d_i};
    end
    assign q_o = line_q[(Depth-1)*Width +: Width];
  end

endmodule
