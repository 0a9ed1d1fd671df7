// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The streaming top: operands in, quantised outputs and statistics out.
//
// A GEMM arrives as a sequence of tiles of at most Rows x Cols outputs. For every tile the source
// gives one descriptor and ceil(K / Dot) operand beats, the last of them marked; codes beyond K, and
// rows and columns beyond the tile, are zero codes. The descriptor must be valid while the tile's
// beats enter, and is taken together with the last of them. Outputs come in the order of the tiles,
// row by row, Lanes columns a beat, every sample of a beat one after the other; C and mask, when
// enabled, are asked for in the same order, once a beat. Statistics come once a command, after the
// tile marked `tile_last_i`. Every stream has valid and ready; a beat moves when both are high, and
// a pause on any stream costs cycles, never data or order.
//
// Latency: from a tile's last operand beat to its first output see docs/architecture.md.
// Throughput: one operand beat a cycle; one output beat (Lanes elements of one sample) a cycle,
// behind the next tile's operands. A tile takes max(ceil(K / Dot), rows * ceil(cols / Lanes) *
// samples + Delay - 2) cycles in the steady state, one more where cols <= Lanes; three more for every beat that
// holds some |z| >= 2^16, and eight more at the end of a command (see epilogue).
// Limits: Rows, Cols at least 1; Dot 1 to 64; rst_ni low over a rising edge of clk_i; Lanes is 1, 2, 4, 8 or 16 and divides Cols; AccWidth 12 to 32;
// RandomBits 1 to 16; GroupRows divides Rows, GroupCols divides Cols; tile_col_i is a multiple of Lanes;
// K is within the limits of docs/numerics.md for AccWidth.
// Source: LUQ, Chmiel et al., ICLR 2023.

