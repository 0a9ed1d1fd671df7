// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The epilogue: turns the array's accumulators into output elements, and counts them.
//
//   acc, C, mask -> [1] + -> [2] |z| -> [3] |z| * m -> [4] shift, round -> D
//   seed, place  -> [1] half mixed -> [2] random words ---------^
//                              \-> statistics of z            \-> zero codes, clipped
//
// A beat holds Lanes neighbouring columns of one row; lanes outside the output are padding and give
// zeros. With samples > 1 a beat is emitted once a sample, sample 0 first: it stays at the input
// and passes the pipeline that many times, so nothing is stored for it. The configuration is read
// with each beat of acc and kept once for all stages: only beats of one command are in the pipeline.
// The random words of a beat are made from its address while it enters and wait beside it, cut to
// RandomBits.
//
// Latency 4 cycles. Throughput one output beat a cycle, with two exceptions: a beat with some
// |z| >= 2^16 takes three cycles more (see epilogue_stats), once for all its samples; and after the
// last beat of a command the input waits until the command's statistics have been taken, eight cycles
// when they are taken at once. The outputs do not wait for that.
//
// Limits: Lanes in {1, 2, 4, 8, 16}; acc_col_i a multiple of Lanes; AccWidth 3..32 (a core: 12..32); RandomBits in
// 1..16. cfg_scale_mul_i must be 1 for LOG4 and is ignored for INT32. rst_ni low over a rising edge of clk_i.

