// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistics of a command's outputs: max |z|, sums of |z| and z^2, wraps; zero codes and clipped
// elements of every sample.
//
// Elements come once each on the z stream, emitted outputs once a sample on out_valid_i, which has
// no back-pressure. Lanes that do not count must be given as z = 0 with their flags low. The beat
// with out_last_i ends the command: four cycles later the statistics are published and stay until
// they are taken; then they are cleared, which takes one cycle, and the next command may begin.
// Until then no beat may come: the epilogue holds its input. The element of an output is taken at
// least two cycles before that output comes.
//
// Throughput: a beat of z a cycle while every |z| < 2^16, as in nearly all tensors; a beat with a
// greater one takes four cycles. With |z| = 2^16 h + l,
//   z^2 = l^2 + 2^16 (hl + lh) + 2^32 h^2,
// one product for each cycle, of a folded 16-bit multiplier a lane: V(a, b) sums a_i b_j for i <= j only,
// doubled for i < j, so V(a, a) = a^2 and V(a, b) + V(b, a) = 2ab, at half the gates.
//
// Wide sums are kept in segments: a carry out of one is a flip-flop that enters the next one a cycle
// later, and the cycles at the end of a command let the last of them arrive. Simulation keeps sums
// whole; they are the same when they are published.
//
// Limits: Lanes a power of two, 1..16. Counts wrap at 2^CountWidth (default 40: a command of a
// million million elements), the sum of |z| at 2^64. rst_ni must be low over a rising edge of clk_i.