module tetralog_engine #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned Cols       = 16,
  parameter int unsigned Dot        = 4,   // products of a processing element and cycle
  parameter int unsigned AccWidth   = 24,  // bits
  parameter int unsigned Lanes      = 4,   // epilogue lanes
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS,  // bits of a random word
  parameter int unsigned GroupRows  = (Rows % 4 == 0) ? 4 : (Rows % 2 == 0) ? 2 : 1,
  parameter int unsigned GroupCols  = (Cols % 4 == 0) ? 4 : (Cols % 2 == 0) ? 2 : 1,
  parameter bit          GateRows   = 1'b1,  // see pe_group
  localparam int unsigned RowsWidth = $clog2(Rows + 1),
  localparam int unsigned ColsWidth = $clog2(Cols + 1)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Tile descriptor, stable while valid.
  input  logic                    tile_valid_i,
  output logic                    tile_ready_o,
  input  logic [1:0]              tile_a_format_i,     // tetralog_pkg::format_e, INT4 or LOG4
  input  logic [1:0]              tile_b_format_i,     // INT4 or UINT4
  input  logic [1:0]              tile_d_format_i,
  input  logic                    tile_rounding_i,     // tetralog_pkg::rounding_e
  input  logic [7:0]              tile_scale_mul_i,    // m
  input  logic [6:0]              tile_scale_shift_i,  // n, signed
  input  logic                    tile_c_enable_i,
  input  logic                    tile_mask_enable_i,
  input  logic [3:0]              tile_samples_i,      // 1..8
  input  logic [7:0]              tile_sample0_i,
  input  logic [63:0]             tile_seed_i,
  input  logic [RowsWidth-1:0]    tile_rows_i,         // valid rows, 1..Rows
  input  logic [ColsWidth-1:0]    tile_cols_i,         // valid columns, 1..Cols
  input  logic [31:0]             tile_row_i,          // logical output row of the first row
  input  logic [31:0]             tile_col_i,          // logical output column of the first column
  input  logic                    tile_last_i,         // last tile of the command

  // Operand beats: row r takes op_a_i[(r*Dot+d)*4 +: 4], column c takes op_b_i[(c*Dot+d)*4 +: 4].
  input  logic                    op_valid_i,
  output logic                    op_ready_o,
  input  logic                    op_last_i,           // last beat of the tile
  input  logic [Rows*Dot*4-1:0]   op_a_i,
  input  logic [Cols*Dot*4-1:0]   op_b_i,

  input  logic                    c_valid_i,
  output logic                    c_ready_o,
  input  logic [Lanes*32-1:0]     c_data_i,

  input  logic                    mask_valid_i,
  output logic                    mask_ready_o,
  input  logic [Lanes*4-1:0]      mask_data_i,
  output logic                    addend_wait_o,       // the drain waits for C or the mask

  // Outputs: INT32 in 32 bits a lane, 4-bit codes in bits [4*lane +: 4].
  output logic                    d_valid_o,
  input  logic                    d_ready_i,
  output logic [Lanes*32-1:0]     d_data_o,
  output logic [Lanes-1:0]        d_lane_valid_o,
  output logic [2:0]              d_sample_o,
  output logic                    d_last_o,            // last beat of the command

  output logic                    stats_valid_o,
  input  logic                    stats_ready_i,
  output logic [31:0]             stats_max_abs_o,
  output logic [63:0]             stats_sum_abs_o,
  output logic [95:0]             stats_sum_squares_o,
  output logic [63:0]             stats_wraps_o,
  output logic [8*64-1:0]         stats_zeros_o,       // a count a sample
  output logic [8*64-1:0]         stats_clipped_o
);

  if (Rows < 1 || Cols < 1 || Dot < 1 || Dot > 64)
    $error("Rows and Cols must be at least 1, Dot 1 to 64");
  if (Lanes != 1 && Lanes != 2 && Lanes != 4 && Lanes != 8 && Lanes != 16)
    $error("Lanes must be 1, 2, 4, 8 or 16");
  if (Cols % Lanes != 0)
    $error("Lanes must divide Cols");
  if (Rows % GroupRows != 0 || Cols % GroupCols != 0)
    $error("GroupRows must divide Rows and GroupCols must divide Cols");
  if (AccWidth < 12 || AccWidth > 32)
    $error("AccWidth must be 12 to 32");
  if (RandomBits < 1 || RandomBits > 16)
    $error("RandomBits must be 1 to 16");

  // The wavefront crosses a column group a cycle. With more lanes than columns in a group, a beat
  // spans several groups and waits for the last of them.
  localparam int unsigned ReadLatency = 3;  // of pe_group
  localparam int unsigned Delay = ReadLatency + ((Lanes > GroupCols) ? Cols / GroupCols - 1 : 0);

  // Operand side. The last beat of a tile waits until the previous tile is read.
  logic drain_busy, beat, start, first_q;
  assign op_ready_o   = tile_valid_i && !(op_last_i && drain_busy);
  assign beat         = op_valid_i && op_ready_o;
  assign start        = beat && op_last_i;
  assign tile_ready_o = start;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_q <= 1'b1;
    else if (beat) first_q <= op_last_i;
  end

  logic [Rows-1:0]          row_sel;
  logic [Cols*AccWidth-1:0] row_data;
  logic [AccWidth-1:0]      row_bias;
  mac_array #(
    .Rows(Rows), .Cols(Cols), .Dot(Dot), .AccWidth(AccWidth),
    .GroupRows(GroupRows), .GroupCols(GroupCols), .GateRows(GateRows)
  ) u_array (
    .clk_i,
    .valid_i     (beat),
    .first_i     (first_q),
    .last_i      (op_last_i),
    .a_log_i     (tile_a_format_i == tetralog_pkg::FormatLog4),
    .b_int4_i    (tile_b_format_i == tetralog_pkg::FormatInt4),
    .a_i         (op_a_i),
    .b_i         (op_b_i),
    .row_sel_i   (row_sel),
    .row_o       (row_data),
    .bias_o      (row_bias)
  );

  // Drain side: the configuration of the tile that is being read.
  logic                      acc_valid, acc_ready, acc_last;
  logic [Lanes*AccWidth-1:0] acc_data;
  logic [Lanes-1:0]          acc_lane_valid;
  logic [31:0]               acc_row, acc_col;
  tile_drain #(
    .Rows(Rows), .Cols(Cols), .AccWidth(AccWidth), .Lanes(Lanes), .Delay(Delay)
  ) u_drain (
    .clk_i, .rst_ni,
    .start_i         (start),
    .rows_i          (tile_rows_i),
    .cols_i          (tile_cols_i),
    .row_i           (tile_row_i),
    .col_i           (tile_col_i),
    .last_i          (tile_last_i),
    .busy_o          (drain_busy),
    .row_sel_o       (row_sel),
    .row_data_i      (row_data),
    .row_bias_i      (row_bias),
    .acc_valid_o     (acc_valid),
    .acc_ready_i     (acc_ready),
    .acc_data_o      (acc_data),
    .acc_lane_valid_o(acc_lane_valid),
    .acc_row_o       (acc_row),
    .acc_col_o       (acc_col),
    .acc_last_o      (acc_last)
  );

  logic [1:0]  d_format_q;
  logic        rounding_q, c_enable_q, mask_enable_q;
  logic [7:0]  scale_mul_q, sample0_q;
  logic [6:0]  scale_shift_q;
  logic [3:0]  samples_q;
  logic [63:0] seed_q;
  always_ff @(posedge clk_i) begin
    if (start) begin
      d_format_q    <= tile_d_format_i;
      rounding_q    <= tile_rounding_i;
      scale_mul_q   <= tile_scale_mul_i;
      scale_shift_q <= tile_scale_shift_i;
      c_enable_q    <= tile_c_enable_i;
      mask_enable_q <= tile_mask_enable_i;
      samples_q     <= tile_samples_i;
      sample0_q     <= tile_sample0_i;
      seed_q        <= tile_seed_i;
    end
  end

  epilogue #(.Lanes(Lanes), .AccWidth(AccWidth), .RandomBits(RandomBits)) u_epilogue (
    .clk_i, .rst_ni,
    .acc_valid_i        (acc_valid),
    .acc_ready_o        (acc_ready),
    .acc_data_i         (acc_data),
    .acc_lane_valid_i   (acc_lane_valid),
    .acc_row_i          (acc_row),
    .acc_col_i          (acc_col),
    .acc_last_i         (acc_last),
    .cfg_d_format_i     (d_format_q),
    .cfg_rounding_i     (rounding_q),
    .cfg_scale_mul_i    (scale_mul_q),
    .cfg_scale_shift_i  (scale_shift_q),
    .cfg_c_enable_i     (c_enable_q),
    .cfg_mask_enable_i  (mask_enable_q),
    .cfg_samples_i      (samples_q),
    .cfg_sample0_i      (sample0_q),
    .cfg_seed_i         (seed_q),
    .c_valid_i, .c_ready_o, .c_data_i,
    .mask_valid_i, .mask_ready_o, .mask_data_i, .addend_wait_o,
    .d_valid_o, .d_ready_i, .d_data_o, .d_lane_valid_o, .d_sample_o, .d_last_o,
    .stats_valid_o, .stats_ready_i, .stats_max_abs_o, .stats_sum_abs_o, .stats_sum_squares_o,
    .stats_wraps_o, .stats_zeros_o, .stats_clipped_o
  );