module epilogue #(
  parameter int unsigned Lanes      = 4,
  parameter int unsigned AccWidth   = 24,
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  // Accumulators, with the address of lane 0 in the logical output and the command's settings.
  input  logic                      acc_valid_i,
  output logic                      acc_ready_o,
  input  logic [Lanes*AccWidth-1:0] acc_data_i,
  input  logic [Lanes-1:0]          acc_lane_valid_i,  // 0: padding
  input  logic [31:0]               acc_row_i,         // m + row0
  input  logic [31:0]               acc_col_i,         // n + col0, less than 2^28
  input  logic                      acc_last_i,        // the last beat of the command
  input  logic [1:0]                cfg_d_format_i,    // tetralog_pkg::format_e
  input  logic                      cfg_rounding_i,    // tetralog_pkg::rounding_e
  input  logic [7:0]                cfg_scale_mul_i,   // m, 1..255
  input  logic [6:0]                cfg_scale_shift_i, // n, -32..63
  input  logic                      cfg_c_enable_i,
  input  logic                      cfg_mask_enable_i,
  input  logic [3:0]                cfg_samples_i,     // 1..8
  input  logic [7:0]                cfg_sample0_i,
  input  logic [63:0]               cfg_seed_i,

  // C and mask: a beat for every beat of acc that enables them.
  input  logic                      c_valid_i,
  output logic                      c_ready_o,
  input  logic [Lanes*32-1:0]       c_data_i,
  input  logic                      mask_valid_i,
  output logic                      mask_ready_o,
  input  logic [Lanes*4-1:0]        mask_data_i,
  output logic                      addend_wait_o,     // a beat of acc waits for C or the mask

  // Outputs: 32 bits a lane for INT32, else lane i's code in bits 4i+3:4i and the rest zero.
  output logic                      d_valid_o,
  input  logic                      d_ready_i,
  output logic [Lanes*32-1:0]       d_data_o,
  output logic [Lanes-1:0]          d_lane_valid_o,
  output logic [2:0]                d_sample_o,
  output logic                      d_last_o,          // the last beat and sample of the command

  // Statistics of a command, after its last output.
  output logic                      stats_valid_o,
  input  logic                      stats_ready_i,
  output logic [31:0]               stats_max_abs_o,
  output logic [63:0]               stats_sum_abs_o,
  output logic [95:0]               stats_sum_squares_o,
  output logic [63:0]               stats_wraps_o,
  output logic [8*64-1:0]           stats_zeros_o,     // of sample s in bits 64s+63:64s
  output logic [8*64-1:0]           stats_clipped_o
);

  // ------------------------------------------------------- input: join and repeat
  // `advance` moves stages 3 and 4, `accept` moves stages 1 and 2 as well.
  logic advance, accept, joined, last_sample, hold_q, enter;
  logic c_ok, mask_ok;
  logic [2:0] sample_q;
  assign c_ok        = c_valid_i | ~cfg_c_enable_i;
  assign mask_ok     = mask_valid_i | ~cfg_mask_enable_i;
  assign joined      = acc_valid_i & c_ok & mask_ok & ~hold_q;
  assign last_sample = {1'b0, sample_q} + 4'd1 == cfg_samples_i;
  assign enter       = joined & accept;

  assign addend_wait_o = acc_valid_i & ~hold_q & ~(c_ok & mask_ok);

  assign acc_ready_o  = accept & ~hold_q & last_sample & c_ok & mask_ok;
  assign c_ready_o    = enter & last_sample & cfg_c_enable_i;
  assign mask_ready_o = enter & last_sample & cfg_mask_enable_i;

  // The input is held from the last beat of a command until its statistics are taken.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sample_q <= 3'd0;
      hold_q   <= 1'b0;
    end else begin
      if (enter) sample_q <= last_sample ? 3'd0 : sample_q + 3'd1;
      if (enter && last_sample && acc_last_i) hold_q <= 1'b1;
      else if (stats_valid_o && stats_ready_i) hold_q <= 1'b0;
    end
  end

  // --------------------------------------------------------------- random words
  logic [63:0]         state, state1_q;
  logic [3:0]          place1_q;
  logic [Lanes*16-1:0] words;
  random_source #(
    .Lanes(Lanes)
  ) u_random_source (
    .seed_i  (cfg_seed_i),
    .sample_i(cfg_sample0_i + {5'd0, sample_q}),
    .row_i   (acc_row_i),
    .group_i (acc_col_i[27:4]),
    .state_o (state),
    .state_i (state1_q),
    .place_i (place1_q),
    .words_o (words)
  );

  logic [Lanes*RandomBits-1:0] random, random2_q, random3_q;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_random
    assign random[RandomBits*lane+:RandomBits] = words[16*lane+16-RandomBits+:RandomBits];
  end

  // -------------------------------------------- what goes down beside the lanes
  logic valid1_q, valid2_q, valid3_q, valid4_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {valid1_q, valid2_q, valid3_q, valid4_q} <= 4'd0;
    end else begin
      if (accept) begin
        valid1_q <= joined;
        valid2_q <= valid1_q;
      end
      if (advance) begin
        valid3_q <= valid2_q & accept;
        valid4_q <= valid3_q;
      end
    end
  end

  // The configuration of all beats in the pipeline.
  logic       is_int32, int32_q, stochastic_q;
  logic [1:0] format_q;
  logic [6:0] shift_q;
  logic [7:0] mul_q;
  assign is_int32 = cfg_d_format_i == tetralog_pkg::FormatInt32;
  always_ff @(posedge clk_i) begin
    if (enter) begin
      int32_q      <= is_int32;
      format_q     <= cfg_d_format_i;
      stochastic_q <= cfg_rounding_i == tetralog_pkg::RoundStochastic;
      mul_q        <= is_int32 ? 8'd1 : cfg_scale_mul_i;
      shift_q      <= cfg_scale_shift_i;
    end
  end

  logic             last1_q, last2_q, last3_q, last4_q;
  logic [2:0]       sample1_q, sample2_q, sample3_q, sample4_q;
  logic [Lanes-1:0] lanes1_q, lanes2_q, lanes3_q, lanes4_q;
  always_ff @(posedge clk_i) begin
    if (accept) begin
      last1_q   <= acc_last_i & last_sample;
      last2_q   <= last1_q;
      lanes1_q  <= acc_lane_valid_i;
      lanes2_q  <= lanes1_q;
      sample1_q <= sample_q;
      sample2_q <= sample1_q;
      state1_q  <= state;
      place1_q  <= acc_col_i[3:0];
      random2_q <= random;
    end
    if (advance) begin
      last3_q   <= last2_q;
      last4_q   <= last3_q;
      lanes3_q  <= lanes2_q;
      lanes4_q  <= lanes3_q;
      sample3_q <= sample2_q;
      sample4_q <= sample3_q;
      random3_q <= random2_q;
    end
  end

  // ---------------------------------------------------------------------- lanes
  logic [Lanes*32-1:0] magnitude, results, codes;
  logic [Lanes-1:0]    wide, wrapped, zero, clipped;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    epilogue_lane #(
      .AccWidth  (AccWidth),
      .RandomBits(RandomBits)
    ) u_lane (
      .clk_i,
      .accept_i     (accept),
      .advance_i    (advance),
      .acc_i        (acc_data_i[AccWidth*lane+:AccWidth]),
      .valid_i      (acc_lane_valid_i[lane]),
      .c_enable_i   (cfg_c_enable_i),
      .c_i          (c_data_i[32*lane+:32]),
      .mask_enable_i(cfg_mask_enable_i),
      .mask_i       (mask_data_i[4*lane+:4]),
      .magnitude_o  (magnitude[32*lane+:32]),
      .wide_o       (wide[lane]),
      .wrapped_o    (wrapped[lane]),
      .pass_z_i     (int32_q),
      .scale_mul_i  (mul_q),
      .format_i     (format_q),
      .stochastic_i (stochastic_q),
      .scale_shift_i(shift_q),
      .random_i     (random3_q[RandomBits*lane+:RandomBits]),
      .result_o     (results[32*lane+:32]),
      .clipped_o    (clipped[lane])
    );
    assign zero[lane] = lanes4_q[lane] & (results[32*lane+:32] == 32'd0);
  end

  // Lane i's code moves to its place in the row of codes.
  always_comb begin
    codes = '0;
    for (int lane = 0; lane < Lanes; lane++) codes[4*lane+:4] = results[32*lane+:4];
  end
  assign d_data_o       = int32_q ? results : codes;
  assign d_valid_o      = valid4_q;
  assign d_lane_valid_o = lanes4_q;
  assign d_sample_o     = sample4_q;
  assign d_last_o       = last4_q;

  // ----------------------------------------------------------------- statistics
  logic count_z, z_ready;
  assign count_z = valid2_q & (sample2_q == 3'd0);
  assign advance = ~valid4_q | d_ready_i;
  assign accept  = advance & (z_ready | ~count_z);

  epilogue_stats #(
    .Lanes(Lanes)
  ) u_stats (
    .clk_i,
    .rst_ni,
    .z_valid_i    (count_z & advance),
    .z_ready_o    (z_ready),
    .magnitude_i  (magnitude),
    .wide_i       (|wide),
    .wrapped_i    (wrapped),
    .out_valid_i  (valid4_q & d_ready_i),
    .out_last_i   (last4_q),
    .out_sample_i (sample4_q),
    .out_zero_i   (zero),
    .out_clipped_i(clipped),
    .stats_valid_o,
    .stats_ready_i,
    .max_abs_o    (stats_max_abs_o),
    .sum_abs_o    (stats_sum_abs_o),
    .sum_squares_o(stats_sum_squares_o),
    .wraps_o      (stats_wraps_o),
    .zeros_o      (stats_zeros_o),
    .clipped_o    (stats_clipped_o)
  );

  // What is built here must be what the contract says.
  if (tetralog_pkg::SCALE_SHIFT_MIN != -32 || tetralog_pkg::SCALE_SHIFT_MAX != 63 ||
      tetralog_pkg::SCALE_MUL_WIDTH != 8 || tetralog_pkg::SCALE_SHIFT_WIDTH != 7 ||
      tetralog_pkg::MAX_SAMPLES != 8 || tetralog_pkg::INT4_MAX != 7 ||
      tetralog_pkg::UINT4_MAX != 15 || tetralog_pkg::LOG4_MAX != 64 ||
      tetralog_pkg::RANDOM_GROUP != 16 || tetralog_pkg::RANDOM_COLUMN_BITS != 28 ||
      tetralog_pkg::RANDOM_WORD_WIDTH != 16 || tetralog_pkg::RESULT_WIDTH != 32 ||
      tetralog_pkg::STAT_MAX_WIDTH != 32 || tetralog_pkg::STAT_SUM_WIDTH != 64 ||
      tetralog_pkg::STAT_SQUARES_WIDTH != 96 || tetralog_pkg::STAT_COUNT_WIDTH != 64)
  begin : gen_drift
    $error("epilogue: the contract (tetralog_pkg) says what this unit does not do; change both");
  end

  logic unused_bits;
  assign unused_bits = ^{acc_col_i[31:28], words};

`ifndef SYNTHESIS
  // What the inputs must keep.
  assert property (@(posedge clk_i) disable iff (!rst_ni) acc_valid_i |->
      (cfg_samples_i >= 4'd1 && cfg_samples_i <= 4'd8))
    else $error("epilogue: samples must be in 1..8");
  assert property (@(posedge clk_i) disable iff (!rst_ni) acc_valid_i |->
      (32'(acc_col_i[3:0]) % Lanes == 0 && acc_col_i[31:28] == 4'd0))
    else $error("epilogue: the column of lane 0 must be a multiple of Lanes, below 2^28");
  assert property (@(posedge clk_i) disable iff (!rst_ni) acc_valid_i |->
      (cfg_d_format_i == tetralog_pkg::FormatInt32 || (cfg_scale_mul_i != 8'd0 &&
       (cfg_d_format_i != tetralog_pkg::FormatLog4 || cfg_scale_mul_i == 8'd1) &&
       signed'(cfg_scale_shift_i) >= -7'sd32)))
    else $error("epilogue: m must be 1..255 (1 for LOG4) and n -32..63");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (acc_valid_i && !acc_ready_o) |=>
      (acc_valid_i && $stable(acc_data_i) && $stable(acc_lane_valid_i) && $stable(acc_row_i) &&
       $stable(acc_col_i) && $stable(acc_last_i) && $stable(cfg_samples_i) &&
       $stable(cfg_seed_i) && $stable(cfg_sample0_i) && $stable(cfg_d_format_i) &&
       $stable(cfg_rounding_i) && $stable(cfg_scale_mul_i) && $stable(cfg_scale_shift_i) &&
       $stable(cfg_c_enable_i) && $stable(cfg_mask_enable_i)))
    else $error("epilogue: a beat of acc changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (c_valid_i && !c_ready_o) |=> (c_valid_i && $stable(c_data_i)))
    else $error("epilogue: a beat of C changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (mask_valid_i && !mask_ready_o) |=> (mask_valid_i && $stable(mask_data_i)))
    else $error("epilogue: a beat of the mask changed before it was taken");
  // What the outputs keep.
  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (d_valid_o && !d_ready_i) |=>
      (d_valid_o && $stable(d_data_o) && $stable(d_lane_valid_o) && $stable(d_sample_o) &&
       $stable(d_last_o)))
    else $error("epilogue: an output changed before it was taken");
`endif

endmodule
