// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Eight counters, one a sample, of which one counts up to 2^IncWidth - 1 events a cycle.
//
// Only LowWidth bits of a count have an adder beside them and are counted at once. Where these overflow,
// which a count can do every fourth cycle at most, the bits above go through one adder for all samples and
// are written back by a gated clock, each word's own, which saves a multiplexer a bit. A gate is
// open in the second half of a cycle and its enable is a flip-flop, so it cannot glitch. Simulation counts
// at once.
//
// Latency: three cycles from valid_i to counts_o. clear_i clears within two cycles; no valid_i in that
// cycle or the three before. Counts wrap at 2^CountWidth.

module sample_counts #(
  parameter int unsigned CountWidth = 40,
  parameter int unsigned IncWidth   = 3
) (
  input  logic                clk_i,
  input  logic                clear_i,
  input  logic                valid_i,
  input  logic [2:0]          sample_i,
  input  logic [IncWidth-1:0] inc_i,
  output logic [8*64-1:0]     counts_o  // of sample s in bits 64s+63:64s
);

`ifndef SYNTHESIS
  logic [CountWidth-1:0] counts_q [8];
  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      for (int s = 0; s < 8; s++) counts_q[s] <= '0;
    end else if (valid_i) begin
      counts_q[sample_i] <= counts_q[sample_i] + CountWidth'(inc_i);
    end
  end
  for (genvar s = 0; s < 8; s++) begin : gen_count
    assign counts_o[64*s+:64] = 64'(counts_q[s]);
  end
`else
  localparam int unsigned LowWidth  = IncWidth + 2;
  localparam int unsigned HighWidth = CountWidth - LowWidth;

  // ------------------------------------------------------------------ low bits
  logic [8*LowWidth-1:0] low_q;
  logic [LowWidth-1:0]   low_old;
  logic [LowWidth:0]     low_sum;
  logic [2:0]            sample_q;
  logic                  carry_q, clear_q;
  always_comb begin
    low_old = '0;
    for (int s = 0; s < 8; s++)
      low_old = low_old | (low_q[LowWidth*s+:LowWidth] & {LowWidth{sample_i == 3'(s)}});
  end
  assign low_sum = {1'b0, low_old} + (LowWidth + 1)'(inc_i);
  always_ff @(posedge clk_i) begin
    for (int s = 0; s < 8; s++) begin
      if (clear_i) low_q[LowWidth*s+:LowWidth] <= '0;
      else if (valid_i && sample_i == 3'(s)) low_q[LowWidth*s+:LowWidth] <= low_sum[LowWidth-1:0];
    end
    sample_q <= sample_i;
    carry_q  <= low_sum[LowWidth] & valid_i;
    clear_q  <= clear_i;
  end

  // ----------------------------------------------------------------- high bits
  logic [8*HighWidth-1:0] high;
  logic [HighWidth-1:0]   high_old, high_next_q;
  logic [7:0]             write_q;
  always_comb begin
    high_old = '0;
    for (int s = 0; s < 8; s++)
      high_old = high_old | (high[HighWidth*s+:HighWidth] & {HighWidth{sample_q == 3'(s)}});
  end
  always_ff @(posedge clk_i) begin
    high_next_q <= (high_old + HighWidth'(1)) & {HighWidth{~clear_q}};
    for (int s = 0; s < 8; s++) write_q[s] <= clear_q | (carry_q & (sample_q == 3'(s)));
  end
  for (genvar s = 0; s < 8; s++) begin : gen_count
    logic                 word_clk;
    logic [HighWidth-1:0] word_q;
    assign word_clk = clk_i | ~write_q[s];
    always_ff @(posedge word_clk) word_q <= high_next_q;
    assign high[HighWidth*s+:HighWidth] = word_q;
    assign counts_o[64*s+:64]           = 64'({word_q, low_q[LowWidth*s+:LowWidth]});
  end
`endif

endmodule