`ifndef SYNTHESIS
  a_samples : assert property (@(posedge clk_i) disable iff (!rst_ni)
    tile_valid_i |-> tile_samples_i >= 4'd1 && tile_samples_i <= 4'd8)
    else $error("tetralog_engine: samples must be 1 to 8");
  a_column_aligned : assert property (@(posedge clk_i) disable iff (!rst_ni)
    tile_valid_i |-> tile_col_i % Lanes == 0)
    else $error("tetralog_engine: the column of a tile must be a multiple of Lanes");
  a_operand_formats : assert property (@(posedge clk_i) disable iff (!rst_ni)
    tile_valid_i |-> (tile_a_format_i == tetralog_pkg::FormatInt4 ||
                      tile_a_format_i == tetralog_pkg::FormatLog4) &&
                     (tile_b_format_i == tetralog_pkg::FormatInt4 ||
                      tile_b_format_i == tetralog_pkg::FormatUint4))
    else $error("tetralog_engine: A must be INT4 or LOG4, B must be INT4 or UINT4");
  a_tile_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    tile_valid_i && !tile_ready_o |=> tile_valid_i && $stable(tile_a_format_i) &&
      $stable(tile_b_format_i) && $stable(tile_d_format_i) && $stable(tile_rounding_i) &&
      $stable(tile_scale_mul_i) && $stable(tile_scale_shift_i) && $stable(tile_c_enable_i) &&
      $stable(tile_mask_enable_i) && $stable(tile_samples_i) && $stable(tile_sample0_i) &&
      $stable(tile_seed_i) && $stable(tile_rows_i) && $stable(tile_cols_i) &&
      $stable(tile_row_i) && $stable(tile_col_i) && $stable(tile_last_i))
    else $error("tetralog_engine: a tile descriptor changed before it was taken");
  a_op_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    op_valid_i && !op_ready_o |=> op_valid_i && $stable(op_last_i) && $stable(op_a_i) &&
      $stable(op_b_i))
    else $error("tetralog_engine: an operand beat changed before it was taken");
`endif

endmodule