module epilogue_stats #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned CountWidth = 40
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                z_valid_i,
  output logic                z_ready_o,
  input  logic [Lanes*32-1:0] magnitude_i,  // |z|, stable until taken
  input  logic                wide_i,       // some |z| >= 2^16
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
  output logic [8*64-1:0]     zeros_o,      // of sample s in bits 64s+63:64s
  output logic [8*64-1:0]     clipped_o
);

  localparam int unsigned LaneBits    = $clog2(Lanes);
  localparam int unsigned IncWidth    = LaneBits + 1;
  localparam int unsigned AbsWidth    = 32 + LaneBits;
  localparam int unsigned SquareWidth = 32 + LaneBits;

  // -------------------------------------------------------------------- control
  typedef enum logic [2:0] {StClear, StCount, StDrain1, StDrain2, StDrain3, StPublish} state_e;
  state_e state_q, state_d;
  logic   clear;
  always_comb begin
    state_d = StClear;
    case (state_q)
      StClear:   state_d = StCount;
      StCount:   state_d = (out_valid_i && out_last_i) ? StDrain1 : StCount;
      StDrain1:  state_d = StDrain2;
      StDrain2:  state_d = StDrain3;
      StDrain3:  state_d = StPublish;
      StPublish: state_d = stats_ready_i ? StClear : StPublish;
      default:   state_d = StClear;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StClear;
    else state_q <= state_d;
  end
  assign clear         = state_q == StClear;
  assign stats_valid_o = state_q == StPublish;

  // Which halves the multipliers take, {of a, of b}, 1 for high: low and low, and for a wide beat high
  // and high, high and low, low and high.
  logic [1:0] halves_q;
  logic       first, z1_first_q, z2_first_q;
  assign z_ready_o = ~wide_i | (halves_q == 2'b01);
  assign first     = z_valid_i & (halves_q == 2'b00);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      halves_q <= 2'b00;
      {z1_first_q, z2_first_q} <= 2'b00;
    end else begin
      if (z_valid_i && wide_i) halves_q <= halves_q - 2'd1;
      z1_first_q <= first;
      z2_first_q <= z1_first_q;
    end
  end

  // ---------------------------------------------------------------- sum of squares
  logic [Lanes*16-1:0] a, b;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_operands
    assign a[16*lane+:16] = halves_q[1] ? magnitude_i[32*lane+16+:16] : magnitude_i[32*lane+:16];
    assign b[16*lane+:16] = halves_q[0] ? magnitude_i[32*lane+16+:16] : magnitude_i[32*lane+:16];
  end

  // u = V(a, b) over the lanes, first as two rows; its weight is 1, 2^16 or 2^32, or it does not count.
  logic [SquareWidth-1:0] row_a, row_b, row_a_q, row_b_q, u_q;
  logic [2:0]             weight_q, u_weight_q;  // one-hot
  always_ff @(posedge clk_i) begin
    row_a_q    <= row_a;
    row_b_q    <= row_b;
    weight_q   <= {halves_q == 2'b11, ^halves_q, halves_q == 2'b00} & {3{z_valid_i}};
    u_q        <= row_a_q + row_b_q;
    u_weight_q <= weight_q;
  end

  logic [95:0] weighted, squares_q;
  assign weighted = (96'(u_q) & {96{u_weight_q[0]}}) | ((96'(u_q) & {96{u_weight_q[1]}}) << 16) |
                    ((96'(u_q) & {96{u_weight_q[2]}}) << 32);

`ifndef SYNTHESIS
  // a * b, which sums to the same.
  always_comb begin
    row_a = '0;
    row_b = '0;
    if (z_valid_i) begin  // simulation sums no more beats than there are
      for (int lane = 0; lane < Lanes; lane++)
        row_a = row_a + SquareWidth'(a[16*lane+:16]) * SquareWidth'(b[16*lane+:16]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (clear) squares_q <= '0;
    else if (u_weight_q != '0) squares_q <= squares_q + weighted;
  end
`else
  // Column c has the products with i + j + 1 = c, and i = j = c / 2.
  localparam int unsigned Slots = 9 * Lanes;
  function automatic logic [SquareWidth*8-1:0] square_heights();
    square_heights = '0;
    for (int c = 0; c < SquareWidth; c++) begin
      for (int i = 0; i < 16; i++) begin
        if ((c - 1 - i > i && c - 1 - i < 16) || c == 2 * i)
          square_heights[8*c+:8] = square_heights[8*c+:8] + 8'(Lanes);
      end
    end
  endfunction
  logic [SquareWidth*Slots-1:0] products;
  for (genvar c = 0; c < SquareWidth; c++) begin : gen_column
    // The first i with j below 16, and how many there are with j above i.
    localparam int First = (c > 16) ? c - 16 : 0;
    localparam int Pairs = (c > 0 && c < 31) ? c / 2 - First : 0;
    for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
      for (genvar slot = 0; slot < 9; slot++) begin : gen_slot
        if (slot < Pairs) begin : gen_pair
          assign products[c*Slots+slot*Lanes+lane] =
              a[16*lane+First+slot] & b[16*lane+c-1-First-slot];
        end else if (slot == Pairs && c % 2 == 0 && c < 32) begin : gen_equal
          assign products[c*Slots+slot*Lanes+lane] = a[16*lane+c/2] & b[16*lane+c/2];
        end else begin : gen_none
          assign products[c*Slots+slot*Lanes+lane] = 1'b0;
        end
      end
    end
  end
  compressor_tree #(
    .Columns(SquareWidth),
    .Slots  (Slots),
    .HEIGHTS(square_heights())
  ) u_square_tree (
    .bits_i (products),
    .row_a_o(row_a),
    .row_b_o(row_b)
  );

  logic [2:0]  square_carries_q;  // out of the segments but the last
  logic [99:0] square_sums;       // of the segments, with their carries
  for (genvar s = 0; s < 4; s++) begin : gen_square
    logic carry;
    if (s == 0) assign carry = 1'b0;
    else assign carry = square_carries_q[s-1];
    assign square_sums[25*s+:25] =
        {1'b0, squares_q[24*s+:24]} + {1'b0, weighted[24*s+:24]} + {24'd0, carry};
  end
  always_ff @(posedge clk_i) begin
    for (int s = 0; s < 4; s++) squares_q[24*s+:24] <= square_sums[25*s+:24] & {24{~clear}};
    for (int s = 0; s < 3; s++) square_carries_q[s] <= square_sums[25*s+24] & ~clear;
  end
  logic unused_square;
  assign unused_square = square_sums[99];
`endif

  // -------------------------------------------------------------------- sum of |z|
  logic [63:0] abs_q;
`ifndef SYNTHESIS
  logic [AbsWidth-1:0] abs_sum, abs_sum_q;
  always_comb begin
    abs_sum = '0;
    if (first) begin
      for (int lane = 0; lane < Lanes; lane++)
        abs_sum = abs_sum + AbsWidth'(magnitude_i[32*lane+:32]);
    end
  end
  always_ff @(posedge clk_i) begin
    abs_sum_q <= abs_sum;
    if (clear) abs_q <= '0;
    else if (z1_first_q) abs_q <= abs_q + 64'(abs_sum_q);
  end
`else
  localparam logic [AbsWidth*8-1:0] ABS_HEIGHTS = {{LaneBits{8'd0}}, {32{8'(Lanes)}}};
  logic [AbsWidth*Lanes-1:0] abs_bits;
  for (genvar c = 0; c < AbsWidth; c++) begin : gen_abs_column
    for (genvar lane = 0; lane < Lanes; lane++) begin : gen_abs_lane
      if (c < 32) assign abs_bits[Lanes*c+lane] = magnitude_i[32*lane+c];
      else assign abs_bits[Lanes*c+lane] = 1'b0;
    end
  end
  logic [AbsWidth-1:0] abs_a, abs_b, abs_a_q, abs_b_q;
  compressor_tree #(
    .Columns(AbsWidth),
    .Slots  (Lanes),
    .HEIGHTS(ABS_HEIGHTS)
  ) u_abs_tree (
    .bits_i (abs_bits),
    .row_a_o(abs_a),
    .row_b_o(abs_b)
  );
  always_ff @(posedge clk_i) begin
    abs_a_q <= abs_a & {AbsWidth{first}};
    abs_b_q <= abs_b & {AbsWidth{first}};
  end

  // The rows join the sum: three rows to two.
  logic [AbsWidth*3-1:0] join_bits;
  logic [AbsWidth:0]     join_a, join_b;
  for (genvar c = 0; c < AbsWidth; c++) begin : gen_join
    assign join_bits[3*c+:3] = {abs_a_q[c], abs_b_q[c], abs_q[c]};
  end
  compressor_tree #(
    .Columns(AbsWidth + 1),
    .Slots  (3),
    .HEIGHTS({8'd1, {AbsWidth{8'd3}}})  // above the rows the sum alone: with one lane both may carry
  ) u_join_tree (
    .bits_i ({2'd0, abs_q[AbsWidth], join_bits}),
    .row_a_o(join_a),
    .row_b_o(join_b)
  );
  logic [71:0] abs_left, abs_right;  // segments of 24, 24 and 16 bits
  logic [74:0] abs_sums;
  logic [1:0]  abs_carries_q;
  assign abs_left  = {8'd0, abs_q[63:AbsWidth+1], {AbsWidth + 1{1'b0}}} | 72'(join_a);
  assign abs_right = 72'(join_b);
  for (genvar s = 0; s < 3; s++) begin : gen_abs
    logic carry;
    if (s == 0) assign carry = 1'b0;
    else assign carry = abs_carries_q[s-1];
    assign abs_sums[25*s+:25] =
        {1'b0, abs_left[24*s+:24]} + {1'b0, abs_right[24*s+:24]} + {24'd0, carry};
  end
  always_ff @(posedge clk_i) begin
    abs_q         <= {abs_sums[65:50], abs_sums[48:25], abs_sums[23:0]} & {64{~clear}};
    abs_carries_q <= {abs_sums[49], abs_sums[24]} & {2{~clear}};
  end
  logic unused_abs;
  assign unused_abs = ^abs_sums[74:66];
`endif

  // ----------------------------------------------------------------- max |z|, wraps
  // The greater of pairs of lanes, of the beat, of the command.
  localparam int unsigned Pairs = (Lanes > 1) ? Lanes / 2 : 1;
  logic [Pairs*32-1:0]   pair_max_q;
  logic [31:0]           beat_max, beat_max_q, max_q;
  logic [IncWidth-1:0]   wraps_inc, wraps_inc_q;
  logic [CountWidth-1:0] wraps_q;
  for (genvar i = 0; i < Pairs; i++) begin : gen_pair
    localparam int unsigned Other = (2 * i + 1) % Lanes;
    always_ff @(posedge clk_i) begin
`ifndef SYNTHESIS
      if (first)
`endif
      pair_max_q[32*i+:32] <= (magnitude_i[64*i+:32] > magnitude_i[32*Other+:32])
                              ? magnitude_i[64*i+:32] : magnitude_i[32*Other+:32];
    end
  end
  always_comb begin
    beat_max  = pair_max_q[31:0];
    wraps_inc = '0;
    for (int i = 1; i < Pairs; i++)
      if (pair_max_q[32*i+:32] > beat_max) beat_max = pair_max_q[32*i+:32];
    for (int lane = 0; lane < Lanes; lane++) wraps_inc = wraps_inc + IncWidth'(wrapped_i[lane]);
  end
  always_ff @(posedge clk_i) begin
    beat_max_q  <= beat_max;
    wraps_inc_q <= wraps_inc & {IncWidth{first}};
    if (clear) max_q <= '0;
    else if (z2_first_q && beat_max_q > max_q) max_q <= beat_max_q;
  end
`ifndef SYNTHESIS
  always_ff @(posedge clk_i) wraps_q <= clear ? '0 : wraps_q + CountWidth'(wraps_inc_q);
`else
  localparam int unsigned WrapsLow = CountWidth / 2;
  logic wraps_carry_q;
  always_ff @(posedge clk_i) begin
    {wraps_carry_q, wraps_q[WrapsLow-1:0]} <=
        ({1'b0, wraps_q[WrapsLow-1:0]} + (WrapsLow + 1)'(wraps_inc_q)) & {(WrapsLow + 1){~clear}};
    wraps_q[CountWidth-1:WrapsLow] <=
        (wraps_q[CountWidth-1:WrapsLow] + (CountWidth - WrapsLow)'(wraps_carry_q)) &
        {(CountWidth - WrapsLow){~clear}};
  end
`endif

  // ---------------------------------------------------- zero codes and clipped
  logic [IncWidth-1:0] zeros_inc, clipped_inc, zeros_inc_q, clipped_inc_q;
  logic [2:0]          sample_q;
  logic                out_valid_q;
  always_comb begin
    zeros_inc   = '0;
    clipped_inc = '0;
    for (int lane = 0; lane < Lanes; lane++) begin
      zeros_inc   = zeros_inc + IncWidth'(out_zero_i[lane]);
      clipped_inc = clipped_inc + IncWidth'(out_clipped_i[lane]);
    end
  end
  always_ff @(posedge clk_i) begin
    out_valid_q   <= out_valid_i;
    sample_q      <= out_sample_i;
    zeros_inc_q   <= zeros_inc;
    clipped_inc_q <= clipped_inc;
  end
  sample_counts #(
    .CountWidth(CountWidth),
    .IncWidth  (IncWidth)
  ) u_zeros (
    .clk_i,
    .clear_i (clear),
    .valid_i (out_valid_q),
    .sample_i(sample_q),
    .inc_i   (zeros_inc_q),
    .counts_o(zeros_o)
  );
  sample_counts #(
    .CountWidth(CountWidth),
    .IncWidth  (IncWidth)
  ) u_clipped (
    .clk_i,
    .clear_i (clear),
    .valid_i (out_valid_q),
    .sample_i(sample_q),
    .inc_i   (clipped_inc_q),
    .counts_o(clipped_o)
  );

  assign max_abs_o     = max_q;
  assign sum_abs_o     = abs_q;
  assign sum_squares_o = squares_q;
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
