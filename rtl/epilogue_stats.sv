// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistics of a command's outputs: max |z|, sums of |z| and z^2, wraps; zero codes and clipped
// elements of every sample.
//
// Elements come once each on z_valid_i, emitted outputs once a sample on out_valid_i, both without
// back-pressure and at any rate up to one beat a cycle. Lanes that do not count must be given as
// z = 0 with their flags low. The beat with out_last_i ends the command: two cycles later the
// statistics are published and stay until they are taken; then they are cleared, which takes one
// cycle, and the next command may begin. Until then no beat may come: the epilogue holds its input.
//
// The element of an output comes at least two cycles before it. Wide sums are accumulated in
// 32-bit segments, each a cycle after the one below it, so no carry runs over more than a segment.
// |z| is a + s with s the sign and a = z ^ s: (a, s) in lexicographic order is the order of |z|, and
//   z^2 = a^2 + s (2a + 1),  a = 2^16 h + l:  a^2 = 2^32 h^2 + 2^17 h l + l^2
// with the two squares folded (a bit product of unequal indices is taken once, doubled).
//
// Limits: Lanes a power of two, 1..16. Counts wrap at 2^CountWidth (default 40: a command of a
// million million elements), the sum of |z| at 2^64.

module epilogue_stats #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned CountWidth = 40
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                z_valid_i,
  input  logic [Lanes*32-1:0] z_i,
  input  logic [Lanes-1:0]    wrapped_i,

  input  logic                out_valid_i,
  input  logic                out_last_i,
  input  logic [2:0]          out_sample_i,
  input  logic [Lanes-1:0]    out_zero_i,
  input  logic [Lanes-1:0]    out_clipped_i,

  output logic                stats_valid_o,
  input  logic                stats_ready_i,
  output logic [31:0]         max_abs_o,
  output logic [63:0]         sum_abs_o,
  output logic [95:0]         sum_squares_o,
  output logic [63:0]         wraps_o,
  output logic [8*64-1:0]     zeros_o,    // of sample s in bits 64s+63:64s
  output logic [8*64-1:0]     clipped_o
);

  localparam int unsigned LaneBits = $clog2(Lanes);
  localparam int unsigned IncWidth = LaneBits + 1;

  // -------------------------------------------------------------------- control
  typedef enum logic [1:0] {StClear, StCount, StDrain, StPublish} state_e;
  state_e state_q, state_d;
  logic   clear;
  always_comb begin
    state_d = state_q;
    case (state_q)
      StClear:   state_d = StCount;
      StCount:   if (out_valid_i && out_last_i) state_d = StDrain;
      StDrain:   state_d = StPublish;
      StPublish: if (stats_ready_i) state_d = StClear;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StClear;
    else state_q <= state_d;
  end
  assign clear         = state_q == StClear;
  assign stats_valid_o = state_q == StPublish;

  // Beats of z on their way through the segments, and a beat of output flags.
  logic z1_valid_q, z2_valid_q, z3_valid_q, out_valid_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {z1_valid_q, z2_valid_q, z3_valid_q, out_valid_q} <= 4'd0;
    end else begin
      z1_valid_q  <= z_valid_i;
      z2_valid_q  <= z1_valid_q;
      z3_valid_q  <= z2_valid_q;
      out_valid_q <= out_valid_i;
    end
  end

  // ------------------------------------------------ step 1: one beat, all lanes
  localparam int unsigned AbsWidth  = 32 + LaneBits;
  localparam int unsigned LowWidth  = 33 + LaneBits;  // l^2 + s (2l + 1)
  localparam int unsigned MidWidth  = 31 + LaneBits;  // h l + s h
  localparam int unsigned HighWidth = 30 + LaneBits;  // h^2

  logic [Lanes-1:0]    negative;  // s
  logic [Lanes*31-1:0] partial;   // a
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    assign negative[lane]       = z_i[32*lane+31];
    assign partial[31*lane+:31] = z_i[32*lane+:31] ^ {31{z_i[32*lane+31]}};
  end

  logic [AbsWidth-1:0]  abs_sum;
  logic [LowWidth-1:0]  low_sum;
  logic [MidWidth-1:0]  mid_sum;
  logic [HighWidth-1:0] high_sum;
  logic [31:0]          beat_max;  // {a, s}
  logic [IncWidth-1:0]  wraps_inc;
  logic [15:0]          low_half, row;
  logic [14:0]          high_half;
  always_comb begin
    abs_sum   = '0;
    low_sum   = '0;
    mid_sum   = '0;
    high_sum  = '0;
    beat_max  = '0;
    wraps_inc = '0;
    low_half  = '0;
    high_half = '0;
    row       = '0;
    for (int lane = 0; lane < Lanes; lane++) begin
      {high_half, low_half} = partial[31*lane+:31];
      abs_sum = abs_sum + AbsWidth'(partial[31*lane+:31]) + AbsWidth'(negative[lane]);
      for (int i = 0; i < 16; i++) begin
        row     = (low_half >> (i + 1)) & {16{low_half[i]}};
        low_sum = low_sum + (LowWidth'(row) << (2 * i + 2)) +
                  (LowWidth'(low_half[i]) << (2 * i));
        row     = {1'b0, high_half} & {16{low_half[i]}};
        mid_sum = mid_sum + (MidWidth'(row) << i);
      end
      for (int i = 0; i < 15; i++) begin
        row      = ({1'b0, high_half} >> (i + 1)) & {16{high_half[i]}};
        high_sum = high_sum + (HighWidth'(row) << (2 * i + 2)) +
                   (HighWidth'(high_half[i]) << (2 * i));
      end
      row     = low_half & {16{negative[lane]}};
      low_sum = low_sum + LowWidth'({row, negative[lane]});
      row     = {1'b0, high_half} & {16{negative[lane]}};
      mid_sum = mid_sum + MidWidth'(row);
      if ({partial[31*lane+:31], negative[lane]} > beat_max) begin
        beat_max = {partial[31*lane+:31], negative[lane]};
      end
      wraps_inc = wraps_inc + IncWidth'(wrapped_i[lane]);
    end
  end

  logic [AbsWidth-1:0]  abs_sum_q;
  logic [LowWidth-1:0]  low_sum_q;
  logic [MidWidth-1:0]  mid_sum_q;
  logic [HighWidth-1:0] high_sum_q;
  logic [31:0]          beat_max_q;
  logic [IncWidth-1:0]  wraps_inc_q;
  always_ff @(posedge clk_i) begin
    abs_sum_q   <= abs_sum;
    low_sum_q   <= low_sum;
    mid_sum_q   <= mid_sum;
    high_sum_q  <= high_sum;
    beat_max_q  <= beat_max;
    wraps_inc_q <= wraps_inc;
  end

  // ------------------------------------ steps 2 to 4: accumulate, low segment first
  logic [31:0]           max_q;  // {a, s}
  logic [CountWidth-1:0] wraps_q;
  always_ff @(posedge clk_i) begin
    if (clear) begin
      max_q   <= '0;
      wraps_q <= '0;
    end else if (z1_valid_q) begin
      if (beat_max_q > max_q) max_q <= beat_max_q;
      wraps_q <= wraps_q + CountWidth'(wraps_inc_q);
    end
  end

  logic [31:0]         abs0_q, abs1_q;
  logic                abs_carry_q;
  logic [LaneBits:0]   abs_high_q;  // the part of the beat's sum above the low segment
  logic [32:0]         abs0;
  assign abs0 = {1'b0, abs0_q} + {1'b0, abs_sum_q[31:0]};
  always_ff @(posedge clk_i) begin
    abs_carry_q <= abs0[32];
    abs_high_q  <= (LaneBits + 1)'(abs_sum_q >> 32);
    if (clear) begin
      abs0_q <= '0;
      abs1_q <= '0;
    end else begin
      if (z1_valid_q) abs0_q <= abs0[31:0];
      if (z2_valid_q) abs1_q <= abs1_q + 32'(abs_high_q) + 32'(abs_carry_q);
    end
  end

  // Twice mid_sum enters the low segment with its 15 low bits only, the rest goes one up.
  localparam int unsigned RestWidth = MidWidth - 15;
  logic [31:0]          square0_q, square1_q, square2_q;
  logic [33:0]          square0;
  logic [35:0]          square1;
  logic [1:0]           carry1_q;
  logic [3:0]           carry2_q;
  logic [LaneBits:0]    low_rest_q;
  logic [RestWidth-1:0] mid_rest_q;
  logic [HighWidth-1:0] high_rest_q;
  assign square0 = 34'(square0_q) + 34'(low_sum_q[31:0]) + 34'({mid_sum_q[14:0], 17'd0});
  assign square1 = 36'(square1_q) + 36'(high_rest_q) + 36'(mid_rest_q) + 36'(low_rest_q) +
                   36'(carry1_q);
  always_ff @(posedge clk_i) begin
    carry1_q    <= square0[33:32];
    low_rest_q  <= low_sum_q[LowWidth-1:32];
    mid_rest_q  <= mid_sum_q[MidWidth-1:15];
    high_rest_q <= high_sum_q;
    carry2_q    <= square1[35:32];
    if (clear) begin
      square0_q <= '0;
      square1_q <= '0;
      square2_q <= '0;
    end else begin
      if (z1_valid_q) square0_q <= square0[31:0];
      if (z2_valid_q) square1_q <= square1[31:0];
      if (z3_valid_q) square2_q <= square2_q + 32'(carry2_q);
    end
  end

  // ---------------------------------------------------- zero codes and clipped
  logic [IncWidth-1:0] zeros_inc, clipped_inc, zeros_inc_q, clipped_inc_q;
  logic [2:0]          sample_q;
  always_comb begin
    zeros_inc   = '0;
    clipped_inc = '0;
    for (int lane = 0; lane < Lanes; lane++) begin
      zeros_inc   = zeros_inc + IncWidth'(out_zero_i[lane]);
      clipped_inc = clipped_inc + IncWidth'(out_clipped_i[lane]);
    end
  end
  always_ff @(posedge clk_i) begin
    sample_q      <= out_sample_i;
    zeros_inc_q   <= zeros_inc;
    clipped_inc_q <= clipped_inc;
  end

  // One adder for all samples; clearing writes zero to all of them.
  logic [8*CountWidth-1:0] zeros_q, clipped_q;
  logic [CountWidth-1:0]   zeros_next, clipped_next;
  assign zeros_next   = clear ? '0 : zeros_q[CountWidth*sample_q+:CountWidth] +
                                     CountWidth'(zeros_inc_q);
  assign clipped_next = clear ? '0 : clipped_q[CountWidth*sample_q+:CountWidth] +
                                     CountWidth'(clipped_inc_q);
  for (genvar s = 0; s < 8; s++) begin : gen_sample
    always_ff @(posedge clk_i) begin
      if (clear || (out_valid_q && sample_q == s)) begin
        zeros_q[CountWidth*s+:CountWidth]   <= zeros_next;
        clipped_q[CountWidth*s+:CountWidth] <= clipped_next;
      end
    end
    assign zeros_o[64*s+:64]   = 64'(zeros_q[CountWidth*s+:CountWidth]);
    assign clipped_o[64*s+:64] = 64'(clipped_q[CountWidth*s+:CountWidth]);
  end

  assign max_abs_o     = {1'b0, max_q[31:1]} + {31'd0, max_q[0]};
  assign sum_abs_o     = {abs1_q, abs0_q};
  assign sum_squares_o = {square2_q, square1_q, square0_q};
  assign wraps_o       = 64'(wraps_q);

`ifndef SYNTHESIS
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (z_valid_i || out_valid_i) |-> (state_q == StCount))
    else $error("epilogue_stats: a beat came while statistics were published or cleared");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (stats_valid_o && !stats_ready_i) |=>
      (stats_valid_o && $stable(sum_squares_o) && $stable(sum_abs_o) && $stable(max_abs_o) &&
       $stable(wraps_o) && $stable(zeros_o) && $stable(clipped_o)))
    else $error("epilogue_stats: published statistics changed before they were taken");
`endif

endmodule
