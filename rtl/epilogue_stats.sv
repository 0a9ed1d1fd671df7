// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistics of a command's outputs: max |z|, sums of |z| and z^2, wraps; zero codes and clipped
// elements of every sample.
//
// Elements come once each on the z stream, emitted outputs once a sample on out_valid_i, which has
// no back-pressure. Lanes that do not count must be given as z = 0 with their flags low. The beat
// with out_last_i ends the command: two cycles later the statistics are published and stay until
// they are taken; then they are cleared, which takes one cycle, and the next command may begin.
// Until then no beat may come: the epilogue holds its input. The element of an output is taken at
// least two cycles before that output comes.
//
// Throughput: a beat of z a cycle while every |z| < 2^16, as in nearly all tensors; a beat with a
// greater one takes three cycles. With |z| = 2^16 h + l,
//   z^2 = l^2 + 2^16 ((h + l)^2 - h^2 - l^2) + 2^32 h^2,
// so one 17-bit squarer a lane does it, used three times where h is not zero in all lanes: a third
// of the gates of 32-bit squarers. A squarer is folded (a bit product of unequal indices is taken
// once, doubled). Wide sums are accumulated in 32-bit segments, each a cycle after the one below
// it, so no carry runs over more than a segment.
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
  output logic                z_ready_o,
  input  logic [Lanes*32-1:0] z_i,        // stable until taken
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

  // A beat of z on its way through the segments, and a beat of output flags. A beat with a wide |z|
  // (2^16 or more) goes three times through the squares, first as its low halves, then as its high
  // halves, then as their sums, and the first time through all else.
  typedef enum logic [1:0] {PhaseLow, PhaseHigh, PhaseSum} phase_e;
  phase_e phase_q, phase_d;
  logic   wide;
  logic   z1_valid_q, z1_first_q, z2_valid_q, z2_first_q, z3_valid_q, out_valid_q;
  assign z_ready_o = ~wide | (phase_q == PhaseSum);
  always_comb begin
    phase_d = phase_q;
    if (z_valid_i) begin
      case (phase_q)
        PhaseLow:  if (wide) phase_d = PhaseHigh;
        PhaseHigh: phase_d = PhaseSum;
        default:   phase_d = PhaseLow;
      endcase
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      phase_q <= PhaseLow;
      {z1_valid_q, z1_first_q, z2_valid_q, z2_first_q, z3_valid_q, out_valid_q} <= 6'd0;
    end else begin
      phase_q     <= phase_d;
      z1_valid_q  <= z_valid_i;
      z1_first_q  <= z_valid_i && phase_q == PhaseLow;
      z2_valid_q  <= z1_valid_q;
      z2_first_q  <= z1_first_q;
      z3_valid_q  <= z2_valid_q;
      out_valid_q <= out_valid_i;
    end
  end

  // ------------------------------------------------ step 1: one beat, all lanes
  localparam int unsigned AbsWidth    = 32 + LaneBits;
  localparam int unsigned SquareWidth = 34 + LaneBits;

  logic [Lanes*32-1:0] magnitude;  // |z|
  logic [Lanes*17-1:0] operand;    // of the squarers
  logic [Lanes-1:0]    lane_wide;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    logic [15:0] low, high;
    assign {high, low} = (z_i[32*lane+:32] ^ {32{z_i[32*lane+31]}}) + {31'd0, z_i[32*lane+31]};
    assign magnitude[32*lane+:32] = {high, low};
    assign lane_wide[lane]       = |high;
    assign operand[17*lane+:17]   = {1'b0, low & {16{phase_q != PhaseHigh}}} +
                                    {1'b0, high & {16{phase_q != PhaseLow}}};
  end
  assign wide = |lane_wide;

  logic [AbsWidth-1:0]    abs_sum;
  logic [SquareWidth-1:0] square_sum;
  logic [31:0]            beat_max;
  logic [IncWidth-1:0]    wraps_inc;
  logic [16:0]            x, row;
  always_comb begin
    abs_sum    = '0;
    square_sum = '0;
    beat_max   = '0;
    wraps_inc  = '0;
    x          = '0;
    row        = '0;
`ifndef SYNTHESIS
    if (z_valid_i)  // simulation sums no more beats than there are
`endif
    for (int lane = 0; lane < Lanes; lane++) begin
      abs_sum = abs_sum + AbsWidth'(magnitude[32*lane+:32]);
      x       = operand[17*lane+:17];
      for (int i = 0; i < 17; i++) begin
        row        = (x >> (i + 1)) & {17{x[i]}};
        square_sum = square_sum + (SquareWidth'(row) << (2 * i + 2)) +
                     (SquareWidth'(x[i]) << (2 * i));
      end
      if (magnitude[32*lane+:32] > beat_max) beat_max = magnitude[32*lane+:32];
      wraps_inc = wraps_inc + IncWidth'(wrapped_i[lane]);
    end
  end

  logic [AbsWidth-1:0]    abs_sum_q;
  logic [SquareWidth-1:0] square_sum_q;
  logic [31:0]            beat_max_q;
  logic [IncWidth-1:0]    wraps_inc_q;
  logic                   plain_q, minus_q, high_q;  // the square counts *1, *-2^16, *2^32
  always_ff @(posedge clk_i) begin
    abs_sum_q    <= abs_sum;
    square_sum_q <= square_sum;
    beat_max_q   <= beat_max;
    wraps_inc_q  <= wraps_inc;
    plain_q      <= phase_q == PhaseLow;
    minus_q      <= (phase_q == PhaseLow && wide) || phase_q == PhaseHigh;
    high_q       <= phase_q == PhaseHigh;
  end

  // ------------------------------------ steps 2 to 4: accumulate, low segment first
  logic [31:0]           max_q;
  logic [CountWidth-1:0] wraps_q;
  always_ff @(posedge clk_i) begin
    if (clear) begin
      max_q   <= '0;
      wraps_q <= '0;
    end else if (z1_first_q) begin
      if (beat_max_q > max_q) max_q <= beat_max_q;
      wraps_q <= wraps_q + CountWidth'(wraps_inc_q);
    end
  end

  logic [31:0]       abs0_q, abs1_q;
  logic [32:0]       abs0;
  logic              abs_carry_q;
  logic [LaneBits:0] abs_high_q;  // the part of the beat's sum above the low segment
  assign abs0 = {1'b0, abs0_q} + {1'b0, abs_sum_q[31:0]};
  always_ff @(posedge clk_i) begin
    abs_carry_q <= abs0[32];
    abs_high_q  <= (LaneBits + 1)'(abs_sum_q >> 32);
    if (clear) begin
      abs0_q <= '0;
      abs1_q <= '0;
    end else begin
      if (z1_first_q) abs0_q <= abs0[31:0];
      if (z2_first_q) abs1_q <= abs1_q + 32'(abs_high_q) + 32'(abs_carry_q);
    end
  end

  // A square u enters as u, -2^16 u, 2^16 u or 2^32 u - 2^16 u. Each segment adds its part of that,
  // the carry between segments is signed, and -v is ~v + 1: the ones of ~v above v, down to the
  // borrow at bit 16, are added as one negative number in the segment above.
  logic [31:0]            square0_q, square1_q, square2_q;
  logic [33:0]            square0;
  logic [39:0]            square1;
  logic [SquareWidth-1:0] u_q;
  logic [1:0]             carry1_q;
  logic [7:0]             carry2_q;
  logic                   u_plain_q, u_minus_q, u_high_q, mid, u_mid_q;
  logic [31:0]            low_plain;
  logic [15:0]            low_mid;
  logic [39:0]            u, up_plain, up_mid, up_high;
  assign mid       = minus_q | ~plain_q;  // 2^16 u takes part
  assign low_plain = square_sum_q[31:0] & {32{plain_q}};
  assign low_mid   = (square_sum_q[15:0] & {16{mid}}) ^ {16{minus_q}};
  assign square0   = 34'(square0_q) + 34'(low_plain) + {2'b00, low_mid, {16{minus_q}}} +
                     34'(minus_q);
  assign u         = 40'(u_q);
  assign up_plain  = (u >> 32) & {40{u_plain_q}};
  assign up_mid    = ((u >> 16) & {40{u_mid_q}}) ^ {40{u_minus_q}};
  assign up_high   = u & {40{u_high_q}};
  assign square1   = 40'(square1_q) + up_plain + up_mid + up_high + 40'(carry1_q);
  always_ff @(posedge clk_i) begin
    carry1_q  <= square0[33:32];
    u_q       <= square_sum_q;
    u_plain_q <= plain_q;
    u_minus_q <= minus_q;
    u_high_q  <= high_q;
    u_mid_q   <= mid;
    carry2_q  <= square1[39:32];
    if (clear) begin
      square0_q <= '0;
      square1_q <= '0;
      square2_q <= '0;
    end else begin
      if (z1_valid_q) square0_q <= square0[31:0];
      if (z2_valid_q) square1_q <= square1[31:0];
      if (z3_valid_q) square2_q <= square2_q + {{24{carry2_q[7]}}, carry2_q};
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
  logic [CountWidth-1:0]   zeros_old, clipped_old, zeros_next, clipped_next;
  always_comb begin
    zeros_old   = '0;
    clipped_old = '0;
`ifndef SYNTHESIS
    if (out_valid_q)  // as above
`endif
    for (int s = 0; s < 8; s++) begin
      zeros_old   = zeros_old | (zeros_q[CountWidth*s+:CountWidth] & {CountWidth{sample_q == 3'(s)}});
      clipped_old = clipped_old |
                    (clipped_q[CountWidth*s+:CountWidth] & {CountWidth{sample_q == 3'(s)}});
    end
  end
  assign zeros_next   = (zeros_old + CountWidth'(zeros_inc_q)) & {CountWidth{~clear}};
  assign clipped_next = (clipped_old + CountWidth'(clipped_inc_q)) & {CountWidth{~clear}};
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

  assign max_abs_o     = max_q;
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
